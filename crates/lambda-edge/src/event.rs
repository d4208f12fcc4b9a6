//! An origin-request event.

mod getters;

use std::fmt;
use std::net::IpAddr;

use bytes::{BufMut, Bytes, BytesMut};
use firstparty::config::Source;
use firstparty::http::uri::PathAndQuery;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use firstparty::refusal::{Cause, Refusal};
use firstparty::reply::Reply;
use firstparty::request::address::parse_address;

use crate::body::Body;
use crate::result::ResultObject;

/// How the names of this integration's variables begin among an origin's custom headers.
const VARIABLE_PREFIX: &[u8] = b"fpjs_";

/// A request as CloudFront describes it to a function ([R13.1]), together with the settings from
/// the origin's custom headers.
///
/// Read one from JSON with [`EdgeEvent::from_json`] or [`FromStr`](std::str::FromStr), read it from
/// another format with serde, or build it with [`EdgeEvent::new`]. An event can hold everything
/// that CloudFront sends. If a method, target or field is not valid in HTTP, the event remembers
/// that, and [`EdgeFunction::handle`](crate::EdgeFunction::handle) answers it with 400 ([R13.3]).
///
/// ```
/// use bytes::Bytes;
/// use firstparty_lambda_edge::EdgeEvent;
///
/// let mut event = EdgeEvent::new("GET", "/fp/agent", "apiKey=k");
/// event.append_field("host", "www.example.com");
/// event.append_field("cookie", "a=1");
/// event.append_field("cookie", "b=2");
/// event.set_client_ip("203.0.113.7");
/// event.append_custom_header("fpjs_secret_name", "production/fingerprint");
/// let event = event.with_body(Bytes::new());
///
/// assert_eq!(event.uri(), "/fp/agent?apiKey=k");
/// assert_eq!(event.fields().get_all("cookie").iter().count(), 2);
/// assert_eq!(event.secret_name(), Some("production/fingerprint"));
/// ```
///
/// [R13.1]: firstparty::contract#R13.1
/// [R13.3]: firstparty::contract#R13.3
pub struct EdgeEvent<B = Bytes> {
    method: Method,
    uri: Uri,
    fields: HeaderMap,
    client_ip: Option<IpAddr>,
    settings: Source,
    origin_domain: Option<Box<str>>,
    truncated: bool,
    /// Why the request is not one that HTTP allows.
    refusal: Option<Refusal>,
    body: B,
}

impl EdgeEvent<()> {
    /// Begins an event with method, path and query as CloudFront writes them: the query without
    /// `?`.
    ///
    /// ```
    /// use firstparty_lambda_edge::EdgeEvent;
    ///
    /// let event = EdgeEvent::new("POST", "/fp/result", "region=eu");
    /// assert_eq!(event.method(), "POST");
    /// assert_eq!(event.uri(), "/fp/result?region=eu");
    /// ```
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
            origin_domain: None,
            truncated: false,
            refusal: refused_method.or(refused_uri),
            body: (),
        }
    }

    /// Sets the browser's address, with or without a port ([R12]). Text that is not an address
    /// counts as no address.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.set_client_ip("[2001:db8::1]:443");
    /// assert_eq!(event.client_ip(), Some("2001:db8::1".parse()?));
    /// event.set_client_ip("unknown");
    /// assert_eq!(event.client_ip(), None);
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    ///
    /// [R12]: firstparty::contract#R12
    pub fn set_client_ip(&mut self, text: &str) {
        self.client_ip = parse_address(text.as_bytes());
    }

    /// Reserves memory for this many more fields, which saves time when they are added.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let fields = [("host", "www.example.com"), ("accept", "*/*")];
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.reserve_fields(fields.len());
    /// for (name, value) in fields {
    ///     event.append_field(name, value);
    /// }
    /// ```
    pub fn reserve_fields(&mut self, additional: usize) {
        // If there are too many, `append_field` finds out.
        let _ = self.fields.try_reserve(additional);
    }

    /// Adds a field. A name may come several times; all its values stay, in their order.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.append_field("Accept", "text/html");
    /// event.append_field("Accept", "*/*");
    /// assert_eq!(event.fields().get_all("accept").iter().count(), 2);
    /// ```
    pub fn append_field(&mut self, name: &str, value: &str) {
        let appended = match field(name, value) {
            Some((name, value)) => {
                self.fields.try_append(name, value).map_err(|_| Refusal::TooManyFields)
            }
            None => Err(Refusal::Malformed),
        };
        self.refusal = self.refusal.or(appended.err());
    }

    /// Adds a custom header of the origin. Headers that are not named `fpjs_*` are ignored.
    ///
    /// ```
    /// use firstparty::config::Variable;
    /// # use firstparty_lambda_edge::EdgeEvent;
    ///
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.append_custom_header("FPJS_GET_RESULT_PATH", "result");
    /// event.append_custom_header("x-other", "1");
    /// assert_eq!(event.settings().get(Variable::GetResultPath), Some("result"));
    /// ```
    pub fn append_custom_header(&mut self, name: &str, value: &str) {
        let start = name.as_bytes().get(..VARIABLE_PREFIX.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(VARIABLE_PREFIX)) {
            self.settings.insert(name, value);
        }
    }

    /// Sets the domain name of the origin. A browser's host of that name means that CloudFront
    /// hides the real one, and the request is answered 400 ([R5.7]).
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.set_origin_domain("origin.example.com");
    /// assert_eq!(event.origin_domain(), Some("origin.example.com"));
    /// ```
    ///
    /// [R5.7]: firstparty::contract#R5.7
    pub fn set_origin_domain(&mut self, name: &str) {
        self.origin_domain = Some(name.into());
    }

    /// Sets whether the body was cut, by CloudFront or by the adapter. A cut body is never
    /// forwarded ([R13.3]).
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let mut event = EdgeEvent::new("POST", "/fp/result", "");
    /// event.set_truncated(true);
    /// assert!(event.is_truncated());
    /// ```
    ///
    /// [R13.3]: firstparty::contract#R13.3
    pub fn set_truncated(&mut self, truncated: bool) {
        self.truncated = truncated;
    }

    /// Completes the event with its decoded body.
    ///
    /// ```
    /// use bytes::Bytes;
    /// # use firstparty_lambda_edge::EdgeEvent;
    ///
    /// let event = EdgeEvent::new("POST", "/fp/result", "").with_body(Bytes::from("{}"));
    /// assert_eq!(event.body(), "{}");
    /// ```
    #[must_use]
    pub fn with_body<B>(self, body: B) -> EdgeEvent<B> {
        self.map_body(|()| body)
    }
}

impl<B> EdgeEvent<B> {
    /// Replaces the body by what `make` makes of it.
    ///
    /// ```
    /// use bytes::Bytes;
    /// # use firstparty_lambda_edge::EdgeEvent;
    ///
    /// let event = EdgeEvent::new("POST", "/fp/result", "").with_body(vec![b'{', b'}']);
    /// let event: EdgeEvent = event.map_body(Bytes::from);
    /// assert_eq!(event.body(), "{}");
    /// ```
    #[must_use]
    pub fn map_body<C>(self, make: impl FnOnce(B) -> C) -> EdgeEvent<C> {
        EdgeEvent {
            method: self.method,
            uri: self.uri,
            fields: self.fields,
            client_ip: self.client_ip,
            settings: self.settings,
            origin_domain: self.origin_domain,
            truncated: self.truncated,
            refusal: self.refusal,
            body: make(self.body),
        }
    }

    /// Answers the event without a gateway, for instance with
    /// [`SETTINGS`](crate::cause::SETTINGS) if a gateway cannot be set up.
    ///
    /// ```
    /// use firstparty_lambda_edge::{EdgeEvent, ResultObject, cause};
    ///
    /// let event = EdgeEvent::new("GET", "/fp/agent", "");
    /// let result: ResultObject = event.refuse(&cause::SETTINGS);
    /// assert_eq!(result.status(), 500);
    /// ```
    #[must_use]
    pub fn refuse<R: Body>(&self, cause: &Cause) -> ResultObject<R> {
        ResultObject::from_reply(self.reply().refuse(cause))
    }

    fn reply(&self) -> Reply {
        Reply::to(&self.method, &self.fields)
    }

    /// The parts of the event, or why HTTP does not allow its request (R13.3).
    pub(crate) fn into_parts(self) -> Result<EventParts<B>, (Refusal, Reply)> {
        if let Some(refusal) = self.refusal {
            return Err((refusal, self.reply()));
        }
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.fields;
        Ok(EventParts {
            request,
            client_ip: self.client_ip,
            origin_domain: self.origin_domain,
            truncated: self.truncated,
        })
    }
}

/// What a gateway needs of an event.
pub(crate) struct EventParts<B> {
    pub(crate) request: Request<B>,
    pub(crate) client_ip: Option<IpAddr>,
    pub(crate) origin_domain: Option<Box<str>>,
    pub(crate) truncated: bool,
}

impl<B> fmt::Debug for EdgeEvent<B> {
    /// Leaves out the fields, because cookies are among them.
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

/// The value, or the default and the reason to refuse the request.
fn or_default<T: Default>(value: Option<T>) -> (T, Option<Refusal>) {
    match value {
        Some(value) => (value, None),
        None => (T::default(), Some(Refusal::Malformed)),
    }
}

/// Joins path and query. It refuses a `?` or `#` in the path, and a `#` in the query: with them the
/// joined text would be split at another place.
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

/// A field, if HTTP allows its name and value.
fn field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_memory_is_not_grown() {
        let mut event = EdgeEvent::new("GET", "/", "");
        event.reserve_fields(40);
        let room = event.fields.capacity();
        assert!(room >= 40);
        for number in 0..40 {
            event.append_field(&format!("x-{number}"), "1");
        }
        assert_eq!(event.fields.capacity(), room);
    }
}
