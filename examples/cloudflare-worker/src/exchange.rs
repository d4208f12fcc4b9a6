//! One exchange: the browser's head through the gateway, and upstream's head back.

use std::time::Duration;

use bytes::Bytes;
use firstparty::http::{HeaderMap, HeaderName, Method, Uri, header, uri::PathAndQuery};
use firstparty::refusal::{Cause, Refusal};
use firstparty::{Action, Exchange, Gateway, Report, RequestId, http};
use wasm_bindgen::JsValue;
use worker::js_sys::{Date, Math, Reflect};
use worker::wasm_bindgen_futures::spawn_local;
use worker::web_sys::{Headers, Request, Response, ResponseInit};
use worker::{Result, console_log};

use crate::upstream::Stopped;
use crate::{body, fields, upstream};

/// Statuses of which JavaScript allows no body.
const WITHOUT_BODY: [u16; 3] = [204, 205, 304];

/// The target in a URL, and whether `http` cannot hold it, so that only the path was taken.
pub(crate) fn uri(url: &str) -> (Uri, bool) {
    let target =
        url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    let target = target.unwrap_or("/");
    match target.parse::<PathAndQuery>() {
        Ok(target) => (target.into(), false),
        Err(_) => {
            (target.split('?').next().and_then(|path| path.parse().ok()).unwrap_or_default(), true)
        }
    }
}

pub(crate) async fn answer(
    gateway: &Gateway,
    browser: &Request,
    uri: Uri,
    is_cut: bool,
) -> Result<Response> {
    let method = Method::from_bytes(browser.method().as_bytes()).unwrap_or_default();
    let use_of = |name: &HeaderName| gateway.request_field(&method, name);
    let mut request = http::Request::new(());
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = fields::read(&browser.headers(), use_of)?;
    let (response, report) = match gateway.handle(request, None) {
        Action::Respond(response, report) => (made(response)?, report),
        Action::Forward(_, exchange) if is_cut => {
            refuse(&exchange, Refusal::TargetTooLong.cause())?
        }
        Action::Forward(request, exchange) => {
            let headers = fields::write(&browser.headers(), request.headers(), use_of)?;
            match upstream::send(&request, &headers, browser.body()).await {
                Ok(response) => complete(&exchange, &response)?,
                Err(Stopped::Browser(cause)) => refuse(&exchange, cause)?,
                Err(Stopped::Upstream(failure)) => {
                    (made(exchange.fail(failure, id()))?, exchange.report().ended(failure))
                }
            }
        }
    };
    console_log!("{}", serde_json::to_string(&report)?);
    Ok(response)
}

fn complete(exchange: &Exchange, upstream: &Response) -> Result<(Response, Report)> {
    let use_of = |name: &HeaderName| exchange.response_field(name);
    let mut head = http::Response::new(());
    *head.status_mut() = http::StatusCode::from_u16(upstream.status()).unwrap_or_default();
    *head.headers_mut() = fields::read(&upstream.headers(), use_of)?;
    let head = exchange.complete(head);
    let init = ResponseInit::new();
    init.set_status(head.status().as_u16());
    let headers = fields::write(&upstream.headers(), head.headers(), use_of)?;
    init.set_headers(&headers);
    // What upstream has coded stays so.
    Reflect::set(&init, &"encodeBody".into(), &"manual".into())?;
    let body = upstream.body().filter(|_| !WITHOUT_BODY.contains(&upstream.status()));
    let body = body.map(|body| {
        let pipe = body::pipe(length(head.headers()))?;
        let browser = pipe.readable();
        spawn_local(async move { drop(body::pump(&body, &pipe).await) });
        Ok::<_, JsValue>(browser)
    });
    let response =
        Response::new_with_opt_readable_stream_and_init(body.transpose()?.as_ref(), &init)?;
    Ok((response, exchange.report().ended(head.status())))
}

fn refuse(exchange: &Exchange, cause: &'static Cause) -> Result<(Response, Report)> {
    Ok((made(exchange.refuse(cause))?, exchange.report().answered(cause)))
}

/// An answer made here.
fn made(response: http::Response<Bytes>) -> Result<Response> {
    let headers = Headers::new()?;
    for (name, value) in response.headers() {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    let init = ResponseInit::new();
    init.set_status(response.status().as_u16());
    init.set_headers(&headers);
    let mut body = response.into_body().to_vec();
    let body = (!body.is_empty()).then_some(body.as_mut_slice());
    Ok(Response::new_with_opt_u8_array_and_init(body, &init)?)
}

/// The length that the gateway has found to be a usable one.
pub(crate) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn id() -> RequestId {
    let now = Duration::try_from_secs_f64(Date::now() / 1000.0).unwrap_or_default();
    RequestId::new(u64::try_from(now.as_millis()).unwrap_or_default(), Math::random().to_bits())
}
