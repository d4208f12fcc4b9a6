//! What the proxy is told: arguments, each also an environment variable.

mod command_line;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::OsStringValueParser;
use clap::{Arg, CommandFactory, FromArgMatches, Parser};
use firstparty::Platform;
use firstparty::http::uri::Authority;
use firstparty::platform::UnknownPlatform;

use crate::settings::choices::variable;
use crate::settings::given::Given;
use crate::settings::reader::read;

/// Serves Fingerprint's agent and API from a site's own domain.
///
/// Without arguments: a stand-in for Fingerprint on loopback, the gateway in front of it, and the
/// URLs to try.
///
/// An argument has precedence over its environment variable (`env`), and both over the settings
/// document (`key`). An empty value counts as not given. Where a value is JSON, it is the same as in
/// the settings document.
///
/// The first SIGINT (Ctrl-C) or SIGTERM lets open exchanges finish, and the exit status is 0. A second
/// one cuts them, and the exit status is 130 for SIGINT or 143 for SIGTERM.
#[derive(Clone, Parser)]
#[command(name = "proxy", version, next_help_heading = "Service")]
pub(crate) struct Args {
    /// The address to listen on; port 0 takes any free one
    ///
    /// `8787` and `localhost:8787` are on loopback, `:8787` is on every IPv4 address.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787",
        value_parser = read(socket_address))]
    pub(crate) listen: SocketAddr,

    /// Where requests go: a stand-in in this process, or Fingerprint's hosts
    ///
    /// The stand-in needs no network. Fingerprint's hosts are asked over TLS.
    #[arg(long, value_name = "mock|real", default_value = "mock",
        value_parser = read(UpstreamKind::from_str))]
    pub(crate) upstream: UpstreamKind,

    /// Dial this address in plain HTTP instead of each upstream host
    ///
    /// The `host` field of requests stays what it was.
    #[arg(long, value_name = "HOST:PORT", default_value = "", hide_default_value = true,
        value_parser = read(optional(host_and_port)))]
    connect_to: Maybe<String>,

    /// Where the proxy runs
    ///
    /// One of generic, cloudfront, cloudflare, azure, fastly-compute, fastly-vcl and akamai.
    #[arg(long, value_name = "NAME", default_value = "generic", value_parser = read(platform))]
    pub(crate) platform: Platform,

    /// A settings document: JSON, read again whenever the file changes
    ///
    /// It is an object with any `key` that is named below; those with `fpjs_` also without. While a
    /// changed document cannot be used, the last good one stays in use.
    #[arg(long, value_name = "FILE", value_parser = OsStringValueParser::new())]
    config: Option<OsString>,

    /// Serve counters for Prometheus at this address
    ///
    /// Their path is `/metrics`. Browsers should not reach the address.
    #[arg(long, value_name = "ADDR", default_value = "", hide_default_value = true,
        value_parser = read(optional(socket_address)))]
    metrics: Maybe<SocketAddr>,

    /// Write no line for each exchange, and no advice
    ///
    /// All else stays: the URLs at the start, errors, the news of a settings document, how many
    /// exchanges a signal waits for, and the last counts. The environment variable is true or false.
    #[arg(long, value_parser = read(boolean))]
    pub(crate) quiet: bool,

    /// How long connecting to upstream may take, in milliseconds (R16.4)
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = read(milliseconds),
        help_heading = TIME_OUTS, hide_short_help = true)]
    connect_timeout_ms: Duration,

    /// How long upstream may take to begin its answer, in milliseconds (R16.4)
    #[arg(long, value_name = "MS", default_value = "15000", value_parser = read(milliseconds),
        help_heading = TIME_OUTS, hide_short_help = true)]
    first_byte_timeout_ms: Duration,

    /// How long a body may stand still, in milliseconds (R16.4)
    #[arg(long, value_name = "MS", default_value = "10000", value_parser = read(milliseconds),
        help_heading = TIME_OUTS, hide_short_help = true)]
    idle_timeout_ms: Duration,

    /// How long a browser may take for a head, or leave a connection unused, in milliseconds
    #[arg(long, value_name = "MS", default_value = "30000", value_parser = read(milliseconds),
        help_heading = TIME_OUTS, hide_short_help = true)]
    head_timeout_ms: Duration,

    /// How long an idle connection to upstream is kept, in milliseconds (R16.1)
    #[arg(long, value_name = "MS", default_value = "10000", value_parser = read(milliseconds),
        help_heading = TIME_OUTS, hide_short_help = true)]
    pool_idle_timeout_ms: Duration,

    /// How long open exchanges may go on after a signal, in milliseconds
    #[arg(long, value_name = "MS", default_value = "10000", value_parser = read(milliseconds),
        help_heading = TIME_OUTS, hide_short_help = true)]
    shutdown_timeout_ms: Duration,

    /// How often the proxy looks whether the settings document has changed, in milliseconds
    #[arg(long, value_name = "MS", default_value = "2000", value_parser = read(milliseconds),
        help_heading = TIME_OUTS, hide_short_help = true)]
    config_check_ms: Duration,

    #[command(flatten)]
    pub(crate) given: Given,
}

const TIME_OUTS: &str = "Time limits";

/// Where requests go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpstreamKind {
    Mock,
    Real,
}

impl FromStr for UpstreamKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mock" => Ok(Self::Mock),
            "real" => Ok(Self::Real),
            _ => Err("expected mock or real"),
        }
    }
}

/// How long each wait may be (R16.4).
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// For a connection to upstream.
    pub(crate) connect: Duration,
    /// For upstream's head, once it has all of the request.
    pub(crate) first_byte: Duration,
    /// For more of a body, in either direction.
    pub(crate) idle: Duration,
    /// For another request, on a connection to upstream.
    pub(crate) pool_idle: Duration,
    /// For a browser's head.
    pub(crate) head: Duration,
    /// For open exchanges, at the end.
    pub(crate) shutdown: Duration,
}

impl Args {
    /// Reads the command line and the environment. What cannot be read ends the process.
    pub(crate) fn read() -> Self {
        let command = Self::command().mut_args(in_environment);
        let line = command_line::without_empty(&command, std::env::args_os());
        let matches = command.get_matches_from(line);
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// The settings document.
    pub(crate) fn config(&self) -> Option<&Path> {
        self.config.as_deref().filter(|path| !path.is_empty()).map(Path::new)
    }

    /// The address to dial whatever the host.
    pub(crate) fn connect_to(&self) -> Option<&str> {
        self.connect_to.as_deref()
    }

    /// The address to serve counters at.
    pub(crate) fn metrics(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Whether the stand-in answers, so that a demonstration's settings fill what is not set.
    pub(crate) fn is_demonstration(&self) -> bool {
        self.connect_to.is_none() && self.upstream == UpstreamKind::Mock
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            connect: self.connect_timeout_ms,
            first_byte: self.first_byte_timeout_ms,
            idle: self.idle_timeout_ms,
            pool_idle: self.pool_idle_timeout_ms,
            head: self.head_timeout_ms,
            shutdown: self.shutdown_timeout_ms,
        }
    }

    pub(crate) fn config_check(&self) -> Duration {
        self.config_check_ms
    }
}

/// What all arguments have in common: an environment variable, and values that may begin with a
/// hyphen.
fn in_environment(arg: Arg) -> Arg {
    let variable = variable(arg.get_long().unwrap_or_default());
    let help = arg.get_long_help().or_else(|| arg.get_help()).cloned().unwrap_or_default();
    let help = format!("{help}\n[env: {variable}]");
    // `--help` names the variable once, and never shows its value, which may be the secret.
    let arg = arg.env(variable).hide_env(true).long_help(help);
    let takes_values = arg.get_action().takes_values();
    if takes_values { arg.allow_hyphen_values(true) } else { arg }
}

/// What an empty value leaves out. Unlike an `Option`, clap takes it for a value.
type Maybe<T> = Option<T>;

/// Reads a value; an empty one counts as none.
fn optional<T, E>(
    read: impl Fn(&str) -> Result<T, E> + Clone,
) -> impl Fn(&str) -> Result<Maybe<T>, E> + Clone {
    move |text| if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

/// An IP address and a port. A port alone is on loopback, and so is `localhost`, without asking
/// anyone for its address; a port behind a colon is on every IPv4 address.
fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    let (host, port) = match text.rsplit_once(':') {
        None => (Some(Ipv4Addr::LOCALHOST), text),
        Some(("localhost", port)) => (Some(Ipv4Addr::LOCALHOST), port),
        Some(("", port)) => (Some(Ipv4Addr::UNSPECIFIED), port),
        Some(_) => (None, ""),
    };
    let address = match host {
        Some(host) => port.parse().ok().map(|port| SocketAddr::from((host, port))),
        None => text.parse().ok(),
    };
    address.ok_or("expected an address and a port, like 127.0.0.1:8787, [::1]:8787 or just 8787")
}

/// A host or an IP address, with a port.
fn host_and_port(text: &str) -> Result<String, &'static str> {
    let has_port = |authority: Authority| authority.port_u16().is_some();
    let names_one = text.parse().is_ok_and(has_port) && !text.contains('@');
    if names_one { Ok(text.to_owned()) } else { Err("expected host:port, like 127.0.0.1:9000") }
}

fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err("expected true or false"),
    }
}

fn platform(text: &str) -> Result<Platform, UnknownPlatform> {
    text.replace('_', "-").parse()
}

fn milliseconds(text: &str) -> Result<Duration, &'static str> {
    text.parse().map(Duration::from_millis).map_err(|_| "expected milliseconds, like 1000")
}
