//! The gateway out of the function's variables.

use std::env::{var_os, vars_os};
use std::time::Duration;

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};
use lambda_http::Error;

/// A variable of the function's own.
pub(crate) fn text(name: &str) -> Result<Option<String>, Error> {
    let Some(value) = var_os(name) else { return Ok(None) };
    let value = value.into_string().map_err(|_| format!("{name}: expected UTF-8"))?;
    Ok(Some(value).filter(|value| !value.is_empty()))
}

/// No error repeats a value. Variables come before the document.
pub(crate) fn gateway() -> Result<Gateway, Error> {
    let document: Builder = match text("FIRSTPARTY_CONFIG")? {
        Some(document) => serde_json::from_str(&document)?,
        None => Config::builder(),
    };
    let variables = Source::from_vars_os("environment", Platform::CloudFront, vars_os())?;
    let config = document.overridden_by(variables).build()?;
    for advice in advise(&config, Platform::CloudFront) {
        eprintln!("advice: {advice}");
    }
    Ok(Gateway::new(config, Platform::CloudFront))
}

/// The key by which the function knows the distribution.
pub(crate) fn edge_key() -> Result<Option<String>, Error> {
    let key = text("FIRSTPARTY_EDGE_KEY")?;
    if key.is_none() {
        eprintln!(
            "advice: FIRSTPARTY_EDGE_KEY is missing: whoever knows the URL uses the gateway and its secret"
        );
    }
    Ok(key)
}

/// The limit of R16.4 if there is none: the function's own limit has to be longer.
pub(crate) fn first_byte_timeout() -> Result<Option<Duration>, Error> {
    let Some(text) = text("FIRSTPARTY_FIRST_BYTE_TIMEOUT_MS")? else { return Ok(None) };
    let limit =
        text.parse().map_err(|_| "FIRSTPARTY_FIRST_BYTE_TIMEOUT_MS: expected milliseconds")?;
    Ok(Some(Duration::from_millis(limit)))
}
