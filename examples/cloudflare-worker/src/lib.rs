//! The gateway as a Cloudflare Worker: what is the integration's goes to Fingerprint, and all else to the site.

#![forbid(unsafe_code)]

mod exchange;
mod fields;
mod settings;
mod upstream;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use worker::web_sys::{Request, Response};
use worker::{Context, Env, Result, console_error, event, wasm_bindgen, wasm_bindgen_futures};

#[wasm_bindgen(raw_module = "./streams.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = passOn)]
    async fn pass_on(request: &Request) -> Result<JsValue, JsValue>;
}

/// Decides whose request it is.
#[event(fetch)]
async fn fetch(browser: Request, env: Env, _context: Context) -> Result<Response> {
    let (uri, is_cut) = exchange::uri(&browser.url());
    match settings::gateway(&env) {
        Ok(gateway) if gateway.owns(&uri) => {
            return exchange::answer(&gateway, &browser, uri, is_cut).await;
        }
        Ok(_) => {}
        // The site works without the gateway, and the operator finds the reason in the log.
        Err(error) => console_error!("settings: {error}"),
    }
    Ok(pass_on(&browser).await?.unchecked_into())
}
