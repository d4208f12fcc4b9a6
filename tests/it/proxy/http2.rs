//! HTTP/2 with prior knowledge: what a TLS terminator in front of the proxy may speak.

use std::convert::Infallible;

use bytes::Bytes;
use firstparty::http::{HeaderMap, HeaderName, Request, Response};
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::process::{Proxy, SECRET};
use super::upstream::{Upstream, response};
use super::wire::{PATIENCE, pattern};

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

/// R5.5, R5.6, R4.1: the pairs of several cookie fields are read as one, the authority is the
/// browser's host, and upstream gets HTTP/1.1.
#[test]
fn identification() {
    let fields = "set-cookie: a=1\r\nset-cookie: b=2\r\nconnection: keep-alive\r\n";
    let upstream = Upstream::answering(response(fields, b"ok"));
    let proxy = Proxy::before(&upstream);
    on_a_connection(&proxy, |mut sender| async move {
        let request = Request::post("http://shop.example:8443/fp/result?region=ap")
            .header("cookie", "a=1")
            .header("cookie", "_iidt=2")
            .header("cookie", "b=3; _iidt=4")
            .body(full("body"))
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert_eq!(read(response).await.unwrap(), "ok");
    });
    let request = upstream.next();
    assert!(request.head.line.ends_with(" HTTP/1.1"), "{}", request.head.line);
    assert_eq!(request.get("host"), Some("ap.api.fpjs.io"));
    assert_eq!(request.get("cookie"), Some("_iidt=2; _iidt=4"));
    assert_eq!(request.get("fpjs-proxy-secret"), Some(SECRET));
    assert_eq!(request.get("fpjs-proxy-forwarded-host"), Some("shop.example"));
    assert_eq!(request.text(), "body");
}

/// R16.2, R16.3: a megabyte each way; a body of unknown length is sent in chunks, without the
/// trailers behind it.
#[test]
fn bodies() {
    let body = Bytes::from(pattern(1024 * 1024));
    let upstream = Upstream::answering(response("", &body));
    let proxy = Proxy::before(&upstream);
    let sent = body.clone();
    on_a_connection(&proxy, |mut sender| async move {
        let mut trailers = HeaderMap::new();
        trailers.insert("fpjs-proxy-secret", "forged".parse().unwrap());
        let frames = [Ok(Frame::data(sent.clone())), Ok(Frame::trailers(trailers))];
        let frames = StreamBody::new(stream::iter(frames)).boxed();
        let request = Request::post("http://shop.example/fp/").body(frames).unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert!(read(response).await.unwrap() == sent);
    });
    let request = upstream.next();
    assert_eq!(request.get("transfer-encoding"), Some("chunked"));
    assert!(request.body == body);
}

/// R16.1, R16.2: a response that breaks off resets its stream and no other. A request that meets the
/// connection of an earlier one, which upstream is closing, is sent again.
#[test]
fn a_broken_response_resets_its_stream() {
    let upstream = Upstream::scripted(|mut script| {
        let request = script.wire.message().unwrap();
        let whole = request.head.line.contains("whole");
        script.wire.send("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf");
        if whole {
            script.wire.send("half");
        }
    });
    let proxy = Proxy::before(&upstream);
    on_a_connection(&proxy, |mut sender| async move {
        for (path, whole) in [("broken", false), ("whole", true), ("broken", false)] {
            let request = Request::get(format!("http://shop.example/fp/{path}"));
            let request = request.body(full("")).unwrap();
            // The reset may overtake the head.
            let body = match sender.send_request(request).await {
                Ok(response) => read(response).await,
                Err(error) => Err(error),
            };
            assert_eq!(body.is_ok(), whole, "{path}");
        }
    });
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

/// R9.1: a failure of upstream is an answer of the stream; others on the connection go on.
#[test]
fn failures() {
    let upstream = Upstream::scripted(|mut script| {
        script.wire.message().unwrap();
    });
    let proxy = Proxy::before(&upstream);
    on_a_connection(&proxy, |sender| async move {
        let mut all = JoinSet::new();
        for _ in 0..20 {
            let mut sender = sender.clone();
            all.spawn(async move {
                let request = Request::post("http://a.example/fp/").body(full("{}")).unwrap();
                let response = sender.send_request(request).await.unwrap();
                (response.status().as_u16(), read(response).await.unwrap())
            });
        }
        for (status, body) in all.join_all().await {
            assert_eq!(status, 500);
            assert!(body.starts_with(br#"{"v":"2","error":{"code":"IntegrationFailed""#));
        }
    });
}
