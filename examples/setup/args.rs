//! What the program is told.

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use firstparty::{Platform, Region};

use crate::cost::Prices;

/// Proposes an integration: paths, variables of the platform, the page's JavaScript, and what it costs.
///
/// Paths that are not given are random. The proxy secret is not asked for: put it into its place yourself.
#[derive(Parser)]
#[command(name = "setup")]
pub(crate) struct Args {
    /// The origin of the site's pages, or of its subdomain for the integration
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) site: String,

    /// Where the gateway will run
    ///
    /// One of generic, cloudfront, cloudflare, azure, fastly-compute, fastly-vcl and akamai.
    #[arg(long, value_name = "NAME", default_value = "generic")]
    pub(crate) platform: Platform,

    /// The region of the Fingerprint workspace: us, eu or ap
    #[arg(long, default_value = "us")]
    pub(crate) region: Region,

    /// The workspace's public API key
    #[arg(long, value_name = "KEY", value_parser = api_key)]
    pub(crate) api_key: Option<String>,

    /// Serve v3 of the agent, too
    #[arg(long)]
    pub(crate) v3: bool,

    /// One JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,

    /// The integration path
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new(), help_heading = PATHS)]
    pub(crate) integration_path: Option<String>,

    /// The v3 agent route
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new(), help_heading = PATHS, requires = "v3")]
    pub(crate) agent_path: Option<String>,

    /// The v3 result route
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new(), help_heading = PATHS, requires = "v3")]
    pub(crate) result_path: Option<String>,

    /// Identifications in a month: what they cost
    #[arg(long, value_name = "N", help_heading = COST)]
    pub(crate) events_per_month: Option<u64>,

    #[command(flatten, next_help_heading = COST)]
    pub(crate) prices: Prices,
}

const PATHS: &str = "Paths, if they are not to be random";
const COST: &str = "Cost";

/// It stands in JavaScript and settings as it is.
fn api_key(text: &str) -> Result<String, &'static str> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain { Ok(text.to_owned()) } else { Err("expected letters and digits") }
}
