//! What a gateway does with a field of a certain name.

/// What a gateway does with a field, as far as the field's name tells, and for requests the method,
/// too ([R5], [R6]).
///
/// A host may keep the fields of a message in another place, for instance outside of a WebAssembly
/// instance. It then hands over those that are [`FieldUse::Read`], and adds those that are
/// [`FieldUse::Kept`] to the result itself. Two duties are its own:
///
/// * If `connection` has an option other than `close` and `keep-alive`, hand over every field. The
///   option may name one of the fields that the host would keep ([R5.1], [R6.1]).
/// * Check the values of the fields that you keep (RFC 9110 §5.5). A message with a line break in a
///   value, for instance, must not pass, and the gateway cannot refuse what it does not see.
///
/// For requests, [`Gateway::request_field`](crate::Gateway::request_field) tells the use; for
/// responses, [`Exchange::response_field`](crate::Exchange::response_field).
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
///
/// [R5]: crate::contract#R5
/// [R6]: crate::contract#R6
/// [R5.1]: crate::contract#R5.1
/// [R6.1]: crate::contract#R6.1
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
    /// Its value may count, or be edited, or decide whether it stays. What becomes of it depends on
    /// the rest of the message.
    Read,
}
