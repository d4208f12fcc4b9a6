//! The request to Fingerprint, which `streams.js` sends.

use firstparty::Failure;
use firstparty::http::{HeaderMap, Request, StatusCode, header};
use firstparty::refusal::Cause;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use worker::web_sys::{Headers, ReadableStream, Response};
use worker::{wasm_bindgen, wasm_bindgen_futures};

#[wasm_bindgen(raw_module = "./streams.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = send)]
    async fn fetch(
        url: &str,
        method: &str,
        headers: &Headers,
        body: Option<ReadableStream>,
        length: Option<u64>,
    ) -> Result<JsValue, JsValue>;
}

const BROWSER_SILENT: Cause = Cause::new(
    "browser_silent",
    "R16.5",
    StatusCode::REQUEST_TIMEOUT,
    "the rest of the request did not come",
);

const BROWSER_BROKE: Cause = Cause::new(
    "browser_broke",
    "R16.5",
    StatusCode::BAD_REQUEST,
    "the rest of the request could not be read",
);

/// Why there is no response.
pub(crate) enum Stopped {
    Browser(&'static Cause),
    Upstream(Failure),
}

pub(crate) async fn send(
    request: &Request<()>,
    headers: &Headers,
    body: Option<ReadableStream>,
) -> Result<Response, Stopped> {
    let (url, method) = (request.uri().to_string(), request.method().as_str());
    let fetched = fetch(&url, method, headers, body, length(request.headers())).await;
    fetched.map(JsCast::unchecked_into).map_err(|reason| match reason.as_string().as_deref() {
        Some("browser_silent") => Stopped::Browser(&BROWSER_SILENT),
        Some("browser_broke") => Stopped::Browser(&BROWSER_BROKE),
        Some("timeout") => Stopped::Upstream(Failure::Timeout),
        _ => Stopped::Upstream(Failure::Protocol),
    })
}

/// The length that the gateway has found to be a usable one.
fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
