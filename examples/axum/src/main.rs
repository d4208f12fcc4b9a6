//! An axum application with the gateway beside its own routes. `README.md` says how to run it.

mod counters;
mod settings;
mod site;
mod upstream;

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::process::exit;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::serve::ListenerExt;
use axum::{ServiceExt, http};
use firstparty_tower::{FirstPartyLayer, Gateways, client};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tower::Layer;
use tower::util::MapResponse;

use crate::counters::Counters;

/// How long open exchanges have to finish.
const GRACE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() {
    let result = serve().await;
    if let Err(error) = &result {
        eprintln!("firstparty-axum: {error}");
    }
    // To return would be to wait for names that are still looked up.
    exit(i32::from(result.is_err()));
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let document = settings::document().await?;
    let gateways = Gateways::new(settings::gateway(&document)?);
    tokio::spawn(settings::refresh(gateways.clone(), document));
    let counters = Counters::default();
    if let Some(address) = settings::text("FIRSTPARTY_METRICS")? {
        let page = counters.clone().page();
        tokio::spawn(axum::serve(TcpListener::bind(address).await?, page).into_future());
    }
    let layer = FirstPartyLayer::new(gateways, client(upstream::connector()?))
        .on_end(move |ended| counters.count(ended.report));
    // Around the router and not one of its layers: no route is looked for before the gateway's turn.
    let site = layer.layer(site::routes());
    let site = MapResponse::new(site, |response: http::Response<_>| response.map(Body::new));

    let listen =
        settings::text("FIRSTPARTY_LISTEN")?.unwrap_or_else(|| "127.0.0.1:8788".to_owned());
    let listener = TcpListener::bind(listen).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(site);
    let (finish, finishing) = oneshot::channel();
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async { finishing.await.unwrap_or_default() });
    tokio::select! {
        result = server.into_future() => Ok(result?),
        result = end(finish) => Ok(result?),
    }
}

/// SIGTERM or SIGINT, which is Ctrl-C, lets what is open finish. A second one, or time, ends it.
async fn end(finish: oneshot::Sender<()>) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut next = async || tokio::select!(_ = terminate.recv() => {}, _ = interrupt.recv() => {});
    next().await;
    drop(finish);
    let _ = timeout(GRACE, next()).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use tokio::task::yield_now;

    use super::{Duration, end, oneshot, timeout};

    /// The first signal lets what is open finish, and the second does not wait for that.
    #[tokio::test]
    async fn a_second_signal_ends_it_at_once() {
        let (finish, finishing) = oneshot::channel();
        let ending = tokio::spawn(end(finish));
        // From here on signals are caught.
        yield_now().await;
        let process = id().to_string();
        Command::new("kill").args(["-TERM", &process]).status().unwrap();
        finishing.await.unwrap_err();
        Command::new("kill").args(["-INT", &process]).status().unwrap();
        timeout(Duration::from_secs(10), ending).await.unwrap().unwrap().unwrap();
    }
}
