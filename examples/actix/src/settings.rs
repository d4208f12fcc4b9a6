//! The gateway out of the environment.

use std::env::{VarError, var, vars_os};
use std::error::Error;

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};

/// A variable of the program's own.
pub(crate) fn text(name: &str) -> Result<Option<String>, String> {
    match var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name}: expected UTF-8")),
    }
}

/// No error repeats a value. Variables come before the document.
pub(crate) fn gateway() -> Result<Gateway, Box<dyn Error>> {
    let document: Builder = match text("FIRSTPARTY_CONFIG")? {
        Some(document) => serde_json::from_str(&document)?,
        None => Config::builder(),
    };
    let variables = Source::from_vars_os("environment", Platform::Generic, vars_os())?;
    let config = document.overridden_by(variables).build()?;
    if config.route_prefix().is_none() {
        return Err("fpjs_route_prefix is missing: beside a site the path has to be exact".into());
    }
    for advice in advise(&config, Platform::Generic) {
        eprintln!("advice: {advice}");
    }
    Ok(Gateway::new(config, Platform::Generic))
}
