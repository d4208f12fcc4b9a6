//! One exchange: the browser's head through the gateway, and upstream's head back.

use std::time::Duration;

use bytes::Bytes;
use firstparty::http::{self, HeaderMap, Method, StatusCode, Uri};
use firstparty::refusal::{Cause, Refusal};
use firstparty::{Action, Exchange, Gateway, Report, RequestId};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use worker::js_sys::{Date, Math, Uint8Array};
use worker::web_sys::{Headers, Request, Response};
use worker::{Result, console_log, wasm_bindgen};

use crate::upstream::Stopped;
use crate::{fields, upstream};

#[wasm_bindgen(raw_module = "./streams.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn respond(status: u16, headers: &Headers, body: JsValue) -> Result<Response, JsValue>;
}

/// The target, and whether `http` cannot hold it, so that only its path was taken.
pub(crate) fn uri(url: &str) -> (Uri, bool) {
    let path = url.split('?').next().unwrap_or_default();
    url.parse().map_or_else(|_| (path.parse().unwrap_or_default(), true), |uri| (uri, false))
}

pub(crate) async fn answer(
    gateway: &Gateway,
    browser: &Request,
    uri: Uri,
    is_cut: bool,
) -> Result<Response> {
    let fields = fields::read(&browser.headers());
    let mut request = http::Request::new(());
    *request.method_mut() = Method::from_bytes(browser.method().as_bytes()).unwrap_or_default();
    *request.uri_mut() = uri;
    request.headers_mut().clone_from(&fields);
    let (response, report) = match gateway.handle(request, None) {
        Action::Respond(response, report) => (made(&response)?, report),
        Action::Forward(_, exchange) if is_cut => {
            refuse(&exchange, Refusal::TargetTooLong.cause())?
        }
        Action::Forward(request, exchange) => {
            let headers = fields::write(&browser.headers(), &fields, request.headers())?;
            match upstream::send(&request, &headers, browser.body()).await {
                Ok(response) => complete(&exchange, &response)?,
                Err(Stopped::Browser(cause)) => refuse(&exchange, cause)?,
                Err(Stopped::Upstream(failure)) => {
                    (made(&exchange.fail(failure, id()))?, exchange.report().ended(failure))
                }
            }
        }
    };
    console_log!("{}", serde_json::to_string(&report)?);
    Ok(response)
}

fn complete(exchange: &Exchange, upstream: &Response) -> Result<(Response, Report)> {
    let fields = fields::read(&upstream.headers());
    let mut head = http::Response::new(());
    *head.status_mut() = StatusCode::from_u16(upstream.status()).unwrap_or_default();
    head.headers_mut().clone_from(&fields);
    let head = exchange.complete(head);
    let headers = fields::write(&upstream.headers(), &fields, head.headers())?;
    let response = respond(head.status().as_u16(), &headers, upstream.body().into())?;
    Ok((response, exchange.report().ended(head.status())))
}

fn refuse(exchange: &Exchange, cause: &'static Cause) -> Result<(Response, Report)> {
    Ok((made(&exchange.refuse(cause))?, exchange.report().answered(cause)))
}

/// An answer made here.
fn made(response: &http::Response<Bytes>) -> Result<Response> {
    let headers = fields::write(&Headers::new()?, &HeaderMap::new(), response.headers())?;
    let body = response.body();
    let body = (!body.is_empty()).then(|| Uint8Array::from(&body[..]));
    Ok(respond(response.status().as_u16(), &headers, body.into())?)
}

fn id() -> RequestId {
    let now = Duration::try_from_secs_f64(Date::now() / 1000.0).unwrap_or_default();
    RequestId::new(u64::try_from(now.as_millis()).unwrap_or_default(), Math::random().to_bits())
}
