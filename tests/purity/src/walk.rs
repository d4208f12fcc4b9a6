//! Every recorded request through the whole walk, as text: the same in every run, thread, process
//! and on every machine, since nothing but the input decides it.

use firstparty::explain;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, RequestId};
use serde::Deserialize;
use serde_json::Value;

const VECTORS: [&str; 2] =
    [include_str!("../../data/cloudfront.jsonl"), include_str!("../../data/cloudflare.jsonl")];

#[derive(Deserialize)]
struct Vector {
    config: Config,
    request: Head,
    upstream: Option<Upstream>,
}

#[derive(Deserialize)]
struct Head {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    client_ip: Option<String>,
}

#[derive(Deserialize)]
struct Upstream {
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    error: Option<Value>,
}

/// The recorded lines.
pub(crate) fn vectors() -> Vec<&'static str> {
    VECTORS.iter().flat_map(|vectors| vectors.lines()).collect()
}

/// The gateway's outcome for one line on every platform, or `None` if `http` cannot hold the line.
pub(crate) fn outcome(line: &str) -> Option<String> {
    let Vector { config, request, upstream } = serde_json::from_str(line).ok()?;
    let of = |&platform: &Platform| {
        let gateway = Gateway::new(config.clone(), platform);
        let (action, notes) = explain::handle(&gateway, head(&request)?, address(&request));
        let outcome = match action {
            Action::Respond(response, report) => format!("{response:?}\n{report:?}"),
            Action::Forward(request, exchange) => {
                let report = exchange.report();
                format!("{request:?}\n{report:?}\n{}", finish(&exchange, upstream.as_ref())?)
            }
        };
        Some(format!("{platform:?}\n{notes:?}\n{outcome}\n"))
    };
    Platform::ALL.iter().map(of).collect()
}

fn head(head: &Head) -> Option<Request<()>> {
    let mut request = Request::builder().method(&*head.method).uri(&*head.uri).body(()).ok()?;
    *request.headers_mut() = fields(&head.headers)?;
    Some(request)
}

fn address(head: &Head) -> Option<std::net::IpAddr> {
    head.client_ip.as_ref()?.parse().ok()
}

fn fields(pairs: &[(String, String)]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::try_from(name).ok()?;
        headers.append(name, HeaderValue::try_from(value).ok()?);
    }
    Some(headers)
}

fn finish(exchange: &Exchange, upstream: Option<&Upstream>) -> Option<String> {
    match upstream {
        Some(Upstream { status: Some(status), headers, error: None }) => {
            let mut response = Response::builder().status(*status).body(()).ok()?;
            *response.headers_mut() = fields(headers)?;
            let (response, notes) = explain::complete(exchange, response);
            Some(format!("{response:?}\n{notes:?}"))
        }
        _ => {
            let id = RequestId::new(1_767_225_600_123, 0x0123_4567_89ab_cdef);
            Some(format!("{:?}", exchange.fail(Failure::Protocol, id)))
        }
    }
}
