//! An axum application with the gateway beside its own routes. `README.md` says how to run it.

mod server;
mod settings;
mod site;
mod upstream;

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::routing::get;
use firstparty::report::Tally;
use firstparty_tower::{Client, FirstPartyLayer, Gateways};
use tokio::net::TcpListener;
use tower::Layer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateways = Gateways::new(settings::gateway()?);
    tokio::spawn(settings::refresh(gateways.clone()));

    let tally = Arc::new(Mutex::new(Tally::default()));
    let counted = Arc::clone(&tally);
    let layer =
        FirstPartyLayer::new(gateways, Client::new(upstream::connector())).on_end(move |ended| {
            counted.lock().unwrap_or_else(PoisonError::into_inner).add(ended.report);
        });

    if let Some(address) = settings::text("FIRSTPARTY_METRICS") {
        let page =
            move || async move { tally.lock().unwrap_or_else(PoisonError::into_inner).to_string() };
        let metrics = Router::new().route("/metrics", get(page));
        tokio::spawn(axum::serve(TcpListener::bind(address).await?, metrics).into_future());
    }
    let listen = settings::text("FIRSTPARTY_LISTEN").unwrap_or_else(|| "127.0.0.1:8788".to_owned());
    let listener = TcpListener::bind(listen).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    server::serve(listener, layer.layer(site::routes())).await
}
