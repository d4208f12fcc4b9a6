//! The configuration itself.

mod choices;

use std::time::Duration;

use http::HeaderName;

use super::options::{AgentOrigin, CachePolicy, CookieDomain, Mount, TrustedAddress};
use super::path::RoutePath;
use super::secret::Secret;
use super::source::Resolution;
use crate::host::HostName;
use crate::region::Region;
use crate::variable::Variable;

/// A valid configuration of the gateway ([R1.3]).
///
/// Deserialises from an object with the keys `agent_download_path`, `get_result_path`,
/// `pre_shared_secret`, `integration_path_depth`, `route_prefix`, `ingress_base_host`, `cdn_url`,
/// `region`, `api_keys`, `secret_name`, `proxy_secret_cache_ttl_ms`, `debug`, and `integration_name`,
/// `integration_version`, `mount`, `agent_origin`, `cookie_domain`, `cache`, `v4`, `status_page`,
/// `drop_fields`, `cookies`, `hosts`, `trusted_host`, `trusted_address`. Each may have the prefix
/// `fpjs_`, and case does not matter; `null` and `""` mean unset, an unknown key is an error.
///
/// Each key has a setter in [`Builder`](crate::config::Builder) and a getter here, both of its
/// name. The time to live is a [`Duration`] there, so its name has no `_ms`. `Debug` shows everything
/// but the secret.
///
/// ```
/// use firstparty::Config;
///
/// let config: Config = serde_json::from_str(
///     r#"{"get_result_path": "5yt489hgfj", "fpjs_pre_shared_secret": "s3cret", "v4": false}"#,
/// )?;
/// assert_eq!(config.get_result_path().unwrap().as_str(), "5yt489hgfj");
/// assert!(config.pre_shared_secret().is_some() && !config.v4());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [R1.3]: crate::contract#R1.3
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Config {
    pub(crate) agent_download_path: Option<RoutePath>,
    pub(crate) get_result_path: Option<RoutePath>,
    pub(crate) pre_shared_secret: Option<Secret>,
    pub(crate) mount: Mount,
    pub(crate) ingress_base_host: HostName,
    pub(crate) cdn_url: HostName,
    pub(crate) region: Option<Region>,
    pub(crate) api_keys: Vec<Box<str>>,
    pub(crate) secret_name: Option<Box<str>>,
    pub(crate) proxy_secret_cache_ttl: Duration,
    pub(crate) debug: bool,
    pub(crate) integration_name: Option<Box<str>>,
    pub(crate) integration_version: Option<Box<str>>,
    pub(crate) agent_origin: AgentOrigin,
    pub(crate) cookie_domain: CookieDomain,
    pub(crate) cache: CachePolicy,
    pub(crate) v4: bool,
    pub(crate) status_page: bool,
    pub(crate) drop_fields: Vec<HeaderName>,
    pub(crate) cookies: Vec<Box<str>>,
    pub(crate) hosts: Vec<Box<str>>,
    pub(crate) trusted_host: Option<HeaderName>,
    pub(crate) trusted_address: Option<TrustedAddress>,
    /// The name of the source of each variable, in the order of [`Variable::ALL`].
    pub(crate) resolved_by: Vec<Option<Box<str>>>,
    /// Pairs of a source's name and an unknown key in it.
    pub(crate) unknown_keys: Vec<(Box<str>, Box<str>)>,
    /// Whether the mount was set as such, and not through variables.
    pub(crate) mount_is_chosen: bool,
}

impl Config {
    /// The v3 agent route, if it is on.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().agent_download_path(), None);
    /// ```
    #[must_use]
    pub fn agent_download_path(&self) -> Option<&RoutePath> {
        self.agent_download_path.as_ref()
    }

    /// The v3 route of identification and the browser cache, if it is on.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().get_result_path(), None);
    /// ```
    #[must_use]
    pub fn get_result_path(&self) -> Option<&RoutePath> {
        self.get_result_path.as_ref()
    }

    /// The proxy secret, if there is one ([R1.4]).
    ///
    /// ```
    /// assert!(firstparty::Config::default().pre_shared_secret().is_none());
    /// ```
    ///
    /// [R1.4]: crate::contract#R1.4
    #[must_use]
    pub fn pre_shared_secret(&self) -> Option<&Secret> {
        self.pre_shared_secret.as_ref()
    }

    /// The number of segments of the mount, where it has one.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().integration_path_depth(), Some(1));
    /// ```
    #[must_use]
    pub fn integration_path_depth(&self) -> Option<u8> {
        match self.mount {
            Mount::Depth(depth) | Mount::AnywhereOrDepth(depth) => Some(depth),
            Mount::Exact(_) | Mount::Anywhere => None,
        }
    }

    /// The exact integration path, if the mount is one.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().route_prefix(), None);
    /// ```
    #[must_use]
    pub fn route_prefix(&self) -> Option<&RoutePath> {
        match &self.mount {
            Mount::Exact(path) => Some(path),
            Mount::Depth(_) | Mount::Anywhere | Mount::AnywhereOrDepth(_) => None,
        }
    }

    /// The host of Fingerprint's API, without its region.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().ingress_base_host().as_str(), "api.fpjs.io");
    /// ```
    #[must_use]
    pub fn ingress_base_host(&self) -> &HostName {
        &self.ingress_base_host
    }

    /// The host of Fingerprint's CDN.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().cdn_url().as_str(), "fpcdn.io");
    /// ```
    #[must_use]
    pub fn cdn_url(&self) -> &HostName {
        &self.cdn_url
    }

    /// The region that every forwarded request goes to, if it is fixed ([R3.6]).
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().region(), None);
    /// ```
    ///
    /// [R3.6]: crate::contract#R3.6
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.region
    }

    /// The public API keys whose agent is served ([R4.7]); if none is listed, every agent is served.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().api_keys().next(), None);
    /// ```
    ///
    /// [R4.7]: crate::contract#R4.7
    pub fn api_keys(&self) -> impl Iterator<Item = &str> {
        self.api_keys.iter().map(AsRef::as_ref)
    }

    /// The name under which the adapter finds the settings document ([R1.2]).
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().secret_name(), None);
    /// ```
    ///
    /// [R1.2]: crate::contract#R1.2
    #[must_use]
    pub fn secret_name(&self) -> Option<&str> {
        self.secret_name.as_deref()
    }

    /// How long a settings document stays valid ([R1.6]).
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().proxy_secret_cache_ttl().as_secs(), 300);
    /// ```
    ///
    /// [R1.6]: crate::contract#R1.6
    #[must_use]
    pub fn proxy_secret_cache_ttl(&self) -> Duration {
        self.proxy_secret_cache_ttl
    }

    /// Whether the adapter is asked to log more.
    ///
    /// ```
    /// assert!(!firstparty::Config::default().debug());
    /// ```
    #[must_use]
    pub fn debug(&self) -> bool {
        self.debug
    }

    /// Which source gave a variable its value ([R1.1]).
    ///
    /// ```
    /// use firstparty::config::{Resolution, Variable};
    ///
    /// let config = firstparty::Config::builder().agent_download_path("vbcnkxb654").build()?;
    /// let source = config.resolution(Variable::AgentDownloadPath);
    /// assert_eq!(source, Resolution::Source("configuration"));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.1]: crate::contract#R1.1
    #[must_use]
    pub fn resolution(&self, variable: Variable) -> Resolution<'_> {
        let source = self.resolved_by.get(variable as usize).and_then(Option::as_deref);
        match source {
            Some(name) => Resolution::Source(name),
            None if self.uses_default(variable) => Resolution::Default,
            None => Resolution::Unset,
        }
    }

    /// Whether an unset variable has a default that counts.
    fn uses_default(&self, variable: Variable) -> bool {
        match variable {
            Variable::IntegrationPathDepth => {
                !self.mount_is_chosen && matches!(self.mount, Mount::Depth(_))
            }
            _ => variable.has_default(),
        }
    }
}

#[cfg(test)]
mod tests;
