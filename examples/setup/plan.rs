//! The paths of the integration, and the configuration that they make.

use std::error::Error;

use firstparty::advice::{Advice, advise};
use firstparty::client_setup::{ClientSetup, propose_path_segment};
use firstparty::config::{Builder, HostName, Source, Variable};
use firstparty::{Config, Platform};

use crate::args::Args;
use crate::cost::Cost;

/// What stands for the secret, which only the operator knows.
pub(crate) const SECRET: &str = "YOUR-PROXY-SECRET";

/// All that is proposed.
pub(crate) struct Plan<'a> {
    pub(crate) args: &'a Args,
    /// The variables to set.
    pub(crate) variables: Vec<(Variable, String)>,
    /// The site's origin, as browsers write it.
    pub(crate) origin: String,
    pub(crate) host: HostName,
    pub(crate) integration_path: String,
    pub(crate) setup: ClientSetup,
    pub(crate) advice: Vec<Advice>,
    pub(crate) cost: Option<Cost>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(args: &'a Args) -> Result<Self, Box<dyn Error>> {
        let integration_path = path_or_random(args.integration_path.as_ref())?;
        if args.platform == Platform::CloudFront && integration_path.contains('/') {
            return Err("--integration-path: CloudFront's template takes one segment".into());
        }
        let variables = variables(args, &integration_path)?;
        let builder = builder(args.platform, &variables);
        let setup = ClientSetup::new(&builder.clone().build()?, &args.site, &integration_path)?;
        let origin = origin(&setup, &integration_path).ok_or("v4 is off")?;
        let host = host(&origin)?;
        let advice = advice(args.platform, builder, &host, &setup)?;
        let cost = args.events_per_month;
        let cost = cost.map(|events| Cost::new(events, args.platform, &args.prices));
        Ok(Self { args, variables, origin, host, integration_path, setup, advice, cost })
    }

    /// The URLs of the integration, by what they are for.
    pub(crate) fn urls(&self) -> Vec<(&'static str, String)> {
        let (setup, region) = (&self.setup, self.args.region);
        let status = format!("{}/{}/status", self.origin, self.integration_path);
        let key = self.args.api_key.as_deref().unwrap_or("<apiKey>");
        let urls = [
            ("status page", Some(status)),
            ("v4 endpoint", setup.v4_endpoint(region)),
            ("v4 import", setup.v4_import().map(|url| url.replace("<apiKey>", key))),
            ("v3 endpoint", setup.v3_endpoint(region)),
            ("v3 import", setup.v3_import().map(|url| url.replace("<apiKey>", key))),
            ("v3 script URL pattern", setup.script_url_pattern()),
        ];
        urls.into_iter().filter_map(|(name, url)| Some((name, url?))).collect()
    }
}

fn variables(args: &Args, path: &str) -> Result<Vec<(Variable, String)>, getrandom::Error> {
    let mut variables = Vec::new();
    if args.v3 {
        let (agent, result) = (args.agent_path.as_ref(), args.result_path.as_ref());
        variables.push((Variable::AgentDownloadPath, path_or_random(agent)?));
        variables.push((Variable::GetResultPath, path_or_random(result)?));
    }
    variables.push((Variable::PreSharedSecret, SECRET.to_owned()));
    // Beside a site an exact path is the only one that leaves the site its own requests.
    variables.push((Variable::RoutePrefix, path.to_owned()));
    if let Some(key) = &args.api_key {
        variables.push((Variable::ApiKeys, key.clone()));
    }
    Ok(variables)
}

/// On CloudFront the path is the distribution's, and the function counts its one segment.
fn builder(platform: Platform, variables: &[(Variable, String)]) -> Builder {
    let is_set = |variable| platform != Platform::CloudFront || variable != Variable::RoutePrefix;
    let variables = variables.iter().filter(|(variable, _)| is_set(*variable));
    let source = variables
        .fold(Source::new("proposal"), |source, (variable, value)| source.with(*variable, value));
    Config::builder().source(source)
}

/// Origin and path stand before the v4 import.
fn origin(setup: &ClientSetup, path: &str) -> Option<String> {
    let import = setup.v4_import()?;
    let (origin, _) = import.split_once(&format!("/{path}/web/v4/"))?;
    Some(origin.to_owned())
}

fn host(origin: &str) -> Result<HostName, String> {
    let (_, authority) = origin.split_once("://").unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    host.parse().map_err(|error| format!("--site: {error}"))
}

/// On what will be deployed: a list of hosts is among what is pasted wherever the lack of one deserves advice,
/// and the configuration knows the integration path unless it counts segments.
fn advice(
    platform: Platform,
    builder: Builder,
    host: &HostName,
    setup: &ClientSetup,
) -> Result<Vec<Advice>, Box<dyn Error>> {
    let config = builder.hosts([host.as_str()]).build()?;
    let mut advice = advise(&config, platform);
    if config.route_prefix().is_none() {
        advice.extend(setup.advice());
    }
    Ok(advice)
}

fn path_or_random(given: Option<&String>) -> Result<String, getrandom::Error> {
    if let Some(path) = given {
        return Ok(path.trim_matches('/').to_owned());
    }
    let mut entropy = [0; 16];
    getrandom::fill(&mut entropy)?;
    Ok(propose_path_segment(entropy))
}
