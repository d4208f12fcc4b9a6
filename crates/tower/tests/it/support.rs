//! Hand-made bodies, upstreams, and a service around them.

use std::convert::Infallible;
use std::error::Error;
use std::future::{pending, ready};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use firstparty::config::Mount;
use firstparty::http::{HeaderMap, Request, Response};
use firstparty::{Config, Gateway, Platform};
use firstparty_tower::{BoxBody, Ended, FirstPartyLayer, Gateways};
use futures_util::StreamExt;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tower::{Layer, Service, ServiceExt, service_fn};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What a body does next.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Give(&'static str),
    Trailers,
    #[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "a matter of limits"))]
    Rest(Duration),
    Break,
    Hang,
}

/// A body of unknown length that does all that, and then ends.
pub(crate) fn body(steps: &[Step]) -> Body {
    let frames = stream::iter(steps.to_vec()).filter_map(|step| async move {
        match step {
            Step::Give(data) => Some(Ok(Frame::data(Bytes::from(data)))),
            Step::Trailers => Some(Ok(Frame::trailers(forged()))),
            Step::Rest(time) => {
                tokio::time::sleep(time).await;
                None
            }
            Step::Break => Some(Err(io::ErrorKind::ConnectionReset.into())),
            Step::Hang => pending().await,
        }
    });
    StreamBody::new(frames).boxed_unsync()
}

fn forged() -> HeaderMap {
    HeaderMap::from_iter([("fpjs-proxy-secret".parse().unwrap(), "forged".parse().unwrap())])
}

/// A body of known length.
pub(crate) fn full(data: &'static str) -> Body {
    http_body_util::Full::from(data).map_err(|never: Infallible| match never {}).boxed_unsync()
}

pub(crate) fn gateway() -> Gateway {
    let config = Config::builder()
        .mount(Mount::Exact("fp".parse().unwrap()))
        .pre_shared_secret("s3cret")
        .build()
        .unwrap();
    Gateway::new(config, Platform::Generic)
}

pub(crate) fn get() -> Request<Body> {
    to_gateway("GET", full(""))
}

pub(crate) fn post(body: Body) -> Request<Body> {
    to_gateway("POST", body)
}

pub(crate) fn to_gateway(method: &str, body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri("/fp/path?a=b");
    request.header("host", "www.example.com").body(body).unwrap()
}

/// The ends of exchanges that were told.
#[derive(Clone, Default)]
pub(crate) struct Ends(Arc<Mutex<Vec<Ended>>>);

impl Ends {
    pub(crate) fn tell(&self) -> impl Fn(Ended) + Clone + Send + Sync + use<> {
        let ends = Arc::clone(&self.0);
        move |ended| ends.lock().unwrap_or_else(PoisonError::into_inner).push(ended)
    }

    pub(crate) fn all(&self) -> Vec<Ended> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The only one.
    pub(crate) fn one(&self) -> Ended {
        let ends = self.all();
        assert_eq!(ends.len(), 1, "{ends:?}");
        ends[0]
    }
}

/// The service of the site.
pub(crate) fn site()
-> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone
{
    service_fn(|request: Request<Body>| {
        ready(Ok(Response::builder().header("from", "site").body(request.into_body()).unwrap()))
    })
}

/// What the layer asks of its client.
pub(crate) trait Client<Q = Body>:
    Service<Request<BoxBody>, Response = Response<Q>, Error: Into<BoxError>, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<U, Q> Client<Q> for U where
    U: Service<Request<BoxBody>, Response = Response<Q>, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// An upstream that answers without reading.
pub(crate) fn answering(
    answer: impl Fn() -> Response<Body> + Clone + Send + Sync + 'static,
) -> impl Client {
    service_fn(move |_| ready(Ok::<_, BoxError>(answer())))
}

/// One exchange with the gateway, to the head of the answer.
pub(crate) async fn exchange(layer: FirstPartyLayer, request: Request<Body>) -> Response<BoxBody> {
    layer.layer(site()).oneshot(request).await.unwrap()
}

pub(crate) fn layer<Q>(upstream: impl Client<Q>, ends: &Ends) -> FirstPartyLayer
where
    Q: hyper::body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    FirstPartyLayer::new(Gateways::new(gateway()), upstream).on_end(ends.tell())
}

pub(crate) async fn text<B>(body: B) -> Result<String, B::Error>
where
    B: hyper::body::Body<Data = Bytes>,
{
    let body = body.collect().await?;
    assert!(body.trailers().is_none(), "a trailer");
    Ok(String::from_utf8(body.to_bytes().to_vec()).unwrap())
}
