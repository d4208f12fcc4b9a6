//! What `content-length` says, repeats included (RFC 9110 §8.6, RFC 9112 §6.3).

use http::HeaderValue;

use crate::octets::decimal::{self, Decimal};

/// The lengths that a message's `content-length` fields state, read one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ContentLength {
    /// No field came.
    #[default]
    Absent,
    /// One field with one number: it can stay as it is.
    One(u64),
    /// The same number several times, or with spaces around it: it has to be written once.
    Repeated(u64),
    /// Differing numbers, or text that is not a number.
    Malformed,
}

impl ContentLength {
    /// Reads one field, which may hold a list.
    pub(crate) fn read(&mut self, value: &HeaderValue) {
        if let (Self::Absent, Some(length)) = (*self, parse(value.as_bytes())) {
            // The usual case.
            *self = Self::One(length);
            return;
        }
        for member in value.as_bytes().split(|&byte| byte == b',') {
            *self = match (*self, parse(member.trim_ascii())) {
                // The field holds more than digits.
                (Self::Absent, Some(length)) => Self::Repeated(length),
                (Self::One(first) | Self::Repeated(first), Some(length)) if first == length => {
                    Self::Repeated(first)
                }
                _ => Self::Malformed,
            };
        }
    }
}

/// Digits only, fitting a `u64`.
fn parse(text: &[u8]) -> Option<u64> {
    match decimal::read(text) {
        Decimal::Number(length) => Some(length),
        Decimal::TooLarge | Decimal::Malformed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> ContentLength {
        let mut length = ContentLength::default();
        for value in values {
            length.read(&HeaderValue::from_str(value).unwrap());
        }
        length
    }

    /// R5.2, R6.5: identical repeats count as one, everything else is malformed.
    #[test]
    fn repeats_agree_or_are_malformed() {
        use ContentLength::{Absent, Malformed, One, Repeated};
        let max = u64::MAX.to_string();
        for (values, expected) in [
            (&[][..], Absent),
            (&["42"], One(42)),
            (&["42", "42"], Repeated(42)),
            (&["42, 42"], Repeated(42)),
            (&["42", "042"], Repeated(42)),
            (&[" 42"], Repeated(42)),
            (&["42\t"], Repeated(42)),
            (&["42", "43"], Malformed),
            (&["42,43"], Malformed),
            (&["42,"], Malformed),
            (&["42", "x", "42"], Malformed),
            (&[""], Malformed),
            (&["+1"], Malformed),
            (&["-1"], Malformed),
            (&["0x10"], Malformed),
            (&["4 2"], Malformed),
            (&["4:"], Malformed),
            (&["/4"], Malformed),
            (&[&max], One(u64::MAX)),
            (&["18446744073709551616"], Malformed),
        ] {
            assert_eq!(read(values), expected, "{values:?}");
        }
    }
}
