//! What the program is told.

use std::error::Error;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, value_parser};
use firstparty::config::HostName;
use firstparty::http::{HeaderName, HeaderValue};
use firstparty::{Config, Gateway, Platform};
use serde_json::{Map, Value};

use crate::decide::{Head, Upstream};

/// Explains what the gateway does with a request, and by which rule.
///
/// With --url: that request. With --har: those that a browser recorded. Without either: JSON lines from the
/// standard input, and JSON lines out.
#[derive(Parser)]
#[command(name = "explain")]
pub(crate) struct Args {
    /// The request's target, such as '/fp/?region=eu'; quote it for your shell
    #[arg(long, value_name = "TARGET", group = "explained", conflicts_with = "defaults")]
    pub(crate) url: Option<String>,

    /// The request's method
    #[arg(long, default_value = "GET", requires = "url")]
    method: String,

    /// A field of the request; may be given many times
    #[arg(long, value_name = "NAME: VALUE", value_parser = field, requires = "url")]
    header: Vec<(String, String)>,

    /// The browser's address
    #[arg(long, value_name = "ADDRESS", requires = "url")]
    client_ip: Option<IpAddr>,

    /// The status of upstream's answer
    #[arg(long, value_name = "STATUS", value_parser = value_parser!(u16).range(100..=999), requires = "url")]
    status: Option<u16>,

    /// A field of upstream's answer; may be given many times
    #[arg(long, value_name = "NAME: VALUE", value_parser = field, requires = "url")]
    response_header: Vec<(String, String)>,

    /// An HTTP archive, as browsers save it
    #[arg(long, value_name = "FILE", group = "explained", conflicts_with = "defaults")]
    pub(crate) har: Option<PathBuf>,

    /// The site's host, in an archive with others; by default the hosts of the settings
    #[arg(long, value_name = "NAME", requires = "har")]
    site: Option<HostName>,

    /// The settings document; without it all is as by default
    #[arg(long, value_name = "FILE", requires = "explained")]
    config: Option<PathBuf>,

    /// Where the gateway runs
    #[arg(long, value_name = "NAME", default_value = "generic", requires = "explained")]
    platform: Platform,

    /// A JSON object that is merged under every line, for instance `{"platform":"cloudfront"}`
    #[arg(long, value_name = "JSON")]
    defaults: Option<String>,
}

impl Args {
    pub(crate) fn defaults(&self) -> Result<Map<String, Value>, serde_json::Error> {
        self.defaults.as_deref().map_or(Ok(Map::new()), serde_json::from_str)
    }

    pub(crate) fn gateway(&self) -> Result<Gateway, Box<dyn Error>> {
        let config: Config = match &self.config {
            Some(path) => {
                let named = |error: &dyn Error| format!("{}: {error}", path.display());
                let document = fs::read_to_string(path).map_err(|error| named(&error))?;
                serde_json::from_str(&document).map_err(|error| named(&error))?
            }
            None => Config::default(),
        };
        Ok(Gateway::new(config, self.platform))
    }

    /// The hosts that the gateway is asked for: an archive has the requests to all others, too.
    pub(crate) fn hosts(&self, gateway: &Gateway) -> Result<Vec<String>, &'static str> {
        let hosts: Vec<_> = match &self.site {
            Some(site) => vec![site.to_string()],
            None => gateway.config().hosts().map(str::to_owned).collect(),
        };
        if hosts.is_empty() {
            Err("--har needs --site, or settings with `hosts`")
        } else {
            Ok(hosts)
        }
    }

    pub(crate) fn request(&self, target: &str) -> Head {
        Head {
            method: self.method.clone(),
            uri: target.to_owned(),
            headers: self.header.clone(),
            client_ip: self.client_ip.map(|address| address.to_string()),
            ..Head::default()
        }
    }

    /// An answer of which something is known.
    pub(crate) fn upstream(&self) -> Option<Upstream> {
        let is_known = self.status.is_some() || !self.response_header.is_empty();
        let status = Some(self.status.unwrap_or(200));
        is_known.then(|| Upstream { status, headers: self.response_header.clone(), error: None })
    }
}

/// A field that `http` can hold.
fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected NAME: VALUE")?;
    let (name, value) = (name.trim(), value.trim());
    HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
    HeaderValue::from_str(value).map_err(|error| error.to_string())?;
    Ok((name.to_owned(), value.to_owned()))
}
