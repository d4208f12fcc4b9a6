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
//! * `args`: what the proxy is told, and by whom
//! * `settings`: a gateway out of that, built anew when the settings document changes
//! * `server`: connections from browsers, and their orderly end
//! * `exchange`: one request, from the browser's head to the last byte of the answer
//! * `upstream`: the request on its way to Fingerprint, with a limit for each wait
//! * `dial`: connections to Fingerprint
//! * `kept`: whether one of them, kept from an earlier request, broke before it answered
//! * `body`: bodies handed on as they come, in either direction
//! * `socket`: a connection that can be cut so that the browser notices
//! * `record`: one line for each exchange
//! * `mock`: the stand-in for Fingerprint
//! * `welcome`: what is printed at the start

mod args;
mod body;
mod dial;
mod exchange;
mod kept;
mod mock;
mod record;
mod server;
mod settings;
mod socket;
mod upstream;
mod welcome;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::args::{Args, UpstreamKind};
use self::dial::Dial;
use self::exchange::Proxy;
use self::record::Log;
use self::settings::Settings;
use self::upstream::Upstream;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            welcome::complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let signal = server::stop_signal()?;
    let dial = match (args.connect_to(), args.upstream) {
        (Some(address), _) => Dial::Plain(address.into()),
        (None, UpstreamKind::Mock) => Dial::Plain(mock::start().await?.to_string().into()),
        (None, UpstreamKind::Real) => Dial::tls(),
    };
    let limits = args.limits();
    let upstream = Upstream::new(dial, limits);
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", args.listen))?;
    let settings = Settings::new(args);
    let stamp = settings.stamp();
    let gateway = settings.gateway()?;
    welcome::print(&gateway, listener.local_addr()?);
    let (publish, gateway) = watch::channel(gateway);
    tokio::spawn(settings.refresh(stamp, publish));
    let log = Log::start();
    let proxy = Arc::new(Proxy { gateway, upstream, log: log.sender() });
    server::serve(listener, proxy, signal, limits).await;
    log.close();
    Ok(())
}
