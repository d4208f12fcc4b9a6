//! Connections to Fingerprint.

use std::error::Error;

use firstparty::http::Uri;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::util::Either;
use tower::{Service, service_fn};

use crate::settings;

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type BoxError = Box<dyn Error + Send + Sync>;

/// TLS to the host of the request; with `FIRSTPARTY_CONNECT_TO` plain HTTP to that address, for tests.
pub(crate) fn connector() -> Result<
    impl Service<Uri, Response = Stream, Error = BoxError, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + 'static,
    BoxError,
> {
    if let Some(address) = settings::text("FIRSTPARTY_CONNECT_TO")? {
        return Ok(Either::Right(service_fn(move |_: Uri| plain(address.clone()))));
    }
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let https = HttpsConnectorBuilder::new().with_webpki_roots().https_only().enable_http1();
    Ok(Either::Left(https.wrap_connector(tcp)))
}

async fn plain(address: String) -> Result<Stream, BoxError> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(MaybeHttpsStream::Http(TokioIo::new(stream)))
}
