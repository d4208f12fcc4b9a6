//! The gateway out of the plugin's configuration and the environment.

use std::env::vars_os;
use std::error::Error;

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};
use proxy_wasm::types::LogLevel;

use crate::log;

/// The environment comes before the document: Envoy shows documents to whoever may read its
/// configuration, so that is where the secret belongs. No error repeats a value.
///
/// Without an exact path every request of the site would be the gateway's.
pub(crate) fn gateway(document: &[u8]) -> Result<Gateway, Box<dyn Error>> {
    let document: Builder =
        if document.is_empty() { Config::builder() } else { serde_json::from_slice(document)? };
    let environment = Source::from_vars_os("environment", Platform::Generic, vars_os())?;
    let config = document.overridden_by(environment).build()?;
    if config.route_prefix().is_none() {
        return Err("fpjs_route_prefix is missing: beside a site the path has to be exact".into());
    }
    for advice in advise(&config, Platform::Generic) {
        log(LogLevel::Warn, &format!("advice: {advice}"));
    }
    Ok(Gateway::new(config, Platform::Generic))
}
