//! What the proxy is told: arguments, each also an environment variable.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU8;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;
use clap::builder::{FalseyValueParser, OsStringValueParser};
use firstparty::Platform;
use firstparty::config::{Builder, CookieDomain, Source, TrustedAddress, Variable};
use firstparty::http::HeaderName;
use firstparty::http::uri::Authority;

const LISTEN: &str = "127.0.0.1:8787";

/// Serves Fingerprint's agent and API from a site's own domain.
///
/// Without arguments: a stand-in for Fingerprint on loopback, the gateway in front of it, and the
/// URLs to try. An empty value counts as none.
///
/// The first SIGINT (Ctrl-C) or SIGTERM lets open exchanges finish, and the exit status is 0. A second
/// one cuts them, and the exit status is 130 for SIGINT or 143 for SIGTERM.
#[derive(Clone, Parser)]
#[command(name = "proxy", version)]
pub(crate) struct Args {
    /// The address to listen on; port 0 takes any free one.
    #[arg(
        long,
        env = "FIRSTPARTY_LISTEN",
        value_name = "ADDR",
        default_value = LISTEN,
        value_parser = or_default::<SocketAddr>(LISTEN)
    )]
    pub(crate) listen: SocketAddr,

    /// Where requests go: a stand-in inside this process, or Fingerprint's hosts over TLS.
    #[arg(
        long,
        env = "FIRSTPARTY_UPSTREAM",
        value_name = "mock|real",
        default_value = "mock",
        value_parser = or_default::<UpstreamKind>("mock")
    )]
    pub(crate) upstream: UpstreamKind,

    /// The v3 agent route [with the stand-in: agent].
    #[arg(long, env = "FIRSTPARTY_AGENT_PATH", value_name = "PATH")]
    agent_path: Option<String>,

    /// The v3 route for identification and browser cache [with the stand-in: result].
    #[arg(long, env = "FIRSTPARTY_RESULT_PATH", value_name = "PATH")]
    result_path: Option<String>,

    /// The number of leading path segments that make the integration path [default: 1].
    #[arg(long, env = "FIRSTPARTY_INTEGRATION_PATH_DEPTH", value_name = "NUMBER")]
    integration_path_depth: Option<String>,

    /// The proxy secret; better given as the environment variable, which `ps` does not show.
    #[arg(long, env = "FIRSTPARTY_SECRET", value_name = "SECRET", hide_env_values = true)]
    secret: Option<String>,

    /// The API host [default: api.fpjs.io].
    #[arg(long, env = "FIRSTPARTY_INGRESS_HOST", value_name = "HOST")]
    ingress_host: Option<String>,

    /// Where the proxy runs: generic, cloudfront, cloudflare, azure, fastly-compute, fastly-vcl,
    /// akamai.
    #[arg(
        long,
        env = "FIRSTPARTY_PLATFORM",
        default_value = "generic",
        value_parser = or_default::<Platform>("generic")
    )]
    pub(crate) platform: Platform,

    /// The integration's version, as upstream is told [default: the crate's].
    #[arg(long, env = "FIRSTPARTY_INTEGRATION_VERSION", value_name = "VERSION")]
    pub(crate) integration_version: Option<String>,

    /// What happens to the `Domain` of cookies: preserve, `first_party`, registrable (with the
    /// feature `psl`), or a table as JSON, `{"map":[[from,to],…]}`.
    #[arg(
        long,
        env = "FIRSTPARTY_COOKIE_DOMAIN",
        value_name = "POLICY",
        default_value = "first_party",
        value_parser = cookie_domain
    )]
    pub(crate) cookie_domain: CookieDomain,

    /// The hosts that browsers may ask for, separated by commas [default: any].
    #[arg(long, env = "FIRSTPARTY_HOSTS", value_name = "HOSTS")]
    hosts: Option<String>,

    /// The field in which a load balancer of your own names the browser's host.
    #[arg(
        long,
        env = "FIRSTPARTY_TRUSTED_HOST",
        value_name = "FIELD",
        value_parser = or_none::<HeaderName>
    )]
    trusted_host: Option<Maybe<HeaderName>>,

    /// The field to which load balancers of your own append the address of their peer, and how many
    /// of them stand in front, like `x-forwarded-for:1`.
    #[arg(
        long,
        env = "FIRSTPARTY_TRUSTED_ADDRESS",
        value_name = "FIELD[:HOPS]",
        value_parser = trusted_address
    )]
    trusted_address: Option<Maybe<TrustedAddress>>,

    /// A settings document: a JSON object with `fpjs_…` keys, for what no argument sets. When the
    /// file changes it is read again; a bad one changes nothing.
    #[arg(long, env = "FIRSTPARTY_CONFIG", value_name = "FILE", value_parser = OsStringValueParser::new())]
    config: Option<OsString>,

    /// Dial this address, in plain HTTP, whatever upstream host a request has; its `Host` stays.
    #[arg(long, env = "FIRSTPARTY_CONNECT_TO", value_name = "ADDR", value_parser = address)]
    connect_to: Option<String>,

    /// Serve counters for Prometheus at this address, under `/metrics`. It is another one than that of
    /// the site, and should not be reached by browsers [default: no counters are served].
    #[arg(long, env = "FIRSTPARTY_METRICS", value_name = "ADDR", value_parser = or_none::<SocketAddr>)]
    metrics: Option<Maybe<SocketAddr>>,

    /// Write no line for each exchange and no advice. All else stays: the URLs at the start, errors,
    /// the news of a settings document, how many exchanges a signal waits for, and the last counts.
    #[arg(long, env = "FIRSTPARTY_QUIET", value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,

    /// How long connecting to upstream may take, in milliseconds (R16.4).
    #[arg(long, hide_short_help = true, value_name = "MS", default_value = "1000")]
    connect_timeout_ms: u64,

    /// How long upstream may take to begin its answer, in milliseconds (R16.4).
    #[arg(long, hide_short_help = true, value_name = "MS", default_value = "15000")]
    first_byte_timeout_ms: u64,

    /// How long a body may stand still, in milliseconds (R16.4).
    #[arg(long, hide_short_help = true, value_name = "MS", default_value = "10000")]
    idle_timeout_ms: u64,

    /// How long an idle connection to upstream is kept for another request, in milliseconds (R16.1).
    #[arg(long, hide_short_help = true, value_name = "MS", default_value = "10000")]
    pool_idle_timeout_ms: u64,

    /// How long a browser may take for a head, or leave a connection unused.
    #[arg(long, hide = true, default_value = "30000")]
    head_timeout_ms: u64,

    /// How long open exchanges may go on after a signal.
    #[arg(long, hide = true, default_value = "10000")]
    shutdown_timeout_ms: u64,

    /// How often the settings document is looked at.
    #[arg(long, hide = true, default_value = "2000")]
    config_check_ms: u64,
}

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
    /// The variables that arguments set: asked first (R1.1).
    pub(crate) fn source(&self) -> Source {
        let given = [
            (Variable::AgentDownloadPath, &self.agent_path),
            (Variable::GetResultPath, &self.result_path),
            (Variable::IntegrationPathDepth, &self.integration_path_depth),
            (Variable::PreSharedSecret, &self.secret),
            (Variable::IngressBaseHost, &self.ingress_host),
        ];
        given.into_iter().fold(Source::new("arguments"), |source, (variable, value)| {
            source.with(variable, value.as_deref().unwrap_or_default())
        })
    }

    /// The choices that are not variables.
    pub(crate) fn options(&self, mut builder: Builder) -> Builder {
        if let Some(hosts) = self.hosts.as_deref().filter(|hosts| !hosts.is_empty()) {
            builder = builder.hosts(hosts.split(',').map(str::trim));
        }
        if let Some(field) = self.trusted_host.clone().flatten() {
            builder = builder.trusted_host(field);
        }
        if let Some(trusted) = self.trusted_address.clone().flatten() {
            builder = builder.trusted_address(trusted);
        }
        builder
    }

    /// The settings document.
    pub(crate) fn config(&self) -> Option<&Path> {
        self.config.as_deref().filter(|path| !path.is_empty()).map(Path::new)
    }

    /// The address to dial whatever the host.
    pub(crate) fn connect_to(&self) -> Option<&str> {
        self.connect_to.as_deref().filter(|address| !address.is_empty())
    }

    /// The address to serve counters at.
    pub(crate) fn metrics(&self) -> Option<SocketAddr> {
        self.metrics.flatten()
    }

    /// Whether the stand-in answers, so that a demonstration's settings fill what is not set.
    pub(crate) fn is_demonstration(&self) -> bool {
        self.connect_to().is_none() && self.upstream == UpstreamKind::Mock
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            connect: Duration::from_millis(self.connect_timeout_ms),
            first_byte: Duration::from_millis(self.first_byte_timeout_ms),
            idle: Duration::from_millis(self.idle_timeout_ms),
            pool_idle: Duration::from_millis(self.pool_idle_timeout_ms),
            head: Duration::from_millis(self.head_timeout_ms),
            shutdown: Duration::from_millis(self.shutdown_timeout_ms),
        }
    }

    pub(crate) fn config_check(&self) -> Duration {
        Duration::from_millis(self.config_check_ms)
    }
}

/// Reads a value; an empty one counts as none, so that the default is used.
fn or_default<T>(default: &'static str) -> impl Fn(&str) -> Result<T, T::Err> + Clone
where
    T: FromStr,
{
    move |text: &str| if text.is_empty() { default.parse() } else { text.parse() }
}

/// A value that is given, but may be empty.
type Maybe<T> = Option<T>;

/// Reads a value; an empty one counts as none.
fn or_none<T: FromStr>(text: &str) -> Result<Maybe<T>, T::Err> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// A policy's name, or JSON.
fn cookie_domain(text: &str) -> Result<CookieDomain, String> {
    let policy = match text {
        "" => Ok(CookieDomain::default()),
        _ if text.starts_with('{') => serde_json::from_str(text),
        name => serde_json::from_value(name.into()),
    };
    policy.map_err(|error| error.to_string())
}

/// A field name and a number of hops, which is one where it is not given.
fn trusted_address(text: &str) -> Result<Maybe<TrustedAddress>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let (field, hops) = text.rsplit_once(':').unwrap_or((text, "1"));
    match (field.parse::<HeaderName>(), hops.parse::<NonZeroU8>()) {
        (Ok(field), Ok(hops)) => Ok(Some(TrustedAddress::new(field, hops))),
        _ => Err("expected a field name and a number of hops, like x-forwarded-for:1"),
    }
}

/// A host or an IP address, with a port.
fn address(text: &str) -> Result<String, &'static str> {
    let has_port = |authority: Authority| authority.port_u16().is_some();
    let names_one = || text.parse().is_ok_and(has_port) && !text.contains('@');
    if text.is_empty() || names_one() { Ok(text.to_owned()) } else { Err("expected host:port") }
}
