//! The gateway of [`firstparty`] as a tower layer: Fingerprint's agent and API below one path of a
//! site, the site itself everywhere else.
//!
//! The gateway decides about heads. This crate does what is left to an adapter (contract [R16]), for
//! any client, any server and any bodies that speak [`http`](firstparty::http) and `http-body`, and whose
//! data are `Bytes`. In axum:
//!
#![cfg_attr(all(feature = "axum", feature = "client"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "axum", feature = "client")), doc = "```ignore")]
//! use std::{error::Error, net::SocketAddr};
//!
//! use axum::{Router, routing::get};
//! use firstparty::{Config, Gateway, Platform, config::Mount};
//! use firstparty_tower::{FirstPartyLayer, Gateways, client};
//! use hyper_rustls::HttpsConnectorBuilder;
//! use tokio::net::TcpListener;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn Error>> {
//!     let config = Config::builder()
//!         .mount(Mount::Exact("ore54guier".parse()?))
//!         .pre_shared_secret(std::env::var("FPJS_PRE_SHARED_SECRET")?)
//!         .hosts(["www.example.com"])
//!         .build()?;
//!     let gateways = Gateways::new(Gateway::new(config, Platform::Generic));
//!     let https = HttpsConnectorBuilder::new().with_webpki_roots().https_only().enable_http1();
//!     let layer = FirstPartyLayer::new(gateways, client(https.build()));
//!     let app = Router::new().route("/", get(async || "the site")).layer(layer);
//!     let listener = TcpListener::bind("127.0.0.1:8080").await?;
//!     let service = app.into_make_service_with_connect_info::<SocketAddr>();
//!     Ok(axum::serve(listener, service).await?)
//! }
//! ```
//!
//! Mount the gateway exactly: by default it owns every path of the site. Put the layer outside of all
//! layers that change bodies or heads: nothing may compress, decode or buffer what passes the gateway.
//!
//! # What it does
//!
//! | duty | where |
//! |---|---|
//! | send once, repeat a GET that met a dead connection ([R16.1]) | [`client()`] |
//! | stream bodies, cut answers that break off ([R16.2]) | [`BoxBody`] |
//! | drop trailers ([R16.3]) | [`BoxBody`] |
//! | limits for connecting, first byte and silence ([R16.4]) | [`client()`], [`FirstPartyLayer`] |
//! | answer failures, and 408 to a browser that falls silent ([R16.5]) | [`FirstPartyLayer`], [`failure_of`] |
//! | tell the report of every exchange once ([R16.6]) | [`FirstPartyLayer::on_end`], [`Ended`] |
//! | new settings without a restart ([R16.6]) | [`Gateways`] |
//!
//! # What is left to you
//!
//! * The server's part of [R16.3] and [R16.4]: hyper answers `expect: 100-continue`, refuses ambiguous
//!   framing and accepts 100 fields. Limit the time of a head, and that of a browser that does not read
//!   its answer: with hyper's own server, or in what ends TLS.
//! * To close the connection, in HTTP/1, of a response that says `connection: close`: hyper does, and other
//!   servers have a property for it.
//! * The address of the browser: axum's `ConnectInfo` (feature `axum`), or a [`ClientAddress`] that you
//!   put into the request's extensions.
//! * A log of the reports, and reading the settings again.
//! * With a client of your own: follow no redirect, repeat no POST, frame bodies of unknown length
//!   again, and pass over interim responses.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `client` | [`client()`], on hyper-util; it turns `tokio` on |
//! | `tokio` | limits for the first byte and for silence, by tokio's clock; the service has to run in its runtime, time enabled. Without it **no wait has a limit** |
//! | `axum` | the address of `ConnectInfo<SocketAddr>` |
//!
//! [R16]: firstparty::contract#R16
//! [R16.1]: firstparty::contract#R16.1
//! [R16.2]: firstparty::contract#R16.2
//! [R16.3]: firstparty::contract#R16.3
//! [R16.4]: firstparty::contract#R16.4
//! [R16.5]: firstparty::contract#R16.5
//! [R16.6]: firstparty::contract#R16.6
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod answer;
mod body;
#[cfg(feature = "client")]
mod client;
mod clock;
mod ended;
mod failure;
mod forward;
mod gateways;
mod layer;
mod progress;
mod service;
mod upload;

pub use firstparty;

pub use self::address::ClientAddress;
pub use self::body::BoxBody;
#[cfg(feature = "client")]
pub use self::client::client;
pub use self::ended::{End, Ended};
pub use self::failure::failure_of;
pub use self::gateways::Gateways;
pub use self::layer::FirstPartyLayer;
pub use self::service::FirstParty;

/// The README's example is a test.
#[cfg(all(doctest, feature = "client", feature = "axum"))]
#[doc = include_str!("../README.md")]
struct Readme;
