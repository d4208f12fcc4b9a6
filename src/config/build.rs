//! The checks on the way from a [`Builder`] to a [`Config`] (contract R1.3).

use std::time::Duration;

use http::HeaderName;
use http::header::AUTHORIZATION;

use super::builder::Builder;
use super::cache::DEFAULT_TTL;
use super::check::{
    api_keys, boolean, cookie_name, droppable, integration, listed_host, number, region,
};
use super::error::{ConfigError, host_name};
use super::options::Mount;
use super::path::RoutePath;
use super::secret::Secret;
use super::source::Source;
use super::validated::Config;
use crate::host::HostName;
use crate::region::Region;
use crate::variable::Variable;

impl Builder {
    /// Checks everything and builds the configuration ([R1.3]).
    ///
    /// # Errors
    ///
    /// The first [`ConfigError`]; it names the setting at fault.
    ///
    /// ```
    /// use firstparty::Config;
    ///
    /// assert!(Config::builder().build().is_ok());
    /// let error = Config::builder().hosts(["www.example.com:443"]).build().unwrap_err();
    /// assert_eq!(error.setting(), "hosts");
    /// ```
    ///
    /// [R1.3]: crate::contract#R1.3
    pub fn build(self) -> Result<Config, ConfigError> {
        let pre_shared_secret = self.secret()?;
        Ok(Config {
            agent_download_path: self.path(Variable::AgentDownloadPath)?,
            get_result_path: self.path(Variable::GetResultPath)?,
            pre_shared_secret,
            mount: self.mount_or_variables()?,
            ingress_base_host: self.host(Variable::IngressBaseHost, "api.fpjs.io")?,
            cdn_url: self.host(Variable::CdnUrl, "fpcdn.io")?,
            region: self.fixed_region()?,
            api_keys: self.value(Variable::ApiKeys).map_or(Ok(Vec::new()), api_keys)?,
            secret_name: self.value(Variable::SecretName).map(Into::into),
            proxy_secret_cache_ttl: self.ttl()?,
            debug: self.debug_or_default()?,
            integration_name: integration("integration_name", self.integration_name.as_deref())?,
            integration_version: integration(
                "integration_version",
                self.integration_version.as_deref(),
            )?,
            drop_fields: self.dropped_fields()?,
            cookies: self.cookie_names()?,
            hosts: check_all(&self.hosts, listed_host)?,
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

    /// The first source that sets a variable (R1.1).
    fn source_of(&self, variable: Variable) -> Option<&Source> {
        let mut sources = std::iter::once(&self.direct).chain(&self.sources);
        sources.find(|source| source.get(variable).is_some())
    }

    fn value(&self, variable: Variable) -> Option<&str> {
        self.source_of(variable)?.get(variable)
    }

    fn resolved_by(&self, variable: Variable) -> Option<Box<str>> {
        self.source_of(variable).map(|source| source.name().into())
    }

    fn path(&self, variable: Variable) -> Result<Option<RoutePath>, ConfigError> {
        let text = self.value(variable);
        text.map(|text| RoutePath::parse(variable.as_str(), text)).transpose()
    }

    fn secret(&self) -> Result<Option<Secret>, ConfigError> {
        self.value(Variable::PreSharedSecret).map(str::parse).transpose()
    }

    fn host(&self, variable: Variable, default: &str) -> Result<HostName, ConfigError> {
        host_name(variable.as_str(), self.value(variable).unwrap_or(default))
    }

    fn fixed_region(&self) -> Result<Option<Region>, ConfigError> {
        self.value(Variable::Region).map(region).transpose()
    }

    fn number(&self, variable: Variable, max: u64) -> Result<Option<u64>, ConfigError> {
        self.value(variable).map(|text| number(variable.as_str(), text, max)).transpose()
    }

    fn ttl(&self) -> Result<Duration, ConfigError> {
        let millis = self.number(Variable::ProxySecretCacheTtlMs, u64::MAX)?;
        Ok(millis.map_or(DEFAULT_TTL, Duration::from_millis))
    }

    fn mount_or_variables(&self) -> Result<Mount, ConfigError> {
        let depth = self.number(Variable::IntegrationPathDepth, u8::MAX.into())?;
        let prefix = self.path(Variable::RoutePrefix)?;
        let depth = depth.and_then(|depth| u8::try_from(depth).ok()).unwrap_or(1);
        let from_variables = prefix.map_or(Mount::Depth(depth), Mount::Exact);
        Ok(self.mount.clone().unwrap_or(from_variables))
    }

    fn debug_or_default(&self) -> Result<bool, ConfigError> {
        self.value(Variable::Debug).map_or(Ok(false), |text| boolean("fpjs_debug", text))
    }

    fn dropped_fields(&self) -> Result<Vec<HeaderName>, ConfigError> {
        match &self.drop_fields {
            Some(names) => check_all(names, droppable),
            None => Ok(vec![AUTHORIZATION]),
        }
    }

    fn cookie_names(&self) -> Result<Vec<Box<str>>, ConfigError> {
        match &self.cookies {
            Some(names) => check_all(names, cookie_name),
            None => Ok(vec!["_iidt".into()]),
        }
    }
}

fn check_all<T>(
    texts: &[String],
    check: fn(&str) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    texts.iter().map(|text| check(text)).collect()
}

/// Pairs of a source's name and an unknown key in it (R1.5).
fn unknown_keys(sources: Vec<Source>) -> Vec<(Box<str>, Box<str>)> {
    let mut pairs = Vec::new();
    for source in sources {
        let (name, keys) = source.into_name_and_unknown_keys();
        pairs.extend(keys.into_iter().map(|key| (Box::from(&*name), key.into())));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigErrorKind, Document, Resolution};
    use crate::platform::Platform;

    const DEPTH: Variable = Variable::IntegrationPathDepth;
    const PREFIX: Variable = Variable::RoutePrefix;

    fn from_source(name: &'static str, variable: Variable, value: &str) -> Builder {
        Config::builder().source(Source::new(name).with(variable, value))
    }

    /// R1, R2.6: the exact path wins over a depth, whichever source gave either.
    #[test]
    fn a_route_prefix_wins_over_a_depth() {
        let exact = Mount::Exact("x/y".parse().unwrap());
        let prefix_first = from_source("one", PREFIX, "/x/y");
        let depth_first = from_source("one", DEPTH, "2");
        let (depth, prefix) =
            (Source::new("two").with(DEPTH, "2"), Source::new("two").with(PREFIX, "/x/y"));
        for builder in [
            prefix_first.clone().source(depth.clone()),
            depth_first.clone().source(prefix.clone()),
            Config::builder().source(depth.clone().with(PREFIX, "x/y")),
            Config::builder().source(prefix.with(DEPTH, "2")),
            prefix_first.clone().integration_path_depth(2),
            depth_first.variable(PREFIX, "/x/y"),
            Config::builder().integration_path_depth(0).variable(PREFIX, "/x/y"),
            Config::builder().variable(PREFIX, "/x/y").integration_path_depth(1),
        ] {
            let config = builder.build().unwrap();
            assert_eq!(*config.mount(), exact);
            // The source of the depth is remembered all the same (R1.1).
            assert!(matches!(config.resolution(DEPTH), Resolution::Source(_)));
            assert!(matches!(config.resolution(PREFIX), Resolution::Source(_)));
        }
        for text in [
            r#"{"integration_path_depth": 2, "route_prefix": "x/y"}"#,
            r#"{"fpjs_route_prefix": "x/y", "fpjs_integration_path_depth": "2"}"#,
        ] {
            assert_eq!(*serde_json::from_str::<Config>(text).unwrap().mount(), exact, "{text}");
        }
        // A mount that is set as such wins over both, and an invalid depth is always an error.
        let chosen = prefix_first.clone().source(depth).mount(Mount::Anywhere);
        assert_eq!(*chosen.build().unwrap().mount(), Mount::Anywhere);
        let invalid = prefix_first.source(Source::new("two").with(DEPTH, "x"));
        assert_eq!(invalid.build().unwrap_err().setting(), "fpjs_integration_path_depth");
    }

    fn valid(variable: Variable) -> &'static str {
        match variable {
            Variable::IntegrationPathDepth | Variable::ProxySecretCacheTtlMs => "2",
            Variable::Debug => "true",
            Variable::Region => "eu",
            _ => "a",
        }
    }

    /// A source with one value, made in each way in which there is one.
    fn sources(variable: Variable, value: &str) -> [Source; 4] {
        let pairs = [(variable.as_str(), value)];
        let document = serde_json::to_string(&std::collections::BTreeMap::from(pairs)).unwrap();
        let document: Document = serde_json::from_str(&document).unwrap();
        [
            Source::new("one").with(variable, value),
            Source::from_pairs("one", pairs),
            Source::from_environment("one", Platform::CloudFront, pairs),
            document.into_source("one"),
        ]
    }

    /// R1.1, R1.3: a blank is a value, so it wins over later sources; but only the secret's name
    /// may be one.
    #[test]
    fn blank_values_count() {
        for &variable in Variable::ALL {
            let later = Source::new("two").with(variable, valid(variable));
            for blank in [" ", "\t", "   "] {
                for source in sources(variable, blank) {
                    let built = Config::builder().source(source).source(later.clone()).build();
                    if variable == Variable::SecretName {
                        assert_eq!(built.unwrap().secret_name(), Some(blank));
                    } else {
                        assert_eq!(built.unwrap_err().setting(), variable.as_str(), "{blank:?}");
                    }
                }
            }
            let empty = Source::new("one").with(variable, "");
            let config = Config::builder().source(empty).source(later).build().unwrap();
            assert_eq!(config.resolution(variable), Resolution::Source("two"), "{variable}");
        }
    }

    /// R3.6: exactly the names of the regions, and an error that names the setting.
    #[test]
    fn a_fixed_region_is_one_of_three() {
        for &region in Region::ALL {
            let named = Config::builder().variable(Variable::Region, region.as_str());
            assert_eq!(named.build().unwrap().region(), Some(region));
        }
        assert_eq!(Config::default().region(), None);
        assert_eq!(
            Config::builder().variable(Variable::Region, "").build().unwrap().region(),
            None
        );
        for text in ["EU", "eu ", "eu.", "eu,ap", "global", "constructor"] {
            let error = Config::builder().variable(Variable::Region, text).build().unwrap_err();
            assert_eq!(error.to_string(), "fpjs_region: expected `us`, `eu` or `ap`", "{text}");
        }
    }

    /// R4.7: keys of visible ASCII with commas between them. An empty one is refused, because a
    /// list without keys would let every key pass.
    #[test]
    fn api_keys_are_a_list() {
        fn set(text: &str) -> Result<Config, ConfigError> {
            Config::builder().variable(Variable::ApiKeys, text).build()
        }
        for (text, expected) in [
            ("", &[][..]),
            ("k", &["k"]),
            ("k,L", &["k", "L"]),
            (" k ,\tL ", &["k", "L"]),
            ("k,L,", &["k", "L"]),
            ("a%2Fb", &["a%2Fb"]),
        ] {
            assert!(set(text).unwrap().api_keys().eq(expected.iter().copied()), "{text}");
        }
        for text in [",", ",k", "k,,L", "k,,", "k, ", "a b", "\u{7f}", "k,\u{e4}", "k\n"] {
            let error = set(text).unwrap_err();
            assert_eq!(error.setting(), "fpjs_api_keys", "{text:?}");
            assert_eq!(error.kind(), ConfigErrorKind::ApiKeys);
        }
        let listed = Config::builder().api_keys(["k", "L"]).build().unwrap();
        assert!(listed.api_keys().eq(["k", "L"]));
        for keys in [&[""][..], &["", ""], &["k", ""], &["", "k"], &[" "]] {
            let error = Config::builder().api_keys(keys.iter().copied()).build().unwrap_err();
            assert_eq!(error.setting(), "fpjs_api_keys", "{keys:?}");
        }
        assert_eq!(Config::builder().api_keys([""; 0]).build().unwrap().api_keys().count(), 0);
    }

    /// R1.8: name and version are visible ASCII without `/`, at most 64 bytes each.
    #[test]
    fn integrations_have_names_that_fit() {
        let (longest, longer) = ("n".repeat(64), "n".repeat(65));
        for text in ["a", "!a~", &longest] {
            let config = Config::builder().integration_name(text).integration_version(text);
            let config = config.build().unwrap();
            assert_eq!(
                (config.integration_version(), config.integration_name.as_deref()),
                (text, Some(text))
            );
        }
        for text in ["", "/", "a/b", "a b", "a\t", "\u{7f}", "\u{e4}", &longer] {
            let error = Config::builder().integration_name(text).build().unwrap_err();
            assert_eq!(error.setting(), "integration_name", "{text:?}");
            let error = Config::builder().integration_version(text).build().unwrap_err();
            assert_eq!(error.setting(), "integration_version", "{text:?}");
        }
    }

    /// R1.3: getters give back what was set.
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
        assert_eq!(config.agent_download_path().unwrap().as_str(), "a");
        assert_eq!(config.get_result_path().unwrap().as_str(), "r/s");
        assert_eq!(config.pre_shared_secret().unwrap().header_value(), "s3cret");
        assert_eq!(*config.mount(), Mount::Exact("x/y".parse().unwrap()));
        assert_eq!(config.ingress_base_host().as_str(), "api.example");
        assert_eq!(config.cdn_url().as_str(), "cdn.example");
        assert_eq!(config.secret_name(), Some("name"));
        assert!(config.debug());
        let off = Config::default();
        assert!(
            off.agent_download_path().is_none() && off.get_result_path().is_none() && !off.debug()
        );
        assert!(off.pre_shared_secret().is_none() && off.secret_name().is_none());
    }
}
