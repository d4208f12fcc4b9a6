//! Answers made here (contract R9), and the one place that decides what a cause becomes.
//!
//! Every answer carries `cache-control: no-store` and a `content-type`. None carries a secret, a
//! path of the host, or an adapter's own error text. An answer to HEAD has no body.

mod json;
pub(crate) mod status;

use std::fmt::{self, Write};
use std::sync::OnceLock;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL,
    CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::exchange::{Failure, RequestId};
use crate::refusal::Refusal;
use crate::scratch::Scratch;

const FORWARDED_METHODS: HeaderValue =
    HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH");
const STATUS_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// An answer in the making: what of the request decides its form.
#[derive(Debug)]
pub(crate) struct Reply {
    origin: Option<HeaderValue>,
    head: bool,
}

impl Reply {
    /// An answer to a request with these fields. The origin counts if there is exactly one.
    pub(crate) fn to(headers: &HeaderMap, head: bool) -> Self {
        let mut origins = headers.get_all(ORIGIN).iter();
        Self::new(origins.next().filter(|_| origins.next().is_none()).cloned(), head)
    }

    pub(crate) fn new(origin: Option<HeaderValue>, head: bool) -> Self {
        Self { origin, head }
    }

    /// R9.3: what a refusal becomes.
    pub(crate) fn refused(self, refusal: Refusal) -> Response<Bytes> {
        let mut response = self.json(status_of(refusal), refusal_body(refusal));
        let allow = match refusal {
            Refusal::MethodNotForwarded => Some(FORWARDED_METHODS),
            Refusal::StatusMethod => Some(STATUS_METHODS),
            _ => None,
        };
        if let Some(allow) = allow {
            response.headers_mut().insert(ALLOW, allow);
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
        let mut response = respond(status, JSON, body, self.head);
        if let Some(origin) = self.origin {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.insert(VARY, HeaderValue::from_static("origin"));
        }
        response
    }
}

impl Refusal {
    /// The answer to a request that an adapter has to refuse itself, because it could not even be
    /// handed to the gateway (R9.3). `headers` are the request's, as far as they are known; `head`
    /// says that its method was HEAD.
    ///
    /// ```
    /// use firstparty::refusal::Refusal;
    ///
    /// let response = Refusal::Malformed.response(&Default::default(), false);
    /// assert_eq!(response.status(), 400);
    /// assert_eq!(response.body(), r#"{"error":"the request is malformed"}"#);
    /// ```
    #[must_use]
    pub fn response(self, headers: &HeaderMap, head: bool) -> Response<Bytes> {
        Reply::to(headers, head).refused(self)
    }
}

/// The one match from cause to status; the sentence is the cause's own.
fn status_of(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::MethodNotForwarded | Refusal::StatusMethod => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::TargetTooLong => StatusCode::URI_TOO_LONG,
        Refusal::TransferCoding => StatusCode::NOT_IMPLEMENTED,
        Refusal::BodyTruncated => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::ResponseStatus | Refusal::ResponseTooLarge => StatusCode::BAD_GATEWAY,
        Refusal::NoEvent | Refusal::Settings => StatusCode::INTERNAL_SERVER_ERROR,
        Refusal::Malformed
        | Refusal::PathNotAbsolute
        | Refusal::DotSegment
        | Refusal::ApiKeyMissing
        | Refusal::ApiKeyDots
        | Refusal::ControlCharacter
        | Refusal::TargetMalformed
        | Refusal::ConnectionNames
        | Refusal::ContentLength
        | Refusal::Host
        | Refusal::HostNotListed
        | Refusal::TooManyFields => StatusCode::BAD_REQUEST,
    }
}

/// The body that goes with a refusal. Written once for all requests: a sixth of what a 404 took
/// went into writing, copying and freeing the same sentence.
fn refusal_body(refusal: Refusal) -> Bytes {
    static BODIES: [OnceLock<Box<[u8]>>; 32] = [const { OnceLock::new() }; 32];
    // There is room for every refusal, but nothing has to rely on it.
    match BODIES.get(refusal as usize) {
        Some(body) => Bytes::from_static(body.get_or_init(|| error_body(refusal).as_ref().into())),
        None => error_body(refusal),
    }
}

/// Built on the stack, so that the answer's body is the only allocation.
fn error_body(sentence: impl fmt::Display) -> Bytes {
    let mut body = Scratch::<128>::new();
    body.push(br#"{"error":""#);
    // Writing there cannot fail.
    let _ = write!(json::Escaped(&mut body), "{sentence}");
    body.push(br#""}"#);
    Bytes::copy_from_slice(body.as_bytes())
}

/// R9, R9.4: what every answer has.
fn respond(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Bytes>,
    head: bool,
) -> Response<Bytes> {
    let mut response = Response::new(if head { Bytes::new() } else { body.into() });
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}
