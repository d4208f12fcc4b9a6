//! The way to a [`Config`]: sources and choices in, a validated configuration out.

use std::time::Duration;

use http::HeaderName;

use super::cache::DEFAULT_TTL;
use super::check::{cookie_name, droppable, integration, listed_host};
use super::error::{ConfigError, host_name};
use super::options::{AgentOrigin, CachePolicy, CookieDomain, Mount, TrustedAddress};
use super::path::RoutePath;
use super::secret::Secret;
use super::source::Source;
use super::validated::Config;
use crate::host::HostName;
use crate::variable::Variable;

impl Config {
    /// A builder with every default.
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

/// Collects sources and choices; [`Builder::build`] checks them all.
///
/// The setters of variables fill a source of their own, called `configuration`, which is asked
/// before all others.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    direct: Source,
    sources: Vec<Source>,
    integration_name: Option<String>,
    integration_version: Option<String>,
    mount: Option<Mount>,
    agent_origin: AgentOrigin,
    cookie_domain: CookieDomain,
    cache: CachePolicy,
    v4: bool,
    status_page: bool,
    drop_fields: Vec<String>,
    cookies: Option<Vec<String>>,
    hosts: Vec<String>,
    trusted_host: Option<HeaderName>,
    trusted_address: Option<TrustedAddress>,
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
            drop_fields: Vec::new(),
            cookies: None,
            hosts: Vec::new(),
            trusted_host: None,
            trusted_address: None,
        }
    }
}

impl Builder {
    /// Adds a source, to be asked after those added before (R1.1).
    pub fn source(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    /// Sets a variable directly, in place of what was set before; an empty value counts as none.
    pub fn variable(mut self, variable: Variable, value: impl Into<String>) -> Self {
        self.direct.unset(variable);
        self.direct.set(variable, value.into());
        self
    }

    /// The v3 agent route.
    pub fn agent_download_path(self, path: impl Into<String>) -> Self {
        self.variable(Variable::AgentDownloadPath, path)
    }

    /// The v3 identification and browser-cache route.
    pub fn get_result_path(self, path: impl Into<String>) -> Self {
        self.variable(Variable::GetResultPath, path)
    }

    /// The proxy secret.
    pub fn pre_shared_secret(self, secret: impl Into<String>) -> Self {
        self.variable(Variable::PreSharedSecret, secret)
    }

    /// The number of leading segments that make the integration path.
    pub fn integration_path_depth(self, depth: u8) -> Self {
        self.variable(Variable::IntegrationPathDepth, depth.to_string())
    }

    /// The API host.
    pub fn ingress_base_host(self, host: impl Into<String>) -> Self {
        self.variable(Variable::IngressBaseHost, host)
    }

    /// The CDN host.
    pub fn cdn_url(self, host: impl Into<String>) -> Self {
        self.variable(Variable::CdnUrl, host)
    }

    /// The integration's name in `ii` and on the status page, instead of the platform's (R1.8).
    pub fn integration_name(mut self, name: impl Into<String>) -> Self {
        self.integration_name = Some(name.into());
        self
    }

    /// The integration's version in `ii` and on the status page, instead of the crate's (R1.8).
    pub fn integration_version(mut self, version: impl Into<String>) -> Self {
        self.integration_version = Some(version.into());
        self
    }

    /// How the integration path is recognised (R2.1, R2.6). It has precedence over the variables
    /// for route prefix and depth.
    pub fn mount(mut self, mount: Mount) -> Self {
        self.mount = Some(mount);
        self
    }

    /// Where agent downloads are fetched from (R4.5).
    pub fn agent_origin(mut self, origin: AgentOrigin) -> Self {
        self.agent_origin = origin;
        self
    }

    /// What happens to the `Domain` of cookies (R8).
    pub fn cookie_domain(mut self, policy: CookieDomain) -> Self {
        self.cookie_domain = policy;
        self
    }

    /// What happens to the ages of downloaded scripts (R7).
    pub fn cache(mut self, policy: CachePolicy) -> Self {
        self.cache = policy;
        self
    }

    /// Whether unmatched paths are v4 requests (R2.2). Default: yes.
    pub fn v4(mut self, on: bool) -> Self {
        self.v4 = on;
        self
    }

    /// Whether there is a status page (R10.1). Default: yes.
    pub fn status_page(mut self, on: bool) -> Self {
        self.status_page = on;
        self
    }

    /// Further request fields to drop, for instance `referer` (R5.8).
    pub fn drop_fields<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.drop_fields = names.into_iter().map(Into::into).collect();
        self
    }

    /// The cookies that an authorised request may carry upstream (R5.5). Default: `_iidt`.
    pub fn cookies<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.cookies = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The hosts that browsers may ask for; others are answered 400 (R5.7). Default: any.
    pub fn hosts<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.hosts = names.into_iter().map(Into::into).collect();
        self
    }

    /// A field from which the browser's host is taken before URI and `host` (R12). Only for a
    /// gateway behind one's own load balancer, which must set it on every request; on other
    /// platforms than `generic` it has no effect.
    pub fn trusted_host(mut self, field: HeaderName) -> Self {
        self.trusted_host = Some(field);
        self
    }

    /// A field from which the browser's address is taken (R12). Only for a gateway behind one's
    /// own load balancer, which must append to it on every request; on other platforms than
    /// `generic` it has no effect.
    pub fn trusted_address(mut self, trusted: TrustedAddress) -> Self {
        self.trusted_address = Some(trusted);
        self
    }

    /// Checks everything and builds the configuration (R1.3).
    ///
    /// # Errors
    ///
    /// The first [`ConfigError`]; it names the setting at fault.
    pub fn build(self) -> Result<Config, ConfigError> {
        let secret = self.secret()?;
        Ok(Config {
            agent_route: self.route(Variable::AgentDownloadPath)?,
            result_route: self.route(Variable::GetResultPath)?,
            secret,
            mount: self.mount_or_variables()?,
            ingress_host: self.host(Variable::IngressBaseHost, "api.fpjs.io")?,
            cdn_host: self.host(Variable::CdnUrl, "fpcdn.io")?,
            secret_name: self.value(Variable::SecretName).map(Into::into),
            document_ttl: self
                .number(Variable::ProxySecretCacheTtlMs, u64::MAX)?
                .map_or(DEFAULT_TTL, Duration::from_millis),
            debug: self.debug()?,
            integration_name: integration("integration_name", self.integration_name.as_deref())?,
            integration_version: integration(
                "integration_version",
                self.integration_version.as_deref(),
            )?,
            drop_fields: self
                .drop_fields
                .iter()
                .map(|name| droppable(name))
                .collect::<Result<_, _>>()?,
            cookies: self.cookie_names()?,
            hosts: self.hosts.iter().map(|host| listed_host(host)).collect::<Result<_, _>>()?,
            resolved_by: Variable::ALL.iter().map(|&variable| self.resolved_by(variable)).collect(),
            mount_is_chosen: self.mount.is_some(),
            agent_origin: self.agent_origin,
            cookie_domain: self.cookie_domain,
            cache: self.cache,
            v4: self.v4,
            status_page: self.status_page,
            trusted_host: self.trusted_host,
            trusted_address: self.trusted_address,
            unknown_keys: unknown_keys(self.sources),
        })
    }

    fn all_sources(&self) -> impl Iterator<Item = &Source> {
        std::iter::once(&self.direct).chain(&self.sources)
    }

    fn value(&self, variable: Variable) -> Option<&str> {
        self.all_sources().find_map(|source| source.get(variable))
    }

    fn resolved_by(&self, variable: Variable) -> Option<Box<str>> {
        let mut sources = self.all_sources();
        let source = sources.find(|source| source.get(variable).is_some());
        source.map(|source| source.name().into())
    }

    fn route(&self, variable: Variable) -> Result<Option<RoutePath>, ConfigError> {
        let text = self.value(variable);
        text.map(|text| RoutePath::parse(variable.as_str(), text)).transpose()
    }

    fn secret(&self) -> Result<Option<Secret>, ConfigError> {
        self.value(Variable::PreSharedSecret).map(Secret::new).transpose()
    }

    fn host(&self, variable: Variable, default: &str) -> Result<HostName, ConfigError> {
        host_name(variable.as_str(), self.value(variable).unwrap_or(default))
    }

    fn number(&self, variable: Variable, max: u64) -> Result<Option<u64>, ConfigError> {
        let parse = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|number| digits && *number <= max);
            number.ok_or(ConfigError::Number { setting: variable.as_str(), max })
        };
        self.value(variable).map(parse).transpose()
    }

    fn mount_or_variables(&self) -> Result<Mount, ConfigError> {
        let depth = self.number(Variable::IntegrationPathDepth, u8::MAX.into())?;
        let prefix = self.route(Variable::RoutePrefix)?;
        let depth = depth.and_then(|depth| u8::try_from(depth).ok()).unwrap_or(1);
        let from_variables = prefix.map_or(Mount::Depth(depth), Mount::Exact);
        Ok(self.mount.clone().unwrap_or(from_variables))
    }

    fn debug(&self) -> Result<bool, ConfigError> {
        match self.value(Variable::Debug) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ConfigError::Boolean { setting: Variable::Debug.as_str() }),
        }
    }

    fn cookie_names(&self) -> Result<Vec<Box<str>>, ConfigError> {
        let Some(names) = &self.cookies else {
            return Ok(vec!["_iidt".into()]);
        };
        names.iter().map(|name| cookie_name(name)).collect()
    }
}

fn unknown_keys(sources: Vec<Source>) -> Vec<(Box<str>, Box<str>)> {
    let of_source = |source: Source| {
        let (name, keys) = source.into_name_and_unknown_keys();
        keys.into_iter().map(move |key| (Box::from(&*name), key.into()))
    };
    sources.into_iter().flat_map(of_source).collect()
}
