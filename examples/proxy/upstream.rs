//! The request on its way to Fingerprint: one try, a limit for each wait, and a failure's kind.

use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use firstparty::Failure;
use firstparty::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use firstparty::http::request::Parts;
use firstparty::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use hyper::body::{Body, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tower_service::Service;

use crate::args::Limits;
use crate::body::{BodyError, Progress, Relay};
use crate::server::{MAX_FIELDS, MAX_HEAD};

type BoxError = Box<dyn Error + Send + Sync>;

/// The side of Fingerprint.
pub(crate) struct Upstream {
    client: Client<Connector, Relay>,
    limits: Limits,
}

impl Upstream {
    /// R16.1: connections are kept for later requests to the same host. All of them belong to
    /// this one integration, so none meets the credentials of another.
    pub(crate) fn new(dial: Dial, limits: Limits) -> Self {
        let client = Client::builder(TokioExecutor::new())
            // R16.1: one try. A request that meets a connection just closed fails.
            .retry_canceled_requests(false)
            // Idle connections go before upstream closes them, so that this hardly ever happens.
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(15))
            .pool_max_idle_per_host(256)
            .http1_max_headers(MAX_FIELDS)
            .http1_max_buf_size(MAX_HEAD)
            // The gateway has written `host`.
            .set_host(false)
            .build(Connector { dial, limit: limits.connect });
        Self { client, limits }
    }

    /// Sends a request, once (R16.1), following no redirect. The response is handed over as soon
    /// as its head is there, even while the browser is still sending.
    pub(crate) async fn send(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Relay>, Failure> {
        let (mut parts, body) = request.into_parts();
        frame(&mut parts, &body);
        let progress = Progress::begin();
        let body = Relay::new(body, self.limits.idle).telling(Arc::clone(&progress));
        let sending = self.client.request(Request::from_parts(parts, body));
        let response = first_byte(sending, &progress, self.limits.first_byte).await?;
        let response = response.map_err(|error| failure_of(&error))?;
        // R16.3: hyper passes over other interim responses; nobody has asked for an upgrade.
        if response.status().is_informational() || is_coded(response.headers()) {
            return Err(Failure::Protocol);
        }
        Ok(response.map(|body| Relay::new(body, self.limits.idle)))
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
/// So a long upload is no failure, and an upstream that stops reading is one.
async fn first_byte<F: Future>(
    sending: F,
    progress: &Progress,
    limit: Duration,
) -> Result<F::Output, Failure> {
    let mut sending = pin!(sending);
    loop {
        if let Ok(response) = timeout_at(progress.last() + limit, &mut sending).await {
            return Ok(response);
        }
        if progress.last() + limit <= Instant::now() {
            return Err(Failure::Timeout);
        }
    }
}

/// R16.5: the kind of a failure is all that the gateway is told, and so the browser.
fn failure_of(error: &legacy::Error) -> Failure {
    if error.is_connect() {
        return Failure::Connect;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(BodyError::Stalled) = error.downcast_ref() {
            return Failure::Timeout;
        }
        cause = error.source();
    }
    Failure::Protocol
}

/// How connections to upstream are made.
#[derive(Clone)]
pub(crate) enum Dial {
    /// TLS to the host of the request.
    Tls(HttpsConnector<HttpConnector>),
    /// Plain HTTP to one address, whatever the host. Connections are kept apart by host all the
    /// same.
    Plain(Arc<str>),
}

impl Dial {
    /// With the root certificates that come with the program.
    pub(crate) fn tls() -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let builder = HttpsConnectorBuilder::new().with_webpki_roots().https_only();
        Self::Tls(builder.enable_http1().wrap_connector(tcp))
    }
}

/// Makes connections, in limited time: names, TCP and TLS together.
#[derive(Clone)]
struct Connector {
    dial: Dial,
    limit: Duration,
}

type Connection = MaybeHttpsStream<TokioIo<TcpStream>>;

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match &mut self.dial {
            Dial::Tls(connector) => connector.poll_ready(cx),
            Dial::Plain(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let limit = self.limit;
        match &mut self.dial {
            Dial::Tls(connector) => {
                let connecting = connector.call(uri);
                Box::pin(async move { timeout(limit, connecting).await? })
            }
            Dial::Plain(address) => {
                let connecting = connect(Arc::clone(address));
                Box::pin(async move { timeout(limit, connecting).await? })
            }
        }
    }
}

async fn connect(address: Arc<str>) -> Result<Connection, BoxError> {
    let stream = TcpStream::connect(&*address).await?;
    stream.set_nodelay(true)?;
    Ok(MaybeHttpsStream::Http(TokioIo::new(stream)))
}
