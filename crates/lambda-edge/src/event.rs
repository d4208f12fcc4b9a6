//! An origin-request event.

use std::fmt;
use std::net::IpAddr;

use bytes::{BufMut, Bytes, BytesMut};
use firstparty::config::{Source, Variable};
use firstparty::http::uri::PathAndQuery;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use firstparty::refusal::{Cause, Refusal};
use firstparty::reply::Reply;
use firstparty::request::address::parse_address;

use crate::body::Body;
use crate::result::ResultObject;

/// What starts the names of our variables among an origin's custom headers.
const OWN_PREFIX: &[u8] = b"fpjs_";

/// A request as CloudFront describes it to a function (R13.1), with what the origin's custom
/// headers say about the configuration.
///
/// Read one from JSON with [`EdgeEvent::from_json`] or any serde format, or put one together from
/// its parts. Either way it can be had for whatever CloudFront sends: a method, target or field
/// that no request can have is remembered, and answered 400 by
/// [`EdgeFunction::handle`](super::EdgeFunction::handle) (R13.3).
///
/// ```
/// use bytes::Bytes;
/// use firstparty_lambda_edge::EdgeEvent;
///
/// let mut event = EdgeEvent::new("GET", "/fp/agent", "apiKey=k");
/// event.field("host", "www.example.com");
/// event.field("cookie", "a=1");
/// event.field("cookie", "b=2");
/// event.client_ip("203.0.113.7");
/// event.custom_header("fpjs_secret_name", "production/fingerprint");
/// let event = event.with_body(Bytes::new());
/// assert_eq!(event.secret_name(), Some("production/fingerprint"));
/// ```
pub struct EdgeEvent<B = Bytes> {
    method: Method,
    uri: Uri,
    fields: HeaderMap,
    client_ip: Option<IpAddr>,
    settings: Source,
    truncated: bool,
    /// What makes it impossible to state the request.
    refusal: Option<Refusal>,
    body: B,
}

impl EdgeEvent<()> {
    /// Begins an event: method, path and query as CloudFront writes them, the query without `?`.
    #[must_use]
    pub fn new(method: &str, uri: &str, querystring: &str) -> Self {
        let (method, refused_method) = or_default(Method::from_bytes(method.as_bytes()).ok());
        let (uri, refused_uri) = or_default(target(uri, querystring));
        Self {
            method,
            uri,
            fields: HeaderMap::new(),
            client_ip: None,
            settings: Source::new("origin custom headers"),
            truncated: false,
            refusal: refused_method.or(refused_uri),
            body: (),
        }
    }

    /// Takes the address that CloudFront saw. Text that is no address counts for nothing (R12).
    pub fn client_ip(&mut self, text: &str) {
        self.client_ip = parse_address(text.as_bytes());
    }

    /// Makes room for this many fields.
    pub fn reserve_fields(&mut self, additional: usize) {
        // Without room, fields are refused when they come.
        let _ = self.fields.try_reserve(additional);
    }

    /// Adds a field; repeats stay repeats.
    pub fn field(&mut self, name: &str, value: &str) {
        let appended = match field(name, value) {
            Some((name, value)) => {
                self.fields.try_append(name, value).map_err(|_| Refusal::TooManyFields)
            }
            None => Err(Refusal::Malformed),
        };
        self.refusal = self.refusal.or(appended.err());
    }

    /// Adds a custom header of the origin. Those that are none of the integration's are passed
    /// over.
    pub fn custom_header(&mut self, name: &str, value: &str) {
        let start = name.as_bytes().get(..OWN_PREFIX.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(OWN_PREFIX)) {
            self.settings.insert(name, value);
        }
    }

    /// Says that CloudFront cut the body.
    pub fn truncated(&mut self, truncated: bool) {
        self.truncated = truncated;
    }

    /// Finishes the event with its body, decoded.
    #[must_use]
    pub fn with_body<B>(self, body: B) -> EdgeEvent<B> {
        self.map_body(|()| body)
    }
}

impl<B> EdgeEvent<B> {
    /// Replaces the body by what is made of it.
    #[must_use]
    pub fn map_body<C>(self, make: impl FnOnce(B) -> C) -> EdgeEvent<C> {
        let Self { method, uri, fields, client_ip, settings, truncated, refusal, body } = self;
        let body = make(body);
        EdgeEvent { method, uri, fields, client_ip, settings, truncated, refusal, body }
    }

    /// What the origin's custom headers set (R13.2).
    #[must_use]
    pub fn settings(&self) -> &Source {
        &self.settings
    }

    /// The name of the secret that holds the settings document, if the origin's custom headers
    /// give one.
    #[must_use]
    pub fn secret_name(&self) -> Option<&str> {
        self.settings.get(Variable::SecretName)
    }

    /// Answers the event without a gateway, which could not be set up: its cause is usually
    /// [`SETTINGS`](super::cause::SETTINGS).
    #[must_use]
    pub fn refuse<R: Body>(&self, cause: &Cause) -> ResultObject<R> {
        ResultObject::made(self.reply().refuse(cause))
    }

    fn reply(&self) -> Reply {
        Reply::to(&self.method, &self.fields)
    }

    /// Whether the body was cut.
    pub(crate) fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The request and the browser's address, or why there is no such request (R13.3).
    pub(crate) fn into_request(self) -> Result<(Request<B>, Option<IpAddr>), (Refusal, Reply)> {
        if let Some(refusal) = self.refusal {
            return Err((refusal, self.reply()));
        }
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.fields;
        Ok((request, self.client_ip))
    }
}

impl<B> fmt::Debug for EdgeEvent<B> {
    /// Shows no field: cookies are among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeEvent")
            .field("method", &self.method)
            .field("uri", &self.uri)
            .field("settings", &self.settings)
            .field("truncated", &self.truncated)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}

fn or_default<T: Default>(value: Option<T>) -> (T, Option<Refusal>) {
    match value {
        Some(value) => (value, None),
        None => (T::default(), Some(Refusal::Malformed)),
    }
}

/// Joins path and query. A delimiter where none can be would move the border between the two, or
/// cut the query.
fn target(uri: &str, querystring: &str) -> Option<Uri> {
    if uri.contains(['?', '#']) || querystring.contains('#') {
        return None;
    }
    let mut text = BytesMut::with_capacity(uri.len() + 1 + querystring.len());
    text.put_slice(uri.as_bytes());
    if !querystring.is_empty() {
        text.put_u8(b'?');
        text.put_slice(querystring.as_bytes());
    }
    PathAndQuery::from_maybe_shared(text.freeze()).ok().map(Uri::from)
}

fn field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_at_once() {
        let mut event = EdgeEvent::new("GET", "/", "");
        event.reserve_fields(40);
        let room = event.fields.capacity();
        assert!(room >= 40);
        for number in 0..40 {
            event.field(&format!("x-{number}"), "1");
        }
        assert_eq!(event.fields.capacity(), room);
    }
}
