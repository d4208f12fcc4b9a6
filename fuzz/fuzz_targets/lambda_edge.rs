//! Feeds a Lambda@Edge function arbitrary events, and its exchanges arbitrary responses.
//!
//! Oracle (R13): it never panics; an event read from JSON fares as the same event put together from
//! its parts; what is forwarded has a definite body, which arrived as it came, and no field that
//! CloudFront owns; a cut body is never forwarded; a result is one that CloudFront takes, written
//! as its parts say, with every body as it came from upstream; errors and results hold no secret.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use firstparty::http::{HeaderName, HeaderValue, Request, Response};
use firstparty::{Config, Failure, Platform, RequestId};
use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep, ResultObject};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

const SECRET: &str = "pr0xy-s3cret";
const LIMIT: usize = 1_048_576;
/// The domain name of the origin in every event.
const ORIGIN: &str = "origin.example";

#[derive(Arbitrary, Debug)]
enum Input {
    /// Bytes that may be an event.
    Junk(Vec<u8>),
    /// An event, and what upstream has to say.
    Event(Box<Described>),
}

#[derive(Arbitrary, Debug)]
struct Described {
    method: Method,
    path: Path,
    query: String,
    client_ip: String,
    fields: Vec<(Name, String)>,
    body: Vec<u8>,
    truncated: bool,
    upstream: Option<Upstream>,
}

#[derive(Arbitrary, Debug)]
struct Upstream {
    status: u16,
    fields: Vec<(Name, Vec<u8>)>,
    body: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Method {
    Get,
    Head,
    Post,
    Other(String),
}

#[derive(Arbitrary, Debug)]
enum Path {
    Agent,
    Result(String),
    Status,
    Other(String),
}

#[derive(Arbitrary, Debug)]
enum Name {
    Host,
    Origin,
    Cookie,
    SetCookie,
    Connection,
    ContentEncoding,
    ContentLength,
    TransferEncoding,
    Via,
    Forged,
    Other(String),
}

impl Method {
    fn as_str(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Other(method) => method,
        }
    }
}

impl Path {
    fn text(&self) -> String {
        match self {
            Self::Agent => "/fp/agent".into(),
            Self::Result(rest) => format!("/fp/result{rest}"),
            Self::Status => "/fp/status".into(),
            Self::Other(path) => path.clone(),
        }
    }
}

impl Name {
    /// As CloudFront writes names: in lower case.
    fn text(&self) -> String {
        match self {
            Self::Host => "host".into(),
            Self::Origin => "origin".into(),
            Self::Cookie => "cookie".into(),
            Self::SetCookie => "set-cookie".into(),
            Self::Connection => "connection".into(),
            Self::ContentEncoding => "content-encoding".into(),
            Self::ContentLength => "content-length".into(),
            Self::TransferEncoding => "transfer-encoding".into(),
            Self::Via => "via".into(),
            Self::Forged => "fpjs-proxy-secret".into(),
            Self::Other(name) => name.to_lowercase(),
        }
    }
}

static FUNCTION: LazyLock<EdgeFunction> = LazyLock::new(|| {
    let builder = Config::builder().agent_download_path("agent").get_result_path("result");
    EdgeFunction::new(builder.pre_shared_secret(SECRET).build().expect("valid"))
});

fuzz_target!(|input: Input| {
    let function = &*FUNCTION;
    match input {
        Input::Junk(junk) => {
            if let Ok(event) = EdgeEvent::from_json(&junk) {
                walk(function, event, None, None);
            }
        }
        Input::Event(described) => {
            let read = EdgeEvent::from_json(json(&described).to_string().as_bytes())
                .expect("an event that is well-formed is read");
            let expected = walk(function, parts(&described), None, described.upstream.as_ref());
            let outcome = walk(function, read, Some(&described), described.upstream.as_ref());
            assert_eq!(outcome, expected, "JSON and parts fare alike");
        }
    }
});

fn json(described: &Described) -> Value {
    let mut headers = Map::new();
    for (name, value) in grouped(described) {
        let lines = headers.entry(name.clone()).or_insert_with(|| json!([]));
        lines.as_array_mut().expect("a list").push(json!({"key": name, "value": value}));
    }
    json!({"Records": [{"cf": {"request": {
        "clientIp": described.client_ip,
        "method": described.method.as_str(),
        "uri": described.path.text(),
        "querystring": described.query,
        "headers": headers,
        "body": {
            "inputTruncated": described.truncated,
            "action": "read-only",
            "encoding": "base64",
            "data": BASE64_STANDARD.encode(&described.body),
        },
        "origin": {"custom": {"customHeaders": {}, "domainName": ORIGIN}},
    }}}]})
}

/// The fields in the order in which JSON gives them back: by name, repeats in order.
fn grouped(described: &Described) -> Vec<(String, &String)> {
    let mut fields: Vec<_> =
        described.fields.iter().map(|(name, value)| (name.text(), value)).collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    fields
}

fn parts(described: &Described) -> EdgeEvent {
    let path = described.path.text();
    let mut event = EdgeEvent::new(described.method.as_str(), &path, &described.query);
    event.set_client_ip(&described.client_ip);
    event.set_origin_domain(ORIGIN);
    for (name, value) in grouped(described) {
        event.append_field(&name, value);
    }
    event.set_truncated(described.truncated);
    event.with_body(described.body.clone().into())
}

/// What became of an event, in words.
fn walk(
    function: &EdgeFunction,
    event: EdgeEvent,
    described: Option<&Described>,
    upstream: Option<&Upstream>,
) -> String {
    match function.handle(event) {
        EdgeStep::Respond(result, report) => {
            assert_eq!(report.status, Some(result.status().as_u16()));
            check_result(&result)
        }
        EdgeStep::Forward(request, pending) => {
            check_request(&request, described);
            let forwarded = format!("{:?} {}", request.headers(), request.uri());
            let id = RequestId::new(0, 0);
            let result = match upstream.map(response) {
                Some(Some(response)) => {
                    let body = response.body().clone();
                    let encoded = response.headers().contains_key("content-encoding");
                    let result = pending.complete(response);
                    check_body(&result, &body, encoded);
                    result
                }
                Some(None) | None => pending.fail(Failure::Connect, id),
            };
            forwarded + &check_result(&result)
        }
    }
}

/// R13.3, R13.5, R5.3, R5.7: what goes upstream.
fn check_request(request: &Request<Bytes>, described: Option<&Described>) {
    let fields = request.headers();
    let length = fields.get("content-length").map(|length| length.to_str().expect("digits"));
    let expects = ["POST", "PUT", "PATCH"].contains(&request.method().as_str());
    let size = request.body().len();
    let expected = (size > 0 || expects).then(|| size.to_string());
    assert_eq!(length, expected.as_deref());
    let denied = &Platform::CloudFront.profile().request_denylist;
    for name in denied.names().filter(|name| *name != "content-length") {
        assert!(!fields.contains_key(name), "{name}");
    }
    let authorised = request.method() == "POST";
    let secrets: Vec<_> = fields.get_all("fpjs-proxy-secret").iter().collect();
    assert_eq!(secrets, if authorised { vec![SECRET] } else { vec![] });
    // A host of the origin's name is not the browser's.
    let host =
        fields.get("fpjs-proxy-forwarded-host").map_or("", |host| host.to_str().expect("a host"));
    assert_ne!(host.trim_end_matches('.'), ORIGIN);
    if let Some(described) = described {
        assert!(!described.truncated);
        assert_eq!(request.body(), &described.body);
    }
}

fn response(upstream: &Upstream) -> Option<Response<Bytes>> {
    let body = Bytes::from(upstream.body.clone());
    let mut response = Response::builder().status(upstream.status).body(body).ok()?;
    for (name, value) in &upstream.fields {
        let name = HeaderName::from_bytes(name.text().as_bytes()).ok()?;
        response.headers_mut().try_append(name, HeaderValue::from_bytes(value).ok()?).ok()?;
    }
    Some(response)
}

/// R13.4: the object is one that CloudFront takes. Gives it as JSON.
fn check_result(result: &ResultObject) -> String {
    let text = serde_json::to_string(result).expect("a result is JSON");
    assert!(!text.contains(SECRET));
    let value: Value = serde_json::from_str(&text).expect("a result is read back");
    let status: u16 = value["status"].as_str().and_then(|text| text.parse().ok()).expect("text");
    assert!((200..600).contains(&status));
    let has_body = value.get("body").is_some();
    assert_eq!(has_body, ![204, 304].contains(&status));
    assert_eq!(has_body, value.get("bodyEncoding").is_some());
    let mut size = value["body"].as_str().unwrap_or_default().len();
    let denied = &Platform::CloudFront.profile().response_denylist;
    for (name, lines) in value["headers"].as_object().expect("an object") {
        assert!(!denied.names().any(|denied| denied == name), "{name}");
        assert!(!denied.prefixes().any(|prefix| name.starts_with(prefix)), "{name}");
        for line in lines.as_array().expect("a list") {
            assert_eq!(line["key"], **name);
            size += name.len() + line["value"].as_str().expect("text").len();
        }
    }
    assert!(size <= LIMIT);
    text
}

/// R13.4: the body is upstream's, unless the response could not be passed on.
fn check_body(result: &ResultObject, body: &Bytes, encoded: bool) {
    let value = serde_json::to_value(result).expect("a result is JSON");
    let Some(written) = value["body"].as_str() else { return };
    // What stands in its place has no body either if the request was a HEAD.
    if !result.is_from_upstream() {
        assert_eq!(result.status(), 502);
        assert!(written.is_empty() || written.starts_with("{\"error\":"));
        return;
    }
    // `connection` may have taken `content-encoding` away, so one way is certain only.
    let is_text = value["bodyEncoding"] == "text";
    assert!(!is_text || std::str::from_utf8(body).is_ok());
    assert!(is_text || encoded || std::str::from_utf8(body).is_err());
    let read = if is_text {
        written.as_bytes().to_vec()
    } else {
        BASE64_STANDARD.decode(written).expect("base64")
    };
    assert_eq!(read, body[..]);
}
