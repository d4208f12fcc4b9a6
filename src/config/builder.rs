//! Collects sources and options for a [`Config`].

mod variables;

use http::HeaderName;

use super::options::{AgentOrigin, CachePolicy, CookieDomain, Mount, TrustedAddress};
use super::source::Source;
use super::validated::Config;
use crate::variable::Variable;

impl Config {
    /// A builder with every default.
    ///
    /// ```
    /// let config = firstparty::Config::builder().pre_shared_secret("s3cret").build()?;
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Default for Config {
    /// Every default: v4 only, depth 1, no secret.
    fn default() -> Self {
        #[expect(
            clippy::expect_used,
            reason = "the defaults are constants, and a test builds them"
        )]
        Builder::default().build().expect("the defaults are valid")
    }
}

/// Collects sources and options; [`Builder::build`] checks them all.
///
/// The setters of variables fill a source of their own, called `configuration`, which is asked
/// before all others. Each option has a setter here and a getter in [`Config`] of the same name.
///
/// ```
/// use firstparty::Config;
/// use firstparty::config::{Resolution, Source, Variable};
///
/// let config = Config::builder()
///     .source(Source::new("environment").with(Variable::CdnUrl, "cdn.example"))
///     .cdn_url("other.example")
///     .v4(false)
///     .build()?;
/// assert_eq!(config.cdn_url().as_str(), "other.example");
/// assert_eq!(config.resolution(Variable::CdnUrl), Resolution::Source("configuration"));
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    pub(super) direct: Source,
    pub(super) sources: Vec<Source>,
    pub(super) integration_name: Option<String>,
    pub(super) integration_version: Option<String>,
    pub(super) mount: Option<Mount>,
    pub(super) agent_origin: AgentOrigin,
    pub(super) cookie_domain: CookieDomain,
    pub(super) cache: CachePolicy,
    pub(super) v4: bool,
    pub(super) status_page: bool,
    pub(super) drop_fields: Option<Vec<String>>,
    pub(super) cookies: Option<Vec<String>>,
    pub(super) hosts: Vec<String>,
    pub(super) trusted_host: Option<HeaderName>,
    pub(super) trusted_address: Option<TrustedAddress>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            direct: Source::new("configuration"),
            sources: Vec::new(),
            integration_name: None,
            integration_version: None,
            mount: None,
            agent_origin: AgentOrigin::default(),
            cookie_domain: CookieDomain::default(),
            cache: CachePolicy::default(),
            v4: true,
            status_page: true,
            drop_fields: None,
            cookies: None,
            hosts: Vec::new(),
            trusted_host: None,
            trusted_address: None,
        }
    }
}

impl Builder {
    /// Adds a source, to be asked after those added before ([R1.1]).
    ///
    /// ```
    /// use firstparty::config::{Resolution, Source, Variable};
    ///
    /// let environment = Source::new("environment").with(Variable::SecretName, "fingerprint");
    /// let config = firstparty::Config::builder().source(environment).build()?;
    /// assert_eq!(config.resolution(Variable::SecretName), Resolution::Source("environment"));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.1]: crate::contract#R1.1
    pub fn source(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    /// Adds a source, to be asked before everything that the builder has been given so far ([R1.1]): the
    /// environment before a settings document, for instance.
    ///
    /// ```
    /// use firstparty::config::{Builder, Resolution, Source, Variable};
    ///
    /// let document: Builder = serde_json::from_str(r#"{"fpjs_secret_name": "old"}"#)?;
    /// let environment = Source::new("environment").with(Variable::SecretName, "new");
    /// let config = document.overridden_by(environment).build()?;
    /// assert_eq!(config.resolution(Variable::SecretName), Resolution::Source("environment"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [R1.1]: crate::contract#R1.1
    pub fn overridden_by(mut self, source: Source) -> Self {
        let given = std::mem::replace(&mut self.direct, Self::default().direct);
        self.sources.splice(0..0, [source, given]);
        self
    }

    /// Sets a variable directly, replacing an earlier value. An empty value leaves it unset.
    ///
    /// ```
    /// use firstparty::{Config, config::Variable};
    ///
    /// let config = Config::builder().variable(Variable::CdnUrl, "cdn.example").build()?;
    /// assert_eq!(config.cdn_url().as_str(), "cdn.example");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn variable(mut self, variable: Variable, value: impl Into<String>) -> Self {
        self.direct.unset(variable);
        self.direct.set(variable, value.into());
        self
    }

    /// The integration's name in `ii` and on the status page ([R1.8]). Default: the platform's.
    ///
    /// ```
    /// let config = firstparty::Config::builder().integration_name("my-gateway").build()?;
    /// assert_eq!(config.integration_name(), Some("my-gateway"));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.8]: crate::contract#R1.8
    pub fn integration_name(mut self, name: impl Into<String>) -> Self {
        self.integration_name = Some(name.into());
        self
    }

    /// The integration's version in `ii` and on the status page ([R1.8]). Default: the crate's.
    ///
    /// ```
    /// let config = firstparty::Config::builder().integration_version("1.2.3").build()?;
    /// assert_eq!(config.integration_version(), "1.2.3");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.8]: crate::contract#R1.8
    pub fn integration_version(mut self, version: impl Into<String>) -> Self {
        self.integration_version = Some(version.into());
        self
    }

    /// How the gateway recognises the integration path ([R2.1], [R2.6]). It has precedence over
    /// route prefix and depth.
    ///
    /// ```
    /// use firstparty::{Config, config::Mount};
    ///
    /// let config = Config::builder().mount(Mount::Anywhere).integration_path_depth(2).build()?;
    /// assert_eq!(*config.mount(), Mount::Anywhere);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R2.1]: crate::contract#R2.1
    /// [R2.6]: crate::contract#R2.6
    pub fn mount(mut self, mount: Mount) -> Self {
        self.mount = Some(mount);
        self
    }

    /// Which server agent downloads come from ([R4.5]). Default: the API.
    ///
    /// ```
    /// use firstparty::{Config, config::AgentOrigin};
    ///
    /// let config = Config::builder().agent_origin(AgentOrigin::Cdn).build()?;
    /// assert_eq!(config.agent_origin(), AgentOrigin::Cdn);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R4.5]: crate::contract#R4.5
    pub fn agent_origin(mut self, origin: AgentOrigin) -> Self {
        self.agent_origin = origin;
        self
    }

    /// What happens to the `Domain` of cookies ([R8]). Default: [`CookieDomain::FirstParty`].
    ///
    /// ```
    /// use firstparty::{Config, config::CookieDomain};
    ///
    /// let config = Config::builder().cookie_domain(CookieDomain::Preserve).build()?;
    /// assert_eq!(*config.cookie_domain(), CookieDomain::Preserve);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R8]: crate::contract#R8
    pub fn cookie_domain(mut self, policy: CookieDomain) -> Self {
        self.cookie_domain = policy;
        self
    }

    /// How long downloaded scripts may be cached ([R7]). Default: an hour, shared caches a minute.
    ///
    /// ```
    /// use firstparty::{Config, config::CachePolicy};
    ///
    /// let policy = CachePolicy::Cap { max_age: 600, s_maxage: 60 };
    /// assert_eq!(Config::builder().cache(policy).build()?.cache(), policy);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R7]: crate::contract#R7
    pub fn cache(mut self, policy: CachePolicy) -> Self {
        self.cache = policy;
        self
    }

    /// Whether unmatched paths are v4 requests ([R2.2]). Default: yes.
    ///
    /// ```
    /// assert!(!firstparty::Config::builder().v4(false).build()?.v4());
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R2.2]: crate::contract#R2.2
    pub fn v4(mut self, on: bool) -> Self {
        self.v4 = on;
        self
    }

    /// Whether there is a status page ([R10.1]). Default: yes.
    ///
    /// ```
    /// assert!(!firstparty::Config::builder().status_page(false).build()?.status_page());
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R10.1]: crate::contract#R10.1
    pub fn status_page(mut self, on: bool) -> Self {
        self.status_page = on;
        self
    }

    /// Further request fields to drop ([R5.8]). Default: `authorization`, which a list of one's own
    /// replaces, an empty one too.
    ///
    /// ```
    /// let config = firstparty::Config::builder().drop_fields(["Referer"]).build()?;
    /// assert_eq!(config.drop_fields(), ["referer"]);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R5.8]: crate::contract#R5.8
    pub fn drop_fields<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.drop_fields = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The cookies that an authorised request may carry upstream ([R5.5]). Default: `_iidt`.
    ///
    /// ```
    /// let config = firstparty::Config::builder().cookies(["_iidt", "_vid"]).build()?;
    /// assert!(config.cookies().eq(["_iidt", "_vid"]));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R5.5]: crate::contract#R5.5
    pub fn cookies<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.cookies = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The hosts that browsers may ask for; the gateway answers 400 to others ([R5.7]). Default:
    /// any.
    ///
    /// ```
    /// let config = firstparty::Config::builder().hosts(["www.example.com", "[::1]"]).build()?;
    /// assert!(config.hosts().eq(["www.example.com", "[::1]"]));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R5.7]: crate::contract#R5.7
    pub fn hosts<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.hosts = names.into_iter().map(Into::into).collect();
        self
    }

    /// A field that names the browser's host and has precedence over URI and `host` ([R12]). Set it
    /// only behind a load balancer of your own that writes the field on every request. It has an
    /// effect on platform `generic` alone.
    ///
    /// ```
    /// use firstparty::{Config, http::HeaderName};
    ///
    /// let field = HeaderName::from_static("x-forwarded-host");
    /// let config = Config::builder().trusted_host(field).build()?;
    /// assert_eq!(config.trusted_host().unwrap(), "x-forwarded-host");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R12]: crate::contract#R12
    pub fn trusted_host(mut self, field: HeaderName) -> Self {
        self.trusted_host = Some(field);
        self
    }

    /// A field that lists the browser's address ([R12]). Set it only behind a load balancer of your
    /// own that appends to the field on every request. It has an effect on platform `generic`
    /// alone.
    ///
    /// ```
    /// use std::num::NonZeroU8;
    /// use firstparty::{Config, config::TrustedAddress, http::HeaderName};
    ///
    /// let field = HeaderName::from_static("x-forwarded-for");
    /// let trusted = TrustedAddress::new(field, NonZeroU8::MIN);
    /// let config = Config::builder().trusted_address(trusted.clone()).build()?;
    /// assert_eq!(config.trusted_address(), Some(&trusted));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R12]: crate::contract#R12
    pub fn trusted_address(mut self, trusted: TrustedAddress) -> Self {
        self.trusted_address = Some(trusted);
        self
    }
}
