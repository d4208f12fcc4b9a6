//! The fields that AWS CloudFront reserves for itself in functions at the edge.

/// What a function that runs before the origin may not change in a request.
pub(super) const REQUEST_LISTS: &[&[&str]] = &[EDGE, REQUEST];

/// What a function that answers in the origin's place may not set.
pub(super) const RESPONSE_LISTS: &[&[&str]] = &[EDGE, RESPONSE];

pub(super) const PREFIXES: &[&str] = &["x-edge-", "x-amz-cf-"];

/// *Edge* in the table of the contract (R12): what AWS restricts in all edge functions, and `x-cache` and
/// `strict-transport-security`.
const EDGE: &[&str] = &[
    "age",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "strict-transport-security",
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
];

/// Read-only in a request. `host` is on AWS's list, too, but it is replaced, not dropped.
const REQUEST: &[&str] = &["cache-tag", "cdn-loop", "content-length", "transfer-encoding", "via"];

/// Read-only in a response, and `age`, because CloudFront caches in front of the gateway.
const RESPONSE: &[&str] = &[
    "accept-encoding",
    "age",
    "cache-tag",
    "cdn-loop",
    "content-length",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "transfer-encoding",
    "via",
];
