//! Why this crate, or an adapter, answers an event itself (contract [R13]).
//!
//! The gateway has its own list, [`Refusal`](firstparty::refusal::Refusal). These causes come on
//! top of it. An adapter uses the first two, before it has an
//! [`EdgeFunction`](crate::EdgeFunction):
//!
//! | if this fails | the cause is | and this makes the answer |
//! |---|---|---|
//! | [`EdgeEvent::from_json`] | [`NO_EVENT`] | [`ResultObject::refused`] |
//! | [`EdgeSettings::poll`] | [`SETTINGS`] | [`EdgeEvent::refuse`] |
//!
//! The function itself uses the others. They are public so that an adapter with its own mapping of
//! events or responses can give the same answers. To add a cause, use [`Cause::new`].
//!
//! ```
//! use firstparty_lambda_edge::{EdgeEvent, ResultObject, cause};
//!
//! let result: ResultObject = match EdgeEvent::from_json(b"{}") {
//!     Ok(event) => event.refuse(&cause::SETTINGS),
//!     Err(_) => ResultObject::refused(&cause::NO_EVENT),
//! };
//! assert_eq!(result.status(), cause::NO_EVENT.status());
//! ```
//!
//! [`EdgeEvent::from_json`]: crate::EdgeEvent::from_json
//! [`EdgeEvent::refuse`]: crate::EdgeEvent::refuse
//! [`EdgeSettings::poll`]: crate::EdgeSettings::poll
//! [`ResultObject::refused`]: crate::ResultObject::refused
//! [R13]: firstparty::contract#R13

use firstparty::http::StatusCode;
use firstparty::refusal::Cause;

/// CloudFront cut the body ([R13.3]).
///
/// [`EdgeFunction::handle`](crate::EdgeFunction::handle) gives this answer instead of forwarding a
/// cut body. An adapter that builds its events, or cuts a body itself, says so with
/// [`EdgeEvent::set_truncated`](crate::EdgeEvent::set_truncated).
///
/// [R13.3]: firstparty::contract#R13.3
pub const BODY_TRUNCATED: Cause = Cause::new(
    "body_truncated",
    "R13.3",
    StatusCode::PAYLOAD_TOO_LARGE,
    "the request body is too large",
);

/// Upstream's status is not between 200 and 599, the range that CloudFront accepts ([R13.4]).
///
/// [`Pending::complete`](crate::Pending::complete) gives this answer. It is not meant for interim
/// responses (1xx): the adapter drops those and waits for the final response ([R16.3]).
///
/// [R13.4]: firstparty::contract#R13.4
/// [R16.3]: firstparty::contract#R16.3
pub const RESPONSE_STATUS: Cause = Cause::new(
    "response_status",
    "R13.4",
    StatusCode::BAD_GATEWAY,
    "upstream answered with a status that cannot be passed on",
);

/// Upstream's response is larger than CloudFront accepts ([R13.4]).
///
/// [`Pending::complete`](crate::Pending::complete) gives this answer. An adapter can stop reading a
/// body once it is too large: it is enough to complete the response with a
/// [`Body`](crate::Body) that has the size received so far.
///
/// [R13.4]: firstparty::contract#R13.4
pub const RESPONSE_TOO_LARGE: Cause = Cause::new(
    "response_too_large",
    "R13.4",
    StatusCode::BAD_GATEWAY,
    "upstream's response is too large to be passed on",
);

/// The payload is not an event ([R13.1]).
///
/// The adapter answers with it by [`ResultObject::refused`](crate::ResultObject::refused), because
/// there is no request whose origin or method could shape the answer.
/// [`EdgeEventError`](crate::EdgeEventError) tells the log what is wrong.
///
/// [R13.1]: firstparty::contract#R13.1
pub const NO_EVENT: Cause = Cause::new(
    "no_event",
    "R13.1",
    StatusCode::INTERNAL_SERVER_ERROR,
    "the event could not be read",
);

/// The settings have a value that is not valid ([R13.2]).
///
/// The adapter answers with it by [`EdgeEvent::refuse`](crate::EdgeEvent::refuse), which adds CORS
/// fields for the request's origin. If only the settings document is at fault, the origin's custom
/// headers still make a function, and the error of
/// [`EdgeSettings::read`](crate::EdgeSettings::read) is for the log alone.
///
/// [R13.2]: firstparty::contract#R13.2
pub const SETTINGS: Cause = Cause::new(
    "settings",
    "R13.2",
    StatusCode::INTERNAL_SERVER_ERROR,
    "the settings are not valid",
);
