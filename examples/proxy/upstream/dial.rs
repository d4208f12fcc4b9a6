//! How connections to upstream are made: to whom, and in how much time.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use firstparty::http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use crate::upstream::kept::Kept;

type BoxError = Box<dyn Error + Send + Sync>;

/// Where connections to upstream lead.
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
pub(crate) struct Connector {
    pub(crate) dial: Dial,
    pub(crate) limit: Duration,
}

/// The innermost layers are hyper's, as its TLS connector makes them. The history is kept outside of
/// TLS, so that messages of TLS itself do not count as an answer.
pub(crate) type Connection = TokioIo<Kept<TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>>>;

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
        let stream: Pin<Box<dyn Future<Output = _> + Send>> = match &mut self.dial {
            Dial::Tls(connector) => Box::pin(connector.call(uri)),
            Dial::Plain(address) => Box::pin(connect(Arc::clone(address))),
        };
        let connecting = timeout(self.limit, stream);
        Box::pin(async move { Ok(TokioIo::new(Kept::new(TokioIo::new(connecting.await??)))) })
    }
}

async fn connect(address: Arc<str>) -> Result<MaybeHttpsStream<TokioIo<TcpStream>>, BoxError> {
    let stream = TcpStream::connect(&*address).await?;
    stream.set_nodelay(true)?;
    Ok(MaybeHttpsStream::Http(TokioIo::new(stream)))
}
