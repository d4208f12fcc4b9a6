//! The layer: what a user chooses.

#[cfg(feature = "tokio")]
use std::time::Duration;

use firstparty::RequestId;
use tower_layer::Layer;

use crate::gateways::Gateways;
use crate::limits::Limits;
#[cfg(feature = "tokio")]
use crate::limits::bounded;
use crate::request_id::request_id;
use crate::service::{Alone, FirstParty};
use crate::shared::Shared;
use crate::ticket::Ended;

/// Puts the gateway around a site: requests below its mount go to Fingerprint, all others to the site.
///
/// `U` is the client, any [`Service`](tower_service::Service) that takes a request whose body is an
/// [`Upload`](crate::Upload): it has to follow no redirect and repeat no POST ([R16.1]). `R` is told
/// of the end of each exchange.
///
/// ```
/// use firstparty::config::Mount;
/// use firstparty::http::{Request, Response};
/// use firstparty::{Config, Failure, Gateway, Platform};
/// use firstparty_tower::{FirstPartyLayer, Upload};
/// use http_body_util::Empty;
/// use tower::{Layer, ServiceExt, service_fn};
///
/// type Body = Empty<bytes::Bytes>;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::builder().mount(Mount::Exact("ore54guier".parse()?)).build()?;
/// let client = service_fn(async |request: Request<Upload<Body>>| {
///     assert_eq!(request.uri(), "https://api.fpjs.io/web/v4/key");
///     Ok::<_, Failure>(Response::new(Body::new()))
/// });
/// let site = service_fn(async |_: Request<Body>| {
///     Ok::<_, std::convert::Infallible>(Response::builder().status(404).body(Body::new()).unwrap())
/// });
/// let service =
///     FirstPartyLayer::new(Gateway::new(config, Platform::Generic), client).layer(site);
/// for (path, status) in [("/ore54guier/web/v4/key", 200), ("/index.html", 404)] {
///     let request = Request::get(path).header("host", "www.example.com").body(Body::new())?;
///     assert_eq!(service.clone().oneshot(request).await?.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
///
/// [R16.1]: firstparty::contract#R16.1
#[derive(Clone, Debug)]
pub struct FirstPartyLayer<U, R = fn(Ended)>(Shared<U, R>);

impl<U> FirstPartyLayer<U> {
    /// A layer that nobody is told of.
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform};
    /// use firstparty_tower::{FirstPartyLayer, Gateways};
    ///
    /// let gateways = Gateways::new(Gateway::new(Config::default(), Platform::Generic));
    /// let client = (); // yours
    /// let _layer = FirstPartyLayer::new(gateways.clone(), client);
    /// ```
    #[must_use]
    pub fn new(gateways: impl Into<Gateways>, upstream: U) -> Self {
        let (gateways, limits) = (gateways.into(), Limits::default());
        Self(Shared { gateways, upstream, limits, request_id, on_end: |_| {} })
    }
}

impl<U, R> FirstPartyLayer<U, R> {
    /// Calls this at the end of each exchange of the gateway's, exactly once, and for no request of
    /// the site's ([R16.6]). It is called where the exchange ends, so it must not block.
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform};
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let _layer = FirstPartyLayer::new(gateway, ())
    ///     .on_end(|ended| println!("{:?} {:?}", ended.end, ended.report));
    /// ```
    ///
    /// [R16.6]: firstparty::contract#R16.6
    #[must_use]
    pub fn on_end<F: Fn(Ended) + Clone>(self, on_end: F) -> FirstPartyLayer<U, F> {
        let Shared { gateways, upstream, limits, request_id, .. } = self.0;
        FirstPartyLayer(Shared { gateways, upstream, limits, request_id, on_end })
    }

    /// Takes identifiers of failed requests from here instead of the clock and the random seeds of
    /// the standard library ([R9.1]).
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform, RequestId};
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let _layer =
    ///     FirstPartyLayer::new(gateway, ()).request_ids(|| RequestId::new(1_767_225_600_123, 42));
    /// ```
    ///
    /// [R9.1]: firstparty::contract#R9.1
    #[must_use]
    pub fn request_ids(mut self, request_id: fn() -> RequestId) -> Self {
        self.0.request_id = request_id;
        self
    }

    /// How long to wait for the head of upstream's answer, connecting included; default
    /// [`FIRST_BYTE_TIMEOUT`]. The time in which the browser uploads does not count ([R16.4],
    /// [R16.5]).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use firstparty::{Config, Gateway, Platform};
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let _layer =
    ///     FirstPartyLayer::new(gateway, ()).first_byte_timeout(Duration::from_secs(5));
    /// ```
    ///
    /// [`FIRST_BYTE_TIMEOUT`]: firstparty::adapter::FIRST_BYTE_TIMEOUT
    /// [R16.4]: firstparty::contract#R16.4
    /// [R16.5]: firstparty::contract#R16.5
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.0.limits.first_byte = bounded(limit);
        self
    }

    /// How long each side may be silent in the middle of its body; default [`IDLE_TIMEOUT`]
    /// ([R16.4]).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use firstparty::{Config, Gateway, Platform};
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let _layer = FirstPartyLayer::new(gateway, ()).idle_timeout(Duration::from_secs(5));
    /// ```
    ///
    /// [`IDLE_TIMEOUT`]: firstparty::adapter::IDLE_TIMEOUT
    /// [R16.4]: firstparty::contract#R16.4
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.0.limits.idle = bounded(limit);
        self
    }

    /// A service without a site: every request is the gateway's.
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform};
    /// use firstparty_tower::FirstPartyLayer;
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let _proxy = FirstPartyLayer::new(gateway, ()).alone();
    /// ```
    #[must_use]
    pub fn alone(self) -> FirstParty<Alone, U, R> {
        FirstParty { site: None, shared: self.0 }
    }
}

impl<S, U: Clone, R: Clone> Layer<S> for FirstPartyLayer<U, R> {
    type Service = FirstParty<S, U, R>;

    fn layer(&self, site: S) -> Self::Service {
        FirstParty { site: Some(site), shared: self.0.clone() }
    }
}
