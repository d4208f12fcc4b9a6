//! Percent-encoding (RFC 3986 §2.1), and its variant in queries (WHATWG URL §5.1). Decoding goes byte
//! by byte, so that a comparison stops at the first byte that differs.

use super::class::UNRESERVED;

/// Writes a text in which everything outside the unreserved characters is encoded.
pub(crate) fn push_encoded(text: &mut String, value: &str) {
    text.reserve(value.len());
    for byte in value.bytes() {
        if UNRESERVED.contains(byte) {
            text.push(char::from(byte));
        } else {
            text.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

/// The digits of an escaped byte, in lower case.
#[inline]
pub(crate) const fn escape_digits(byte: u8) -> [u8; 2] {
    const fn digit(nibble: u8) -> u8 {
        if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
    }
    [digit(byte >> 4), digit(byte & 15)]
}

/// Decodes the first byte as a form's, and returns it with the rest. A malformed escape is literal.
#[inline]
pub(crate) fn decode_first(bytes: &[u8]) -> Option<(u8, &[u8])> {
    match bytes {
        [b'%', high, low, rest @ ..] => match (hex(*high), hex(*low)) {
            (Some(high), Some(low)) => Some((high * 16 + low, rest)),
            _ => bytes.split_first().map(|(_, rest)| (b'%', rest)),
        },
        [b'+', rest @ ..] => Some((b' ', rest)),
        [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

/// Decodes the first byte of a path, in which `+` is literal, and returns it with the rest.
fn unescape_first(bytes: &[u8]) -> Option<(u8, &[u8])> {
    match bytes {
        [b'+', rest @ ..] => Some((b'+', rest)),
        _ => decode_first(bytes),
    }
}

/// The bytes behind those that, decoded as a form's, are this ASCII text without `%` and `+`.
pub(crate) fn strip_encoded<'b>(mut bytes: &'b [u8], text: &str) -> Option<&'b [u8]> {
    for expected in text.bytes() {
        bytes = match bytes {
            [byte, rest @ ..] if *byte == expected => rest,
            _ => decode_first(bytes).filter(|(decoded, _)| *decoded == expected)?.1,
        };
    }
    Some(bytes)
}

/// The bytes of a path, decoded one by one.
pub(crate) fn unescaped(mut bytes: &[u8]) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let (byte, rest) = unescape_first(bytes)?;
        bytes = rest;
        Some(byte)
    })
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::form_urlencoded;

    use super::*;

    fn decoded(mut bytes: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::new();
        while let Some((byte, rest)) = decode_first(bytes) {
            decoded.push(byte);
            bytes = rest;
        }
        decoded
    }

    #[test]
    fn digits_are_those_of_the_escape() {
        for byte in 0..=u8::MAX {
            assert_eq!(escape_digits(byte).to_vec(), format!("{byte:02x}").into_bytes());
        }
    }

    proptest! {
        /// An independent decoder, which makes text of the bytes.
        #[test]
        fn forms_are_decoded_byte_by_byte(text in "([a-z]|%[0-9a-fA-F]{2}|%[0-9g-z]?|\\+|é){0,12}") {
            let bytes = decoded(text.as_bytes());
            let (expected, _) = form_urlencoded::parse(text.as_bytes()).next().unwrap_or_default();
            prop_assert_eq!(String::from_utf8_lossy(&bytes), expected);
            let is_plain = |byte: &u8| byte.is_ascii() && !b"%+".contains(byte);
            let plain: String = bytes.iter().copied().take_while(is_plain).map(char::from).collect();
            prop_assert!(strip_encoded(text.as_bytes(), &plain).is_some());
            let other = format!("{plain}\u{0}x");
            prop_assert_eq!(strip_encoded(text.as_bytes(), &other), None);
        }

        /// An independent decoder; in a path `+` is a plus sign.
        #[test]
        fn paths_are_decoded_byte_by_byte(text in "([a-z]|%[0-9a-fA-F]{2}|%[0-9g-z]?|\\+|é){0,12}") {
            let bytes: Vec<_> = unescaped(text.as_bytes()).collect();
            let plus = text.replace('+', "%2B");
            let (expected, _) = form_urlencoded::parse(plus.as_bytes()).next().unwrap_or_default();
            prop_assert_eq!(String::from_utf8_lossy(&bytes), expected);
        }

        #[test]
        fn what_was_encoded_is_decoded(text: String) {
            let mut encoded = String::new();
            push_encoded(&mut encoded, &text);
            prop_assert!(encoded.bytes().all(|byte| UNRESERVED.contains(byte) || byte == b'%'));
            prop_assert_eq!(decoded(encoded.as_bytes()), text.as_bytes());
        }
    }
}
