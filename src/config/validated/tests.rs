//! Defaults and resolutions of the configuration.

use super::*;
use crate::config::Source;

/// R1, R1.1: the defaults of the table, and what counts as one.
#[test]
fn defaults_are_the_contracts() {
    let config = Config::default();
    assert_eq!(config.mount, Mount::Depth(1));
    assert_eq!(config.ingress_base_host.as_str(), "api.fpjs.io");
    assert_eq!(config.cdn_url.as_str(), "fpcdn.io");
    assert_eq!(config.proxy_secret_cache_ttl(), Duration::from_secs(300));
    assert!(config.agent_download_path.is_none() && config.get_result_path.is_none());
    assert!(config.pre_shared_secret.is_none() && !config.debug && config.v4 && config.status_page);
    assert_eq!(config.resolution(Variable::IntegrationPathDepth), Resolution::Default);
    assert_eq!(config.resolution(Variable::GetResultPath), Resolution::Unset);
    for mount in [Mount::Depth(1), Mount::Exact("x".parse().unwrap()), Mount::Anywhere] {
        let chosen = Config::builder().mount(mount).build().unwrap();
        assert_eq!(chosen.resolution(Variable::IntegrationPathDepth), Resolution::Unset);
    }
}

/// R1.1: what the program sets comes before all sources, but for one that may override what was set
/// so far. The first value that is not empty wins.
#[test]
fn a_source_may_override_the_program() {
    let path = |text: &'static str| Source::new("source").with(Variable::GetResultPath, text);
    let set = || Config::builder().get_result_path("set");
    for (builder, expected, resolution) in [
        (set().source(path("given")), "set", Resolution::Source("configuration")),
        (set().overridden_by(path("given")), "given", Resolution::Source("source")),
        (set().overridden_by(path("")), "set", Resolution::Source("configuration")),
        (
            Config::builder().source(path("given")).overridden_by(path("")),
            "given",
            Resolution::Source("source"),
        ),
        (
            set().overridden_by(path("given")).get_result_path("later"),
            "later",
            Resolution::Source("configuration"),
        ),
        (set().source(path("given")).get_result_path(""), "given", Resolution::Source("source")),
        (
            set().overridden_by(path("one")).overridden_by(path("two")),
            "two",
            Resolution::Source("source"),
        ),
    ] {
        let config = builder.build().unwrap();
        assert_eq!(config.get_result_path().unwrap().as_str(), expected);
        assert_eq!(config.resolution(Variable::GetResultPath), resolution, "{expected}");
    }
}
