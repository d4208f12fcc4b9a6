//! What the checklist is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;

use crate::platform::Platform;
use crate::url::Url;

/// Judges an adapter: asks what browsers ask, plays Fingerprint behind it, and compares what it sees
/// on both sides with the contract.
///
/// The adapter has to send its requests to the stand-in, in plain HTTP/1.1, instead of Fingerprint's
/// hosts. Tell here how it is configured. The exit status is 1 if a check fails that is not declared
/// impossible, or if one passes that is.
#[derive(Clone, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(name = "checklist", disable_version_flag = true)]
pub(crate) struct Args {
    /// The adapter's URL with its integration path, like `http://127.0.0.1:8787/fp`
    #[arg(required_unless_present = "list")]
    pub(crate) url: Option<Url>,

    /// Where the stand-in for Fingerprint listens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9455")]
    pub(crate) upstream: SocketAddr,

    /// The configured path of agent downloads (v3), if it is on
    #[arg(long, value_name = "PATH")]
    pub(crate) agent_path: Option<String>,

    /// The configured path of identification requests (v3), if it is on
    #[arg(long, value_name = "PATH")]
    pub(crate) result_path: Option<String>,

    /// The routes of v4 are off
    #[arg(long)]
    pub(crate) no_v4: bool,

    /// The status page is off
    #[arg(long)]
    pub(crate) no_status: bool,

    /// The configured proxy secret
    #[arg(long)]
    pub(crate) secret: Option<String>,

    /// The platform that the adapter is for
    #[arg(long, value_name = "NAME", default_value = "generic")]
    pub(crate) platform: Platform,

    /// The configured public API keys whose agent is served, separated by commas
    #[arg(long, value_name = "KEY,…", value_delimiter = ',')]
    pub(crate) api_keys: Vec<String>,

    /// The configured region of every request: us, eu or ap
    #[arg(long, value_parser = ["us", "eu", "ap"])]
    pub(crate) region: Option<String>,

    /// The integration's version, as upstream is told
    #[arg(long)]
    pub(crate) version: Option<String>,

    /// The site's host that browsers ask for
    #[arg(long, default_value = "www.shop.example")]
    pub(crate) host: String,

    /// Who tells the adapter the visitor's address: the connection, or a field of the edge's
    ///
    /// The edge is not here, so the checklist sends the field.
    #[arg(long, value_name = "FIELD|peer", default_value = "peer")]
    pub(crate) client_address: AddressFrom,

    /// A field that the platform adds to requests or responses; may be repeated
    #[arg(long, value_name = "FIELD")]
    pub(crate) adds: Vec<String>,

    /// What is outside the integration path: 404, or the site, recognised by these words on its page at /
    ///
    /// Without it nothing outside the path is asked for: a mount by depth owns all of it.
    #[arg(long, value_name = "404|WORDS")]
    pub(crate) site: Option<String>,

    /// The limit for upstream's first byte, in milliseconds
    #[arg(long, value_name = "MS", default_value = "15000", value_parser = milliseconds)]
    pub(crate) first_byte_limit: Duration,

    /// The limit for a body that stands still, in milliseconds
    #[arg(long, value_name = "MS", default_value = "10000", value_parser = milliseconds)]
    pub(crate) idle_limit: Duration,

    /// The limit for a connection to upstream, in milliseconds
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = milliseconds)]
    pub(crate) connect_limit: Duration,

    /// How much longer than the limits to wait for anything, in milliseconds
    #[arg(long, value_name = "MS", default_value = "10000", value_parser = milliseconds)]
    pub(crate) patience: Duration,

    /// The adapter speaks HTTP/2 on the browser's side, with prior knowledge
    #[arg(long)]
    pub(crate) h2: bool,

    /// Checks that the platform makes impossible: JSON, an object of reasons by the names of checks
    #[arg(long, value_name = "FILE")]
    pub(crate) impossible: Option<PathBuf>,

    /// Only the checks whose names begin with this; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,

    /// How many checks run at the same time
    #[arg(long, value_name = "NUMBER", default_value = "24")]
    pub(crate) jobs: usize,

    /// List the checks, and do nothing else
    #[arg(long)]
    pub(crate) list: bool,

    /// One line of JSON for each check, instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    /// A command that starts the adapter, which is ended afterwards
    #[arg(last = true)]
    pub(crate) command: Vec<String>,
}

/// Who tells the adapter the visitor's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AddressFrom {
    Peer,
    Field(String),
}

impl FromStr for AddressFrom {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        match text {
            "peer" => Ok(Self::Peer),
            _ if !text.is_empty() && text.bytes().all(is_token) => {
                Ok(Self::Field(text.to_ascii_lowercase()))
            }
            _ => Err("expected peer or the name of a field"),
        }
    }
}

fn milliseconds(text: &str) -> Result<Duration, &'static str> {
    text.parse().map(Duration::from_millis).map_err(|_| "expected milliseconds, like 1000")
}
