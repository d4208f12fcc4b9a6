//! AWS CloudFront with Lambda@Edge, origin-request.

use super::profile::{AddressSource, HostSource, Names, Profile};

pub(super) const PROFILE: Profile = Profile {
    platform: "cloudfront",
    integration_name: "fingerprintjs-pro-cloudfront",
    request_denylist: Names { lists: &[EDGE, REQUEST], prefixes: PREFIXES },
    response_denylist: Names { lists: &[EDGE, RESPONSE], prefixes: PREFIXES },
    // `clientIp` of the event, which the adapter hands over.
    address: AddressSource::Adapter,
    host: HostSource::Request,
    variables: &[],
    own_server: false,
    control_values: true,
    forgeable_address: None,
};

const PREFIXES: &[&str] = &["x-edge-", "x-amz-cf-"];

/// List L: what AWS restricts on all edge functions, `x-cache` and `strict-transport-security`
/// added.
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

/// Read-only for a function that runs before the origin. `host` is replaced, not removed.
const REQUEST: &[&str] = &["cache-tag", "cdn-loop", "content-length", "transfer-encoding", "via"];

/// Read-only for a function that answers in the origin's place; `age` because CloudFront caches
/// in front of the gateway.
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
