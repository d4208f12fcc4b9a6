//! What the gateway does with one request, and with what upstream did.

use std::net::IpAddr;

use bytes::Bytes;
use firstparty::explain::{self, Note};
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Version};
use firstparty::refusal::Refusal;
use firstparty::reply::Reply;
use firstparty::{Action, Exchange, Failure, Gateway, Report, RequestId};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// The head of a request. Other members are ignored.
#[derive(Default, Deserialize)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) uri: String,
    #[serde(default)]
    pub(crate) version: HttpVersion,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) client_ip: Option<String>,
}

/// The version of a request: above HTTP/1.1, the URI has the authority.
#[derive(Clone, Copy, Default, Deserialize)]
pub(crate) enum HttpVersion {
    #[serde(rename = "HTTP/1.0")]
    Http10,
    #[default]
    #[serde(rename = "HTTP/1.1")]
    Http11,
    #[serde(rename = "HTTP/2")]
    Http2,
}

impl From<HttpVersion> for Version {
    fn from(version: HttpVersion) -> Self {
        match version {
            HttpVersion::Http10 => Self::HTTP_10,
            HttpVersion::Http11 => Self::HTTP_11,
            HttpVersion::Http2 => Self::HTTP_2,
        }
    }
}

impl Head {
    /// Text that is not an address counts as unknown.
    fn client_ip(&self) -> Option<IpAddr> {
        self.client_ip.as_ref().and_then(|text| text.parse().ok())
    }
}

/// What upstream did: an answer, or an error.
#[derive(Deserialize)]
pub(crate) struct Upstream {
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) error: Option<Value>,
}

#[derive(Default, Serialize)]
pub(crate) struct Explained {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Value>,
    pub(crate) route: Value,
    pub(crate) generation: Value,
    pub(crate) authorised: bool,
    pub(crate) region: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) forward: Option<Forwarded>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) respond: Option<Answered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response: Option<Answered>,
    pub(crate) rules: Rules,
}

/// The notes on either message; as one list where they are written.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) request: Vec<Note>,
    pub(crate) response: Vec<Note>,
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.request.iter().chain(&self.response))
    }
}

#[derive(Serialize)]
pub(crate) struct Forwarded {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
}

#[derive(Serialize)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
}

/// Without an answer of upstream only the request is explained.
pub(crate) fn explain(gateway: &Gateway, head: &Head, upstream: Option<&Upstream>) -> Explained {
    let Some(request) = request(head) else { return malformed(head) };
    let (action, notes) = explain::handle(gateway, request, head.client_ip());
    let rules = Rules { request: notes, response: Vec::new() };
    match action {
        Action::Respond(response, report) => {
            let respond = Some(answered(&response));
            Explained { respond, rules, ..decided(report) }
        }
        Action::Forward(request, exchange) => {
            let forward = Some(Forwarded {
                method: request.method().to_string(),
                uri: request.uri().to_string(),
                headers: sorted(request.headers()),
            });
            let decided = decided(exchange.report());
            let explained = Explained { forward, rules, ..decided };
            match upstream {
                Some(upstream) => finish(explained, &exchange, upstream),
                None => explained,
            }
        }
    }
}

fn decided(report: Report) -> Explained {
    let json = |value: Result<Value, _>| value.unwrap_or(Value::Null);
    Explained {
        route: json(serde_json::to_value(report.route)),
        generation: json(serde_json::to_value(report.generation)),
        authorised: report.authorised,
        region: json(serde_json::to_value(report.region)),
        ..Explained::default()
    }
}

/// What the browser gets for what upstream did. Time and entropy are constants, so that equal
/// lines give equal answers.
fn finish(explained: Explained, exchange: &Exchange, upstream: &Upstream) -> Explained {
    let mut explained = explained;
    explained.response = Some(match response(upstream) {
        Some(response) => {
            let (response, rules) = explain::complete(exchange, response);
            explained.rules.response = rules;
            Answered { body: None, ..answered(&response.map(|()| Bytes::new())) }
        }
        None => answered(&exchange.fail(failure(upstream), RequestId::new(0, 0))),
    });
    explained
}

fn request(head: &Head) -> Option<Request<()>> {
    if head.uri.contains('#') {
        // `http` would cut the target there (R13.3).
        return None;
    }
    let mut request =
        Request::builder().method(head.method.as_str()).uri(head.uri.as_str()).body(()).ok()?;
    *request.version_mut() = head.version.into();
    *request.headers_mut() = headers(&head.headers)?;
    Some(request)
}

/// The head of upstream's response, or `None` if upstream failed before or `http` cannot hold it.
pub(crate) fn response(upstream: &Upstream) -> Option<Response<()>> {
    let mut response = Response::builder().status(upstream.status?).body(()).ok()?;
    *response.headers_mut() = headers(&upstream.headers)?;
    Some(response)
}

fn headers(fields: &[(String, String)]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        // Blanks around a value do not belong to it (RFC 9110 §5.5).
        let value = HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes()).ok()?;
        headers.try_append(name, value).ok()?;
    }
    Some(headers)
}

/// Transport failures by their usual names; anything unknown is a broken protocol.
fn failure(upstream: &Upstream) -> Failure {
    let text = upstream.error.as_ref().map(ToString::to_string).unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["timeout", "timedout"]) {
        Failure::Timeout
    } else if says(&["large"]) {
        Failure::BodyTooLarge
    } else if says(&["connect", "refused", "notfound", "unreach", "cert", "tls"]) {
        Failure::Connect
    } else {
        Failure::Protocol
    }
}

/// The answer to a request that `http` cannot hold.
fn malformed(head: &Head) -> Explained {
    let origins: Vec<_> = head
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("origin"))
        .cloned()
        .collect();
    let known = headers(&origins).unwrap_or_default();
    let method = head.method.parse().unwrap_or_default();
    let cause = Refusal::Malformed.cause();
    let response = Reply::to(&method, &known).refuse(cause);
    let note = explain::answered(cause);
    Explained {
        respond: Some(answered(&response)),
        rules: Rules { request: vec![note], response: Vec::new() },
        ..Explained::default()
    }
}

fn answered(response: &Response<Bytes>) -> Answered {
    Answered {
        status: response.status().as_u16(),
        headers: sorted(response.headers()),
        body: Some(String::from_utf8_lossy(response.body()).into_owned()),
    }
}

/// By name, repeats in their order.
fn sorted(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut fields: Vec<_> =
        headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    fields
}
