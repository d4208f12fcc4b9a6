//! Reading and writing decimal numbers. Up to nineteen digits always fit, so that reading them needs
//! no check for overflow. Writing goes without `core::fmt`.

use std::fmt::{self, Debug, Formatter};

/// A text read as a decimal number, which is one or more digits and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decimal {
    Number(u64),
    /// More than [`u64::MAX`].
    TooLarge,
    Malformed,
}

/// How many digits fit a `u64`, whatever they are.
const SAFE: usize = 19;

/// Reads a number.
#[inline]
pub(crate) fn read(text: &[u8]) -> Decimal {
    if text.is_empty() {
        return Decimal::Malformed;
    }
    if text.len() > SAFE {
        return read_long(text);
    }
    let mut number = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Decimal::Malformed;
        }
        number = number * 10 + u64::from(digit);
    }
    Decimal::Number(number)
}

#[cold]
fn read_long(text: &[u8]) -> Decimal {
    if !text.iter().all(u8::is_ascii_digit) {
        return Decimal::Malformed;
    }
    let number = text.iter().try_fold(0_u64, |number, byte| {
        number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))
    });
    number.map_or(Decimal::TooLarge, Decimal::Number)
}

/// A number in digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digits {
    /// The digits stand at the end. `u32::MAX` has ten.
    text: [u8; 10],
    count: u8,
}

impl Digits {
    pub(crate) fn of(mut number: u32) -> Self {
        let (mut text, mut count) = ([b'0'; 10], 0);
        for digit in text.iter_mut().rev() {
            *digit += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
            count += 1;
            if number == 0 {
                break;
            }
        }
        Self { text, count }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.get(self.text.len() - usize::from(self.count)..).unwrap_or_default()
    }
}

impl Debug for Digits {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())
    }
}

/// Four octets in digits, with dots between them.
pub(crate) struct DottedOctets {
    text: [u8; 4 * 4],
    length: usize,
}

impl DottedOctets {
    pub(crate) fn of(octets: [u8; 4]) -> Self {
        let (mut text, mut end) = ([0; 4 * 4], 0);
        for octet in octets {
            #[expect(clippy::indexing_slicing, reason = "the table has an entry for each octet")]
            let (digits, length) = &OCTETS[usize::from(octet)];
            // All four bytes are copied, which takes one step; those too many are written over.
            if let Some(place) = text.get_mut(end..end + digits.len()) {
                place.copy_from_slice(digits);
            }
            end += usize::from(*length);
        }
        // Without the last dot.
        Self { text, length: end - 1 }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// Every octet with a dot behind it, and how long that is.
static OCTETS: [([u8; 4], u8); 256] = octets();

#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
const fn octets() -> [([u8; 4], u8); 256] {
    let mut table = [([b'.'; 4], 0); 256];
    let mut octet = 0_u8;
    loop {
        let (hundreds, tens, ones) =
            (b'0' + octet / 100, b'0' + octet / 10 % 10, b'0' + octet % 10);
        table[octet as usize] = match octet {
            0..=9 => ([ones, b'.', 0, 0], 2),
            10..=99 => ([tens, ones, b'.', 0], 3),
            100..=255 => ([hundreds, tens, ones, b'.'], 4),
        };
        if octet == u8::MAX {
            break table;
        }
        octet += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    /// The plain way: only digits, then what the standard library says.
    fn plain(text: &str) -> Decimal {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Decimal::Malformed;
        }
        text.parse().map_or(Decimal::TooLarge, Decimal::Number)
    }

    #[test]
    fn numbers_at_the_limits_are_read() {
        for text in [
            "",
            "0",
            "00",
            "9:",
            "/9",
            "+1",
            "-1",
            " 1",
            "9999999999999999999",
            "18446744073709551615",
            "18446744073709551616",
            "000000000000000000000000000000001",
            "99999999999999999999999999x",
        ] {
            assert_eq!(read(text.as_bytes()), plain(text), "{text}");
        }
    }

    #[test]
    fn every_octet_is_written_as_it_is_formatted() {
        for (octet, (digits, length)) in (0..=u8::MAX).zip(octets()) {
            assert_eq!(digits.get(..length.into()), Some(format!("{octet}.").as_bytes()));
            let text = DottedOctets::of([octet, 1, octet, octet]);
            assert_eq!(text.as_bytes(), format!("{octet}.1.{octet}.{octet}").into_bytes());
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_the_standard_library_reads_them(text in "[0-9]{0,25}|[0-9:/ +-]{0,4}") {
            prop_assert_eq!(read(text.as_bytes()), plain(&text));
        }

        #[test]
        fn numbers_are_written_as_they_are_formatted(number: u32) {
            for number in [number, number % 1000, 0, u32::MAX] {
                let digits = Digits::of(number);
                prop_assert_eq!(digits.as_bytes(), number.to_string().into_bytes());
                prop_assert_eq!(format!("{digits:?}"), number.to_string());
            }
        }

        #[test]
        fn octets_are_written_as_addresses_are_formatted(octets: [u8; 4]) {
            let text = DottedOctets::of(octets);
            prop_assert_eq!(text.as_bytes(), Ipv4Addr::from(octets).to_string().into_bytes());
        }
    }
}
