//! R6: the browser's response as a whole.

use firstparty::http::Response;

use super::fields::{self, CONNECTION_SPECIFIC, Fields, Length};
use super::request::Forward;
use super::route::Route;
use super::set_cookie::{self, Outcome};
use super::{cache_control, platform};
use crate::plan::Plan;

/// R6.2.
pub const ORIGIN_WIDE: &[&str] = &[
    "strict-transport-security",
    "alt-svc",
    "clear-site-data",
    "nel",
    "report-to",
    "reporting-endpoints",
    "public-key-pins",
    "public-key-pins-report-only",
    "expect-ct",
    "service-worker-allowed",
    "service-worker-navigation-preload",
    "set-login",
    "use-as-dictionary",
    "secure-session-registration",
    "x-sendfile",
    "x-lighttpd-send-file",
];

/// R6.2.
pub fn acts_outside(name: &str) -> bool {
    ORIGIN_WIDE.contains(&name) || name.starts_with("x-accel-")
}

/// R6.3.
pub const CACHE_TAGS: &[&str] = &["cache-tag", "surrogate-key", "edge-cache-tag"];

/// R7.5.
pub const TARGETED: &[&str] = &[
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "netlify-cdn-cache-control",
    "vercel-cdn-cache-control",
    "surrogate-control",
    "edge-control",
];

/// R6.3: an identity field, however its hyphens are written.
pub fn is_identity(name: &str) -> bool {
    name.replace(['_', '.'], "-").starts_with("fpjs-proxy-")
}

/// The fields for the browser; of cookies, what has to become of each.
pub fn complete(
    plan: &Plan,
    request: &Forward,
    response: &Response<()>,
) -> (Fields, Vec<(Vec<u8>, Outcome)>) {
    let before = fields::read(response.headers());
    let status = response.status().as_u16();
    let mut after = kept(plan, status, &before);
    if is_capped(request, status, &before) {
        // R6.3.
        after.remove("age");
        // R7.5.
        after.retain(|name, _| plan.cap.is_none() || !TARGETED.contains(&name.as_str()));
        let expires = after.contains_key("expires");
        if let (Some((max_age, s_maxage)), Some(values)) =
            (plan.cap, after.get_mut("cache-control"))
        {
            *values = cache_control::capped(values, expires, max_age, s_maxage);
        }
    }
    let cookies = after.remove("set-cookie").unwrap_or_default();
    let outcome = |cookie: Vec<u8>| {
        let outcome = set_cookie::outcome(plan, request.authorised, &request.host, &cookie);
        (cookie, outcome)
    };
    (after, cookies.into_iter().map(outcome).collect())
}

/// R6.1 to R6.5.
fn kept(plan: &Plan, status: u16, before: &Fields) -> Fields {
    let mut named = fields::named_by_connection(before);
    named.truncate(100);
    let mut after = before.clone();
    fields::settle_length(&mut after);
    after.retain(|name, _| {
        let name = name.as_str();
        let framing = matches!(name, "host" | "content-length");
        let lost = name == "content-length" && loses_length(status, before);
        !(lost
            || CONNECTION_SPECIFIC.contains(&name)
            || acts_outside(name)
            || (!framing && named.iter().any(|one| one == name))
            || CACHE_TAGS.contains(&name)
            || is_identity(name)
            || platform::denies_response(plan.platform, name))
    });
    after
}

/// R6.5.
pub fn loses_length(status: u16, before: &Fields) -> bool {
    let bodiless = match status {
        205 => fields::length(before) != Length::Known(0),
        status => status == 204 || status / 100 == 1,
    };
    let coded = before.contains_key("transfer-encoding");
    coded || bodiless || fields::length(before) == Length::Nonsense
}

/// R7.1: a 200 or 304 that is a script.
fn is_capped(request: &Forward, status: u16, before: &Fields) -> bool {
    let is_script = |value: &Vec<u8>| {
        let text = String::from_utf8_lossy(value).to_ascii_lowercase();
        let media_type = text.split(';').next().unwrap_or_default().trim().to_owned();
        media_type == "text/javascript" || media_type == "application/javascript"
    };
    let content_type = before.get("content-type").map(|values| values.iter().any(is_script));
    let serves_scripts = match &request.route {
        Route::Agent => true,
        Route::Api(path) => path.starts_with("/web/"),
        Route::Result(_) | Route::Status => false,
    };
    let script = match status {
        200 => content_type == Some(true),
        304 => content_type.unwrap_or(serves_scripts),
        _ => false,
    };
    script && !matches!(request.route, Route::Result(_))
}
