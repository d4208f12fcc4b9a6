//! Values as segments of a path, from which nothing can break out (contract R4.4).

use std::borrow::Cow;

use crate::octets::class::UNRESERVED;
use crate::octets::percent::push_encoded;
use crate::refusal::Refusal;
use crate::request::query::Parameter;

/// The decoded value of a parameter, encoded as part of one path segment.
#[inline]
pub(super) fn segment(parameter: Parameter<'_>) -> Result<Cow<'_, [u8]>, Refusal> {
    let value = parameter.value;
    if UNRESERVED.contains_all(value) {
        return Ok(Cow::Borrowed(value));
    }
    encoded(&parameter.decoded()).map(Cow::Owned)
}

#[cold]
fn encoded(value: &str) -> Result<Vec<u8>, Refusal> {
    if value.chars().any(char::is_control) {
        return Err(Refusal::ControlCharacter);
    }
    let mut encoded = String::with_capacity(value.len());
    push_encoded(&mut encoded, value);
    Ok(encoded.into_bytes())
}
