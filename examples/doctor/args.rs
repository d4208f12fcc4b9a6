//! What the program is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{ColorChoice, Parser};
use firstparty::Region;
use firstparty::config::RoutePath;
use firstparty::doctor::{Integration, IntegrationError};

/// Tells whether an integration that is live works, whoever built it and wherever it runs.
///
/// It asks what browsers ask, judges each answer, and says what to do about those that are wrong. Redirects are
/// not followed.
///
/// Some of its requests are identification requests without content. Fingerprint refuses them, which shows that
/// they arrive, and counts them as erroneous identifications; --no-identification leaves them out.
///
/// The exit status is 0 if no check failed, 1 if one did, and 2 if the doctor could not work.
#[derive(Parser)]
#[command(name = "doctor")]
pub(crate) struct Args {
    /// The URL of the integration path, such as `https://www.example.com/ore54guier`
    #[arg(value_name = "URL")]
    url: String,

    /// The workspace's public API key; without it no agent is asked for
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    api_key: Option<String>,

    /// The v3 agent route
    #[arg(long, value_name = "PATH")]
    agent_path: Option<RoutePath>,

    /// The v3 result route
    #[arg(long, value_name = "PATH")]
    result_path: Option<RoutePath>,

    /// The origin of the site's pages, if it is not that of the URL
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,

    /// The region of the Fingerprint workspace: us, eu or ap
    #[arg(long)]
    region: Option<Region>,

    /// Send no identification requests
    #[arg(long)]
    no_identification: bool,

    /// Connect to this IP address and port, whatever the URL's host resolves to
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) connect_to: Option<SocketAddr>,

    /// Trust the certificate authorities in this PEM file, and no others
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// How long one request may take, in seconds; all together may take six times as long
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// One JSON object for each check instead of text
    #[arg(long)]
    pub(crate) json: bool,

    /// Whether text has colours; auto means on a terminal, and not against `NO_COLOR`
    #[arg(long, value_name = "WHEN", default_value_t)]
    pub(crate) color: ColorChoice,
}

impl Args {
    pub(crate) fn integration(&self) -> Result<Integration, IntegrationError> {
        let mut integration = Integration::new(&self.url)?;
        if let Some(origin) = &self.origin {
            integration = integration.origin(origin)?;
        }
        if let Some(key) = &self.api_key {
            integration = integration.api_key(key);
        }
        if let Some(path) = &self.agent_path {
            integration = integration.agent_path(path.clone());
        }
        if let Some(path) = &self.result_path {
            integration = integration.result_path(path.clone());
        }
        if let Some(region) = self.region {
            integration = integration.region(region);
        }
        Ok(if self.no_identification { integration.without_identification() } else { integration })
    }

    pub(crate) fn color(&self) -> anstream::ColorChoice {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::AlwaysAnsi,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
    }
}

/// The longest that anyone may want to wait.
const MAX_SECONDS: f64 = 3600.0;

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= MAX_SECONDS);
    seconds.map(Duration::from_secs_f64).ok_or("expected seconds, such as 10 or 0.5, up to an hour")
}
