//! [`Config`] from any serde format, through the same checks as the builder.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::builder::Builder;
use super::read::{ApiKeys, FieldName, MaybeUnset, Object, Text};
use super::validated::Config;
use crate::variable::{UnknownVariable, Variable};

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Builder::deserialize(deserializer)?.build().map_err(D::Error::custom)
    }
}

/// Reads what [`Config`] reads, so that sources can be added before the checks.
///
/// ```
/// use firstparty::Config;
/// use firstparty::config::{Builder, Source, Variable};
///
/// let options: Builder = serde_json::from_str(r#"{"v4": false, "hosts": ["www.example.com"]}"#)?;
/// let environment = Source::new("environment").with(Variable::GetResultPath, "5yt489hgfj");
/// let config = options.source(environment).build()?;
/// assert!(!config.v4() && config.hosts().eq(["www.example.com"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<'de> Deserialize<'de> for Builder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Object(ConfigVisitor))
    }
}

struct ConfigVisitor;

impl<'de> Visitor<'de> for ConfigVisitor {
    type Value = Builder;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the configuration")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Builder, A::Error> {
        let mut builder = Config::builder();
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let key = key.to_ascii_lowercase();
            let key = key.strip_prefix("fpjs_").unwrap_or(&key).to_owned();
            if seen.contains(&key) {
                return Err(A::Error::custom(format_args!("{key}: given twice")));
            }
            builder = match format!("fpjs_{key}").parse() {
                Ok(Variable::ApiKeys) => {
                    let entry = Entry { builder, key: &key, map: &mut map };
                    entry.set("a list of API keys, or a string with commas", set_api_keys)?
                }
                Ok(variable) => {
                    let text = map.next_value_seed(Text(variable))?;
                    builder.variable(variable, text.unwrap_or_default())
                }
                Err(UnknownVariable) => Entry { builder, key: &key, map: &mut map }.read()?,
            };
            seen.push(key);
        }
        Ok(builder)
    }
}

fn set_api_keys(builder: Builder, keys: ApiKeys) -> Builder {
    match keys {
        ApiKeys::Text(text) => builder.variable(Variable::ApiKeys, text),
        ApiKeys::List(keys) => builder.api_keys(keys),
    }
}

/// A key that takes more than a string, with its value still to be read.
struct Entry<'m, M> {
    builder: Builder,
    key: &'m str,
    map: &'m mut M,
}

/// The keys that are not variables, what each of them takes, and which setter gets it.
macro_rules! options {
    ($($key:literal: $expected:literal => $setter:expr;)+) => {
        impl Builder {
            /// The keys in JSON that are not [`Variable`]s.
            ///
            /// ```
            /// use firstparty::config::Builder;
            ///
            /// assert!(Builder::OPTIONS.contains(&"hosts"));
            /// ```
            pub const OPTIONS: &[&str] = &[$($key,)+];
        }

        impl<'de, M: MapAccess<'de>> Entry<'_, M> {
            fn read(self) -> Result<Builder, M::Error> {
                match self.key {
                    $($key => self.set($expected, $setter),)+
                    key => Err(M::Error::custom(format_args!("{key}: unknown key"))),
                }
            }
        }
    };
}

options! {
    "integration_name": "a string" => |b, name: String| b.integration_name(name);
    "integration_version": "a string" => |b, version: String| b.integration_version(version);
    "mount": "`anywhere`, or an object with `depth`, `exact` or `anywhere_or_depth`" =>
        Builder::mount;
    "agent_origin": "`api` or `cdn`" => Builder::agent_origin;
    "cookie_domain":
        "`preserve`, `first_party`, `registrable` (with the crate's feature `psl`), or an object \
         with `map`: pairs of domains" =>
        Builder::cookie_domain;
    "cache": "`preserve`, or an object with `max_age` and `s_maxage` in seconds" => Builder::cache;
    "v4": "`true` or `false`" => Builder::v4;
    "status_page": "`true` or `false`" => Builder::status_page;
    "drop_fields": "a list of field names" => |b, names: Vec<String>| b.drop_fields(names);
    "cookies": "a list of cookie names" => |b, names: Vec<String>| b.cookies(names);
    "hosts": "a list of host names" => |b, names: Vec<String>| b.hosts(names);
    "trusted_host": "a field name" => |b, FieldName(name)| b.trusted_host(name);
    "trusted_address": "an object with a field name as `field`, and 1 to 255 as `hops`" =>
        Builder::trusted_address;
}

impl<'de, M: MapAccess<'de>> Entry<'_, M> {
    /// Reads the value and hands it to a setter. An unset value leaves the builder alone.
    fn set<T: Deserialize<'de>>(
        self,
        expected: &str,
        setter: fn(Builder, T) -> Builder,
    ) -> Result<Builder, M::Error> {
        let Self { builder, key, map } = self;
        match map.next_value() {
            Ok(MaybeUnset::Set(value)) => Ok(setter(builder, value)),
            Ok(MaybeUnset::Unset(_)) => Ok(builder),
            Err(error) => {
                Err(M::Error::custom(format_args!("{key}: {error}: expected {expected}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AgentOrigin, CachePolicy, CookieDomain, Mount};

    fn read(text: &str) -> Result<Config, String> {
        serde_json::from_str(text).map_err(|error: serde_json::Error| error.to_string())
    }

    /// R1.3: every key is read, with and without prefix.
    #[test]
    fn every_key_is_read() {
        let config = read(
            r#"{"fpjs_agent_download_path": "a", "get_result_path": "r", "pre_shared_secret": "s",
                "integration_path_depth": "2", "ingress_base_host": "api.example",
                "cdn_url": "cdn.example", "integration_name": "n", "integration_version": "v",
                "mount": {"anywhere_or_depth": 3}, "agent_origin": "cdn",
                "cookie_domain": "preserve", "cache": "preserve", "v4": false,
                "status_page": false, "drop_fields": ["Referer"], "cookies": ["a", "b"],
                "hosts": ["Example.com", "[::1]"], "trusted_host": "x-host",
                "trusted_address": {"field": "x-forwarded-for", "hops": 2}}"#,
        )
        .unwrap();
        assert_eq!(config.mount, Mount::AnywhereOrDepth(3));
        assert_eq!(config.agent_origin, AgentOrigin::Cdn);
        assert_eq!(config.cookie_domain, CookieDomain::Preserve);
        assert_eq!(config.cache, CachePolicy::Preserve);
        assert!(!config.v4 && !config.status_page);
        assert_eq!(config.drop_fields, ["referer"]);
        assert_eq!(*config.cookies, ["a".into(), "b".into()]);
        assert_eq!(*config.hosts, ["example.com".into(), "[::1]".into()]);
        assert_eq!(config.trusted_address.unwrap().hops().get(), 2);
        assert_eq!(config.cdn_url.as_str(), "cdn.example");
    }

    /// R4.7: keys are a list, or the text of the variable.
    #[test]
    fn api_keys_are_read_in_both_forms() {
        for text in [r#"["k", "L"]"#, r#""k,L""#] {
            let config = read(&format!(r#"{{"api_keys": {text}}}"#)).unwrap();
            assert!(config.api_keys().eq(["k", "L"]), "{text}");
        }
        for text in ["null", "\"\"", "[]"] {
            let config = read(&format!(r#"{{"api_keys": {text}}}"#)).unwrap();
            assert_eq!(config.api_keys().count(), 0, "{text}");
        }
    }

    /// R1.3: what is listed is read, and nothing else but the variables.
    #[test]
    fn options_are_listed() {
        for key in Builder::OPTIONS {
            assert!(read(&format!(r#"{{"{key}": null}}"#)).is_ok(), "{key}");
            assert!(format!("fpjs_{key}").parse::<Variable>().is_err(), "{key}");
        }
        assert_eq!(read(r#"{"host": null}"#).unwrap_err(), "host: unknown key at line 1 column 7");
    }

    #[test]
    fn null_and_empty_mean_unset() {
        let config =
            read(r#"{"mount": null, "cache": "", "v4": null, "hosts": null, "cdn_url": ""}"#);
        let config = config.unwrap();
        assert_eq!((config.mount, config.v4), (Mount::Depth(1), true));
        assert_eq!(config.cache, CachePolicy::default());
    }

    /// R1.1, R1.3: a blank is a value, and only the secret's name may be one.
    #[test]
    fn a_blank_is_a_value() {
        for key in [
            "agent_download_path",
            "get_result_path",
            "pre_shared_secret",
            "integration_path_depth",
            "route_prefix",
            "ingress_base_host",
            "cdn_url",
            "region",
            "api_keys",
            "proxy_secret_cache_ttl_ms",
            "debug",
            "integration_name",
            "integration_version",
            "mount",
            "agent_origin",
            "cookie_domain",
            "cache",
            "v4",
            "status_page",
            "drop_fields",
            "cookies",
            "hosts",
            "trusted_host",
            "trusted_address",
        ] {
            assert!(read(&format!(r#"{{"{key}": ""}}"#)).is_ok(), "{key}");
            let error = read(&format!(r#"{{"{key}": " "}}"#)).unwrap_err();
            assert!(error.trim_start_matches("fpjs_").starts_with(&format!("{key}: ")), "{error}");
        }
        assert_eq!(read(r#"{"secret_name": " "}"#).unwrap().secret_name(), Some(" "));
        for key in ["drop_fields", "cookies", "hosts", "api_keys"] {
            for blank in ["", " "] {
                let error = read(&format!(r#"{{"{key}": ["{blank}"]}}"#)).unwrap_err();
                assert!(error.trim_start_matches("fpjs_").starts_with(key), "{error}");
            }
        }
    }

    /// R5.8: `null` and `""` leave the default alone; a list replaces it, an empty one too.
    #[test]
    fn dropped_fields_have_a_default() {
        for (text, expected) in [
            ("{}", &["authorization"][..]),
            (r#"{"drop_fields": null}"#, &["authorization"]),
            (r#"{"drop_fields": ""}"#, &["authorization"]),
            (r#"{"drop_fields": []}"#, &[]),
            (r#"{"drop_fields": ["Referer"]}"#, &["referer"]),
            (r#"{"drop_fields": ["Referer", "Authorization"]}"#, &["referer", "authorization"]),
        ] {
            assert_eq!(read(text).unwrap().drop_fields, expected, "{text}");
        }
        assert_eq!(Config::default().drop_fields, ["authorization"]);
    }

    /// R1.3: a value of the wrong kind is an error that tells the expected kind, not the value.
    #[test]
    fn errors_say_what_was_expected() {
        for (key, value, expected) in [
            ("integration_name", "4711", "a string"),
            ("integration_version", "4711", "a string"),
            ("agent_origin", "4711", "`api` or `cdn`"),
            ("mount", r#"{"depth": 4711}"#, "`anywhere`, or an object with `depth`"),
            ("mount", r#"{"exact": "47 11"}"#, "`anywhere`, or an object with `depth`, `exact` or"),
            ("cookie_domain", r#"{"map": [["*", "47 11"]]}"#, "`preserve`, `first_party`"),
            ("cache", "4711", "`preserve`, or an object with `max_age`"),
            ("v4", r#""4711""#, "`true` or `false`"),
            ("status_page", "4711", "`true` or `false`"),
            ("drop_fields", "4711", "a list of field names"),
            ("cookies", "4711", "a list of cookie names"),
            ("hosts", "4711", "a list of host names"),
            ("api_keys", "4711", "a list of API keys, or a string with commas"),
            ("api_keys", "[4711]", "a list of API keys, or a string with commas"),
            ("trusted_host", r#""47 11""#, "a field name"),
            ("trusted_host", "4711", "a field name"),
            ("trusted_address", r#"{"field": "x", "hops": 0}"#, "an object with a field name"),
        ] {
            let error = read(&format!(r#"{{"{key}": {value}}}"#)).unwrap_err();
            let start = format!("{key}: not a valid value: expected {expected}");
            assert!(error.starts_with(&start), "{error}");
            assert!(!error.contains("47"), "{error}");
        }
    }

    /// R1.3, R5.8: a bad value is an error that names the key; some fields cannot be dropped.
    #[test]
    fn errors_name_the_key() {
        for (text, expected) in [
            (r#"{"mont": 1}"#, "mont: unknown key"),
            ("[]", "invalid type: sequence, expected an object with the configuration"),
            (r#"{"mount""#, "mount: EOF while parsing"),
            ("{1: 2}", "key must be a string"),
            (r#"{"cdn_url": 1}"#, "fpjs_cdn_url: "),
            (r#"{"region": "EU"}"#, "fpjs_region: expected `us`, `eu` or `ap`"),
            (r#"{"api_keys": "a b"}"#, "fpjs_api_keys: expected public API keys"),
            (r#"{"api_keys": ["a", "b c"]}"#, "fpjs_api_keys: expected public API keys"),
            (r#"{"api_keys": ["a"], "FPJS_API_KEYS": "b"}"#, "api_keys: given twice"),
            (r#"{"route_prefix": ".."}"#, "fpjs_route_prefix: expected path segments"),
            (r#"{"proxy_secret_cache_ttl_ms": "x"}"#, "fpjs_proxy_secret_cache_ttl_ms: expected"),
            (r#"{"hosts": ["a b"]}"#, "hosts: expected a host name"),
            (r#"{"drop_fields": ["host"]}"#, "drop_fields: expected field names"),
            (r#"{"drop_fields": ["Content-Length"]}"#, "drop_fields: expected field names"),
            (r#"{"drop_fields": ["fpjs-proxy-x"]}"#, "drop_fields: expected field names"),
            (r#"{"drop_fields": ["FPJS_Proxy.x"]}"#, "drop_fields: expected field names"),
            (r#"{"cookies": ["a b"]}"#, "cookies: expected cookie names"),
            (r#"{"integration_path_depth": 256}"#, "fpjs_integration_path_depth: expected decimal"),
            (r#"{"integration_path_depth": -1}"#, "fpjs_integration_path_depth: expected decimal"),
            (r#"{"integration_path_depth": 1.5}"#, "fpjs_integration_path_depth: expected decimal"),
            (
                r#"{"integration_path_depth": "1e0"}"#,
                "fpjs_integration_path_depth: expected decimal",
            ),
            (
                r#"{"integration_path_depth": "+1"}"#,
                "fpjs_integration_path_depth: expected decimal",
            ),
            (r#"{"integration_name": "a/b"}"#, "integration_name: expected 1 to 64 bytes"),
            (r#"{"integration_version": "ä"}"#, "integration_version: expected 1 to 64 bytes"),
            (r#"{"debug": "yes"}"#, "fpjs_debug: expected `true` or `false`"),
            (r#"{"debug": "TRUE"}"#, "fpjs_debug: expected `true` or `false`"),
            (r#"{"cdn_url": "a", "fpjs_cdn_url": "b"}"#, "cdn_url: given twice"),
            (r#"{"cdn_url": "a", "FPJS_CDN_URL": "b"}"#, "cdn_url: given twice"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
        for text in ["\"4711\"", "4711", "[\"4711\"]"] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with("expected an object") || text.starts_with('['), "{error}");
            assert!(!error.contains("4711"), "{error}");
        }
    }
}
