//! The gateway out of a settings document and the environment, read again when the document changes.

use std::env::{VarError, var, vars_os};
use std::error::Error;
use std::ffi::OsString;
use std::io;
use std::time::Duration;

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Gateway, Platform};
use firstparty_tower::Gateways;

/// A variable of the program's own.
pub(crate) fn text(name: &str) -> Result<Option<String>, String> {
    match var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name}: expected UTF-8")),
    }
}

/// The settings document. Without a path it sets nothing.
pub(crate) async fn document() -> io::Result<String> {
    match text("FIRSTPARTY_CONFIG").map_err(io::Error::other)? {
        Some(path) => tokio::fs::read_to_string(path).await,
        None => Ok("{}".to_owned()),
    }
}

pub(crate) fn gateway(document: &str) -> Result<Gateway, Box<dyn Error>> {
    configured(document, vars_os())
}

/// No error repeats a value. The environment comes before the document.
fn configured(
    document: &str,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Gateway, Box<dyn Error>> {
    let document: Builder = serde_json::from_str(document)?;
    let environment = Source::from_vars_os("environment", Platform::Generic, environment)?;
    let config = document.overridden_by(environment).build()?;
    if config.route_prefix().is_none() {
        return Err("fpjs_route_prefix is missing: beside a site the path has to be exact".into());
    }
    for advice in advise(&config, Platform::Generic) {
        eprintln!("advice: {advice}");
    }
    Ok(Gateway::new(config, Platform::Generic))
}

/// R16.6: a changed document is used from the next request on; while it is bad, the last good one stays.
pub(crate) async fn refresh(gateways: Gateways, mut seen: String) {
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        renew(&gateways, &mut seen, document().await);
    }
}

/// Uses a document that has not been seen. One that could not be read has not, so it is read again.
fn renew(gateways: &Gateways, seen: &mut String, document: io::Result<String>) {
    let changed = match document {
        Ok(document) if document == *seen => return,
        Ok(document) => {
            *seen = document;
            gateway(seen)
        }
        Err(error) => Err(error.into()),
    };
    match changed {
        Ok(gateway) => gateways.set(gateway),
        Err(error) => eprintln!("settings: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use firstparty::{Config, Gateway, Platform, Region};
    use firstparty_tower::Gateways;

    use super::{configured, renew};

    /// R1.1: the environment comes before the document.
    #[test]
    fn the_environment_comes_first() {
        let document = r#"{"fpjs_route_prefix": "document", "fpjs_region": "eu"}"#;
        let environment = [("FPJS_ROUTE_PREFIX".into(), "environment".into())];
        let gateway = configured(document, environment).unwrap();
        let config = gateway.config();
        assert_eq!(config.route_prefix().map(ToString::to_string).as_deref(), Some("environment"));
        assert_eq!(config.region(), Some(Region::Eu));
    }

    /// R16.6: a document that could not be read is read again, and the last good one stays while it is
    /// bad.
    #[test]
    fn settings_are_read_until_they_are_good() {
        let gateways = Gateways::new(Gateway::new(Config::default(), Platform::Generic));
        let (old, new) = (r#"{"route_prefix": "old"}"#, r#"{"route_prefix": "new"}"#);
        let mut seen = old.to_owned();
        let mut prefix_after = |document| {
            renew(&gateways, &mut seen, document);
            gateways.get().config().route_prefix().map(ToString::to_string)
        };
        assert_eq!(prefix_after(Ok(old.to_owned())), None, "nothing has changed");
        assert_eq!(prefix_after(Ok(String::new())), None, "half of it is written");
        assert_eq!(prefix_after(Err(ErrorKind::NotFound.into())), None);
        assert_eq!(prefix_after(Ok(new.to_owned())).as_deref(), Some("new"));
        assert_eq!(prefix_after(Ok("{".to_owned())).as_deref(), Some("new"));
        assert_eq!(prefix_after(Ok(old.to_owned())).as_deref(), Some("old"));
    }
}
