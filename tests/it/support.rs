//! What the tests share: gateways, requests, and the core of `explain`.

use bytes::Bytes;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use firstparty::{Action, Config, Exchange, Gateway, Platform};
use serde_json::Value;

// Compiled into the tests: an example beside them may come from an earlier build.
#[path = "../../examples/explain/decide.rs"]
mod decide;
#[path = "../../examples/explain/har.rs"]
pub(crate) mod har;
#[path = "../../examples/explain/lines.rs"]
mod lines;

/// A gateway from JSON, as a user would write it.
pub(crate) fn gateway(platform: Platform, config: &str) -> Gateway {
    let config: Config = serde_json::from_str(config).unwrap();
    Gateway::new(config, platform)
}

/// Both v3 routes, a secret, depth 1.
pub(crate) const USUAL: &str = r#"{"agent_download_path": "agent", "get_result_path": "result",
    "pre_shared_secret": "s3cret", "integration_version": "1.2.3"}"#;

pub(crate) fn usual() -> Gateway {
    gateway(Platform::Generic, USUAL)
}

pub(crate) fn fields(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

/// A request with `host: www.example.com` before the given fields.
pub(crate) fn request(method: &str, uri: &str, pairs: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::builder().method(method).uri(uri).body(()).unwrap();
    *request.headers_mut() = fields(&[&[("host", "www.example.com")], pairs].concat());
    request
}

pub(crate) fn response(status: u16, pairs: &[(&str, &str)]) -> Response<()> {
    let mut response = Response::builder().status(status).body(()).unwrap();
    *response.headers_mut() = fields(pairs);
    response
}

#[track_caller]
pub(crate) fn forwarded(gateway: &Gateway, request: Request<()>) -> (Request<()>, Exchange) {
    match gateway.handle(request, "203.0.113.7".parse().ok()) {
        Action::Forward(request, exchange) => (request, exchange),
        Action::Respond(response, _) => panic!("answered {response:?}"),
    }
}

#[track_caller]
pub(crate) fn answered(gateway: &Gateway, request: Request<()>) -> Response<Bytes> {
    match gateway.handle(request, "203.0.113.7".parse().ok()) {
        Action::Forward(request, _) => panic!("forwarded to {}", request.uri()),
        Action::Respond(response, _) => response,
    }
}

#[track_caller]
pub(crate) fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// The values of one name, as text.
pub(crate) fn values<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}

/// The answers of `explain` to lines of JSON.
pub(crate) fn explain(defaults: &str, input: &str) -> Vec<Value> {
    let defaults = serde_json::from_str(defaults).unwrap();
    let mut output = Vec::new();
    lines::explain_lines(input.as_bytes(), &mut output, &defaults).unwrap();
    let output = String::from_utf8(output).unwrap();
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
