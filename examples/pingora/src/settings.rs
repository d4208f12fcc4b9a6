//! The gateway out of a settings document and the environment, built anew when the document changes.

use std::env::{var_os, vars_os};
use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;

/// The gateway in use, shared by all clones.
#[derive(Clone)]
pub(crate) struct Settings(Arc<RwLock<Gateway>>);

impl Settings {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self(Arc::new(RwLock::new(gateway(&document())?))))
    }

    pub(crate) fn gateway(&self) -> Gateway {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// R16.6: a changed document is used from the next request on; while it is bad, the last good one stays.
#[async_trait]
impl BackgroundService for Settings {
    async fn start(&self, _: ShutdownWatch) {
        let mut seen = document();
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let now = document();
            if now != seen {
                match gateway(&now) {
                    Ok(new) => *self.0.write().unwrap_or_else(PoisonError::into_inner) = new,
                    Err(error) => eprintln!("settings: {error}"),
                }
                seen = now;
            }
        }
    }
}

/// What was read of the document. Without one, the environment is all there is.
type Document = Result<Option<String>, String>;

fn document() -> Document {
    let Some(path) = text("FIRSTPARTY_CONFIG")? else { return Ok(None) };
    std::fs::read_to_string(&path).map(Some).map_err(|error| format!("{path}: {error}"))
}

/// No error repeats a value. The environment comes before the document.
fn gateway(document: &Document) -> Result<Gateway, Box<dyn Error>> {
    let json = document.as_ref().map_err(String::as_str)?.as_deref();
    let document: Builder = json.map_or(Ok(Config::builder()), serde_json::from_str)?;
    let environment = Source::from_vars_os("environment", Platform::Generic, vars_os())?;
    let config = document.overridden_by(environment).build()?;
    if config.route_prefix().is_none() && text("FIRSTPARTY_SITE")?.is_some() {
        return Err("fpjs_route_prefix is missing: beside a site the path has to be exact".into());
    }
    for advice in advise(&config, Platform::Generic) {
        eprintln!("advice: {advice}");
    }
    Ok(Gateway::new(config, Platform::Generic))
}

/// A variable of the program's own.
fn text(name: &str) -> Result<Option<String>, String> {
    let value = var_os(name).filter(|value| !value.is_empty());
    value.map(OsString::into_string).transpose().map_err(|_| format!("{name}: expected UTF-8"))
}

pub(crate) fn address(name: &str) -> Result<Option<SocketAddr>, String> {
    let address = text(name)?.map(|value| value.parse());
    address.transpose().map_err(|_| format!("{name} is not an address with a port"))
}
