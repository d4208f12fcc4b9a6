//! Downloads of the agent.

use bytes::Bytes;
use firstparty::doctor::Outcome::{Fail, Warn};
use firstparty::doctor::ProbeFailure;
use firstparty::http::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::{
    FieldRow, PAGE, Row, SITE, assert_fields_found, assert_found, is_post, is_v3_agent,
    is_v4_agent, set, text,
};
use crate::doctor::site::{Site, error, gateway_with, new_integration};
use crate::doctor::verdict;

/// R4.2, R4.3, R6.4: the agent does not come, or not as a script.
#[test]
fn faults_of_the_agent() {
    assert_found(DOWNLOAD);
    assert_fields_found(DOWNLOAD_FIELDS);
}

/// R4.7: the words of the integration's own refusal are told.
#[test]
fn a_refused_download_is_told() {
    let mut site = Site::sound();
    site.gateway = gateway_with(json!({"api_keys": ["other"]}));
    let (outcome, cause, rule) = verdict(&site.examined(), "agent-v3");
    assert_eq!((outcome, rule), (Fail, Some("R4.7")));
    assert!(cause.starts_with("the integration refuses the request: "), "{cause}");
}

/// R7, R6.3: caches and the agent.
#[test]
fn faults_of_caches_for_the_agent() {
    assert_found(CACHES);
    assert_fields_found(CACHES_FIELDS);
}

const DOWNLOAD: &[Row] = &[
    (
        "the paths of v3 are others, and v4 is off",
        |site| {
            site.gateway = gateway_with(json!({"v4": false, "agent_download_path": "other",
                "get_result_path": "another"}));
        },
        &[
            ("agent-v4", Warn),
            ("agent-v3", Fail),
            ("browser-cache", Fail),
            ("identification-v4", Warn),
            ("identification-v3", Fail),
            ("preflight", Warn),
        ],
    ),
    (
        "a server in front does not know the path of v4",
        |site| site.front = |request| is_v4_agent(request).then(|| text(404, "no")),
        &[("agent-v4", Warn)],
    ),
    (
        "a server in front does not know the path of v4, which is all there is",
        |site| {
            site.integration =
                new_integration("https://metrics.shop.example.com/ore54guier").api_key("k/ey");
            site.front = |request| is_v4_agent(request).then(|| text(404, "no"));
        },
        &[("agent-v4", Fail)],
    ),
    (
        "a server in front does not know the path of v3",
        |site| site.front = |request| is_v3_agent(request).then(|| text(404, "no")),
        &[("agent-v3", Fail)],
    ),
    (
        "the key is not listed",
        |site| site.gateway = gateway_with(json!({"api_keys": ["other"]})),
        &[("agent-v4", Fail), ("agent-v3", Fail)],
    ),
    (
        "the key is not known",
        |site| {
            site.upstream = |request, response| {
                if request.method() == Method::GET && request.uri().path().starts_with("/web/") {
                    let fields = response.headers().clone();
                    *response = error(404, "NotFound", 0);
                    response.headers_mut().extend(fields);
                }
            }
        },
        &[("agent-v4", Fail), ("agent-v3", Fail)],
    ),
    (
        "a broken server for the v4 agent",
        |site| site.front = |request| is_v4_agent(request).then(|| text(502, "bad gateway")),
        &[("agent-v4", Fail)],
    ),
    (
        "no answer for the v3 agent",
        |site| {
            site.failure = |request| is_v3_agent(request).then_some(ProbeFailure::Timeout);
        },
        &[("agent-v3", Fail)],
    ),
    (
        "an empty script",
        |site| {
            site.back = |request, response| {
                if is_v4_agent(request) {
                    *response.body_mut() = Bytes::new();
                }
            }
        },
        &[("agent-v4", Fail)],
    ),
    (
        "a page in place of the script",
        |site| site.front = |request| is_v4_agent(request).then(|| text(200, PAGE)),
        &[("agent-v4", Fail)],
    ),
];

const DOWNLOAD_FIELDS: &[FieldRow] = &[(
    "another media type",
    (is_v3_agent, "content-type", "application/octet-stream"),
    &[("agent-v3-type", Fail)],
)];

const CACHES: &[Row] = &[
    (
        "a cache that has a script for each key is no fault",
        |site| {
            site.back = |request, response| {
                if is_v3_agent(request)
                    && request.uri().query().is_some_and(|query| !query.contains("k%2Fey"))
                {
                    *response.status_mut() = StatusCode::OK;
                    *response.body_mut() = Bytes::from_static(b"another script");
                    set(response.headers_mut(), "x-cache", "Hit from edge");
                }
            }
        },
        &[],
    ),
    (
        "a script that is never fresh is no fault of a cache",
        |site| {
            site.back = |request, response| {
                if is_v4_agent(request) {
                    response.headers_mut().remove("age");
                    set(response.headers_mut(), "cache-control", "public, max-age=0, s-maxage=0");
                }
            }
        },
        &[],
    ),
    (
        "a script that is too short to be compressed",
        |site| site.back = |request, response| plain(request, response, 1023),
        &[],
    ),
    (
        "a script that could be compressed",
        |site| site.back = |request, response| plain(request, response, 1024),
        &[("agent-v4-compression", Warn)],
    ),
    (
        "a cache has the answer to the first POST",
        |site| site.back = |request, response| age(request, response, ".000009"),
        &[("identification-cache", Fail)],
    ),
    (
        "a cache has the answer to the second POST",
        |site| site.back = |request, response| age(request, response, ".000010"),
        &[("identification-cache", Fail)],
    ),
    (
        "the cache key leaves the query out, and POST is cached",
        |site| site.cache = true,
        &[("agent-key", Fail), ("identification-cache", Fail)],
    ),
    (
        "a cache answers POST without saying so",
        |site| {
            site.back = |request, response| {
                if is_post(request) {
                    *response = error(400, "RequestCannotBeParsed", 7);
                    set(response.headers_mut(), "access-control-allow-origin", SITE);
                    set(response.headers_mut(), "access-control-allow-credentials", "true");
                }
            }
        },
        &[("identification-cache", Fail)],
    ),
    (
        "a cached script sets a cookie",
        |site| {
            site.back = |request, response| {
                if is_v3_agent(request) {
                    set(response.headers_mut(), "set-cookie", "a=1");
                    set(response.headers_mut(), "age", "1");
                }
            }
        },
        &[("script-cookie", Fail)],
    ),
];

/// The script as long as this, without a coding.
fn plain(request: &Request<Bytes>, response: &mut Response<Bytes>, length: usize) {
    if is_v4_agent(request) {
        *response.body_mut() = "-".repeat(length).into();
        response.headers_mut().remove("content-encoding");
    }
}

/// The answer to the POST with this number is some seconds old.
fn age(request: &Request<Bytes>, response: &mut Response<Bytes>, number: &str) {
    if is_post(request) && String::from_utf8_lossy(response.body()).contains(number) {
        set(response.headers_mut(), "age", "5");
    }
}

const CACHES_FIELDS: &[FieldRow] = &[
    (
        "the script is kept for a week",
        (is_v4_agent, "cache-control", "public, max-age=604800"),
        &[("agent-v4-cache", Warn)],
    ),
    (
        "a certain CDN keeps the script for a week",
        (is_v3_agent, "cdn-cache-control", "max-age=604800"),
        &[("agent-v3-cache", Warn)],
    ),
    ("the script is stale on arrival", (is_v4_agent, "age", "3600"), &[("agent-v4-age", Warn)]),
    (
        "the script is not compressed",
        (is_v4_agent, "content-encoding", ""),
        &[("agent-v4-compression", Warn)],
    ),
    ("vary is lost", (is_v3_agent, "vary", "origin"), &[("agent-v3-vary", Warn)]),
    ("vary rules caches out", (is_v4_agent, "vary", "origin, *"), &[("agent-v4-vary", Warn)]),
    ("a cache that had no answer is no fault", (is_post, "x-cache", "Miss from edge"), &[]),
    ("an answer that is new is no fault", (is_post, "age", "0"), &[]),
    ("a script sets a cookie", (is_v4_agent, "set-cookie", "a=1"), &[("script-cookie", Warn)]),
];
