//! Answers made here (contract [R9]).
//!
//! Every answer carries `cache-control: no-store` and a `content-type`. None carries a secret, a
//! path of the host, or an adapter's own error text. An answer to HEAD has no body.
//!
//! [R9]: crate::contract#R9

pub(crate) mod json;

use std::fmt::{self, Write};

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL,
    CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::failure::{Failure, RequestId};
use crate::octets::stack_buffer::StackBuffer;
use crate::refusal::Cause;

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// An answer that is about to be made, with what its form depends on in the request (contract
/// [R9]).
///
/// The gateway makes its answers with it. So can an adapter that has to refuse a request itself, for
/// instance because the request cannot even be handed to the gateway.
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue, Method};
/// use firstparty::refusal::Refusal;
/// use firstparty::reply::Reply;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("origin", HeaderValue::from_static("https://www.example.com"));
///
/// let response = Reply::to(&Method::POST, &headers).refuse(Refusal::Malformed.cause());
/// assert_eq!(response.status(), 400);
/// assert_eq!(response.body(), r#"{"error":"the request is malformed"}"#);
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://www.example.com");
/// ```
///
/// [R9]: crate::contract#R9
#[derive(Debug)]
pub struct Reply {
    origin: Option<HeaderValue>,
    is_head: bool,
}

impl Reply {
    /// An answer to a request with this method and these fields, as far as they are known. `origin`
    /// counts if there is exactly one.
    ///
    /// ```
    /// use firstparty::http::{HeaderMap, Method};
    /// use firstparty::{refusal::Refusal, reply::Reply};
    ///
    /// let response = Reply::to(&Method::HEAD, &HeaderMap::new()).refuse(Refusal::Host.cause());
    /// assert_eq!(response.status(), 400);
    /// assert!(response.body().is_empty());
    /// ```
    #[must_use]
    pub fn to(method: &Method, headers: &HeaderMap) -> Self {
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next().filter(|_| origins.next().is_none()).cloned();
        Self::new(origin, *method == Method::HEAD)
    }

    pub(crate) fn new(origin: Option<HeaderValue>, is_head: bool) -> Self {
        Self { origin, is_head }
    }

    /// The answer to a request that is not forwarded ([R9.3]).
    ///
    /// ```
    /// use firstparty::http::{HeaderMap, Method};
    /// use firstparty::{refusal::Refusal, reply::Reply};
    ///
    /// let reply = Reply::to(&Method::TRACE, &HeaderMap::new());
    /// let response = reply.refuse(Refusal::MethodNotForwarded.cause());
    /// assert_eq!(response.headers()["allow"], "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH");
    /// ```
    ///
    /// [R9.3]: crate::contract#R9.3
    #[must_use]
    pub fn refuse(self, cause: &Cause) -> Response<Bytes> {
        let body = cause.body().map(|body| Bytes::from_static(body.as_bytes()));
        let body = body.unwrap_or_else(|| error_body(cause.sentence()));
        let mut response = self.json(cause.status(), body);
        if let Some(allow) = cause.allow() {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }

    /// R9.1: an identification request that upstream did not answer, in the form that the
    /// browser's agent reads.
    pub(crate) fn integration_failed(self, failure: Failure, id: RequestId) -> Response<Bytes> {
        let mut body = String::from(r#"{"v":"2","error":{"code":"IntegrationFailed","message":"#);
        json::push_string(&mut body, &failure.to_string());
        body.push_str(r#"},"requestId":"#);
        json::push_string(&mut body, &id.to_string());
        body.push_str(r#","products":{}}"#);
        self.json(StatusCode::INTERNAL_SERVER_ERROR, body)
    }

    /// R9.2: any other request that upstream did not answer.
    pub(crate) fn upstream_failed(self, failure: Failure) -> Response<Bytes> {
        self.json(StatusCode::INTERNAL_SERVER_ERROR, error_body(failure))
    }

    fn json(self, status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
        let mut response = respond(status, JSON, body, self.is_head);
        if let Some(origin) = self.origin {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.insert(VARY, HeaderValue::from_static("origin"));
        }
        response
    }
}

/// The body is put together on the stack, so that the answer allocates only once.
fn error_body(sentence: impl fmt::Display) -> Bytes {
    let mut body = StackBuffer::<128>::new();
    body.push(br#"{"error":""#);
    // Writing there cannot fail.
    let _ = write!(json::Escaped(&mut body), "{sentence}");
    body.push(br#""}"#);
    Bytes::copy_from_slice(body.as_bytes())
}

/// The form of every answer (R9, R9.4).
pub(crate) fn respond(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Bytes>,
    is_head: bool,
) -> Response<Bytes> {
    let mut response = Response::new(if is_head { Bytes::new() } else { body.into() });
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}
