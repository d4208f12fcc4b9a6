//! The gateway in use, which may be replaced while requests are on their way.

use std::sync::{Arc, PoisonError, RwLock};

use firstparty::Gateway;

/// The gateway in use. All clones of a handle lead to the same gateway, so that new settings need
/// no restart ([R16.6]).
///
/// Each request keeps the gateway that it began with.
///
/// ```
/// use firstparty::{Config, Gateway, Platform};
/// use firstparty_tower::Gateways;
///
/// let gateways = Gateways::new(Gateway::new(Config::default(), Platform::Generic));
/// let handle = gateways.clone();
/// let config = Config::builder().pre_shared_secret("s3cret").build()?;
/// handle.set(Gateway::new(config, Platform::Generic));
/// assert!(gateways.get().config().pre_shared_secret().is_some());
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
///
/// [R16.6]: firstparty::contract#R16.6
#[derive(Clone, Debug)]
pub struct Gateways(Arc<RwLock<Gateway>>);

impl Gateways {
    /// A handle that begins with this gateway.
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let _gateways = firstparty_tower::Gateways::new(gateway);
    /// ```
    #[must_use]
    pub fn new(gateway: Gateway) -> Self {
        Self(Arc::new(RwLock::new(gateway)))
    }

    /// Uses another gateway from the next request on, for settings that have changed ([R1.6], [R16.6]).
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let gateways = firstparty_tower::Gateways::new(gateway);
    /// gateways.set(Gateway::new(Config::default(), Platform::Azure));
    /// assert_eq!(gateways.get().platform(), Platform::Azure);
    /// ```
    ///
    /// [R1.6]: firstparty::contract#R1.6
    /// [R16.6]: firstparty::contract#R16.6
    pub fn set(&self, gateway: Gateway) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = gateway;
    }

    /// The gateway that is in use now.
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let gateways = firstparty_tower::Gateways::new(gateway);
    /// assert!(gateways.get().owns(&"/fp/status".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn get(&self) -> Gateway {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
