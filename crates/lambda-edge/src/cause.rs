//! Why an event is answered here, where the gateway alone would not (contract R13).

use firstparty::http::StatusCode;
use firstparty::refusal::Cause;

/// CloudFront cut the body (R13.3).
pub const BODY_TRUNCATED: Cause = Cause::new(
    "body_truncated",
    "R13.3",
    StatusCode::PAYLOAD_TOO_LARGE,
    "the request body is too large",
);

/// Upstream's status is outside 200 to 599, and CloudFront takes no other (R13.4).
pub const RESPONSE_STATUS: Cause = Cause::new(
    "response_status",
    "R13.4",
    StatusCode::BAD_GATEWAY,
    "upstream answered with a status that cannot be passed on",
);

/// Upstream's response is larger than CloudFront takes (R13.4).
pub const RESPONSE_TOO_LARGE: Cause = Cause::new(
    "response_too_large",
    "R13.4",
    StatusCode::BAD_GATEWAY,
    "upstream's response is too large to be passed on",
);

/// What came is no event (R13.1).
pub const NO_EVENT: Cause = Cause::new(
    "no_event",
    "R13.1",
    StatusCode::INTERNAL_SERVER_ERROR,
    "the event could not be read",
);

/// The settings hold a value that cannot be used (R13.2).
pub const SETTINGS: Cause = Cause::new(
    "settings",
    "R13.2",
    StatusCode::INTERNAL_SERVER_ERROR,
    "the settings are not valid",
);
