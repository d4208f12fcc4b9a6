//! The lines that `explain` reads and writes. The tests include this file, so that what they check
//! is what they were compiled with, and not a program that an earlier build left behind.

use std::io::{self, BufRead, BufWriter, Write};
use std::net::IpAddr;

use bytes::Bytes;
use firstparty::explain::{self, Note};
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Version};
use firstparty::refusal::Refusal;
use firstparty::reply::Reply;
use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, Report, RequestId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Answers each line of the input with a line of the output, as soon as it has been read. Blank
/// lines have no answer.
pub(crate) fn explain_lines(
    mut input: impl BufRead,
    output: impl Write,
    defaults: &Map<String, Value>,
) -> io::Result<()> {
    let mut output = BufWriter::new(output);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            serde_json::to_writer(&mut output, &answer(&line, defaults))?;
            output.write_all(b"\n")?;
            output.flush()?;
        }
        line.clear();
    }
    Ok(())
}

/// One line of input. Other members are ignored.
#[derive(Deserialize)]
struct Line {
    id: Option<Value>,
    platform: Option<Platform>,
    config: Option<Config>,
    request: Head,
    upstream: Option<Upstream>,
}

#[derive(Deserialize)]
struct Head {
    method: String,
    uri: String,
    #[serde(default)]
    version: HttpVersion,
    #[serde(default)]
    headers: Vec<(String, String)>,
    client_ip: Option<String>,
}

/// The version of a request: above HTTP/1.1, the URI has the authority.
#[derive(Clone, Copy, Default, Deserialize)]
enum HttpVersion {
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

#[derive(Deserialize)]
struct Upstream {
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    error: Option<Value>,
}

/// One line of output.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Explained(Box<Explained>),
    Error { error: String },
}

#[derive(Default, Serialize)]
struct Explained {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    route: Value,
    generation: Value,
    authorised: bool,
    region: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward: Option<Forwarded>,
    #[serde(skip_serializing_if = "Option::is_none")]
    respond: Option<Answered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Answered>,
    rules: Vec<Note>,
}

#[derive(Serialize)]
struct Forwarded {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Answered {
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

fn answer(line: &[u8], defaults: &Map<String, Value>) -> Answer {
    match read(line, defaults) {
        Ok(line) => Answer::Explained(Box::new(explain(line))),
        Err(error) => Answer::Error { error: error.to_string() },
    }
}

/// Puts the defaults under a line and reads it: members of the line and of its configuration come
/// first, whole, and however their keys are spelt.
fn read(line: &[u8], defaults: &Map<String, Value>) -> Result<Line, serde_json::Error> {
    let mut line: Map<String, Value> = serde_json::from_slice(line)?;
    for (key, default) in defaults {
        match (line.get_mut(key), default) {
            (Some(Value::Object(members)), Value::Object(defaults)) if key == "config" => {
                put_under(members, defaults);
            }
            (Some(_), _) => {}
            (None, default) => drop(line.insert(key.clone(), default.clone())),
        }
    }
    serde_json::from_value(Value::Object(line))
}

fn put_under(members: &mut Map<String, Value>, defaults: &Map<String, Value>) {
    // `fpjs_x` and `x` are the same key of a configuration.
    let plain = |key: &str| {
        let lower = key.to_ascii_lowercase();
        lower.strip_prefix("fpjs_").map_or(lower.clone(), str::to_owned)
    };
    let given: Vec<_> = members.keys().map(|key| plain(key)).collect();
    for (key, default) in defaults.iter().filter(|(key, _)| !given.contains(&plain(key))) {
        members.insert(key.clone(), default.clone());
    }
}

fn explain(line: Line) -> Explained {
    let gateway = Gateway::new(line.config.unwrap_or_default(), line.platform.unwrap_or_default());
    let id = line.id;
    let Some(request) = request(&line.request) else {
        return Explained { id, ..malformed(&line.request) };
    };
    let (action, rules) = explain::handle(&gateway, request, line.request.client_ip());
    match action {
        Action::Respond(response, report) => {
            let respond = Some(answered(&response));
            Explained { id, respond, rules, ..decided(report) }
        }
        Action::Forward(request, exchange) => {
            let explained = Explained { id, rules, ..decided(exchange.report()) };
            let forward = Some(Forwarded {
                method: request.method().to_string(),
                uri: request.uri().to_string(),
                headers: sorted(request.headers()),
            });
            let explained = Explained { forward, ..explained };
            match line.upstream {
                Some(upstream) => finish(explained, &exchange, &upstream),
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
            explained.rules.extend(rules);
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
fn response(upstream: &Upstream) -> Option<Response<()>> {
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
    Explained { respond: Some(answered(&response)), rules: vec![note], ..Explained::default() }
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
