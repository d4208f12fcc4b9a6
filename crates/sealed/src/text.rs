//! Base64 as the vendor's own SDKs read it (R15.1).

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Unused bits of the last character may be set: the vendor publishes a key like that.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// How many bytes a text stands for at most.
pub(crate) fn decoded_len(text: &[u8]) -> usize {
    base64::decoded_len_estimate(text.len())
}

/// Decodes a text into an empty buffer. White space at its ends does not count.
///
/// The buffer is the caller's and keeps its place, so that a key leaves no copy behind.
pub(crate) fn decode(text: &[u8], buffer: &mut Vec<u8>) -> Option<()> {
    let text = text.trim_ascii();
    let engine = if text.iter().any(|byte| b"-_".contains(byte)) { FOR_URLS } else { PLAIN };
    buffer.resize(decoded_len(text), 0);
    let len = engine.decode_slice(text, buffer).ok()?;
    buffer.truncate(len);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        let mut buffer = Vec::new();
        decode(text.as_bytes(), &mut buffer).map(|()| buffer)
    }

    /// R15.1: with and without padding, in both alphabets, between white space.
    #[test]
    fn base64_is_read_leniently() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("+/8=", b"\xfb\xff"),
            ("-_8=", b"\xfb\xff"),
            ("+/8", b"\xfb\xff"),
            ("-_8", b"\xfb\xff"),
            // One character of the other alphabet is enough.
            ("_w==", b"\xff"),
            ("-w==", b"\xfb"),
            // Unused bits of the last character are set.
            ("+/9=", b"\xfb\xff"),
            ("+/+", b"\xfb\xff"),
            ("-_-", b"\xfb\xff"),
            ("/w==", b"\xff"),
            ("//", b"\xff"),
            ("/w=", b"\xff"),
            (" \t\r\nAAEC\r\n", b"\0\x01\x02"),
            ("AAEC", b"\0\x01\x02"),
        ] {
            assert_eq!(decoded(text).as_deref(), Some(bytes), "{text:?}");
        }
    }

    /// R15.1: what no SDK writes.
    #[test]
    fn other_text_is_not_base64() {
        for text in
            ["A", "AAAAA", "A=", "AA===", "=", "AA=A", "AA AA", "AA\nAA", "AA\0", "+_AA", "é"]
        {
            assert_eq!(decoded(text), None, "{text:?}");
        }
    }
}
