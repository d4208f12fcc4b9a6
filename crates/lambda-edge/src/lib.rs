//! CloudFront's Lambda@Edge: origin-request events in, result objects out (contract R13).
//!
//! CloudFront hands a function an event instead of a request, and takes an object instead of a
//! response. [`EdgeEvent`] is read from JSON or put together from its parts; [`EdgeFunction`] is
//! the gateway for events; [`ResultObject`] is what CloudFront gets back. [`EdgeSettings`] finds
//! the configuration that an event asks for. As in the gateway, nothing here does I/O.
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
//! An event's body is decoded once and then moved. The mapping itself only wants to know a body's
//! size and whether it is UTF-8, so an adapter whose bodies live elsewhere, for instance outside of
//! a WebAssembly instance, implements [`Body`] for a stand-in and leaves them where they are.
//!
//! # On the public API
//!
//! The crate uses nothing of `firstparty` but its public API, so it can be read as a pattern for an
//! adapter to any other host that does not speak in `http` types:
//!
//! | what it needs | where it is |
//! |---|---|
//! | a request, decided | [`Gateway::handle`](firstparty::Gateway::handle) |
//! | a response, a failure, or a limit of the host | [`Exchange::complete`](firstparty::Exchange::complete), `fail`, `refuse` |
//! | an answer to what cannot be handed to a gateway | [`Reply::to`](firstparty::reply::Reply::to) |
//! | reasons of its own for an answer | [`Cause::new`](firstparty::refusal::Cause::new): see [`cause`] |
//! | a report of a request that is answered here | [`Report::answered`](firstparty::Report::answered) |
//! | the browser's address from text | [`parse_address`](firstparty::request::address::parse_address) |
//! | variables from the host's own places | [`Source::insert`](firstparty::config::Source::insert) |
//! | a settings document, kept for a while | [`DocumentCache`](firstparty::config::DocumentCache) |
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
