//! Whose request it is, and what the gateway is told of it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};

use firstparty::http::{Request, Response};
use firstparty::{Config, Gateway, Platform};
use firstparty_tower::{BoxBody, ClientAddress, FirstPartyLayer, Gateways};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::support::{
    Body, BoxError, Client, Ends, exchange, full, gateway, get, layer, site, text,
};

/// An upstream that gives back a field of its request.
fn echoing(field: &'static str) -> impl Client {
    service_fn(move |request: Request<BoxBody>| {
        let mut response = Response::new(full(""));
        if let Some(value) = request.headers().get(field) {
            response.headers_mut().insert("echo", value.clone());
        }
        response.extensions_mut().insert(request.uri().clone());
        ready(Ok::<_, BoxError>(response))
    })
}

/// R2.8: what is not the gateway's reaches the site untouched, and nobody is told of it.
#[tokio::test]
async fn the_site_keeps_its_requests() {
    let ends = Ends::default();
    let request = Request::post("/fpx/path?a=b")
        .header("connection", "x-hop")
        .header("x-hop", "1")
        .extension(7)
        .body(full("body"))
        .unwrap();
    let site = service_fn(|request: Request<Body>| {
        assert_eq!(request.uri(), "/fpx/path?a=b");
        assert_eq!(request.headers()["x-hop"], "1");
        assert_eq!(request.extensions().get(), Some(&7));
        ready(Ok::<_, Infallible>(Response::new(request.into_body())))
    });
    let service = layer(echoing("host"), &ends).layer(site);
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(text(response.into_body()).await.unwrap(), "body");
    assert!(ends.all().is_empty());
}

/// A site that takes no requests.
#[derive(Clone)]
struct Closed;

impl Service<Request<Body>> for Closed {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Ready<io::Result<Response<Body>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::NotConnected.into()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(Response::new(full(""))))
    }
}

/// R2.8: the service is ready when the site is.
#[tokio::test]
async fn the_site_may_not_be_ready() {
    let mut service = layer(echoing("host"), &Ends::default()).layer(Closed);
    let error = service.ready().await.map(drop).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotConnected);
}

/// R4.1: what is the gateway's goes to Fingerprint, with everything that the contract asks for.
#[tokio::test]
async fn the_gateway_has_the_rest() {
    let layer = layer(echoing("host"), &Ends::default());
    let response = exchange(layer, get()).await;
    assert_eq!(response.headers()["echo"], "api.fpjs.io");
    let uri = response.extensions().get::<firstparty::http::Uri>().unwrap();
    assert_eq!(uri, "https://api.fpjs.io/path?a=b");
}

/// R2.2: without a site all requests are the gateway's.
#[tokio::test]
async fn the_gateway_may_be_alone() {
    let service = layer(echoing("host"), &Ends::default());
    let request = Request::get("/other").body(full("")).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(text(response.into_body()).await.unwrap(), r#"{"error":"not found"}"#);
}

/// R5.6: the address comes from the extensions: the crate's own first, then axum's.
#[tokio::test]
async fn the_address_comes_from_the_server() {
    const FIELD: &str = "fpjs-proxy-client-ip";
    let own: IpAddr = "203.0.113.7".parse().unwrap();
    let mut request = crate::support::post(full(""));
    let answer = exchange(layer(echoing(FIELD), &Ends::default()), request).await;
    assert!(answer.headers().get("echo").is_none());

    request = crate::support::post(full(""));
    request.extensions_mut().insert(ClientAddress(own));
    let peer: SocketAddr = "198.51.100.1:4711".parse().unwrap();
    request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
    let answer = exchange(layer(echoing(FIELD), &Ends::default()), request).await;
    assert_eq!(answer.headers()["echo"], "203.0.113.7");

    if cfg!(feature = "axum") {
        request = crate::support::post(full(""));
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        let answer = exchange(layer(echoing(FIELD), &Ends::default()), request).await;
        assert_eq!(answer.headers()["echo"], "198.51.100.1");
    }
}

/// R16.6: new settings need no restart, and a request keeps the gateway that it began with.
#[tokio::test]
async fn settings_are_replaced() {
    let gateways = Gateways::new(gateway());
    let upstream = echoing("fpjs-proxy-secret");
    let layer = FirstPartyLayer::new(gateways.clone(), upstream);
    let mut service = layer.layer(site());
    let secret = |response: Response<_>| -> Vec<u8> {
        let _: &BoxBody = response.body();
        response.headers()["echo"].as_bytes().to_vec()
    };
    let config = Config::builder().pre_shared_secret("rotated").build().unwrap();

    let begun = service.ready().await.unwrap().call(crate::support::post(full("")));
    gateways.set(Gateway::new(config, Platform::Generic));
    assert_eq!(secret(begun.await.unwrap()), b"s3cret");
    let next = service.ready().await.unwrap().call(crate::support::post(full("")));
    assert_eq!(secret(next.await.unwrap()), b"rotated");
}

/// The client is asked whether it is ready only for the gateway's requests.
#[tokio::test]
async fn a_busy_client_does_not_stop_the_site() {
    let mut service = FirstPartyLayer::new(Gateways::new(gateway()), Busy).layer(site());
    let request = Request::get("/").body(full("home")).unwrap();
    let response = service.ready().await.unwrap().call(request).await.unwrap();
    assert_eq!(response.headers()["from"], "site");
    let mut waiting = tokio_test_task(service.call(get()));
    assert!(waiting().is_none());
}

/// A service that is never ready.
#[derive(Clone)]
pub(crate) struct Busy;

impl Service<Request<BoxBody>> for Busy {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = std::future::Pending<Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Pending
    }

    fn call(&mut self, _: Request<BoxBody>) -> Self::Future {
        panic!("called without being ready")
    }
}

/// Polls a future once each time.
fn tokio_test_task<F: Future>(future: F) -> impl FnMut() -> Option<F::Output> {
    let mut future = Box::pin(future);
    move || {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}
