//! Values as path segments: nothing in one can break out of it (contract R4.4).

use std::borrow::Cow;

use crate::refusal::Refusal;
use crate::request::query::Parameter;
use crate::scan;

/// A decoded value as part of one path segment.
#[inline]
pub(super) fn segment(parameter: Parameter<'_>) -> Result<Cow<'_, [u8]>, Refusal> {
    let value = parameter.value;
    // Without a branch for each byte, which costs half.
    if value.iter().fold(0, |reserved, &byte| reserved | is_reserved(byte)) == 0 {
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

/// One for what is not unreserved (RFC 3986 §2.3). A table: every value that becomes part of a path
/// is looked at byte by byte.
fn is_reserved(byte: u8) -> u8 {
    #[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
    static RESERVED: [u8; 256] = {
        let mut table = [1; 256];
        let mut byte = 0_u8;
        while byte < u8::MAX {
            table[byte as usize] = !scan::is_unreserved(byte) as u8;
            byte += 1;
        }
        table
    };
    RESERVED.get(usize::from(byte)).copied().unwrap_or(1)
}

/// Percent-encodes everything outside unreserved (RFC 3986 §2.1).
pub(super) fn push_encoded(text: &mut String, value: &str) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    for byte in value.bytes() {
        if is_reserved(byte) == 0 {
            text.push(char::from(byte));
        } else {
            text.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}
