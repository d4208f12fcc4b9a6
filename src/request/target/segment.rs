//! Values as segments of a path, from which nothing can break out (contract R4.4).

use std::borrow::Cow;

use crate::octets::class::UNRESERVED;
use crate::octets::percent::push_encoded;
use crate::refusal::Refusal;
use crate::request::query::Parameter;

/// Writes the decoded value of a parameter, encoded as part of one path segment. An absent or empty
/// value changes nothing.
#[inline]
pub(super) fn write_segment<'q>(
    parameter: Option<Parameter<'q>>,
    segment: &mut Cow<'q, [u8]>,
) -> Result<(), Refusal> {
    let Some(parameter) = parameter.filter(|parameter| !parameter.value.is_empty()) else {
        return Ok(());
    };
    *segment = if UNRESERVED.contains_all(parameter.value) {
        Cow::Borrowed(parameter.value)
    } else {
        Cow::Owned(encoded(&parameter.decoded())?)
    };
    Ok(())
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
