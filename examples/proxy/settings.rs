//! A gateway out of arguments, environment and settings document, built anew when the document changes.

pub(crate) mod choices;
mod document;
mod form;
pub(crate) mod given;
pub(crate) mod hints;
mod layer;
mod layers;
pub(crate) mod reader;

use std::error::Error;
use std::time::SystemTime;

use firstparty::Gateway;
use firstparty::config::{Source, Variable};
use tokio::sync::watch;

use crate::args::Args;
use crate::settings::layers::Layers;
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
        let document = args.config().map(document::read).transpose()?;
        let given = [&args.given.arguments, &args.given.environment];
        let layers = Layers(given.into_iter().chain(&document).collect());
        let mut builder = layers.builder()?;
        if args.is_demonstration() {
            builder = builder.source(demonstration());
        }
        Ok(Gateway::new(layers.build(builder)?, args.platform))
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

/// The name of the source of the demonstration's settings.
pub(crate) const DEMONSTRATION: &str = "demonstration";

/// What makes the stand-in worth trying, asked last.
fn demonstration() -> Source {
    Source::new(DEMONSTRATION)
        .with(Variable::AgentDownloadPath, "vbcnkxb654")
        .with(Variable::GetResultPath, "5yt489hgfj")
        .with(Variable::PreSharedSecret, "demonstration")
}
