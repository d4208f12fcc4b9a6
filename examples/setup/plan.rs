//! The paths of the integration, and the configuration that they make.

use std::error::Error;

use firstparty::Config;
use firstparty::advice::{Advice, advise};
use firstparty::client_setup::{ClientSetup, propose_path_segment};
use firstparty::config::{Builder, Source, Variable};
use firstparty::http::Uri;

use crate::args::Args;
use crate::cost::Cost;

/// What stands for the secret, which only the operator knows.
pub(crate) const SECRET: &str = "PROXY_SECRET";

/// All that is proposed.
pub(crate) struct Plan<'a> {
    pub(crate) args: &'a Args,
    /// The variables to set, in the order of their names' table.
    pub(crate) variables: Vec<(Variable, String)>,
    /// The host that the site's pages are asked for.
    pub(crate) host: String,
    pub(crate) integration_path: String,
    pub(crate) setup: ClientSetup,
    pub(crate) advice: Vec<Advice>,
    pub(crate) cost: Option<Cost>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(args: &'a Args) -> Result<Self, Box<dyn Error>> {
        let integration_path = path_or_random(args.integration_path.as_ref())?;
        let variables = variables(args, &integration_path)?;
        let builder = builder(&variables);
        let setup = ClientSetup::new(&builder.clone().build()?, &args.site, &integration_path)?;
        let host = host(&args.site);
        let advice = advise(&builder.hosts([&host]).build()?, args.platform);
        let cost = args.events_per_month;
        let cost = cost.map(|events| Cost::new(events, args.platform, &args.prices));
        Ok(Self { args, variables, host, integration_path, setup, advice, cost })
    }

    /// The site's origin, which `ClientSetup` has checked.
    pub(crate) fn origin(&self) -> &str {
        self.args.site.trim_end_matches('/')
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

fn builder(variables: &[(Variable, String)]) -> Builder {
    let variables = variables.iter();
    let source = variables
        .fold(Source::new("proposal"), |source, (variable, value)| source.with(*variable, value));
    Config::builder().source(source)
}

/// The host of an origin that has been checked.
fn host(origin: &str) -> String {
    let uri: Option<Uri> = origin.parse().ok();
    uri.and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default()
}

fn path_or_random(given: Option<&String>) -> Result<String, getrandom::Error> {
    if let Some(path) = given {
        return Ok(path.trim_matches('/').to_owned());
    }
    let mut entropy = [0; 16];
    getrandom::fill(&mut entropy)?;
    Ok(propose_path_segment(entropy))
}
