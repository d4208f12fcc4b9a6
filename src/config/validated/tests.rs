//! Defaults and resolutions of the configuration.

use super::*;

/// R1: the defaults of the table.
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
}
