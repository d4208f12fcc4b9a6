//! What browsers and caches see.

use firstparty::doctor::Outcome::{Fail, Warn};
use firstparty::http::Method;

use super::{
    FieldRow, Row, assert_fields_found, assert_found, is_post, is_status, is_v3_agent, is_v4_agent,
    set, text,
};
use crate::doctor::site::Site;
use crate::doctor::verdict;

/// R8.2, R8.5, R6.2, R6.3, R6.4: what browsers and caches see.
#[test]
fn faults_that_browsers_see() {
    assert_found(BROWSER);
    assert_fields_found(BROWSER_FIELDS);
    let mut site = Site::sound();
    site.back = |_, response| set(response.headers_mut(), "x-accel-expires", "1");
    site.front = |request| is_status(request).then(|| text(404, ""));
    let cause = "an answer of Fingerprint's has a field that acts on the whole site: x-accel-";
    assert_eq!(verdict(&site.examined(), "origin-wide-fields").1, cause);
}

const BROWSER: &[Row] = &[
    (
        "OPTIONS is not passed on",
        |site| {
            site.front = |request| (request.method() == Method::OPTIONS).then(|| text(404, ""));
        },
        &[("preflight", Warn)],
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
];

const BROWSER_FIELDS: &[FieldRow] = &[
    (
        "a cookie of Fingerprint's domain",
        (is_post, "set-cookie", "a=1; Domain=fpjs.io"),
        &[("cookie-domain", Fail)],
    ),
    (
        "a __Host- cookie with a Domain",
        (is_post, "set-cookie", "__Host-a=1; Secure; Path=/; Domain=shop.example.com"),
        &[("cookie-domain", Fail)],
    ),
    (
        "a cookie for other sites without Secure",
        (is_post, "set-cookie", "a=1; SameSite = None; HttpOnly"),
        &[("cookie-attributes", Fail)],
    ),
    (
        "a __Host- cookie with another Path",
        (is_post, "set-cookie", "__Host-a=1; Secure; Path=/x"),
        &[("cookie-attributes", Fail)],
    ),
    (
        "CORS is lost for identification",
        (is_post, "access-control-allow-origin", ""),
        &[("cors", Fail)],
    ),
    (
        "CORS allows no cookies",
        (is_post, "access-control-allow-credentials", ""),
        &[("cors", Fail)],
    ),
    (
        "CORS allows every site, hence no cookies",
        (is_post, "access-control-allow-origin", "*"),
        &[("cors", Fail)],
    ),
    (
        "CORS is lost for the agent",
        (is_v4_agent, "access-control-allow-origin", ""),
        &[("cors", Fail)],
    ),
    (
        "the secret comes back",
        (is_v4_agent, "fpjs-proxy-secret", "s3cret-0f-the-customer"),
        &[("identity-fields", Fail)],
    ),
    (
        "HSTS of Fingerprint's comes back",
        (is_post, "strict-transport-security", "max-age=1"),
        &[("origin-wide-fields", Fail)],
    ),
    (
        "orders for the server in front come back",
        (is_post, "x-accel-redirect", "/s3cret-0f-the-customer"),
        &[("origin-wide-fields", Fail)],
    ),
    (
        "a __Secure- cookie without Secure",
        (is_post, "set-cookie", "__Secure-a=1; Path=/"),
        &[("cookie-attributes", Fail)],
    ),
    (
        "a __Host- cookie without Secure",
        (is_post, "set-cookie", "__Host-a=1; Path=/"),
        &[("cookie-attributes", Fail)],
    ),
    (
        "a script without cookies may be for every site",
        (is_v4_agent, "access-control-allow-origin", "*"),
        &[],
    ),
    (
        "CORS allows another site the agent",
        (is_v4_agent, "access-control-allow-origin", "https://www.other.example"),
        &[("cors", Fail)],
    ),
    (
        "a tag of the site's own on the status page as JSON",
        (|request| is_status(request) && request.uri().query().is_some(), "surrogate-key", "a b"),
        &[],
    ),
    ("cache tags come back", (is_v3_agent, "surrogate-key", "a b"), &[("cache-tags", Warn)]),
];
