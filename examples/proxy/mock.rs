//! A stand-in for Fingerprint on loopback: enough to see what the gateway does.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use firstparty::http;
use firstparty::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, ORIGIN, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
};
use firstparty::http::response::Builder;
use firstparty::http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const SCRIPT: &str = "export function load() { return Promise.resolve('a stand-in'); }\n";
const SCRIPT_TAG: &str = "\"stand-in-1\"";
const PRODUCTS: &str = r#"{"identification":{"data":{"visitorId":"a1b2c3d4e5f6g7h8i9j0"}}}"#;
const COOKIE: &str =
    "_iidt=c3RhbmQtaW4; Path=/; Domain=fpjs.io; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax";

/// Serves on a free port for as long as the process lives.
pub(crate) async fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener));
    Ok(address)
}

async fn serve(listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::spawn(connection);
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, mut body) = request.into_parts();
    while let Some(Ok(_)) = body.frame().await {}
    let builder = with_origin(Response::builder(), &head.headers)
        .header(STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    let response = match head.method {
        Method::POST => identification(builder),
        Method::OPTIONS => builder.status(StatusCode::NO_CONTENT).body(Full::default()),
        _ if head.uri.path().starts_with("/web/") => script(builder, &head.headers),
        _ => browser_cache(builder),
    };
    Ok(response.unwrap_or_default())
}

/// CORS, as the API answers it.
fn with_origin(builder: Builder, headers: &HeaderMap) -> Builder {
    match headers.get(ORIGIN) {
        Some(origin) => builder
            .header(ACCESS_CONTROL_ALLOW_ORIGIN, origin)
            .header(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
        None => builder,
    }
}

type Answer = Result<Response<Full<Bytes>>, http::Error>;

/// No two answers have one request ID, so that it shows whether a cache on the way has given one twice.
fn identification(builder: Builder) -> Answer {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed) % 1_000_000;
    let result =
        format!(r#"{{"v":"2","requestId":"1767225600123.{number:06}","products":{PRODUCTS}}}"#);
    builder.header(CONTENT_TYPE, "application/json").header(SET_COOKIE, COOKIE).body(result.into())
}

fn script(builder: Builder, headers: &HeaderMap) -> Answer {
    let builder = builder
        .header(CONTENT_TYPE, "text/javascript; charset=utf-8")
        .header(CACHE_CONTROL, "public, max-age=604800, s-maxage=604800")
        .header(ETAG, SCRIPT_TAG);
    if headers.get(IF_NONE_MATCH).is_some_and(|tag| tag == SCRIPT_TAG) {
        return builder.status(StatusCode::NOT_MODIFIED).body(Full::default());
    }
    builder.body(SCRIPT.into())
}

fn browser_cache(builder: Builder) -> Answer {
    builder
        .header(CONTENT_TYPE, "text/plain")
        .header(CACHE_CONTROL, "max-age=31536000, immutable, private")
        .body("c3RhbmQtaW4".into())
}
