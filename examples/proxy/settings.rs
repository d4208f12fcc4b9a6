//! A gateway out of arguments and settings document, built anew when the document changes.

use std::error::Error;
use std::path::Path;
use std::time::SystemTime;

use firstparty::config::{Document, Source, Variable};
use firstparty::{Config, Gateway};
use tokio::sync::watch;

use crate::args::Args;
use crate::welcome;

/// What gateways are built from.
pub(crate) struct Settings {
    args: Args,
}

/// When the document was changed and how long it is: as long as both stay, so does the gateway.
pub(crate) type Stamp = Option<(SystemTime, u64)>;

impl Settings {
    pub(crate) fn new(args: Args) -> Self {
        Self { args }
    }

    /// Reads the document and builds a gateway. No error repeats a value.
    pub(crate) fn gateway(&self) -> Result<Gateway, Box<dyn Error>> {
        let args = &self.args;
        let mut builder = args.options(Config::builder().source(args.source()));
        if let Some(path) = args.config() {
            builder = builder.source(document(path)?);
        }
        if args.is_demonstration() {
            builder = builder.source(demonstration());
        }
        if let Some(version) = args.integration_version.as_deref().filter(|text| !text.is_empty()) {
            builder = builder.integration_version(version);
        }
        let config = builder.cookie_domain(args.cookie_domain.clone()).build()?;
        Ok(Gateway::new(config, args.platform))
    }

    /// Gives the gateway's advice, unless nobody wants it.
    pub(crate) fn advise(&self, gateway: &Gateway) {
        if !self.args.quiet {
            welcome::advise(gateway);
        }
    }

    /// Has to be taken before the document is read, so that no change is missed.
    pub(crate) fn stamp(&self) -> Stamp {
        let metadata = self.args.config()?.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// R16.6: publishes a new gateway when the document has changed, for ever. While the document
    /// is bad the last good gateway stays, and every look tries again (R1.6).
    pub(crate) async fn refresh(self, mut seen: Stamp, publish: watch::Sender<Gateway>) {
        let mut complaint = String::new();
        while self.args.config().is_some() {
            tokio::time::sleep(self.args.config_check()).await;
            let stamp = self.stamp();
            if stamp == seen {
                continue;
            }
            match self.gateway().map_err(|error| error.to_string()) {
                Ok(gateway) => {
                    self.advise(&gateway);
                    publish.send_replace(gateway);
                    seen = stamp;
                    complaint.clear();
                    welcome::note("settings: read again, now in use");
                }
                Err(error) if error != complaint => {
                    welcome::note(&format!("settings: the last good ones stay in use: {error}"));
                    complaint = error;
                }
                Err(_) => {}
            }
        }
    }
}

fn document(path: &Path) -> Result<Source, Box<dyn Error>> {
    let failed = |error: &dyn Error| format!("settings document {}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let document: Document = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    Ok(document.into_source("settings document"))
}

/// What makes the stand-in worth trying, asked last.
fn demonstration() -> Source {
    Source::new("demonstration")
        .with(Variable::AgentDownloadPath, "agent")
        .with(Variable::GetResultPath, "result")
        .with(Variable::PreSharedSecret, "demonstration")
        .with(Variable::IntegrationPathDepth, "1")
}
