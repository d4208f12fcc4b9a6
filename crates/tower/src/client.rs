//! A client to put behind the layer: hyper-util's, as rule R16.1 asks for it.

mod connector;
mod kept;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use firstparty::Failure;
use firstparty::adapter::{CONNECT_TIMEOUT, IDLE_TIMEOUT};
use firstparty::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use firstparty::http::request::Parts;
use firstparty::http::{Extensions, HeaderMap, HeaderValue, Method, Request, Response, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::Connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use crate::client::connector::Connector;
use crate::client::kept::History;
use crate::data::BoxError;
use crate::failure::causes;

/// A client over HTTP/1.1 with kept connections, for `C`, a connector such as `HttpsConnector` of
/// hyper-rustls.
///
/// It follows no redirect and sends a request once. Only a GET or HEAD without content is sent
/// again, once, if it met a kept connection that broke before the first byte of an answer ([R16.1]).
/// Heads of upstream may have 100 fields and 400 KB, which are hyper's own limits and enough for
/// [R16.4].
///
/// All requests of a client share its connections. So use it for one integration only.
///
/// ```no_run
/// use axum::body::Body;
/// use firstparty_tower::{Client, Upload};
/// use hyper_rustls::HttpsConnectorBuilder;
///
/// let https = HttpsConnectorBuilder::new().with_webpki_roots().https_only().enable_http1().build();
/// let client: Client<_, Upload<Body>> = Client::new(https);
/// # let _ = client;
/// ```
///
/// [R16.1]: firstparty::contract#R16.1
/// [R16.4]: firstparty::contract#R16.4
#[derive(Debug)]
pub struct Client<C, B>(Arc<legacy::Client<Connector<C>, B>>);

impl<C, B> Clone for Client<C, B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C, B> Client<C, B>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send + 'static> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    B: Body<Data: Send> + Send,
{
    /// A client that makes connections in [`CONNECT_TIMEOUT`] and keeps idle ones for ten seconds.
    ///
    /// [`Client`] has an example.
    #[must_use]
    pub fn new(connector: C) -> Self {
        Self::with_timeouts(connector, CONNECT_TIMEOUT, IDLE_TIMEOUT)
    }

    /// The same with limits for making a connection (name, TCP and TLS together) and for keeping an
    /// idle one, which should be shorter than upstream's ([R16.4]).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use axum::body::Body;
    /// use firstparty_tower::{Client, Upload};
    /// use hyper_util::client::legacy::connect::HttpConnector;
    ///
    /// let (connect, idle) = (Duration::from_secs(2), Duration::from_secs(30));
    /// let client: Client<_, Upload<Body>> =
    ///     Client::with_timeouts(HttpConnector::new(), connect, idle);
    /// # let _ = client;
    /// ```
    ///
    /// [R16.4]: firstparty::contract#R16.4
    #[must_use]
    pub fn with_timeouts(connector: C, connect: Duration, idle: Duration) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new())
            // Whether a request is sent again is decided below.
            .retry_canceled_requests(false)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(idle)
            .pool_max_idle_per_host(MAX_IDLE)
            // The gateway has written `host`.
            .set_host(false)
            .build(Connector::new(connector, connect));
        Self(Arc::new(client))
    }
}

/// How many idle connections are kept for a host.
const MAX_IDLE: usize = 256;

impl<C, B> Service<Request<B>> for Client<C, B>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send + 'static> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Default + Send + Unpin + 'static,
{
    type Response = Response<Incoming>;
    type Error = BoxError;
    type Future = Sending<C, B>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Sending<C, B> {
        let (mut parts, body) = request.into_parts();
        let is_empty = body.is_end_stream();
        frame(&mut parts, is_empty);
        // RFC 9110 §9.2.2: only a request that does nothing upstream, and bodies are not kept.
        let is_repeatable = is_empty && matches!(parts.method, Method::GET | Method::HEAD);
        let again = is_repeatable.then(|| (self.clone(), parts.clone()));
        Sending { response: self.0.request(Request::from_parts(parts, body)), again }
    }
}

/// The future of a [`Client`]'s response.
pub struct Sending<C, B> {
    response: legacy::ResponseFuture,
    /// What to send once more, and how.
    again: Option<(Client<C, B>, Parts)>,
}

/// Nothing in it is pinned.
impl<C, B> Unpin for Sending<C, B> {}

impl<C, B> Future for Sending<C, B>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send + 'static> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Default + Send + Unpin + 'static,
{
    type Output = Result<Response<Incoming>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let error = match ready!(Pin::new(&mut self.response).poll(cx)) {
                Ok(response) => return Poll::Ready(usable(response)),
                Err(error) => error,
            };
            match self.again.take().filter(|_| met_the_end_of_a_kept_connection(&error)) {
                Some((client, parts)) => {
                    self.response = client.0.request(Request::from_parts(parts, B::default()));
                }
                None => return Poll::Ready(Err(error.into())),
            }
        }
    }
}

/// Says how the body is framed, where its length is not known (RFC 9112 §6). Without that hyper
/// would take a GET to have no body.
fn frame(parts: &mut Parts, is_empty: bool) {
    if parts.headers.contains_key(CONTENT_LENGTH) {
        return;
    }
    if !is_empty {
        parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    } else if [Method::POST, Method::PUT, Method::PATCH].contains(&parts.method) {
        // RFC 9110 §8.6: these methods anticipate content.
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

/// A response that can be handed on: hyper passes over interim ones (R16.3), and nobody has asked
/// for an upgrade.
fn usable(mut response: Response<Incoming>) -> Result<Response<Incoming>, BoxError> {
    if let Some(history) = response.extensions_mut().remove::<History>() {
        history.answered();
    }
    if response.status().is_informational() || is_coded(response.headers()) {
        return Err(Failure::Protocol.into());
    }
    Ok(response)
}

/// Whether the content has a transfer coding that nobody here takes off (RFC 9112 §6.1). Passed on
/// without the field, which belongs to the hop, it would be taken for the content itself.
fn is_coded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    codings.any(|value| !value.as_bytes().eq_ignore_ascii_case(b"chunked"))
}

fn met_the_end_of_a_kept_connection(error: &legacy::Error) -> bool {
    let mut extensions = Extensions::new();
    if let Some(connection) = error.connect_info() {
        connection.get_extras(&mut extensions);
    }
    let was_sent = !causes(error)
        .any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled));
    let history = extensions.get::<History>();
    history.is_some_and(|history| history.broke_before_answering(was_sent))
}
