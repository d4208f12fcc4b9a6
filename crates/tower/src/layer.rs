//! The layer: what a user chooses.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use firstparty::adapter::{FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT};
use firstparty::http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::body::{BoxBody, BoxError, boxed};
use crate::ended::{Ended, OnEnd};
use crate::gateways::Gateways;

/// Puts the gateway around a site: requests below its mount go to Fingerprint, all others to the site.
/// It is also a service by itself, which has no site: every request is the gateway's.
///
/// ```
/// use firstparty::config::Mount;
/// use firstparty::http::{Request, Response};
/// use firstparty::{Config, Failure, Gateway, Platform};
/// use firstparty_tower::{BoxBody, FirstPartyLayer, Gateways};
/// use http_body_util::Empty;
/// use tower::{Layer, ServiceExt, service_fn};
///
/// type Body = Empty<bytes::Bytes>;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::builder().mount(Mount::Exact("ore54guier".parse()?)).build()?;
/// let client = service_fn(async |request: Request<BoxBody>| {
///     assert_eq!(request.uri(), "https://api.fpjs.io/web/v4/key");
///     Ok::<_, Failure>(Response::new(Body::new()))
/// });
/// let site = service_fn(async |_: Request<Body>| {
///     Ok::<_, std::convert::Infallible>(Response::builder().status(404).body(Body::new()).unwrap())
/// });
/// let gateways = Gateways::new(Gateway::new(config, Platform::Generic));
/// let service = FirstPartyLayer::new(gateways, client).layer(site);
/// for (path, status) in [("/ore54guier/web/v4/key", 200), ("/index.html", 404)] {
///     let request = Request::get(path).header("host", "www.example.com").body(Body::new())?;
///     assert_eq!(service.clone().oneshot(request).await?.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FirstPartyLayer {
    pub(crate) gateways: Gateways,
    pub(crate) upstream: Upstream,
    pub(crate) on_end: OnEnd,
    pub(crate) limits: Limits,
}

/// A limit of nothing would be over before anybody is asked.
#[cfg(feature = "tokio")]
const LEAST: Duration = Duration::from_millis(1);

/// Rule R16.4.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) first_byte: Duration,
    pub(crate) idle: Duration,
}

/// The client, of whatever kind.
type Upstream = Arc<dyn Fn(Request<BoxBody>) -> Sending + Send + Sync>;
pub(crate) type Sending = Pin<Box<dyn Future<Output = Result<Response<BoxBody>, BoxError>> + Send>>;

impl FirstPartyLayer {
    /// A layer with the limits of [R16.4], which tells nobody of its exchanges.
    ///
    /// The client is any [`Service`] that follows no redirect and repeats no POST ([R16.1]).
    ///
    /// ```
    /// use firstparty::http::{Request, Response};
    /// use firstparty::{Config, Failure, Gateway, Platform};
    /// use firstparty_tower::{BoxBody, FirstPartyLayer, Gateways};
    ///
    /// let gateways = Gateways::new(Gateway::new(Config::default(), Platform::Generic));
    /// // Yours. This one sends the request back.
    /// let client = tower::service_fn(async |request: Request<BoxBody>| {
    ///     Ok::<_, Failure>(Response::new(request.into_body()))
    /// });
    /// let _layer = FirstPartyLayer::new(gateways.clone(), client);
    /// ```
    ///
    /// [R16.1]: firstparty::contract#R16.1
    /// [R16.4]: firstparty::contract#R16.4
    #[must_use]
    pub fn new<U, F, B, E>(gateways: Gateways, client: U) -> Self
    where
        U: Service<Request<BoxBody>, Response = Response<B>, Error = E, Future = F>,
        U: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response<B>, E>> + Send + 'static,
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
        E: Into<BoxError>,
    {
        let send = move |request| -> Sending {
            let mut client = client.clone();
            Box::pin(async move {
                poll_fn(|cx| client.poll_ready(cx)).await.map_err(Into::into)?;
                Ok(client.call(request).await.map_err(Into::into)?.map(boxed))
            })
        };
        Self {
            gateways,
            upstream: Arc::new(send),
            on_end: Arc::new(|_| {}),
            limits: Limits { first_byte: FIRST_BYTE_TIMEOUT, idle: IDLE_TIMEOUT },
        }
    }

    /// Calls this at the end of each exchange of the gateway's, exactly once, and for no request of
    /// the site's ([R16.6]). It is called where the exchange ends, so it must not block or panic.
    ///
    /// ```
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// fn logged(layer: FirstPartyLayer) -> FirstPartyLayer {
    ///     layer.on_end(|ended| println!("{:?} {:?}", ended.end, ended.report))
    /// }
    /// # let _ = logged;
    /// ```
    ///
    /// [R16.6]: firstparty::contract#R16.6
    #[must_use]
    pub fn on_end(mut self, on_end: impl Fn(Ended) + Send + Sync + 'static) -> Self {
        self.on_end = Arc::new(on_end);
        self
    }

    /// How long upstream may take at a time, at least a millisecond: to be connected to, to take more of
    /// the request and, once it has all of it, to answer; default [`FIRST_BYTE_TIMEOUT`]. The time in
    /// which the browser uploads does not count ([R16.4], [R16.5]).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// fn impatient(layer: FirstPartyLayer) -> FirstPartyLayer {
    ///     layer.first_byte_timeout(Duration::from_secs(5))
    /// }
    /// # let _ = impatient;
    /// ```
    ///
    /// [`FIRST_BYTE_TIMEOUT`]: firstparty::adapter::FIRST_BYTE_TIMEOUT
    /// [R16.4]: firstparty::contract#R16.4
    /// [R16.5]: firstparty::contract#R16.5
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.limits.first_byte = limit.max(LEAST);
        self
    }

    /// How long each side may be silent in the middle of its body, at least a millisecond; default
    /// [`IDLE_TIMEOUT`] ([R16.4]).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// fn impatient(layer: FirstPartyLayer) -> FirstPartyLayer {
    ///     layer.idle_timeout(Duration::from_secs(5))
    /// }
    /// # let _ = impatient;
    /// ```
    ///
    /// [`IDLE_TIMEOUT`]: firstparty::adapter::IDLE_TIMEOUT
    /// [R16.4]: firstparty::contract#R16.4
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = limit.max(LEAST);
        self
    }
}
