//! R12: the table.

use firstparty::Platform;

/// The name in `ii`.
pub fn name(platform: Platform) -> &'static str {
    match platform.as_str() {
        "generic" => "custom-proxy-integration",
        "cloudfront" => "fingerprintjs-pro-cloudfront",
        "cloudflare" => "fingerprintjs-pro-cloudflare",
        "azure" => "fingerprint-pro-azure",
        "fastly-compute" => "fingerprint-pro-fastly-compute",
        "fastly-vcl" => "fingerprint-pro-fastly-vcl",
        "akamai" => "fingerprint-pro-akamai",
        other => unreachable!("a platform that the contract does not know: {other}"),
    }
}

const LIST_L: &[&str] = &[
    "age",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "trailer",
    "upgrade",
    "x-accel-buffering",
    "x-accel-charset",
    "x-accel-limit-rate",
    "x-accel-redirect",
    "x-amzn-auth",
    "x-amzn-cf-billing",
    "x-amzn-cf-id",
    "x-amzn-cf-xff",
    "x-amzn-errortype",
    "x-amzn-fle-profile",
    "x-amzn-header-count",
    "x-amzn-header-order",
    "x-amzn-lambda-integration-tag",
    "x-amzn-requestid",
    "x-cache",
    "x-forwarded-proto",
    "x-real-ip",
    "strict-transport-security",
];

/// CloudFront's own, of requests. `host` is on its list and is set anyway (R4.1).
const REQUEST: &[&str] = &["content-length", "transfer-encoding", "via", "cdn-loop", "cache-tag"];

/// CloudFront's own, of responses.
const RESPONSE: &[&str] = &[
    "accept-encoding",
    "cdn-loop",
    "content-length",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "transfer-encoding",
    "via",
    "cache-tag",
    "age",
];

/// All names on a list.
pub fn names() -> impl Iterator<Item = &'static str> {
    [LIST_L, REQUEST, RESPONSE].concat().into_iter()
}

/// Whether a request field goes (R5.4).
pub fn denies_request(platform: Platform, name: &str) -> bool {
    denies(platform, REQUEST, name)
}

/// Whether a response field goes (R6.3).
pub fn denies_response(platform: Platform, name: &str) -> bool {
    denies(platform, RESPONSE, name)
}

fn denies(platform: Platform, list: &[&str], name: &str) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    match platform {
        Platform::CloudFront => {
            LIST_L.contains(&name) || list.contains(&name) || starts(&["x-edge-", "x-amz-cf-"])
        }
        Platform::Azure => starts(&["x-edge-", "x-arr-", "x-site", "x-azure-"]),
        _ => false,
    }
}
