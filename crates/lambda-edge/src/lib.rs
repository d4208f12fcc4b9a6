//! The gateway for CloudFront's Lambda@Edge: it takes origin-request events and gives result
//! objects (contract [R13]).
//!
//! CloudFront passes an event to a function instead of a request, and expects an object instead of
//! a response. [`EdgeEvent`] is the event, read from JSON or built by hand. [`EdgeFunction`] is the
//! gateway for events. [`ResultObject`] is what the function returns. [`EdgeSettings`] finds the
//! configuration for an event. Like the gateway, this crate does no I/O.
//!
//! ```text
//!            EdgeEvent                       Request
//! CloudFront ────────▶ EdgeFunction::handle ─────────▶ upstream
//!            ◀─ Respond ─┘        │ Pending               │
//!            ◀────────── Pending::complete ◀──────────────┘
//!           ResultObject Pending::fail       Response or failure
//! ```
//!
//! ```
//! use bytes::Bytes;
//! use firstparty::http::Response;
//! use firstparty::{Config, Failure, RequestId};
//! use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
//!
//! # let json = r#"{"Records": [{"cf": {"request": {"clientIp": "203.0.113.7", "method": "POST",
//! #     "uri": "/fp/result", "querystring": "region=eu",
//! #     "headers": {"host": [{"key": "Host", "value": "www.example.com"}]},
//! #     "body": {"inputTruncated": false, "action": "read-only", "encoding": "base64",
//! #              "data": "AAEC"},
//! #     "origin": {"custom": {"customHeaders": {}}}}}}]}"#.as_bytes();
//! # fn send_upstream(_: firstparty::http::Request<Bytes>) -> Result<Response<Bytes>, Failure> {
//! #     Ok(Response::new("{}".into()))
//! # }
//! # let (unix_millis, entropy) = (0, 0);
//! let config = Config::builder().get_result_path("result").pre_shared_secret("s3cret").build()?;
//! let function = EdgeFunction::new(config);
//!
//! let result = match function.handle(EdgeEvent::from_json(json)?) {
//!     EdgeStep::Respond(result, _report) => result,
//!     EdgeStep::Forward(request, pending) => match send_upstream(request) {
//!         Ok(response) => pending.complete(response),
//!         Err(failure) => pending.fail(failure, RequestId::new(unix_millis, entropy)),
//!     },
//! };
//! assert_eq!(
//!     serde_json::to_string(&result)?,
//!     r#"{"status":"200","statusDescription":"OK","headers":{},"bodyEncoding":"text","body":"{}"}"#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Bodies
//!
//! An event's body is decoded once and then moved. This crate only needs to know the size of a body
//! and whether it is UTF-8. So an adapter can leave bodies where they are, for instance outside of
//! a WebAssembly instance, and implement [`Body`] for a type that stands for them.
//!
//! # An adapter of your own
//!
//! This crate uses only the public API of `firstparty`. Its source can serve as a model for any host
//! that does not use `http` types:
//!
//! | task | item |
//! |---|---|
//! | decide about a request | [`Gateway::handle`](firstparty::Gateway::handle) |
//! | end with a response, a failure, or a limit of the host | [`Exchange::complete`](firstparty::Exchange::complete), `fail`, `refuse` |
//! | answer something that is not a request | [`Reply::to`](firstparty::reply::Reply::to) |
//! | add a cause for an answer | [`Cause::new`](firstparty::refusal::Cause::new), see [`cause`] |
//! | comparing the browser's host with a further name of upstream | [`Gateway::browser_host`](firstparty::Gateway::browser_host) |
//! | report of a request that is answered here | [`Report::answered`](firstparty::Report::answered) |
//! | read the browser's address | [`parse_address`](firstparty::request::address::parse_address) |
//! | read variables from a place that the host has | [`Source::insert`](firstparty::config::Source::insert) |
//! | keep a settings document for a while | [`DocumentCache`](firstparty::config::DocumentCache) |
//!
//! [R13]: firstparty::contract#R13
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod body;
pub mod cause;
mod event;
mod function;
mod read;
mod result;
mod settings;
mod shape;

pub use firstparty;

pub use self::body::{Body, BodyEncoding};
pub use self::event::EdgeEvent;
pub use self::function::{EdgeFunction, EdgeStep, Pending};
pub use self::read::EdgeEventError;
pub use self::result::ResultObject;
pub use self::settings::{DocumentError, EdgeSettings, Need};

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_the_loop_cross_threads() {
        fn assert_crosses<T: Send + Sync>() {}
        assert_crosses::<EdgeFunction>();
        assert_crosses::<EdgeSettings>();
        assert_crosses::<EdgeEvent>();
        assert_crosses::<EdgeStep<()>>();
        assert_crosses::<ResultObject>();
    }
}
