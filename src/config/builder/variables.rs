//! The setters of variables (contract R1).

use std::time::Duration;

use super::Builder;
use crate::region::Region;
use crate::variable::Variable;

impl Builder {
    /// The v3 agent route. Default: off.
    ///
    /// ```
    /// let config = firstparty::Config::builder().agent_download_path("/vbcnkxb654/").build()?;
    /// assert_eq!(config.agent_download_path().unwrap().as_str(), "vbcnkxb654");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn agent_download_path(self, path: impl Into<String>) -> Self {
        self.variable(Variable::AgentDownloadPath, path)
    }

    /// The v3 route of identification and the browser cache. Default: off.
    ///
    /// ```
    /// let config = firstparty::Config::builder().get_result_path("5yt489hgfj").build()?;
    /// assert_eq!(config.get_result_path().unwrap().as_str(), "5yt489hgfj");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn get_result_path(self, path: impl Into<String>) -> Self {
        self.variable(Variable::GetResultPath, path)
    }

    /// The proxy secret ([R1.4]).
    ///
    /// ```
    /// let config = firstparty::Config::builder().pre_shared_secret("s3cret").build()?;
    /// assert_eq!(format!("{:?}", config.pre_shared_secret()), "Some(Secret(…))");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.4]: crate::contract#R1.4
    pub fn pre_shared_secret(self, secret: impl Into<String>) -> Self {
        self.variable(Variable::PreSharedSecret, secret)
    }

    /// The number of leading path segments that make the integration path ([R2.1]). Default: 1.
    ///
    /// ```
    /// use firstparty::{Config, config::Mount};
    ///
    /// let config = Config::builder().integration_path_depth(2).build()?;
    /// assert_eq!(*config.mount(), Mount::Depth(2));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R2.1]: crate::contract#R2.1
    pub fn integration_path_depth(self, depth: u8) -> Self {
        self.variable(Variable::IntegrationPathDepth, depth.to_string())
    }

    /// The exact integration path ([R2.6]). It has precedence over the depth.
    ///
    /// ```
    /// use firstparty::{Config, config::Mount};
    ///
    /// let config = Config::builder().route_prefix("/ore54guier").build()?;
    /// assert_eq!(*config.mount(), Mount::Exact("ore54guier".parse()?));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R2.6]: crate::contract#R2.6
    pub fn route_prefix(self, path: impl Into<String>) -> Self {
        self.variable(Variable::RoutePrefix, path)
    }

    /// The host of Fingerprint's API, without its region. Default: `api.fpjs.io`.
    ///
    /// ```
    /// let config = firstparty::Config::builder().ingress_base_host("API.example").build()?;
    /// assert_eq!(config.ingress_base_host().as_str(), "api.example");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn ingress_base_host(self, host: impl Into<String>) -> Self {
        self.variable(Variable::IngressBaseHost, host)
    }

    /// The host of Fingerprint's CDN: a host name, although the setting is called a URL. Default:
    /// `fpcdn.io`.
    ///
    /// ```
    /// let config = firstparty::Config::builder().cdn_url("cdn.example").build()?;
    /// assert_eq!(config.cdn_url().as_str(), "cdn.example");
    /// assert!(firstparty::Config::builder().cdn_url("https://cdn.example").build().is_err());
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn cdn_url(self, host: impl Into<String>) -> Self {
        self.variable(Variable::CdnUrl, host)
    }

    /// The region that every forwarded request goes to, whatever its query says ([R3.6]). Default:
    /// the query decides.
    ///
    /// ```
    /// use firstparty::{Config, Region, config::Variable};
    ///
    /// let config = Config::builder().region(Region::Eu).build()?;
    /// assert_eq!(config.region(), Some(Region::Eu));
    ///
    /// let misspelt = Config::builder().variable(Variable::Region, "EU").build();
    /// assert_eq!(misspelt.unwrap_err().setting(), "fpjs_region");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R3.6]: crate::contract#R3.6
    pub fn region(self, region: Region) -> Self {
        self.variable(Variable::Region, region.as_str())
    }

    /// The public API keys whose agent is served; the gateway answers 403 to downloads for others
    /// ([R4.7]). Default: any. An empty list is the default again; an empty key is an error.
    ///
    /// ```
    /// use firstparty::{Config, config::Variable};
    ///
    /// let config = Config::builder().api_keys(["k1", "k2"]).build()?;
    /// assert!(config.api_keys().eq(["k1", "k2"]));
    ///
    /// let same = Config::builder().variable(Variable::ApiKeys, "k1, k2").build()?;
    /// assert!(same.api_keys().eq(config.api_keys()));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R4.7]: crate::contract#R4.7
    pub fn api_keys<K: AsRef<str>>(self, keys: impl IntoIterator<Item = K>) -> Self {
        // With a comma behind each key, a list of one empty key is not the text of an empty list.
        let text: String = keys.into_iter().map(|key| [key.as_ref(), ","].concat()).collect();
        self.variable(Variable::ApiKeys, text)
    }

    /// The name under which the adapter finds the settings document ([R1.2]).
    ///
    /// ```
    /// let config = firstparty::Config::builder().secret_name("production/fingerprint").build()?;
    /// assert_eq!(config.secret_name(), Some("production/fingerprint"));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.2]: crate::contract#R1.2
    pub fn secret_name(self, name: impl Into<String>) -> Self {
        self.variable(Variable::SecretName, name)
    }

    /// How long a settings document stays valid, in whole milliseconds ([R1.6]). Default: five
    /// minutes.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let config = firstparty::Config::builder().proxy_secret_cache_ttl(minute).build()?;
    /// assert_eq!(config.proxy_secret_cache_ttl(), minute);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.6]: crate::contract#R1.6
    pub fn proxy_secret_cache_ttl(self, ttl: Duration) -> Self {
        self.variable(Variable::ProxySecretCacheTtlMs, ttl.as_millis().to_string())
    }

    /// Whether the adapter logs more. Default: no.
    ///
    /// ```
    /// assert!(firstparty::Config::builder().debug(true).build()?.debug());
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn debug(self, on: bool) -> Self {
        self.variable(Variable::Debug, on.to_string())
    }
}
