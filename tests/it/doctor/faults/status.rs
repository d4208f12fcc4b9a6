//! The status page, and what the gateway refuses.

use bytes::Bytes;
use firstparty::doctor::Outcome::{Fail, Ok, Skipped, Warn};
use firstparty::doctor::{Answer, Doctor, Outcome, Step};
use firstparty::http::Method;
use serde_json::json;

use super::{
    Expected, FieldRow, NOTHING_PASSES, PAGE, Row, assert_fields_found, assert_found, is_status,
    set, text,
};
use crate::doctor::site::{Site, gateway_with, new_integration};
use crate::doctor::{examine, verdict};
use crate::support::response;

/// R10.1, R10.2, R9.4: what the status page says, and how it is served.
#[test]
fn faults_of_the_status_page() {
    assert_found(STATUS);
    assert_fields_found(STATUS_FIELDS);
}

/// R5.7, R2.1: the gateway refuses, because of what stands in front of it.
#[test]
fn faults_that_the_gateway_refuses() {
    assert_found(BEHIND_ANOTHER_HOST);
    let mut site = Site::sound();
    site.gateway = gateway_with(json!({"hosts": ["other.example"]}));
    let cause = "the integration refuses the request: the host is not served here";
    let expected = (Fail, cause.to_owned(), Some("R5.7"));
    assert_eq!(verdict(&site.examined(), "identification-v4"), expected);
}

/// R4.4, R5.2: a server in front changes requests, and the gateway says what is wrong with them.
#[test]
fn changes_on_the_way_are_told() {
    let mut site = Site::sound();
    site.forward = |request| *request.uri_mut() = request.uri().path().parse().unwrap();
    let (outcome, cause, rule) = verdict(&site.examined(), "agent-v3");
    assert_eq!((outcome, rule), (Fail, Some("R4.4")), "{cause}");
    site.forward = |request| set(request.headers_mut(), "transfer-encoding", "gzip");
    for check in ["agent-v3", "identification-v4"] {
        let (outcome, cause, rule) = verdict(&site.examined(), check);
        assert_eq!((outcome, rule), (Fail, Some("R5.2")), "{cause}");
    }
}

/// R10.4: what the words of a page do not say, its JSON does.
#[test]
fn variables_are_read_in_json() {
    const MISSING: &str = r#"{"envInfo": [{"envVarName": "PROXY_SECRET", "isSet": false}]}"#;
    for (json, outcome) in [
        (MISSING, Fail),
        (r#"{"envInfo": [{"envVarName": "PROXY_SECRET", "isSet": true}]}"#, Ok),
        (
            r#"{"envInfo": [1, {"isSet": true}, {"envVarName": "fpjs_pre_shared_secret", "isSet": true}]}"#,
            Ok,
        ),
        (r#"{"envInfo": [{"envVarName": "PROXY_SECRET", "isSet": "true"}]}"#, Skipped),
        (
            r#"{"envInfo": [{"envVarName": 1, "isSet": true}, {"envVarName": "PROXY_SECRET"}]}"#,
            Skipped,
        ),
        (r#"{"envInfo": {"envVarName": "PROXY_SECRET", "isSet": true}}"#, Skipped),
        (r#"{"variables": []}"#, Skipped),
        ("true", Skipped),
    ] {
        assert_eq!(secret_by_json(200, json), outcome, "{json}");
    }
    // What comes with a redirect is no answer of the integration's.
    assert_eq!(secret_by_json(302, MISSING), Skipped);
}

/// What is found of the secret, if only this JSON tells of it.
fn secret_by_json(status: u16, json: &'static str) -> Outcome {
    let mut site = Site::sound();
    site.integration = new_integration("https://metrics.shop.example.com/ore54guier");
    let doctor = Doctor::new(site.integration.clone(), [0; 16]);
    let doctor = examine(doctor, |step| match &step {
        Step::Send(request) if is_status(request) => {
            let is_json = request.uri().query() == Some("format=json");
            let (status, body) =
                if is_json { (status, json) } else { (200, "<h1>Integration status</h1>") };
            Answer::Response(response(status, &[]).map(|()| body.into()))
        }
        _ => site.answer(step),
    });
    verdict(&doctor, "status-secret").0
}

const STATUS: &[Row] = &[
    (
        "the page is off",
        |site| site.gateway = gateway_with(json!({"status_page": false})),
        &[("status-page", Warn)],
    ),
    (
        "another page in its place",
        |site| site.front = |request| is_status(request).then(|| text(200, PAGE)),
        &[("status-page", Fail)],
    ),
    (
        "an error page in its place",
        |site| site.front = |request| is_status(request).then(|| text(404, PAGE)),
        &[("status-page", Warn)],
    ),
    (
        "HEAD is not allowed",
        |site| {
            site.front = |request| (request.method() == Method::HEAD).then(|| text(405, ""));
        },
        &[("status-head", Warn)],
    ),
    (
        "HEAD has a body",
        |site| {
            site.back = |request, response| {
                if request.method() == Method::HEAD {
                    *response.body_mut() = Bytes::from_static(b"x");
                }
            }
        },
        &[("status-head", Warn)],
    ),
    (
        "no route is on",
        |site| {
            site.integration = new_integration("https://metrics.shop.example.com/ore54guier");
            site.gateway = gateway_with(json!({"mount": "anywhere",
                    "agent_download_path": null, "get_result_path": null}));
        },
        &[("status-routes", Fail), ("identification-v4", Fail)],
    ),
    (
        "v3 is off",
        |site| {
            site.gateway = gateway_with(json!({"agent_download_path": null}));
        },
        &[("status-routes", Fail), ("agent-v3", Fail)],
    ),
    (
        "v4 is off",
        |site| site.gateway = gateway_with(json!({"v4": false})),
        &[("agent-v4", Warn), ("identification-v4", Warn)],
    ),
];

const STATUS_FIELDS: &[FieldRow] = &[
    (
        "HEAD has another media type",
        (|request| request.method() == Method::HEAD, "content-type", "text/plain"),
        &[("status-head", Warn)],
    ),
    ("a page that nobody may keep is no fault", (is_status, "cache-control", "max-age=0"), &[]),
    (
        "a CDN keeps the page",
        (is_status, "cache-control", "public, max-age=600"),
        &[("status-cache", Warn)],
    ),
    ("a CDN has kept the page", (is_status, "x-cache", "Hit from edge"), &[("status-cache", Warn)]),
];

const BEHIND_ANOTHER_HOST: &[Row] = &[
    (
        "the edge hides the host",
        |site| site.forward = |request| set(request.headers_mut(), "host", "api.fpjs.io"),
        HIDDEN,
    ),
    (
        "a host that is not listed",
        |site| site.gateway = gateway_with(json!({"hosts": ["other.example"]})),
        NOTHING_PASSES,
    ),
];

/// As `NOTHING_PASSES`, and the page says why.
const HIDDEN: Expected = &[
    ("status-host", Fail),
    ("agent-v4", Fail),
    ("agent-v3", Fail),
    ("browser-cache", Fail),
    ("identification-v4", Fail),
    ("identification-v3", Fail),
    ("preflight", Warn),
];
