//! Sans-IO reverse-proxy logic that serves Fingerprint's agent and API from a site's own domain.
//!
//! Fingerprint identifies devices most accurately when its script and its API are *first party*:
//! served from the customer's own site. This crate is the gateway that serves them there, on every
//! platform. It is deterministic: no runtime, no sockets, no clock, no randomness, no logging.
//! Equal inputs give equal outputs.
//!
//! # In scope
//!
//! * classification of requests: agent download, identification, browser cache, v4, status page
//! * the request for upstream: target, query, region, fields, cookies, the integration's identity
//! * the response for the browser: fields, cache ages, cookie domains
//! * answers made here: errors and the status page
//! * configuration in layers, and the differences between seven platforms as data
//!
//! # Out of scope
//!
//! * HTTP parsing, TLS, connection pools: these belong to the adapter
//! * bodies: they are handed through untouched; the crate only makes those of its own answers
//! * a router for the rest of the site: [`Gateway::owns`] tells which requests are the gateway's; the rest are the site's
//!
//! # The loop
//!
//! An adapter hands over the head of a request and gets back a head for upstream, or an answer. It
//! hands over the head of upstream's response and gets back the head for the browser. An exchange takes
//! any number of response heads, so that an interim one (1xx) is filtered like the final one.
//!
//! ```text
//!            Request                      Request
//! browser ───────────▶ Gateway::handle ───────────▶ upstream
//!         ◀─ Respond ─┘        │ Exchange               │
//!         ◀──────────── Exchange::complete ◀────────────┘
//!            Response   Exchange::fail          Response or failure
//! ```
//!
//! ```
//! use firstparty::http::{Request, Response};
//! use firstparty::{Action, Config, Failure, Gateway, Platform, RequestId};
//!
//! # fn send_upstream(_: Request<String>) -> Result<Response<String>, Failure> { Err(Failure::Connect) }
//! # fn send_to_browser<B>(_: Response<B>) {}
//! # fn unix_millis() -> u64 { 0 }
//! # fn entropy() -> u64 { 0 }
//! # let request = Request::get("/fp/web/v4/key").header("host", "example.com").body(String::new())?;
//! # let client_ip = None;
//! let config = Config::builder().pre_shared_secret("s3cret").build()?;
//! let gateway = Gateway::new(config, Platform::Generic);
//!
//! match gateway.handle(request, client_ip) {
//!     Action::Respond(response, _report) => send_to_browser(response),
//!     Action::Forward(request, exchange) => match send_upstream(request) {
//!         Ok(response) => send_to_browser(exchange.complete(response)),
//!         Err(failure) => {
//!             let id = RequestId::new(unix_millis(), entropy());
//!             send_to_browser(exchange.fail(failure, id));
//!         }
//!     },
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Terms
//!
//! The *browser* sends the request, the *adapter* is the program that owns the sockets and embeds
//! this crate, *upstream* is always Fingerprint's server. A *field* is a header field (RFC 9110
//! §5). A request is *authorised* if it is an identification request, which carries the proxy
//! secret; all others are *plain*.
//!
//! Names such as [`R5.3`] are rules of the [`contract`], which says what the gateway does and why.
//! Code names a rule where it implements it, and tests name it where they check it.
//!
//! # Modules, in the order in which data flows
//!
//! [`field`] has the sets of field names that the steps share. [`platform`] and [`config`] describe a
//! gateway, and [`refusal`] lists why a request is answered here. A request walks through [`route`] and
//! [`request`], a response through [`response`]; [`report`] is what an adapter counts, and [`reply`]
//! writes the answers that are made here. [`Exchange`] and [`Gateway`] are that walk, step by step. The
//! steps are public, so that one can be used alone.
//!
//! [`advice`], [`client_setup`] and [`explain`] read what the others decide: advice on a configuration,
//! the strings for a site's JavaScript, and the rule behind every change. [`doctor`] examines an
//! integration that is live, whoever built it.
//!
//! Three modules are pages to read. [`guide`] answers a question a page: mounts, cookies, caches,
//! refusals, alarms, cost, migration. [`contract`] has the rules. [`adapter`] tells the author of an
//! adapter its duties, with the forwarded request part by part, the errors of common clients, default
//! time-outs, and a checklist.
//!
//! A module imports only those before it in this order, and `scripts/check-circles` makes sure of it.
//!
//! # Features
//!
//! None is on by default.
//!
//! * `psl`: cookie domains know public suffixes, and may become the registrable domain.
//!
//! # Companion crates
//!
//! * `firstparty-lambda-edge`: CloudFront's Lambda@Edge events in, result objects out. An adapter that
//!   uses nothing but this crate's public API.
//! * `firstparty-management`: the management function of a CloudFront deployment, as a state
//!   machine. It needs nothing of this crate.
//! * `firstparty-sealed`: opens sealed results, alone or in a response body. It needs nothing of this
//!   crate.
//! * `firstparty-tower`: this gateway as a tower layer, for axum and hyper.
//!
//! [`R5.3`]: crate::contract#R5.3
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod adapter;
pub mod advice;
pub mod client_setup;
pub mod config;
#[doc = include_str!("contract.md")]
pub mod contract {}
pub mod doctor;
mod entropy;
mod exchange;
pub mod explain;
mod failure;
pub mod field;
mod gateway;
pub mod guide;
mod host;
mod octets;
pub mod platform;
pub mod refusal;
mod region;
pub mod reply;
pub mod report;
pub mod request;
pub mod response;
pub mod route;
mod status_page;
mod variable;

pub use http;

pub use self::config::error::ConfigError;
pub use self::config::validated::Config;
pub use self::exchange::Exchange;
pub use self::failure::{Failure, RequestId};
pub use self::gateway::{Action, Gateway};
pub use self::platform::table::Platform;
pub use self::region::{Region, UnknownRegion};
pub use self::report::exchange::Report;

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_the_loop_cross_threads() {
        fn assert_crosses<T: Send + Sync>() {}
        assert_crosses::<Gateway>();
        assert_crosses::<Exchange>();
        assert_crosses::<Action<()>>();
        assert_crosses::<Config>();
        assert_crosses::<Report>();
        assert_crosses::<report::Tally>();
        assert_crosses::<doctor::Doctor>();
    }
}
