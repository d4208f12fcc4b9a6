//! An axum application with the gateway beside its own routes. `README.md` says how to run it.

mod counters;
mod settings;
mod site;
mod upstream;

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use axum::serve::ListenerExt;
use firstparty_tower::{FirstPartyLayer, Gateways, client};
use tokio::net::TcpListener;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use crate::counters::Counters;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateways = Gateways::new(settings::gateway()?);
    tokio::spawn(settings::refresh(gateways.clone()));
    let counters = Counters::default();
    if let Some(address) = settings::text("FIRSTPARTY_METRICS") {
        let page = counters.clone().page();
        tokio::spawn(axum::serve(TcpListener::bind(address).await?, page).into_future());
    }
    let layer = FirstPartyLayer::new(gateways, client(upstream::connector()))
        .on_end(move |ended| counters.count(ended.report));
    let site = site::routes().layer(layer);

    let listen = settings::text("FIRSTPARTY_LISTEN").unwrap_or_else(|| "127.0.0.1:8788".to_owned());
    let listener = TcpListener::bind(listen).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let service = site.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).with_graceful_shutdown(end()?).await?)
}

/// SIGTERM, or SIGINT, which is Ctrl-C. What is open may finish then.
fn end() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select!(_ = terminate.recv() => {}, _ = ctrl_c() => {});
    })
}
