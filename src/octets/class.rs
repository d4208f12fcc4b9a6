//! Checking that a text has only certain bytes. One load decides about a byte, and there is no branch
//! for each byte, because nearly every text passes to its end.

/// A set of bytes.
pub(crate) struct Class([bool; 256]);

/// Builds a class from a condition at compile time.
macro_rules! class {
    (|$byte:ident| $condition:expr) => {{
        let mut members = [false; 256];
        let mut $byte = 0_u8;
        loop {
            members[$byte as usize] = $condition;
            if $byte == u8::MAX {
                break Class(members);
            }
            $byte += 1;
        }
    }};
}

/// Letters, digits and `-._~` (RFC 3986 §2.3).
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
pub(crate) static UNRESERVED: Class = class!(|byte| is_unreserved(byte));

/// The same without capital letters.
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
pub(crate) static UNRESERVED_LOWER: Class =
    class!(|byte| is_unreserved(byte) && !byte.is_ascii_uppercase());

/// What a token is made of (RFC 9110 §5.6.2).
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
pub(crate) static TOKEN: Class =
    class!(|byte| byte.is_ascii_alphanumeric() || is_token_punctuation(byte));

const fn is_token_punctuation(byte: u8) -> bool {
    matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

impl Class {
    #[inline]
    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// Whether every byte of a text is a member.
    #[inline]
    pub(crate) fn contains_all(&self, text: &[u8]) -> bool {
        text.iter().fold(true, |all, &byte| all & self.contains(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_their_members_and_no_others() {
        for byte in 0..=u8::MAX {
            let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            assert_eq!(UNRESERVED.contains(byte), unreserved, "{byte}");
            assert_eq!(is_unreserved(byte), unreserved, "{byte}");
            let punctuation = b"!#$%&'*+-.^_`|~".contains(&byte);
            assert_eq!(is_token_punctuation(byte), punctuation, "{byte}");
            let token = byte.is_ascii_alphanumeric() || punctuation;
            assert_eq!(TOKEN.contains(byte), token, "{byte}");
            let lower = unreserved && !byte.is_ascii_uppercase();
            assert_eq!(UNRESERVED_LOWER.contains(byte), lower, "{byte}");
            for text in [[byte, b'a', b'a'], [b'a', b'a', byte]] {
                assert_eq!(UNRESERVED.contains_all(&text), unreserved, "{byte}");
            }
        }
        assert!(UNRESERVED.contains_all(b""));
    }
}
