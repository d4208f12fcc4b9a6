//! [`Config`] from any serde format, through the same checks as the builder.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::builder::Builder;
use super::document::{Object, Text};
use super::validated::Config;
use crate::variable::UnknownVariable;

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let builder = deserializer.deserialize_any(Object(ConfigVisitor))?;
        builder.build().map_err(D::Error::custom)
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
                Ok(variable) => {
                    let text = map.next_value_seed(Text(variable))?;
                    builder.variable(variable, text.unwrap_or_default())
                }
                Err(UnknownVariable) => option(builder, &key, &mut map)?,
            };
            seen.push(key);
        }
        Ok(builder)
    }
}

/// Reads the value of one of the keys that are no variables.
fn option<'de, A: MapAccess<'de>>(
    builder: Builder,
    key: &str,
    map: &mut A,
) -> Result<Builder, A::Error> {
    let read = match key {
        "integration_name" => apply(builder, map, |b, name: String| b.integration_name(name)),
        "integration_version" => {
            apply(builder, map, |b, version: String| b.integration_version(version))
        }
        "mount" => apply(builder, map, Builder::mount),
        "agent_origin" => apply(builder, map, Builder::agent_origin),
        "cookie_domain" => apply(builder, map, Builder::cookie_domain),
        "cache" => apply(builder, map, Builder::cache),
        "v4" => apply(builder, map, Builder::v4),
        "status_page" => apply(builder, map, Builder::status_page),
        "drop_fields" => apply(builder, map, |b, names: Vec<String>| b.drop_fields(names)),
        "cookies" => apply(builder, map, |b, names: Vec<String>| b.cookies(names)),
        "hosts" => apply(builder, map, |b, names: Vec<String>| b.hosts(names)),
        "trusted_host" => apply(builder, map, |b, Field(name)| b.trusted_host(name)),
        "trusted_address" => apply(builder, map, Builder::trusted_address),
        _ => return Err(A::Error::custom(format_args!("{key}: unknown key"))),
    };
    read.map_err(|error| {
        let expected = expected(key);
        A::Error::custom(format_args!("{key}: {error}: expected {expected}"))
    })
}

/// What a key takes.
fn expected(key: &str) -> &'static str {
    match key {
        "mount" => "`anywhere`, or an object with `depth`, `exact` or `anywhere_or_depth`",
        "agent_origin" => "`api` or `cdn`",
        "cookie_domain" => {
            "`preserve`, `first_party`, `registrable`, or an object with `map`: pairs of domains"
        }
        "cache" => "`preserve`, or an object with `max_age` and `s_maxage` in seconds",
        "v4" | "status_page" => "`true` or `false`",
        "drop_fields" => "a list of field names",
        "cookies" => "a list of cookie names",
        "hosts" => "a list of host names",
        "trusted_host" => "a field name",
        "trusted_address" => "an object with a field name as `field`, and 1 to 255 as `hops`",
        _ => "a string",
    }
}

/// Reads a value and hands it to a setter; unset values leave the builder alone.
fn apply<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    builder: Builder,
    map: &mut A,
    set: impl FnOnce(Builder, T) -> Builder,
) -> Result<Builder, A::Error> {
    Ok(match map.next_value::<MaybeUnset<T>>()? {
        MaybeUnset::Set(value) => set(builder, value),
        MaybeUnset::Unset(_) => builder,
    })
}

/// A value, or one of the two ways to say that there is none.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "not a value that this key takes")]
enum MaybeUnset<T> {
    Unset(Unset),
    Set(T),
}

/// `null` or `""`.
struct Unset;

impl<'de> Deserialize<'de> for Unset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        match text.as_deref() {
            None | Some("") => Ok(Self),
            Some(_) => Err(D::Error::custom("a value")),
        }
    }
}

/// A field name.
struct Field(http::HeaderName);

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
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
        for key in ["drop_fields", "cookies", "hosts"] {
            for blank in ["", " "] {
                let error = read(&format!(r#"{{"{key}": ["{blank}"]}}"#)).unwrap_err();
                assert!(error.starts_with(key), "{error}");
            }
        }
    }

    /// R1.3: a value of the wrong kind is an error that says what was expected, and not what came.
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
            ("trusted_host", r#""47 11""#, "a field name"),
            ("trusted_host", "4711", "a field name"),
            ("trusted_address", r#"{"field": "x", "hops": 0}"#, "an object with a field name"),
        ] {
            let error = read(&format!(r#"{{"{key}": {value}}}"#)).unwrap_err();
            let start = format!("{key}: not a value that this key takes: expected {expected}");
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
            (r#"{"route_prefix": ".."}"#, "fpjs_route_prefix: expected path segments"),
            (r#"{"proxy_secret_cache_ttl_ms": "x"}"#, "fpjs_proxy_secret_cache_ttl_ms: expected"),
            (r#"{"hosts": ["a b"]}"#, "hosts: expected a host name"),
            (r#"{"drop_fields": ["host"]}"#, "drop_fields: expected field names"),
            (r#"{"drop_fields": ["Content-Length"]}"#, "drop_fields: expected field names"),
            (r#"{"drop_fields": ["fpjs-proxy-x"]}"#, "drop_fields: expected field names"),
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
