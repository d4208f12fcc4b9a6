//! The request on its way to Fingerprint: how often it is tried, a limit for each wait, and a
//! failure's kind.

pub(crate) mod dial;
mod kept;

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use firstparty::Failure;
use firstparty::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use firstparty::http::request::Parts;
use firstparty::http::{Extensions, HeaderMap, HeaderValue, Method, Request, Response};
use hyper::body::{Body, Incoming};
use hyper_util::client::legacy::{self, Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};

use crate::args::Limits;
use crate::exchange::body::Relay;
use crate::exchange::upload::Upload;
use crate::server::MAX_HEAD;
use crate::upstream::dial::{Connector, Dial};
use crate::upstream::kept::History;

/// The side of Fingerprint.
pub(crate) struct Upstream {
    /// A request's body is boxed, as the client moves a request many times.
    client: Client<Connector, Box<Relay>>,
    limits: Limits,
}

impl Upstream {
    /// R16.1: connections are kept for later requests to the same host. All of them belong to
    /// this one integration, so none meets the credentials of another.
    pub(crate) fn new(dial: Dial, limits: Limits) -> Self {
        let client = Client::builder(TokioExecutor::new())
            // R16.1: whether a request is sent again is decided below.
            .retry_canceled_requests(false)
            // Idle connections are used no more before upstream closes them, so that few requests
            // meet one that has just been closed.
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(limits.pool_idle)
            .pool_max_idle_per_host(256)
            .http1_max_buf_size(MAX_HEAD)
            // The gateway has written `host`.
            .set_host(false)
            .build(Connector { dial, limit: limits.connect });
        Self { client, limits }
    }

    /// Sends a request, following no redirect. The response is handed over as soon as its head is
    /// there, even while the browser is still sending.
    ///
    /// R16.1: an identification request is sent once, whatever happens. A GET or HEAD without
    /// content is sent again, once, if it met a kept connection that broke before it answered. Each
    /// try has the limits of R16.4.
    ///
    /// Not `async`, so that the request is with the client before a future could hold it: each one
    /// would move it once more.
    pub(crate) fn send(
        &self,
        request: Request<Incoming>,
        upload: &Upload,
    ) -> impl Future<Output = Result<Response<Relay>, Failure>> {
        let (mut parts, body) = request.into_parts();
        frame(&mut parts, &body);
        let again = may_be_repeated(&parts, &body).then(|| parts.clone());
        let trying = self.try_once(parts, Relay::new(body, self.limits.idle), upload);
        async move {
            match (self.head(trying, upload).await, again) {
                (Err(Broken { was_kept: true, .. }), Some(parts)) => {
                    upload.advance();
                    let trying = self.try_once(parts, Relay::empty(), upload);
                    self.head(trying, upload).await
                }
                (tried, _) => tried,
            }
            .map_err(|broken| broken.failure)
        }
    }

    fn try_once(&self, parts: Parts, body: Relay, upload: &Upload) -> ResponseFuture {
        let body = Box::new(body.telling(upload.clone()));
        self.client.request(Request::from_parts(parts, body))
    }

    /// Waits for the head of the response.
    async fn head(
        &self,
        trying: ResponseFuture,
        upload: &Upload,
    ) -> Result<Response<Relay>, Broken> {
        let response = first_byte(trying, upload, self.limits.first_byte).await?;
        let mut response = response.map_err(|error| Broken::by(&error))?;
        if let Some(history) = response.extensions_mut().remove::<History>() {
            history.answered();
        }
        // R16.3: hyper passes over other interim responses; nobody has asked for an upgrade.
        if response.status().is_informational() || is_coded(response.headers()) {
            return Err(Failure::Protocol.into());
        }
        Ok(response.map(|body| Relay::new(body, self.limits.idle)))
    }
}

/// RFC 9110 §9.2.2: a request that does nothing upstream may be repeated; and only one without
/// content can be, as bodies are not kept.
fn may_be_repeated(parts: &Parts, body: &Incoming) -> bool {
    matches!(parts.method, Method::GET | Method::HEAD) && body.is_end_stream()
}

/// Why there is no response.
struct Broken {
    failure: Failure,
    /// Whether the connection was a kept one, and broke before it answered.
    was_kept: bool,
}

impl Broken {
    fn by(error: &legacy::Error) -> Self {
        let mut extensions = Extensions::new();
        if let Some(connection) = error.connect_info() {
            connection.get_extras(&mut extensions);
        }
        let was_sent = !causes(error).any(|cause| {
            cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
        });
        let history = extensions.get::<History>();
        let was_kept = history.is_some_and(|history| history.broke_before_answering(was_sent));
        Self { failure: failure_of(error), was_kept }
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self { failure, was_kept: false }
    }
}

/// Says how the body is framed, where its length is not known (RFC 9112 §6). Without that hyper
/// would take a GET to have no body.
fn frame(parts: &mut Parts, body: &Incoming) {
    if parts.headers.contains_key(CONTENT_LENGTH) {
        return;
    }
    if !body.is_end_stream() {
        parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    } else if [Method::POST, Method::PUT, Method::PATCH].contains(&parts.method) {
        // RFC 9110 §8.6: these methods anticipate content.
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

/// Whether the content has a transfer coding that nobody here takes off (RFC 9112 §6.1). Passed on
/// without the field, which belongs to the hop, it would be taken for the content itself.
fn is_coded(headers: &HeaderMap) -> bool {
    let is_chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    !headers.get_all(TRANSFER_ENCODING).iter().all(is_chunked)
}

/// R16.4: waits for the head, from the moment at which the last of the request was handed over.
/// So a long upload does not count as a failure, but an upstream that stops reading does. While the
/// browser is silent only the body's own limit runs, whichever of the two is longer.
async fn first_byte<F: Future>(
    sending: F,
    upload: &Upload,
    limit: Duration,
) -> Result<F::Output, Failure> {
    let mut sending = pin!(sending);
    loop {
        if let Ok(response) = timeout_at(upload.upstreams_turn() + limit, &mut sending).await {
            return Ok(response);
        }
        if upload.upstreams_turn() + limit <= Instant::now() {
            return Err(Failure::Timeout);
        }
    }
}

/// R16.5: the kind of a failure is all that the gateway is told, and so the browser.
fn failure_of(error: &legacy::Error) -> Failure {
    if error.is_connect() { Failure::Connect } else { Failure::Protocol }
}

type Cause = dyn Error + 'static;

/// An error and what caused it, one after the other.
fn causes(error: &legacy::Error) -> impl Iterator<Item = &Cause> {
    std::iter::successors(Some(error as &Cause), |&error| error.source())
}
