//! The options of a configuration: each can be set in both ways, and read back (R1.3).

use std::time::Duration;

use firstparty::config::{
    AgentOrigin, Builder, CachePolicy, CookieDomain, DomainMap, Mount, TrustedAddress, Variable,
};
use firstparty::{Config, Region};

struct Row {
    key: &'static str,
    json: &'static str,
    set: fn(Builder) -> Builder,
    /// Whether the getter gives back what was set.
    is_set: fn(&Config) -> bool,
}

const ROWS: &[Row] = &[
    Row {
        key: "agent_download_path",
        json: r#""/a/b""#,
        set: |builder| builder.agent_download_path("/a/b"),
        is_set: |config| config.agent_download_path().is_some_and(|path| path.as_str() == "a/b"),
    },
    Row {
        key: "get_result_path",
        json: r#""r""#,
        set: |builder| builder.get_result_path("r"),
        is_set: |config| config.get_result_path().is_some_and(|path| path.as_str() == "r"),
    },
    Row {
        key: "pre_shared_secret",
        json: r#""s3cret""#,
        set: |builder| builder.pre_shared_secret("s3cret"),
        is_set: |config| {
            config.pre_shared_secret().is_some_and(|secret| secret.header_value() == "s3cret")
        },
    },
    Row {
        key: "integration_path_depth",
        json: "3",
        set: |builder| builder.integration_path_depth(3),
        is_set: |config| config.integration_path_depth() == Some(3),
    },
    Row {
        key: "route_prefix",
        json: r#""x/y""#,
        set: |builder| builder.route_prefix("x/y"),
        is_set: |config| config.route_prefix().is_some_and(|path| path.as_str() == "x/y"),
    },
    Row {
        key: "ingress_base_host",
        json: r#""api.example""#,
        set: |builder| builder.ingress_base_host("api.example"),
        is_set: |config| config.ingress_base_host().as_str() == "api.example",
    },
    Row {
        key: "cdn_url",
        json: r#""cdn.example""#,
        set: |builder| builder.cdn_url("cdn.example"),
        is_set: |config| config.cdn_url().as_str() == "cdn.example",
    },
    Row {
        key: "region",
        json: r#""eu""#,
        set: |builder| builder.region(Region::Eu),
        is_set: |config| config.region() == Some(Region::Eu),
    },
    Row {
        key: "api_keys",
        json: r#"["k1", "k2"]"#,
        set: |builder| builder.api_keys(["k1", "k2"]),
        is_set: |config| config.api_keys().eq(["k1", "k2"]),
    },
    Row {
        key: "secret_name",
        json: r#""name""#,
        set: |builder| builder.secret_name("name"),
        is_set: |config| config.secret_name() == Some("name"),
    },
    Row {
        key: "proxy_secret_cache_ttl_ms",
        json: r#""1500""#,
        set: |builder| builder.proxy_secret_cache_ttl(Duration::from_micros(1_500_999)),
        is_set: |config| config.proxy_secret_cache_ttl() == Duration::from_millis(1500),
    },
    Row {
        key: "debug",
        json: r#""true""#,
        set: |builder| builder.debug(true),
        is_set: Config::debug,
    },
    Row {
        key: "integration_name",
        json: r#""n""#,
        set: |builder| builder.integration_name("n"),
        is_set: |config| config.integration_name() == Some("n"),
    },
    Row {
        key: "integration_version",
        json: r#""v""#,
        set: |builder| builder.integration_version("v"),
        is_set: |config| config.integration_version() == "v",
    },
    Row {
        key: "mount",
        json: r#"{"anywhere_or_depth": 2}"#,
        set: |builder| builder.mount(Mount::AnywhereOrDepth(2)),
        is_set: |config| *config.mount() == Mount::AnywhereOrDepth(2),
    },
    Row {
        key: "agent_origin",
        json: r#""cdn""#,
        set: |builder| builder.agent_origin(AgentOrigin::Cdn),
        is_set: |config| config.agent_origin() == AgentOrigin::Cdn,
    },
    Row {
        key: "cookie_domain",
        json: r#"{"map": [["*", "a.example"]]}"#,
        set: |builder| builder.cookie_domain(map()),
        is_set: |config| *config.cookie_domain() == map(),
    },
    Row {
        key: "cache",
        json: r#""preserve""#,
        set: |builder| builder.cache(CachePolicy::Preserve),
        is_set: |config| config.cache() == CachePolicy::Preserve,
    },
    Row {
        key: "v4",
        json: "false",
        set: |builder| builder.v4(false),
        is_set: |config| !config.v4(),
    },
    Row {
        key: "status_page",
        json: "false",
        set: |builder| builder.status_page(false),
        is_set: |config| !config.status_page(),
    },
    Row {
        key: "drop_fields",
        json: r#"["Referer", "b"]"#,
        set: |builder| builder.drop_fields(["Referer", "b"]),
        is_set: |config| config.drop_fields() == ["referer", "b"],
    },
    Row {
        key: "cookies",
        json: r#"["a", "B"]"#,
        set: |builder| builder.cookies(["a", "B"]),
        is_set: |config| config.cookies().eq(["a", "B"]),
    },
    Row {
        key: "hosts",
        json: r#"["WWW.example", "[::1]"]"#,
        set: |builder| builder.hosts(["WWW.example", "[::1]"]),
        is_set: |config| config.hosts().eq(["www.example", "[::1]"]),
    },
    Row {
        key: "trusted_host",
        json: r#""X-Host""#,
        set: |builder| builder.trusted_host("x-host".parse().unwrap()),
        is_set: |config| config.trusted_host().is_some_and(|field| field == "x-host"),
    },
    Row {
        key: "trusted_address",
        json: r#"{"field": "X-Address", "hops": 2}"#,
        set: |builder| builder.trusted_address(address()),
        is_set: |config| config.trusted_address() == Some(&address()),
    },
];

fn map() -> CookieDomain {
    CookieDomain::Map(DomainMap::new([("*", "a.example")]).unwrap())
}

fn address() -> TrustedAddress {
    TrustedAddress::new("x-address".parse().unwrap(), 2.try_into().unwrap())
}

/// The keys that the documentation of `Config` lists.
fn documented_keys() -> Vec<&'static str> {
    let docs = include_str!("../../src/config/validated.rs");
    let (_, docs) = docs.split_once("an object with the keys").unwrap();
    let (keys, _) = docs.split_once("Each may have").unwrap();
    keys.split('`').skip(1).step_by(2).collect()
}

/// R1, R1.3: no key is forgotten, neither a documented one nor one that the code reads.
#[test]
fn every_key_has_a_row() {
    let keys: Vec<_> = ROWS.iter().map(|row| row.key).collect();
    assert_eq!(keys, documented_keys());

    let variables =
        Variable::ALL.iter().map(|variable| variable.as_str().trim_start_matches("fpjs_"));
    assert_eq!(keys, variables.chain(Builder::OPTIONS.iter().copied()).collect::<Vec<_>>());
}

/// R1, R1.3: what a setter or a key of JSON sets, the getter of that name gives back.
#[test]
fn every_option_is_set_in_both_ways_and_read_back() {
    for Row { key, json, set, is_set } in ROWS {
        assert!(!is_set(&Config::default()), "{key}");
        assert!(is_set(&set(Config::builder()).build().unwrap()), "{key} by its setter");
        for prefix in ["", "fpjs_", "FPJS_"] {
            let text = format!("{{\"{prefix}{key}\": {json}}}");
            assert!(is_set(&serde_json::from_str(&text).unwrap()), "{text}");
        }
    }
}

/// R1.6: a time to live that the variable cannot hold is refused, not cut.
#[test]
fn a_time_to_live_has_a_longest() {
    let longest = Duration::from_millis(u64::MAX);
    let config = Config::builder().proxy_secret_cache_ttl(longest).build().unwrap();
    assert_eq!(config.proxy_secret_cache_ttl(), longest);
    let error = Config::builder().proxy_secret_cache_ttl(Duration::MAX).build().unwrap_err();
    assert_eq!(error.setting(), "fpjs_proxy_secret_cache_ttl_ms");
}
