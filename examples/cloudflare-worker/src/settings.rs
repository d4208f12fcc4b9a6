//! The gateway out of the Worker's variables and secrets.

use std::cell::RefCell;
use std::error::Error;

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};
use worker::js_sys::{JSON, Reflect};
use worker::{Env, console_warn};

/// A settings document, as JSON: what has no variable of its own.
const DOCUMENT: &str = "FIRSTPARTY_CONFIG";

/// What a gateway was built from.
type Settings = (Source, Option<String>);

thread_local! {
    static CURRENT: RefCell<Option<(Settings, Gateway)>> = const { RefCell::new(None) };
}

/// The gateway for these bindings. They are compared each time, because an isolate may go on after they have
/// changed (R16.6).
pub(crate) fn gateway(env: &Env) -> Result<Gateway, Box<dyn Error>> {
    let source = Source::from_lookup("worker", Platform::Cloudflare, |name| text(env, name));
    let settings = (source, text(env, DOCUMENT));
    CURRENT.with_borrow_mut(|current| match current {
        Some((known, gateway)) if *known == settings => Ok(gateway.clone()),
        _ => {
            let gateway = build(&settings)?;
            *current = Some((settings, gateway.clone()));
            Ok(gateway)
        }
    })
}

fn build((source, document): &Settings) -> Result<Gateway, Box<dyn Error>> {
    let document: Builder = match document {
        Some(document) => serde_json::from_str(document)?,
        None => Config::builder(),
    };
    let config = document.overridden_by(source.clone()).build()?;
    if config.route_prefix().is_none() {
        return Err("fpjs_route_prefix is missing: beside a site the path has to be exact".into());
    }
    for advice in advise(&config, Platform::Cloudflare) {
        console_warn!("advice: {advice}");
    }
    Ok(Gateway::new(config, Platform::Cloudflare))
}

/// A binding as text: a secret or variable, or one that `wrangler.toml` gives as a number or a table.
fn text(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &name.into()).ok()?;
    value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
}
