//! The same application without the layer: what is below the mount is forwarded as it is.
//! `scripts/bench-axum` compares the two. Without an upstream it stands for Fingerprint.

#[path = "../src/site.rs"]
mod site;

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::ListenerExt;
use firstparty::adapter::IDLE_TIMEOUT;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

type Upstream = Client<HttpConnector, Body>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(std::env::var("FIRSTPARTY_LISTEN")?).await?;
    let app = match std::env::var("FIRSTPARTY_CONNECT_TO") {
        Ok(upstream) => {
            let mut connector = HttpConnector::new();
            connector.set_nodelay(true);
            let mut builder = Client::builder(TokioExecutor::new());
            // As the tower layer's client is.
            builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIMEOUT);
            let client: Upstream =
                builder.set_host(false).pool_max_idle_per_host(256).build(connector);
            site::routes().route("/fp/{*path}", any(forward).with_state((client, upstream)))
        }
        Err(_) => Router::new().fallback(answer),
    };
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut end = signal(SignalKind::terminate())?;
    let end = async move { end.recv().await.unwrap_or_default() };
    Ok(axum::serve(listener, service).with_graceful_shutdown(end).await?)
}

/// What stands for Fingerprint.
async fn answer(_read: Bytes) -> impl IntoResponse {
    let cookie = "_iidt=abcdef; Path=/; Domain=fpjs.io; Secure; HttpOnly";
    let body = r#"{"v":"2","requestId":"1767225600123.AbCdEf","products":{}}"#;
    ([(CONTENT_TYPE, "application/json"), (SET_COOKIE, cookie)], body)
}

/// Changes what has to be changed to reach upstream, and nothing else.
async fn forward(
    State((client, upstream)): State<(Upstream, String)>,
    mut request: Request,
) -> Result<Response, StatusCode> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let uri: Result<Uri, _> = format!("http://{upstream}{path}").parse();
    *request.uri_mut() = uri.map_err(|_| StatusCode::BAD_REQUEST)?;
    let host = HeaderValue::from_str(&upstream).map_err(|_| StatusCode::BAD_GATEWAY)?;
    request.headers_mut().insert(HOST, host);
    let response = client.request(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(response.into_response())
}
