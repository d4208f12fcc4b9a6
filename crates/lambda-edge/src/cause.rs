//! Why an event is answered here, where the gateway alone would not (contract R13).
//!
//! Two of them are for the adapter, when it cannot even ask an
//! [`EdgeFunction`](crate::EdgeFunction):
//!
//! | when | cause | with |
//! |---|---|---|
//! | [`EdgeEvent::from_json`] fails | [`NO_EVENT`] | [`ResultObject::refused`] |
//! | [`EdgeSettings::poll`] fails | [`SETTINGS`] | [`EdgeEvent::refuse`] |
//!
//! The other three come from the function itself. They are public for an adapter that maps events
//! or responses in a way of its own and means to give the same answers; how it brings them about
//! otherwise is said at each. Causes of its own are made with [`Cause::new`].
//!
//! [`EdgeEvent::from_json`]: crate::EdgeEvent::from_json
//! [`EdgeEvent::refuse`]: crate::EdgeEvent::refuse
//! [`EdgeSettings::poll`]: crate::EdgeSettings::poll
//! [`ResultObject::refused`]: crate::ResultObject::refused

use firstparty::http::StatusCode;
use firstparty::refusal::Cause;

/// CloudFront cut the body (R13.3).
///
/// [`EdgeFunction::handle`](crate::EdgeFunction::handle) answers with it where a cut body would be
/// forwarded. An adapter that puts events together says so with
/// [`EdgeEvent::truncated`](crate::EdgeEvent::truncated), also of a body that it cut itself.
pub const BODY_TRUNCATED: Cause = Cause::new(
    "body_truncated",
    "R13.3",
    StatusCode::PAYLOAD_TOO_LARGE,
    "the request body is too large",
);

/// Upstream's status is outside 200 to 599, and CloudFront takes no other (R13.4).
///
/// [`Pending::complete`](crate::Pending::complete) answers with it. An interim response (1xx) is no
/// reason for it: the adapter drops those and waits for the final one (R16.3).
pub const RESPONSE_STATUS: Cause = Cause::new(
    "response_status",
    "R13.4",
    StatusCode::BAD_GATEWAY,
    "upstream answered with a status that cannot be passed on",
);

/// Upstream's response is larger than CloudFront takes (R13.4).
///
/// [`Pending::complete`](crate::Pending::complete) answers with it. An adapter need not read a body
/// that is too large to its end: it completes the response with a [`Body`](crate::Body) that has
/// the size received so far.
pub const RESPONSE_TOO_LARGE: Cause = Cause::new(
    "response_too_large",
    "R13.4",
    StatusCode::BAD_GATEWAY,
    "upstream's response is too large to be passed on",
);

/// What came is no event (R13.1).
///
/// For the adapter, with [`ResultObject::refused`](crate::ResultObject::refused): there is no
/// request whose origin or method could shape the answer. What is wrong with the event is in
/// [`EdgeEventError`](crate::EdgeEventError), for the log.
pub const NO_EVENT: Cause = Cause::new(
    "no_event",
    "R13.1",
    StatusCode::INTERNAL_SERVER_ERROR,
    "the event could not be read",
);

/// The settings hold a value that cannot be used (R13.2).
///
/// For the adapter, with [`EdgeEvent::refuse`](crate::EdgeEvent::refuse), which keeps to the form
/// that the request asks for. A document that could not be read or used is no reason for it as
/// long as the origin's custom headers make a function:
/// [`EdgeSettings::read`](crate::EdgeSettings::read) only tells the log.
pub const SETTINGS: Cause = Cause::new(
    "settings",
    "R13.2",
    StatusCode::INTERNAL_SERVER_ERROR,
    "the settings are not valid",
);
