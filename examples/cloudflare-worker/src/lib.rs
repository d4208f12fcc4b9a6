//! The gateway as a Cloudflare Worker: what is the integration's goes to Fingerprint, and all else to the site.

#![forbid(unsafe_code)]

mod body;
mod exchange;
mod fields;
mod runtime;
mod settings;
mod upstream;

use worker::web_sys::{Request, Response};
use worker::{Context, Env, Result, console_error, event};

/// Decides whose request it is.
#[event(fetch)]
async fn fetch(browser: Request, env: Env, _context: Context) -> Result<Response> {
    let gateway = match settings::gateway(&env) {
        Ok(gateway) => gateway,
        // The site works without the gateway, and the operator finds the reason in the log.
        Err(error) => {
            console_error!("settings: {error}");
            return Ok(runtime::pass_on(&browser).await?);
        }
    };
    let (uri, is_cut) = exchange::uri(&browser.url());
    if !gateway.owns(&uri) {
        return Ok(runtime::pass_on(&browser).await?);
    }
    exchange::answer(&gateway, &browser, uri, is_cut).await
}
