//! The configuration itself.

use std::time::Duration;

use http::HeaderName;

use super::options::{AgentOrigin, CachePolicy, CookieDomain, Mount, TrustedAddress};
use super::path::RoutePath;
use super::secret::Secret;
use super::source::Resolution;
use crate::host::HostName;
use crate::platform::Platform;
use crate::variable::Variable;

/// A valid configuration of the gateway.
///
/// Deserialises from an object with the keys `agent_download_path`, `get_result_path`,
/// `pre_shared_secret`, `integration_path_depth`, `route_prefix`, `ingress_base_host`, `cdn_url`,
/// `secret_name`, `proxy_secret_cache_ttl_ms`, `debug`, and `integration_name`,
/// `integration_version`, `mount`, `agent_origin`, `cookie_domain`, `cache`, `v4`, `status_page`,
/// `drop_fields`, `cookies`, `hosts`, `trusted_host`, `trusted_address`. Each may have the prefix
/// `fpjs_`, and case does not matter; `null` and `""` mean unset, an unknown key is an error.
///
/// `Debug` shows everything but the secret.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Config {
    pub(crate) agent_route: Option<RoutePath>,
    pub(crate) result_route: Option<RoutePath>,
    pub(crate) secret: Option<Secret>,
    pub(crate) mount: Mount,
    pub(crate) ingress_host: HostName,
    pub(crate) cdn_host: HostName,
    pub(crate) secret_name: Option<Box<str>>,
    pub(crate) document_ttl: Duration,
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
    /// Pairs of a source's name and a key in it that means nothing.
    pub(crate) unknown_keys: Vec<(Box<str>, Box<str>)>,
    /// Whether the mount was chosen outright, not through variables.
    pub(crate) mount_is_chosen: bool,
}

impl Config {
    /// The v3 agent route, if it is on.
    #[must_use]
    pub fn agent_route(&self) -> Option<&RoutePath> {
        self.agent_route.as_ref()
    }

    /// The v3 identification and browser-cache route, if it is on.
    #[must_use]
    pub fn result_route(&self) -> Option<&RoutePath> {
        self.result_route.as_ref()
    }

    /// The proxy secret, if there is one.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    /// How the integration path is recognised.
    #[must_use]
    pub fn mount(&self) -> &Mount {
        &self.mount
    }

    /// The API host.
    #[must_use]
    pub fn ingress_host(&self) -> &HostName {
        &self.ingress_host
    }

    /// The CDN host.
    #[must_use]
    pub fn cdn_host(&self) -> &HostName {
        &self.cdn_host
    }

    /// Where the adapter finds the settings document.
    #[must_use]
    pub fn secret_name(&self) -> Option<&str> {
        self.secret_name.as_deref()
    }

    /// How long a settings document stays valid.
    #[must_use]
    pub fn document_ttl(&self) -> Duration {
        self.document_ttl
    }

    /// Whether the adapter is asked to log more.
    #[must_use]
    pub fn debug(&self) -> bool {
        self.debug
    }

    /// What the integration calls itself on a platform (R1.8).
    #[must_use]
    pub fn integration_name_on(&self, platform: Platform) -> &str {
        let own = self.integration_name.as_deref();
        own.unwrap_or(platform.profile().integration_name)
    }

    /// The integration's version (R1.8): the crate's unless another was set.
    #[must_use]
    pub fn version(&self) -> &str {
        self.integration_version.as_deref().unwrap_or(env!("CARGO_PKG_VERSION"))
    }

    /// Which source gave a variable its value (R1.1).
    #[must_use]
    pub fn resolution(&self, variable: Variable) -> Resolution<'_> {
        let source = self.resolved_by.get(variable as usize).and_then(Option::as_deref);
        match source {
            Some(name) => Resolution::Source(name),
            None if self.uses_default(variable) => Resolution::Default,
            None => Resolution::Unset,
        }
    }

    /// Whether the default of a variable that nothing sets means anything.
    fn uses_default(&self, variable: Variable) -> bool {
        let depth_decides = !self.mount_is_chosen && matches!(self.mount, Mount::Depth(_));
        match variable {
            Variable::IntegrationPathDepth => depth_decides,
            _ => variable.has_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Document, Source};

    /// R1.1: the order of `Variable::ALL` is the order of the discriminants.
    #[test]
    fn resolutions_are_stored_by_variable() {
        for (index, &variable) in Variable::ALL.iter().enumerate() {
            assert_eq!(variable as usize, index);
            assert_eq!(Variable::from_key(variable.as_str()), Some(variable));
            let json = serde_json::to_value(variable).unwrap();
            assert_eq!(json, variable.as_str());
        }
    }

    /// R1: the defaults of the table.
    #[test]
    fn defaults_are_the_contracts() {
        let config = Config::default();
        assert_eq!(config.mount, Mount::Depth(1));
        assert_eq!(config.ingress_host.as_str(), "api.fpjs.io");
        assert_eq!(config.cdn_host.as_str(), "fpcdn.io");
        assert_eq!(config.document_ttl(), Duration::from_secs(300));
        assert!(config.agent_route.is_none() && config.result_route.is_none());
        assert!(config.secret.is_none() && !config.debug && config.v4 && config.status_page);
        assert_eq!(config.resolution(Variable::IntegrationPathDepth), Resolution::Default);
        assert_eq!(config.resolution(Variable::GetResultPath), Resolution::Unset);
    }

    /// R1, R2.6: the exact path wins over a depth, whichever source gave either.
    #[test]
    fn a_route_prefix_wins_over_a_depth() {
        let (depth, prefix) = (Variable::IntegrationPathDepth, Variable::RoutePrefix);
        let source =
            |name: &'static str, variable, value: &str| Source::new(name).with(variable, value);
        let exact = Mount::Exact("x/y".parse().unwrap());
        let first = || Config::builder().source(source("one", prefix, "/x/y"));
        let last = || Config::builder().source(source("one", depth, "2"));
        for builder in [
            first().source(source("two", depth, "2")),
            last().source(source("two", prefix, "/x/y")),
            Config::builder().source(source("one", depth, "2").with(prefix, "x/y")),
            Config::builder().source(source("one", prefix, "x/y").with(depth, "2")),
            first().integration_path_depth(2),
            last().variable(prefix, "/x/y"),
            Config::builder().integration_path_depth(0).variable(prefix, "/x/y"),
            Config::builder().variable(prefix, "/x/y").integration_path_depth(1),
        ] {
            let config = builder.build().unwrap();
            assert_eq!(*config.mount(), exact);
            // Who gave the depth is remembered all the same (R1.1).
            assert!(matches!(config.resolution(depth), Resolution::Source(_)));
            assert!(matches!(config.resolution(prefix), Resolution::Source(_)));
        }
        for text in [
            r#"{"integration_path_depth": 2, "route_prefix": "x/y"}"#,
            r#"{"fpjs_route_prefix": "x/y", "fpjs_integration_path_depth": "2"}"#,
        ] {
            assert_eq!(*serde_json::from_str::<Config>(text).unwrap().mount(), exact, "{text}");
        }
        // A choice made outright wins over both, and an invalid depth is an error in any case.
        let chosen = first().source(source("two", depth, "2")).mount(Mount::Anywhere);
        assert_eq!(*chosen.build().unwrap().mount(), Mount::Anywhere);
        let error = first().source(source("two", depth, "x")).build().unwrap_err();
        assert_eq!(error.setting(), "fpjs_integration_path_depth");
    }

    /// R1.1, R1.3: a blank is a value, so it wins over what later sources say; but only the secret's
    /// name may be one.
    #[test]
    fn blank_values_count() {
        let sound = |&variable: &Variable| match variable {
            Variable::IntegrationPathDepth | Variable::ProxySecretCacheTtlMs => "2",
            Variable::Debug => "true",
            _ => "a",
        };
        for variable in Variable::ALL {
            for blank in [" ", "\t", "   "] {
                let pairs = || [(variable.as_str(), blank)];
                let platform = Platform::CloudFront;
                let document = serde_json::to_string(&std::collections::BTreeMap::from(pairs()));
                let document: Document = serde_json::from_str(&document.unwrap()).unwrap();
                for source in [
                    Source::new("one").with(*variable, blank),
                    Source::from_pairs("one", pairs()),
                    Source::from_environment("one", platform, pairs()),
                    document.into_source("one"),
                ] {
                    let later = Source::new("two").with(*variable, sound(variable));
                    let build =
                        || Config::builder().source(source.clone()).source(later.clone()).build();
                    if *variable == Variable::SecretName {
                        assert_eq!(build().unwrap().secret_name(), Some(blank));
                    } else {
                        assert_eq!(build().unwrap_err().setting(), variable.as_str(), "{blank:?}");
                    }
                }
            }
            let empty = Source::new("one").with(*variable, "");
            let later = Source::new("two").with(*variable, sound(variable));
            let config = Config::builder().source(empty).source(later).build().unwrap();
            assert_eq!(config.resolution(*variable), Resolution::Source("two"), "{variable}");
        }
    }

    /// R1.8: name and version are visible ASCII without `/`, at most 64 bytes each.
    #[test]
    fn integrations_have_names_that_fit() {
        let (longest, longer) = ("n".repeat(64), "n".repeat(65));
        for text in ["a", "!a~", &longest] {
            let config = Config::builder().integration_name(text).integration_version(text);
            let config = config.build().unwrap();
            assert_eq!((config.version(), config.integration_name.as_deref()), (text, Some(text)));
        }
        for text in ["", "/", "a/b", "a b", "a\t", "\u{7f}", "\u{e4}", &longer] {
            let error = Config::builder().integration_name(text).build().unwrap_err();
            assert_eq!(error.setting(), "integration_name", "{text:?}");
            let error = Config::builder().integration_version(text).build().unwrap_err();
            assert_eq!(error.setting(), "integration_version", "{text:?}");
        }
    }

    /// R1.3: what was set is what is given back.
    #[test]
    fn settings_are_given_back() {
        let config = Config::builder()
            .agent_download_path("a")
            .get_result_path("r/s")
            .pre_shared_secret("s3cret")
            .ingress_base_host("api.example")
            .cdn_url("cdn.example")
            .variable(Variable::SecretName, "name")
            .variable(Variable::Debug, "true")
            .variable(Variable::RoutePrefix, "/x/y")
            .build()
            .unwrap();
        assert_eq!(config.agent_route().unwrap().as_str(), "a");
        assert_eq!(config.result_route().unwrap().as_str(), "r/s");
        assert_eq!(config.secret().unwrap().header_value(), "s3cret");
        assert_eq!(*config.mount(), Mount::Exact("x/y".parse().unwrap()));
        assert_eq!(config.ingress_host().as_str(), "api.example");
        assert_eq!(config.cdn_host().as_str(), "cdn.example");
        assert_eq!(config.secret_name(), Some("name"));
        assert!(config.debug());
        let off = Config::default();
        assert!(off.agent_route().is_none() && off.result_route().is_none() && !off.debug());
        assert!(off.secret().is_none() && off.secret_name().is_none());
    }
}
