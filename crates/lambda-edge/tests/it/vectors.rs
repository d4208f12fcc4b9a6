//! The recorded CloudFront cases, as events: the mapping changes nothing that R13 does not name.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use firstparty::http::header::CONTENT_LENGTH;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use firstparty::{Action, Config, Failure, Gateway, Platform, RequestId};
use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep, ResultObject};
use serde_json::{Map, Value, json};

const VECTORS: &str = include_str!("../../../../tests/data/cloudfront.jsonl");

fn id() -> RequestId {
    RequestId::new(1_767_225_600_123, 7)
}

/// R13.1, R13.3, R13.4, R13.5: an event has the same outcome as its request.
#[test]
fn events_have_the_outcome_of_their_requests() {
    let (mut forwarded, mut answered, mut malformed, mut unusable) = (0, 0, 0, 0);
    for line in VECTORS.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let name = vector["id"].as_str().unwrap();
        let Some(config) = config(&vector["config"]) else {
            unusable += 1;
            continue;
        };
        let event = EdgeEvent::from_json(event(&vector["request"]).to_string().as_bytes()).unwrap();
        let step = EdgeFunction::new(config.clone()).handle(event);
        let Some(request) = request(&vector["request"]) else {
            assert!(
                matches!(step, EdgeStep::Respond(result, _) if result.status() == 400),
                "{name}"
            );
            malformed += 1;
            continue;
        };
        let client_ip = vector["request"]["client_ip"].as_str().and_then(|ip| ip.parse().ok());
        match (Gateway::new(config, Platform::CloudFront).handle(request, client_ip), step) {
            (Action::Respond(expected, _), EdgeStep::Respond(result, _)) => {
                assert_same(&expected, &result, name);
                answered += 1;
            }
            (Action::Forward(mut expected, exchange), EdgeStep::Forward(request, pending)) => {
                frame(&mut expected);
                assert_eq!(request.method(), expected.method(), "{name}");
                assert_eq!(request.uri(), expected.uri(), "{name}");
                assert_eq!(request.headers(), expected.headers(), "{name}");
                assert_eq!(request.body(), expected.body(), "{name}");
                let (expected, result) = match response(&vector["upstream"]) {
                    Some(response) => {
                        (exchange.complete(response.clone()), pending.complete(response))
                    }
                    None => {
                        let failure = Failure::Connect;
                        (exchange.fail(failure, id()), pending.fail(failure, id()))
                    }
                };
                assert_same(&expected, &result, name);
                forwarded += 1;
            }
            (expected, step) => panic!("{name}: {step:?} instead of {expected:?}"),
        }
    }
    assert_eq!((forwarded, answered, malformed, unusable), (342, 77, 8, 16));
}

/// The configuration of a case. It is `None` if R1.3 refuses it.
fn config(of_vector: &Value) -> Option<Config> {
    let choices = json!({"mount": "anywhere", "agent_origin": "cdn"});
    let mut config: Map<String, Value> = of_vector.as_object().unwrap().clone();
    config.extend(choices.as_object().unwrap().clone());
    serde_json::from_value(config.into()).ok()
}

fn body(of: &Value) -> Bytes {
    match (of["body"].as_str(), of["body_base64"].as_str()) {
        (Some(text), _) => text.to_owned().into(),
        (None, Some(data)) => BASE64_STANDARD.decode(data).unwrap().into(),
        (None, None) => Bytes::new(),
    }
}

fn pairs(of: &Value) -> impl Iterator<Item = (&str, &str)> {
    let pairs = of["headers"].as_array().unwrap().iter();
    pairs.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
}

fn event(request: &Value) -> Value {
    let (uri, querystring) = split(request["uri"].as_str().unwrap());
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in pairs(request) {
        let lines = headers.entry(name.to_lowercase()).or_insert_with(|| json!([]));
        lines.as_array_mut().unwrap().push(json!({"key": name, "value": value}));
    }
    json!({"Records": [{"cf": {"request": {
        "clientIp": request["client_ip"],
        "method": request["method"],
        "uri": uri,
        "querystring": querystring,
        "headers": headers,
        "body": {
            "inputTruncated": false,
            "action": "read-only",
            "encoding": "base64",
            "data": BASE64_STANDARD.encode(body(request)),
        },
        "origin": {"custom": {"customHeaders": {}}},
    }}}]})
}

fn split(uri: &str) -> (&str, &str) {
    uri.split_once('?').unwrap_or((uri, ""))
}

fn headers(of: &Value) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs(of) {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    Some(headers)
}

/// The request of a case. It is `None` if it is not valid in HTTP.
fn request(of: &Value) -> Option<Request<Bytes>> {
    // An event has no way to say that a query is there but empty.
    let uri = of["uri"].as_str().unwrap();
    let uri = uri.strip_suffix('?').unwrap_or(uri);
    let method = Method::from_bytes(of["method"].as_str().unwrap().as_bytes()).ok()?;
    let request = Request::builder().method(method).uri(uri).body(body(of));
    let mut request = request.ok().filter(|_| !uri.contains('#'))?;
    *request.headers_mut() = headers(of)?;
    Some(request)
}

/// Upstream's response, unless it failed.
fn response(upstream: &Value) -> Option<Response<Bytes>> {
    let status = u16::try_from(upstream["status"].as_u64()?).unwrap();
    if upstream.get("error").is_some() {
        return None;
    }
    let mut response = Response::builder().status(status).body(body(upstream)).unwrap();
    *response.headers_mut() = headers(upstream).unwrap();
    Some(response)
}

/// Sets `content-length` as R13.5 says.
fn frame(request: &mut Request<Bytes>) {
    let length = request.body().len();
    let expects = ["POST", "PUT", "PATCH"].contains(&request.method().as_str());
    if length > 0 || expects {
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
}

/// R13.4: the object has status, fields and body of the response.
#[track_caller]
fn assert_same(expected: &Response<Bytes>, result: &ResultObject, name: &str) {
    let result = super::object(result);
    assert_eq!(result["status"], expected.status().as_str(), "{name}");
    let mut fields = Map::new();
    for key in expected.headers().keys() {
        let lines = expected.headers().get_all(key).iter();
        let text = |value: &HeaderValue| std::str::from_utf8(value.as_bytes()).unwrap().to_owned();
        let lines = lines.map(|value| json!({"key": key.as_str(), "value": text(value)}));
        fields.insert(key.as_str().to_owned(), lines.collect());
    }
    assert_eq!(result["headers"], Value::from(fields), "{name}");
    let written = match (result["bodyEncoding"].as_str(), result["body"].as_str()) {
        (Some("text"), Some(body)) => body.as_bytes().to_vec(),
        (Some("base64"), Some(body)) => BASE64_STANDARD.decode(body).unwrap(),
        (None, None) => return assert!([204, 304].contains(&expected.status().as_u16()), "{name}"),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(written, expected.body().to_vec(), "{name}");
}
