//! The gateway out of the function's variables.

use std::time::Duration;

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};
use lambda_http::Error;

/// A variable of the function's own.
pub(crate) fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// No error repeats a value. Variables come before the document.
pub(crate) fn gateway() -> Result<Gateway, Error> {
    let builder: Builder = match text("FIRSTPARTY_CONFIG") {
        Some(document) => serde_json::from_str(&document)?,
        None => Config::builder(),
    };
    let pairs = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
    let variables = Source::from_environment("environment", Platform::CloudFront, pairs);
    let config = builder.source(variables).build()?;
    for advice in advise(&config, Platform::CloudFront) {
        eprintln!("advice: {advice}");
    }
    Ok(Gateway::new(config, Platform::CloudFront))
}

/// The limit of R16.4 if there is none: the function's own limit has to be longer.
pub(crate) fn first_byte_timeout() -> Result<Option<Duration>, Error> {
    let Some(text) = text("FIRSTPARTY_FIRST_BYTE_TIMEOUT_MS") else { return Ok(None) };
    let limit =
        text.parse().map_err(|_| "FIRSTPARTY_FIRST_BYTE_TIMEOUT_MS: expected milliseconds")?;
    Ok(Some(Duration::from_millis(limit)))
}
