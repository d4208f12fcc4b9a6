//! A client to put behind the layer: hyper-util's, as rule R16.1 asks for it.

mod kept;

use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use firstparty::Failure;
use firstparty::adapter::{CONNECT_TIMEOUT, IDLE_TIMEOUT};
use firstparty::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use firstparty::http::{Extensions, HeaderValue, Method, Request, Response, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::Connection;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::time::timeout;
use tower::{ServiceExt, service_fn};
use tower_service::Service;

use crate::body::{BoxBody, BoxError, whole};
use crate::client::kept::{History, Kept};

/// A client over HTTP/1.1 for the connections of a connector, such as `HttpsConnector` of hyper-rustls.
///
/// It follows no redirect and sends a request once. Only a GET or HEAD without content is sent
/// again, once, if it met a kept connection that broke before the first byte of an answer ([R16.1]).
/// Heads of upstream may have 100 fields and 400 KB, which are hyper's own limits and enough for
/// [R16.4]. Making a connection may take [`CONNECT_TIMEOUT`] (name, TCP and TLS together), and idle
/// ones are kept for ten seconds.
///
/// All clones of a client share its connections. So use it for one integration only.
///
/// ```no_run
/// use hyper_rustls::HttpsConnectorBuilder;
///
/// let https = HttpsConnectorBuilder::new().with_webpki_roots().https_only().enable_http1();
/// let _client = firstparty_tower::client(https.build());
/// ```
///
/// [R16.1]: firstparty::contract#R16.1
/// [R16.4]: firstparty::contract#R16.4
pub fn client<C>(
    connector: C,
) -> impl Service<
    Request<BoxBody>,
    Response = Response<Incoming>,
    Error = BoxError,
    Future: Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
{
    let connect = service_fn(move |uri| {
        let connector = connector.clone();
        Box::pin(async {
            let connecting = timeout(CONNECT_TIMEOUT, connector.oneshot(uri));
            let stream = connecting.await?.map_err(Into::into)?;
            Ok::<_, BoxError>(TokioIo::new(Kept::new(TokioIo::new(stream))))
        })
    });
    let client = legacy::Client::builder(TokioExecutor::new())
        // Whether a request is sent again is decided below.
        .retry_canceled_requests(false)
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE)
        // The gateway has written `host`.
        .set_host(false)
        .build(connect);
    let client = Arc::new(client);
    service_fn(move |mut request: Request<BoxBody>| {
        let again = prepare(&mut request);
        let (first, client) = (client.request(request), Arc::clone(&client));
        async move {
            let response = match (first.await, again) {
                (Err(error), Some(again)) if met_the_end_of_a_kept_connection(&error) => {
                    client.request(again.map(|()| whole(Bytes::new()))).await?
                }
                (result, _) => result?,
            };
            usable(response)
        }
    })
}

/// How many idle connections are kept for a host.
const MAX_IDLE: usize = 256;

/// Frames a request, and copies it if it may be sent again. RFC 9110 §9.2.2: only one that does nothing
/// upstream, and bodies are not kept.
fn prepare(request: &mut Request<BoxBody>) -> Option<Request<()>> {
    let is_empty = request.body().is_end_stream();
    frame(request, is_empty);
    if !is_empty || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let mut again = Request::new(());
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    Some(again)
}

/// Says how the body is framed, where its length is not known (RFC 9112 §6). Without that hyper
/// would take a GET to have no body.
fn frame(request: &mut Request<BoxBody>, is_empty: bool) {
    let anticipates = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    let headers = request.headers_mut();
    if headers.contains_key(CONTENT_LENGTH) {
        return;
    }
    if !is_empty {
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    } else if anticipates {
        // RFC 9110 §8.6: these methods anticipate content.
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

/// A response that can be handed on: hyper passes over interim ones (R16.3), and nobody has asked
/// for an upgrade.
fn usable(response: Response<Incoming>) -> Result<Response<Incoming>, BoxError> {
    // Whether the content has a transfer coding that nobody here takes off (RFC 9112 §6.1). Passed on
    // without the field, which belongs to the hop, it would be taken for the content itself.
    let mut codings = response.headers().get_all(TRANSFER_ENCODING).iter();
    let is_coded = codings.any(|value| !value.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if response.status().is_informational() || is_coded {
        return Err(Failure::Protocol.into());
    }
    Ok(response)
}

fn met_the_end_of_a_kept_connection(error: &legacy::Error) -> bool {
    let mut extensions = Extensions::new();
    if let Some(connection) = error.connect_info() {
        connection.get_extras(&mut extensions);
    }
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    let was_sent = !cause.is_some_and(hyper::Error::is_canceled);
    let history: Option<&Arc<History>> = extensions.get();
    history.is_some_and(|history| history.broke_before_answering(was_sent))
}
