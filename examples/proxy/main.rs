//! A reverse proxy around the gateway, on tokio, hyper and rustls.
//!
//! ```text
//! cargo run --example proxy
//! ```
//!
//! starts a stand-in for Fingerprint on loopback and the gateway in front of it, prints the URLs
//! to try and goes on serving; no network is needed. `--upstream real` talks TLS to the real
//! hosts. `--help` names every argument and its environment variable.
//!
//! The library decides what a request and a response become. What it cannot do for its host are
//! the adapter's duties (contract R16); each is kept here, and named where it is kept:
//!
//! * `args`: what the proxy is told
//!   * `command_line`: the command line without its empty arguments
//! * `settings`: a gateway out of that, built anew when the settings document changes
//!   * `choices`: every choice of the gateway's configuration, and what it is called
//!   * `form`, `reader`: how a choice is written and read
//!   * `given`, `document`: the choices that the command line, the environment and the document give
//!   * `layer`, `layers`: one of these origins, and all of them in their order
//!   * `hints`: the gateway's advice, with the argument that follows it
//! * `server`: connections from browsers, until a signal
//!   * `socket`: a connection that can be cut so that the browser notices
//!   * `signals`: what ends the proxy
//!   * `ending`, `open`: how connections end then, and how many exchanges are still open
//! * `exchange`: one request, from the browser's head to the answer's
//!   * `body`: bodies handed on as they come, in either direction
//!   * `upload`: what becomes of the request's body
//!   * `answer`: the answer on its way to the browser, to the last byte
//! * `upstream`: the request on its way to Fingerprint, with a limit for each wait
//!   * `dial`: connections to Fingerprint
//!   * `kept`: whether one of them, kept from an earlier request, broke before it answered
//! * `record`: what is recorded of an exchange while it goes on
//!   * `line`, `text`, `log`: one line for each exchange, how it is written, and by whom
//! * `metrics`: counters of all exchanges, for Prometheus
//! * `mock`: the stand-in for Fingerprint
//! * `welcome`: what is printed at the start

mod args;
mod exchange;
mod metrics;
mod mock;
mod record;
mod server;
mod settings;
mod upstream;
mod welcome;

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use self::args::{Args, UpstreamKind};
use self::exchange::Proxy;
use self::metrics::Counters;
use self::record::Recorder;
use self::record::log::{Log, write_last};
use self::server::open::Open;
use self::server::signals::{Signal, Signals};
use self::settings::Settings;
use self::upstream::Upstream;
use self::upstream::dial::Dial;

fn main() -> ExitCode {
    match start(Args::read()) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(second)) => second.exit_code(),
        Err(error) => {
            welcome::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Serves until a signal. Gives the second signal, if it cut short what the first one began.
fn start(args: Args) -> Result<Option<Signal>, Box<dyn Error>> {
    let is_counting = args.metrics().is_some();
    let log = if args.quiet { Log::silent() } else { Log::start() };
    let recorder = Recorder { log: log.sender(), counters: Counters::default(), open: Open::new() };
    let counters = recorder.counters.clone();
    let runtime = Runtime::new()?;
    let result = runtime.block_on(run(args, recorder));
    // What is still open is dropped, so that it is counted and logged, too.
    runtime.shutdown_timeout(server::ending::LAST_WAIT);
    let is_written = log.close();
    if is_counting && is_written && result.is_ok() {
        write_last(move || welcome::last_counts(&counters.read()));
    }
    result
}

async fn run(args: Args, recorder: Recorder) -> Result<Option<Signal>, Box<dyn Error>> {
    let signals = Signals::listen()?;
    let settings = Settings::new(args.clone());
    let stamp = settings.stamp();
    let gateway = settings.gateway()?;
    let dial = match (args.connect_to(), args.upstream) {
        (Some(address), _) => Dial::Plain(address.into()),
        (None, UpstreamKind::Mock) => Dial::Plain(mock::start().await?.to_string().into()),
        (None, UpstreamKind::Real) => Dial::tls(),
    };
    let limits = args.limits();
    let upstream = Upstream::new(dial, limits);
    let listener = listen(args.listen).await?;
    let metrics = match args.metrics() {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let metrics_address = metrics.as_ref().map(TcpListener::local_addr).transpose()?;
    welcome::print(&gateway, listener.local_addr()?, metrics_address);
    settings.advise(&gateway);
    let (publish, gateway) = watch::channel(gateway);
    tokio::spawn(settings.refresh(stamp, publish));
    if let Some(metrics) = metrics {
        tokio::spawn(metrics::serve(metrics, recorder.counters.clone(), limits.head));
    }
    let proxy = Arc::new(Proxy { gateway, upstream, recorder });
    Ok(server::serve(listener, proxy, signals, limits).await)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| format!("cannot listen on {address}: {error}"))
}
