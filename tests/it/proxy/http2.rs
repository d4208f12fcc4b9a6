//! HTTP/2 with prior knowledge: what a TLS terminator in front of the proxy may speak.

use std::convert::Infallible;

use bytes::Bytes;
use firstparty::http::{HeaderName, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::process::Proxy;
use super::upstream::Upstream;
use super::wire::PATIENCE;

pub(super) type Body = BoxBody<Bytes, Infallible>;

/// Runs an exchange, or several, on one connection.
pub(super) fn on_a_connection<F: Future>(
    proxy: &Proxy,
    exchanges: impl FnOnce(SendRequest<Body>) -> F,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = TcpStream::connect(proxy.address).await.unwrap();
        let (sender, connection) =
            handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        timeout(PATIENCE, exchanges(sender)).await.expect("an end");
    });
}

pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

async fn read(response: Response<Incoming>) -> Result<Bytes, hyper::Error> {
    response.into_body().collect().await.map(|body| {
        assert!(body.trailers().is_none(), "a trailer");
        body.to_bytes()
    })
}

/// R16.3, R16.4: upstream's trailers are dropped; a head of a hundred fields is taken.
#[test]
fn trailers_and_large_heads() {
    let upstream = Upstream::answering(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-late: 1\r\n\r\n",
    );
    let proxy = Proxy::before(&upstream);
    on_a_connection(&proxy, |mut sender| async move {
        let mut request = Request::get("http://shop.example/fp/x").body(full("")).unwrap();
        for n in 0..100 {
            let name = format!("x-{n}").parse::<HeaderName>().unwrap();
            request.headers_mut().insert(name, "v".repeat(660).parse().unwrap());
        }
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(read(response).await.unwrap(), "ok");
    });
    assert_eq!(upstream.next().get("x-99").unwrap().len(), 660);
}
