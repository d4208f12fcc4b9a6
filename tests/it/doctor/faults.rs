//! Planted faults (R11.4): each is found, and nothing else is.

use std::collections::BTreeMap;

use bytes::Bytes;
use firstparty::Failure;
use firstparty::doctor::Outcome::{self, Fail, Warn};
use firstparty::doctor::ProbeFailure;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use serde_json::json;

use super::site::{Site, error, gateway_with, integration_at, new_integration};
use super::{found, verdict};
use crate::support::response;

/// What goes wrong, how, and what has to be found.
type Row = (&'static str, fn(&mut Site), &'static [(&'static str, Outcome)]);

fn is_status(request: &Request<Bytes>) -> bool {
    request.uri().path().ends_with("/status")
}

fn is_v4_agent(request: &Request<Bytes>) -> bool {
    request.uri().path().contains("/web/v4/")
}

fn is_v3_agent(request: &Request<Bytes>) -> bool {
    request.uri().path().ends_with("/vbcnkxb654")
}

fn is_post(request: &Request<Bytes>) -> bool {
    request.method() == Method::POST
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}

fn text(status: u16, body: &'static str) -> Response<Bytes> {
    response(status, &[]).map(|()| Bytes::from_static(body.as_bytes()))
}

const PAGE: &str = "<!doctype html><title>Shop</title>";

#[track_caller]
fn assert_found(rows: &[Row]) {
    let mut wrong = Vec::new();
    for (fault, plant, expected) in rows {
        let mut site = Site::sound();
        plant(&mut site);
        let found = found(&site.examined());
        if found != expected.iter().copied().collect() {
            wrong.push(format!("{fault}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// R11.4: name, addresses, connection, redirects.
#[test]
fn faults_on_the_way_to_the_host() {
    assert_found(&[
        ("no address", |site| site.addresses = |_| Vec::new(), &[("resolves", Fail)]),
        (
            "another network",
            |site| {
                site.addresses = |host| match host {
                    "metrics.shop.example.com" => vec![[198, 51, 100, 1].into()],
                    _ => vec![[198, 52, 100, 1].into()],
                }
            },
            &[("addresses", Warn)],
        ),
        (
            "another network for IPv6",
            |site| {
                site.addresses = |host| match host {
                    "metrics.shop.example.com" => vec![[0x2001, 0xdb8, 0, 1, 0, 0, 0, 1].into()],
                    _ => vec![[0x2001, 0xdb8, 0, 2, 0, 0, 0, 1].into()],
                }
            },
            &[("addresses", Warn)],
        ),
        (
            "the connection is refused",
            |site| site.failure = |_| Some(ProbeFailure::Connect),
            &[("reachable", Fail)],
        ),
        (
            "no TLS",
            |site| site.integration = integration_at("http://metrics.shop.example.com/ore54guier"),
            &[("tls", Fail)],
        ),
        (
            "a redirect to log in",
            |site| {
                site.front = |request| {
                    let redirect =
                        || response(302, &[("location", "/login")]).map(|()| Bytes::new());
                    is_post(request).then(redirect)
                }
            },
            &[("redirects", Fail)],
        ),
    ]);
}

/// R1.5: content blockers know a path.
#[test]
fn paths_that_content_blockers_match() {
    assert_found(&[
        (
            "the integration path",
            |site| {
                site.integration = integration_at("https://metrics.shop.example.com/a/beacon");
                site.gateway = gateway_with(json!({"mount": {"exact": "a/beacon"}}));
            },
            &[("path", Warn)],
        ),
        (
            "the agent path",
            |site| {
                let url = "https://metrics.shop.example.com/ore54guier";
                site.integration = integration_at(url).agent_path("Agent".parse().unwrap());
                site.gateway = gateway_with(json!({"agent_download_path": "Agent"}));
            },
            &[("path", Warn)],
        ),
        (
            "the result path",
            |site| {
                let url = "https://metrics.shop.example.com/ore54guier";
                site.integration = integration_at(url).result_path("x/visitors".parse().unwrap());
                site.gateway = gateway_with(json!({"get_result_path": "x/visitors"}));
            },
            &[("path", Warn)],
        ),
    ]);
}

/// R10.1, R10.2, R9.4: what the status page says, and how it is served.
#[test]
fn faults_of_the_status_page() {
    assert_found(&[
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
            "a CDN keeps the page",
            |site| {
                site.back = |request, response| {
                    if is_status(request) {
                        set(response.headers_mut(), "cache-control", "public, max-age=600");
                    }
                }
            },
            &[("status-cache", Warn)],
        ),
        (
            "a CDN has kept the page",
            |site| {
                site.back = |request, response| {
                    if is_status(request) {
                        set(response.headers_mut(), "x-cache", "Hit from edge");
                    }
                }
            },
            &[("status-cache", Warn)],
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
    ]);
}

/// R5.7, R2.1: the gateway refuses, because of what stands in front of it.
#[test]
fn faults_that_the_gateway_refuses() {
    const REFUSED: &[(&str, Outcome)] = &[
        ("agent-v4", Fail),
        ("agent-v3", Fail),
        ("browser-cache", Fail),
        ("identification-v4", Fail),
        ("identification-v3", Fail),
        ("preflight", Warn),
    ];
    const HIDDEN: &[(&str, Outcome)] = &[
        ("status-host", Fail),
        ("agent-v4", Fail),
        ("agent-v3", Fail),
        ("browser-cache", Fail),
        ("identification-v4", Fail),
        ("identification-v3", Fail),
        ("preflight", Warn),
    ];
    assert_found(&[
        (
            "the edge hides the host",
            |site| site.forward = |request| set(request.headers_mut(), "host", "api.fpjs.io"),
            HIDDEN,
        ),
        (
            "a host that is not listed",
            |site| site.gateway = gateway_with(json!({"hosts": ["other.example"]})),
            REFUSED,
        ),
    ]);
    let mut site = Site::sound();
    site.gateway = gateway_with(json!({"hosts": ["other.example"]}));
    let cause = "the integration refuses the request: the host is not served here";
    let expected = (Fail, cause.to_owned(), Some("R5.7"));
    assert_eq!(verdict(&site.examined(), "identification-v4"), expected);
}

/// R4.2, R4.3, R6.4: the agent does not come, or not as a script.
#[test]
fn faults_of_the_agent() {
    assert_found(&[
        (
            "the key is not listed",
            |site| site.gateway = gateway_with(json!({"api_keys": ["other"]})),
            &[("agent-v4", Fail), ("agent-v3", Fail)],
        ),
        (
            "the key is not known",
            |site| {
                site.upstream = |request, response| {
                    if request.method() == Method::GET && request.uri().path().starts_with("/web/")
                    {
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
        (
            "another media type",
            |site| {
                site.back = |request, response| {
                    if is_v3_agent(request) {
                        set(response.headers_mut(), "content-type", "application/octet-stream");
                    }
                }
            },
            &[("agent-v3-type", Fail)],
        ),
    ]);
}

/// R7, R6.3: caches and the agent.
#[test]
fn faults_of_caches_for_the_agent() {
    assert_found(&[
        (
            "the script is kept for a week",
            |site| {
                site.back = |request, response| {
                    if is_v4_agent(request) {
                        set(response.headers_mut(), "cache-control", "public, max-age=604800");
                    }
                }
            },
            &[("agent-v4-cache", Warn)],
        ),
        (
            "a certain CDN keeps the script for a week",
            |site| {
                site.back = |request, response| {
                    if is_v3_agent(request) {
                        set(response.headers_mut(), "cdn-cache-control", "max-age=604800");
                    }
                }
            },
            &[("agent-v3-cache", Warn)],
        ),
        (
            "the script is stale on arrival",
            |site| {
                site.back = |request, response| {
                    if is_v4_agent(request) {
                        set(response.headers_mut(), "age", "3600");
                    }
                }
            },
            &[("agent-v4-age", Warn)],
        ),
        (
            "the script is not compressed",
            |site| {
                site.back = |request, response| {
                    if is_v4_agent(request) {
                        response.headers_mut().remove("content-encoding");
                    }
                }
            },
            &[("agent-v4-compression", Warn)],
        ),
        (
            "vary is lost",
            |site| {
                site.back = |request, response| {
                    if is_v3_agent(request) {
                        set(response.headers_mut(), "vary", "origin");
                    }
                }
            },
            &[("agent-v3-vary", Warn)],
        ),
        (
            "vary rules caches out",
            |site| {
                site.back = |request, response| {
                    if is_v4_agent(request) {
                        set(response.headers_mut(), "vary", "origin, *");
                    }
                }
            },
            &[("agent-v4-vary", Warn)],
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
            "a script sets a cookie",
            |site| {
                site.back = |request, response| {
                    if is_v4_agent(request) {
                        set(response.headers_mut(), "set-cookie", "a=1");
                    }
                }
            },
            &[("script-cookie", Warn)],
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
    ]);
}

const SITE: &str = "https://www.shop.example.com";

/// R2.7, R9.1, R11.1: what the agent sends does not come to Fingerprint, or without what proves it.
#[test]
fn faults_of_identification() {
    assert_found(&[
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
                    |request| request.uri().path().contains("/5yt489hgfj/").then(|| text(200, PAGE))
            },
            &[("browser-cache", Fail)],
        ),
        (
            "Fingerprint cannot be reached",
            |site| site.upstream_failure = |_| Some(Failure::Connect),
            &[
                ("agent-v4", Fail),
                ("agent-v3", Fail),
                ("browser-cache", Fail),
                ("identification-v4", Fail),
                ("identification-v3", Fail),
                ("preflight", Warn),
            ],
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
                    |request| request.uri().path().contains("/5yt489hgfj/").then(|| text(404, ""))
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
    ]);
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

/// R8.2, R8.5, R6.2, R6.3, R6.4: what browsers and caches see.
#[test]
fn faults_that_browsers_see() {
    assert_found(&[
        (
            "a cookie of Fingerprint's domain",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        set(response.headers_mut(), "set-cookie", "a=1; Domain=fpjs.io");
                    }
                }
            },
            &[("cookie-domain", Fail)],
        ),
        (
            "a __Host- cookie with a Domain",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        let cookie = "__Host-a=1; Secure; Path=/; Domain=shop.example.com";
                        set(response.headers_mut(), "set-cookie", cookie);
                    }
                }
            },
            &[("cookie-domain", Fail)],
        ),
        (
            "a cookie for other sites without Secure",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        set(response.headers_mut(), "set-cookie", "a=1; SameSite = None; HttpOnly");
                    }
                }
            },
            &[("cookie-attributes", Fail)],
        ),
        (
            "a __Host- cookie with another Path",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        set(response.headers_mut(), "set-cookie", "__Host-a=1; Secure; Path=/x");
                    }
                }
            },
            &[("cookie-attributes", Fail)],
        ),
        (
            "CORS is lost for identification",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        response.headers_mut().remove("access-control-allow-origin");
                    }
                }
            },
            &[("cors", Fail)],
        ),
        (
            "CORS allows no cookies",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        set(response.headers_mut(), "access-control-allow-origin", "*");
                    }
                }
            },
            &[("cors", Fail)],
        ),
        (
            "CORS is lost for the agent",
            |site| {
                site.back = |request, response| {
                    if is_v4_agent(request) {
                        response.headers_mut().remove("access-control-allow-origin");
                    }
                }
            },
            &[("cors", Fail)],
        ),
        (
            "OPTIONS is not passed on",
            |site| {
                site.front = |request| (request.method() == Method::OPTIONS).then(|| text(404, ""));
            },
            &[("preflight", Warn)],
        ),
        (
            "the secret comes back",
            |site| {
                site.back = |request, response| {
                    if is_v4_agent(request) {
                        set(response.headers_mut(), "fpjs-proxy-secret", "s3cret-0f-the-customer");
                    }
                }
            },
            &[("identity-fields", Fail)],
        ),
        (
            "HSTS of Fingerprint's comes back",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        set(response.headers_mut(), "strict-transport-security", "max-age=1");
                    }
                }
            },
            &[("origin-wide-fields", Fail)],
        ),
        (
            "orders for the server in front come back",
            |site| {
                site.back = |request, response| {
                    if is_post(request) {
                        set(response.headers_mut(), "x-accel-redirect", "/s3cret-0f-the-customer");
                    }
                }
            },
            &[("origin-wide-fields", Fail)],
        ),
        (
            "HSTS of the site's own is no fault",
            |site| {
                site.back = |_, response| {
                    set(response.headers_mut(), "strict-transport-security", "max-age=1");
                }
            },
            &[],
        ),
        (
            "cache tags come back",
            |site| {
                site.back = |request, response| {
                    if is_v3_agent(request) {
                        set(response.headers_mut(), "surrogate-key", "a b");
                    }
                }
            },
            &[("cache-tags", Warn)],
        ),
    ]);
    let mut site = Site::sound();
    site.back = |_, response| set(response.headers_mut(), "x-accel-expires", "1");
    site.front = |request| is_status(request).then(|| text(404, ""));
    let cause = "an answer of Fingerprint's has a field that acts on the whole site: x-accel-";
    assert_eq!(verdict(&site.examined(), "origin-wide-fields").1, cause);
}
