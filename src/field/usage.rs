//! What a gateway does with a field of a certain name.

/// What a gateway does with a field, as far as the field's name alone tells.
///
/// A host that keeps the fields of a message in another place, for instance outside of a WebAssembly
/// instance, needs to hand over only those that are [`FieldUse::Read`]. For requests,
/// [`Gateway::request_field`](crate::Gateway::request_field) tells; for responses,
/// [`Exchange::response_field`](crate::Exchange::response_field).
///
/// ```
/// use firstparty::field::FieldUse;
/// use firstparty::http::{Method, header};
/// use firstparty::{Config, Gateway, Platform};
///
/// let gateway = Gateway::new(Config::default(), Platform::CloudFront);
/// let post = |name| gateway.request_field(&Method::POST, name);
/// assert_eq!(post(&header::USER_AGENT), FieldUse::Kept);
/// assert_eq!(post(&header::VIA), FieldUse::Dropped);
/// assert_eq!(post(&header::COOKIE), FieldUse::Read);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a host has to handle each")]
pub enum FieldUse {
    /// It passes as it is and has no influence on anything else, unless `connection` names it: then
    /// it is removed ([R5.1], [R6.1]).
    ///
    /// [R5.1]: crate::contract#R5.1
    /// [R6.1]: crate::contract#R6.1
    Kept,
    /// It is removed and has no influence on anything else.
    Dropped,
    /// Its value may count, or be edited, or decide whether it stays. Nothing is said about it
    /// without the rest of the message.
    Read,
}
