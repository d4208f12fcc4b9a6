//! The getters of the choices that are not variables.

use http::HeaderName;

use super::Config;
use crate::config::options::{AgentOrigin, CachePolicy, CookieDomain, Mount, TrustedAddress};
use crate::platform::Platform;

impl Config {
    /// The integration's name, if one was set ([R1.8]). [`Config::integration_name_on`] falls back
    /// to the platform's.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().integration_name(), None);
    /// ```
    ///
    /// [R1.8]: crate::contract#R1.8
    #[must_use]
    pub fn integration_name(&self) -> Option<&str> {
        self.integration_name.as_deref()
    }

    /// The integration's name on a platform ([R1.8]): the one that was set, or the platform's.
    ///
    /// ```
    /// use firstparty::Platform;
    ///
    /// let config = firstparty::Config::default();
    /// assert_eq!(config.integration_name_on(Platform::Azure), "fingerprint-pro-azure");
    /// ```
    ///
    /// [R1.8]: crate::contract#R1.8
    #[must_use]
    pub fn integration_name_on(&self, platform: Platform) -> &str {
        self.integration_name().unwrap_or(platform.profile().integration_name)
    }

    /// The integration's version ([R1.8]): the one that was set, or the crate's.
    ///
    /// ```
    /// let config = firstparty::Config::builder().integration_version("1.2.3").build()?;
    /// assert_eq!(config.integration_version(), "1.2.3");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.8]: crate::contract#R1.8
    #[must_use]
    pub fn integration_version(&self) -> &str {
        self.integration_version.as_deref().unwrap_or(env!("CARGO_PKG_VERSION"))
    }

    /// How the gateway recognises the integration path ([R2.1], [R2.6]).
    ///
    /// ```
    /// assert_eq!(*firstparty::Config::default().mount(), firstparty::config::Mount::Depth(1));
    /// ```
    ///
    /// [R2.1]: crate::contract#R2.1
    /// [R2.6]: crate::contract#R2.6
    #[must_use]
    pub fn mount(&self) -> &Mount {
        &self.mount
    }

    /// Which server agent downloads come from ([R4.5]).
    ///
    /// ```
    /// use firstparty::config::AgentOrigin;
    ///
    /// assert_eq!(firstparty::Config::default().agent_origin(), AgentOrigin::Api);
    /// ```
    ///
    /// [R4.5]: crate::contract#R4.5
    #[must_use]
    pub fn agent_origin(&self) -> AgentOrigin {
        self.agent_origin
    }

    /// What happens to the `Domain` of cookies ([R8]).
    ///
    /// ```
    /// use firstparty::config::CookieDomain;
    ///
    /// assert_eq!(*firstparty::Config::default().cookie_domain(), CookieDomain::FirstParty);
    /// ```
    ///
    /// [R8]: crate::contract#R8
    #[must_use]
    pub fn cookie_domain(&self) -> &CookieDomain {
        &self.cookie_domain
    }

    /// How long downloaded scripts may be cached ([R7]).
    ///
    /// ```
    /// use firstparty::config::CachePolicy;
    ///
    /// let hour = CachePolicy::Cap { max_age: 3600, s_maxage: 60 };
    /// assert_eq!(firstparty::Config::default().cache(), hour);
    /// ```
    ///
    /// [R7]: crate::contract#R7
    #[must_use]
    pub fn cache(&self) -> CachePolicy {
        self.cache
    }

    /// Whether unmatched paths are v4 requests ([R2.2]).
    ///
    /// ```
    /// assert!(firstparty::Config::default().v4());
    /// ```
    ///
    /// [R2.2]: crate::contract#R2.2
    #[must_use]
    pub fn v4(&self) -> bool {
        self.v4
    }

    /// Whether v4 requests can get through: a mount anywhere has no place for them (R2.6).
    pub(crate) fn has_v4(&self) -> bool {
        self.v4 && self.mount != Mount::Anywhere
    }

    /// Whether a v3 route is on.
    pub(crate) fn has_v3(&self) -> bool {
        self.agent_download_path.is_some() || self.get_result_path.is_some()
    }

    /// Whether there is a status page ([R10.1]).
    ///
    /// ```
    /// assert!(firstparty::Config::default().status_page());
    /// ```
    ///
    /// [R10.1]: crate::contract#R10.1
    #[must_use]
    pub fn status_page(&self) -> bool {
        self.status_page
    }

    /// Further request fields to drop ([R5.8]).
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().drop_fields(), ["authorization"]);
    /// ```
    ///
    /// [R5.8]: crate::contract#R5.8
    #[must_use]
    pub fn drop_fields(&self) -> &[HeaderName] {
        &self.drop_fields
    }

    /// The cookies that an authorised request may carry upstream ([R5.5]).
    ///
    /// ```
    /// assert!(firstparty::Config::default().cookies().eq(["_iidt"]));
    /// ```
    ///
    /// [R5.5]: crate::contract#R5.5
    pub fn cookies(&self) -> impl Iterator<Item = &str> {
        self.cookies.iter().map(AsRef::as_ref)
    }

    /// The hosts that browsers may ask for ([R5.7]); without any, every host is accepted.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().hosts().next(), None);
    /// ```
    ///
    /// [R5.7]: crate::contract#R5.7
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(AsRef::as_ref)
    }

    /// The field that names the browser's host ([R12]), if one is trusted.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().trusted_host(), None);
    /// ```
    ///
    /// [R12]: crate::contract#R12
    #[must_use]
    pub fn trusted_host(&self) -> Option<&HeaderName> {
        self.trusted_host.as_ref()
    }

    /// The field that lists the browser's address ([R12]), if one is trusted.
    ///
    /// ```
    /// assert_eq!(firstparty::Config::default().trusted_address(), None);
    /// ```
    ///
    /// [R12]: crate::contract#R12
    #[must_use]
    pub fn trusted_address(&self) -> Option<&TrustedAddress> {
        self.trusted_address.as_ref()
    }
}
