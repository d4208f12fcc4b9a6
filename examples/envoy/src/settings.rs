//! The gateway out of the plugin's configuration and the environment.

use std::error::Error;

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};
use proxy_wasm::types::LogLevel;

use crate::log;

/// The environment comes before the document: Envoy shows documents to whoever may read its
/// configuration, so that is where the secret belongs. No error repeats a value.
pub(crate) fn gateway(document: &[u8]) -> Result<Gateway, Box<dyn Error>> {
    let builder: Builder =
        if document.is_empty() { Config::builder() } else { serde_json::from_slice(document)? };
    let environment = Source::from_environment("environment", Platform::Generic, std::env::vars());
    let config = builder.source(environment).build()?;
    for advice in advise(&config, Platform::Generic) {
        log(LogLevel::Warn, &format!("advice: {advice}"));
    }
    Ok(Gateway::new(config, Platform::Generic))
}
