//! Downloads of the agent.

use bytes::Bytes;
use firstparty::doctor::Outcome::{Fail, Warn};
use firstparty::doctor::ProbeFailure;
use firstparty::http::Method;
use serde_json::json;

use super::{
    FieldRow, PAGE, Row, SITE, assert_fields_found, assert_found, is_post, is_v3_agent,
    is_v4_agent, set, text,
};
use crate::doctor::site::{error, gateway_with};

/// R4.2, R4.3, R6.4: the agent does not come, or not as a script.
#[test]
fn faults_of_the_agent() {
    assert_found(DOWNLOAD);
    assert_fields_found(DOWNLOAD_FIELDS);
}

/// R7, R6.3: caches and the agent.
#[test]
fn faults_of_caches_for_the_agent() {
    assert_found(CACHES);
    assert_fields_found(CACHES_FIELDS);
}

const DOWNLOAD: &[Row] = &[
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
    ("a script sets a cookie", (is_v4_agent, "set-cookie", "a=1"), &[("script-cookie", Warn)]),
];
