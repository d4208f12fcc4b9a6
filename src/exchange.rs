//! A forwarded request that waits for its response.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};
use serde::Serialize;
use thiserror::Error;

use crate::entropy;
use crate::field::small::Small;
use crate::gateway::Inner;
use crate::reply::Reply;
use crate::report::Report;
use crate::request::Sent;
use crate::response::Context;

/// A forwarded request that waits for its response.
///
/// It owns all that the response needs, borrows nothing, and ends in exactly one of
/// [`complete`](Self::complete) and [`fail`](Self::fail).
///
/// ```
/// use firstparty::http::{Request, Response};
/// use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, RequestId};
///
/// fn finish(exchange: Exchange, upstream: Option<Response<String>>) -> u16 {
///     match upstream {
///         Some(response) => exchange.complete(response).status().as_u16(),
///         None => {
///             let id = RequestId::new(1_767_225_600_123, 0x5eed);
///             exchange.fail(Failure::Connect, id).status().as_u16()
///         }
///     }
/// }
/// # let gateway = Gateway::new(Config::default(), Platform::Generic);
/// # for (upstream, status) in [(None, 500), (Some(Response::new(String::new())), 200)] {
/// #     let request = Request::post("/fp/").header("host", "a.example").body(())?;
/// #     let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
/// #     assert_eq!(finish(exchange, upstream), status);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an exchange ends in `complete` or `fail`"]
pub struct Exchange {
    gateway: Arc<Inner>,
    report: Report,
    sent: Sent,
    head: bool,
}

impl Exchange {
    pub(crate) fn new(gateway: Arc<Inner>, sent: Sent, report: Report, method: &Method) -> Self {
        Self { gateway, report, sent, head: *method == Method::HEAD }
    }

    /// What is known of the exchange so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report
    }

    /// Turns upstream's response into the browser's: fields that must not pass go, ages are
    /// capped, cookie domains fitted (R6 to R8). The body is handed through untouched.
    #[must_use]
    pub fn complete<B>(self, response: Response<B>) -> Response<B> {
        let (mut parts, body) = response.into_parts();
        self.gateway.downstream.prepare(&mut parts, &self.context());
        Response::from_parts(parts, body)
    }

    /// The answer to the browser when upstream gave none (R9.1, R9.2).
    #[must_use]
    pub fn fail(self, failure: Failure, id: RequestId) -> Response<Bytes> {
        let reply = Reply::new(self.sent.origin.and_then(Small::into_value), self.head);
        if self.report.authorised {
            reply.integration_failed(failure, id)
        } else {
            reply.upstream_failed(failure)
        }
    }

    /// An answer in the form that this request wants.
    #[cfg(feature = "lambda-edge")]
    pub(crate) fn reply(&self) -> Reply {
        Reply::new(self.sent.origin.clone().and_then(Small::into_value), self.head)
    }

    pub(crate) fn gateway(&self) -> &Inner {
        &self.gateway
    }

    fn context(&self) -> Context<'_> {
        Context {
            route: self.report.route,
            serves_scripts: self.sent.serves_scripts,
            authorised: self.report.authorised,
            host: self.sent.host.as_ref().map_or(b"", Small::as_bytes),
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("report", &self.report).finish_non_exhaustive()
    }
}

/// How upstream failed to answer, in general words: the browser is shown nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Failure {
    /// No connection came about: name, address, TCP or TLS.
    #[error("could not connect to upstream")]
    Connect,
    /// Upstream did not answer in time.
    #[error("upstream did not answer in time")]
    Timeout,
    /// What upstream sent was no HTTP response, or ended too early.
    #[error("upstream did not speak HTTP as expected")]
    Protocol,
    /// A body was larger than the adapter carries.
    #[error("the body was too large")]
    BodyTooLarge,
}

/// The identifier of an answer made here, in the form of Fingerprint's own: milliseconds of the
/// Unix epoch, a dot, six letters or digits (R9.1).
///
/// ```
/// use firstparty::RequestId;
///
/// let id = RequestId::new(1_767_225_600_123, 42).to_string();
/// assert_eq!(id.len(), "1767225600123.AbCdEf".len());
/// assert_eq!(id, RequestId::new(1_767_225_600_123, 42).to_string());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId {
    unix_millis: u64,
    entropy: u64,
}

impl RequestId {
    /// Builds an identifier from the time in milliseconds and from entropy; nothing else in the
    /// crate needs either.
    #[must_use]
    pub const fn new(unix_millis: u64, entropy: u64) -> Self {
        Self { unix_millis, entropy }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alphabets = std::iter::repeat_n(entropy::ALPHANUMERIC, 6);
        let tail: String = entropy::draw(self.entropy.into(), alphabets).collect();
        write!(f, "{}.{tail}", self.unix_millis)
    }
}
