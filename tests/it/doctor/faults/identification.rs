//! What the agent sends.

use std::collections::BTreeMap;

use bytes::Bytes;
use firstparty::Failure;
use firstparty::doctor::Outcome::{Fail, Skipped, Warn};
use firstparty::http::StatusCode;
use serde_json::json;

use super::{NOTHING_PASSES, PAGE, Row, assert_found, is_post, text};
use crate::doctor::site::{Site, error, gateway_with};
use crate::doctor::{found, verdict};

/// R2.7, R9.1, R11.1: what the agent sends does not come to Fingerprint, or without what proves it.
#[test]
fn faults_of_identification() {
    assert_found(SENT);
}

/// R9.1: the words of the integration's own error are told.
#[test]
fn a_failure_behind_the_integration_is_told() {
    for &failure in Failure::ALL {
        let mut site = Site::sound();
        site.upstream_failure = match failure {
            Failure::Connect => |_| Some(Failure::Connect),
            Failure::Timeout => |_| Some(Failure::Timeout),
            Failure::Protocol => |_| Some(Failure::Protocol),
            _ => |_| Some(Failure::BodyTooLarge),
        };
        let doctor = site.examined();
        let cause = format!("the integration is reached, but {failure}");
        for check in ["identification-v3", "identification-v4", "agent-v4", "browser-cache"] {
            assert_eq!(verdict(&doctor, check), (Fail, cause.clone(), Some("R9.1")), "{check}");
        }
    }
}

/// R3.6: a region that the integration fixes is no fault, though it is another one.
#[test]
fn a_fixed_region_is_no_fault() {
    let mut site = Site::sound();
    site.gateway = gateway_with(json!({"region": "ap"}));
    let doctor = site.examined();
    assert_eq!(found(&doctor), BTreeMap::new());
    assert_eq!(verdict(&doctor, "region").1, "the integration fixes the region");
}

/// R3.3: a query that is shown without the host to which it was sent does not tell the region.
#[test]
fn a_region_that_is_not_shown_is_not_judged() {
    let mut site = Site::sound();
    site.upstream = |_, response| {
        let body = String::from_utf8_lossy(response.body());
        *response.body_mut() =
            body.replace("https://eu.api.fpjs.io", "https://eu.myapi.fpjs.io").into();
    };
    let doctor = site.examined();
    assert_eq!(found(&doctor), BTreeMap::new());
    let expected = (Skipped, "Fingerprint does not say what came to it".to_owned(), Some("R3.3"));
    assert_eq!(verdict(&doctor, "region"), expected);
}

/// R11.4: an error of Fingerprint's that has no code proves the way all the same.
#[test]
fn an_error_without_code_is_fingerprints() {
    let mut site = Site::sound();
    site.upstream = |request, response| {
        if is_post(request) {
            *response.body_mut() = Bytes::from_static(b"{\"error\":{\"message\":\"x\"}}");
        }
    };
    assert_eq!(found(&site.examined()), BTreeMap::new());
}

const SENT: &[Row] = &[
    (
        "Fingerprint does not trust the integration, without saying why",
        |site| {
            site.upstream = |request, response| {
                if is_post(request) {
                    *response.status_mut() = StatusCode::FORBIDDEN;
                }
            };
        },
        &[("secret", Fail)],
    ),
    (
        "Fingerprint has an error",
        |site| {
            site.upstream = |request, response| {
                if is_post(request) {
                    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                }
            };
        },
        &[("identification-v4", Fail), ("identification-v3", Fail)],
    ),
    (
        "Fingerprint has an error for the browser-cache request",
        |site| {
            site.back = |request, response| {
                if request.uri().path().contains("/5yt489hgfj/") {
                    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                    *response.body_mut() = error(500, "Failed", 7).into_body();
                }
            };
        },
        &[("browser-cache", Fail)],
    ),
    (
        "no secret",
        |site| site.gateway = gateway_with(json!({"pre_shared_secret": null})),
        &[("status-secret", Fail), ("secret", Fail)],
    ),
    (
        "a wrong secret",
        |site| site.gateway = gateway_with(json!({"pre_shared_secret": "wrong"})),
        &[("secret", Fail)],
    ),
    (
        "a secret of another environment, in the words of v4",
        |site| {
            site.upstream = |request, response| {
                if is_post(request) {
                    let body = String::from_utf8_lossy(response.body());
                    let code = "proxy_integration_secret_environment_mismatch";
                    *response.body_mut() = body.replace("RequestCannotBeParsed", code).into();
                }
            };
        },
        &[("secret", Fail)],
    ),
    (
        "POST is not allowed",
        |site| site.front = |request| is_post(request).then(|| text(405, "")),
        &[("identification-v4", Fail), ("identification-v3", Fail)],
    ),
    (
        "POST comes to the site",
        |site| site.front = |request| is_post(request).then(|| text(200, PAGE)),
        &[("identification-v4", Fail), ("identification-v3", Fail)],
    ),
    (
        "the result path comes to the site",
        |site| {
            site.front =
                |request| request.uri().path().contains("/5yt489hgfj/").then(|| text(200, PAGE));
        },
        &[("browser-cache", Fail)],
    ),
    (
        "Fingerprint cannot be reached",
        |site| site.upstream_failure = |_| Some(Failure::Connect),
        NOTHING_PASSES,
    ),
    (
        "identification takes too long",
        |site| {
            site.upstream_failure = |request| is_post(request).then_some(Failure::Timeout);
        },
        &[("identification-v4", Fail), ("identification-v3", Fail)],
    ),
    (
        "a broken server in front",
        |site| site.front = |request| is_post(request).then(|| text(503, "")),
        &[("identification-v4", Fail), ("identification-v3", Fail)],
    ),
    (
        "a server in front has its own rules",
        |site| site.front = |request| is_post(request).then(|| text(418, "no")),
        &[("identification-v4", Warn), ("identification-v3", Warn)],
    ),
    (
        "the browser-cache request is lost",
        |site| {
            site.front =
                |request| request.uri().path().contains("/5yt489hgfj/").then(|| text(404, ""));
        },
        &[("browser-cache", Warn)],
    ),
    (
        "a limit of requests in front",
        |site| site.front = |request| is_post(request).then(|| text(429, "slow down")),
        &[("identification-v4", Fail), ("identification-v3", Fail)],
    ),
    (
        "a server decodes the query",
        |site| {
            site.forward = |request| {
                let uri = request.uri().to_string().replace("%7e", "~");
                *request.uri_mut() = uri.parse().unwrap();
            }
        },
        &[("query", Fail)],
    ),
    (
        "a server drops the region",
        |site| {
            site.forward = |request| {
                let uri = request.uri().to_string().replace("region=eu&", "");
                *request.uri_mut() = uri.parse().unwrap();
            }
        },
        &[("region", Fail)],
    ),
    (
        "the application has another region",
        |site| {
            site.upstream = |request, response| {
                if is_post(request) && request.uri().path() == "/" {
                    let body = String::from_utf8_lossy(response.body());
                    let body = body.replace("RequestCannotBeParsed", "WrongRegion");
                    *response.body_mut() = body.into();
                }
            }
        },
        &[("region", Fail)],
    ),
];
