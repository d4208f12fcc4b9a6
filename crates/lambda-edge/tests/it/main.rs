//! CloudFront's events and result objects (contract R13).
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

mod events;
mod faults;
mod results;
mod settings;
mod vectors;

use bytes::Bytes;
use firstparty::Report;
use firstparty::http::{HeaderMap, Request};
use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep, Pending, ResultObject};
use serde_json::{Value, json};

/// Both v3 routes, a secret, depth 1.
const USUAL: &str = r#"{"agent_download_path": "agent", "get_result_path": "result",
    "pre_shared_secret": "s3cret", "integration_version": "1.2.3"}"#;

fn function(config: &str) -> EdgeFunction {
    EdgeFunction::new(serde_json::from_str(config).unwrap())
}

fn usual() -> EdgeFunction {
    function(USUAL)
}

/// An event as CloudFront sends it, a POST of the bytes 0, 1, 2 to the result route.
fn sample() -> Value {
    json!({"Records": [{"cf": {
        "config": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "origin-request",
            "requestId": "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ=="
        },
        "request": {
            "clientIp": "203.0.113.178",
            "headers": {
                "host": [{"key": "Host", "value": "www.example.com"}],
                "origin": [{"key": "Origin", "value": "https://www.example.com"}],
                "accept": [
                    {"key": "Accept", "value": "text/html"},
                    {"key": "Accept", "value": "*/*"}
                ]
            },
            "method": "POST",
            "origin": {"custom": {
                "customHeaders": {"x-own": [{"key": "X-Own", "value": "1"}]},
                "domainName": "fpcdn.io",
                "keepaliveTimeout": 5,
                "path": "",
                "port": 443,
                "protocol": "https",
                "readTimeout": 30,
                "sslProtocols": ["TLSv1.2"]
            }},
            "querystring": "region=eu",
            "uri": "/fp/result",
            "body": {
                "action": "read-only",
                "data": "AAEC",
                "encoding": "base64",
                "inputTruncated": false
            }
        }
    }}]})
}

/// The sample with changes to its request.
fn event_with(change: impl FnOnce(&mut Value)) -> EdgeEvent {
    let mut event = sample();
    change(&mut event["Records"][0]["cf"]["request"]);
    EdgeEvent::from_json(event.to_string().as_bytes()).unwrap()
}

#[track_caller]
fn forwarded(function: &EdgeFunction, event: EdgeEvent) -> (Request<Bytes>, Pending) {
    match function.handle(event) {
        EdgeStep::Forward(request, pending) => (request, pending),
        EdgeStep::Respond(result, _) => panic!("answered {}", object(&result)),
    }
}

#[track_caller]
fn answered(function: &EdgeFunction, event: EdgeEvent) -> (ResultObject, Report) {
    match function.handle(event) {
        EdgeStep::Forward(request, _) => panic!("forwarded to {}", request.uri()),
        EdgeStep::Respond(result, report) => (result, report),
    }
}

fn object(result: &ResultObject) -> Value {
    serde_json::to_value(result).unwrap()
}

/// The values of one name, as text.
fn values<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}
