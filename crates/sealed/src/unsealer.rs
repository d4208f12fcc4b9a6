//! The steps of unsealing, in order (R15.1).

use bytes::Bytes;
use serde::de::IgnoredAny;

use crate::body;
use crate::coding::ContentCoding;
use crate::envelope::{OVERHEAD, open};
use crate::error::UnsealError;
use crate::inflate::{InflateError, inflate, longest_stream};
use crate::keys::Keys;
use crate::text;

/// Opens a sealed result: base64 in, JSON out ([R15.1]).
///
/// The result is the JSON text as Fingerprint wrote it. It is at most
/// [`Unsealer::DEFAULT_LIMIT`] bytes long; [`Unsealer::limit`] sets another limit.
///
/// # Errors
///
/// [`UnsealError`] says what is wrong, and shows nothing of keys or content ([R15.2]).
///
/// ```
/// use firstparty_sealed::{Keys, unseal};
///
/// let keys: Keys = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse()?;
/// let result = unseal(
///     "noXc7UBBQkNERUZHSElKS0nv5A5t8ayKAohGhMkuJg/Tw1IcCGpDpc75kthJRYFo+6Ci",
///     &keys,
/// )?;
/// assert_eq!(result, r#"{"event_id":"e1"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [R15.1]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.1
/// [R15.2]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.2
pub fn unseal(sealed: impl AsRef<[u8]>, keys: &Keys) -> Result<Bytes, UnsealError> {
    Unsealer::new(keys).unseal(sealed)
}

/// Opens the sealed result of a response body: the member `sealedResult` (v3) or `sealed_result` (v4)
/// of a JSON object ([R15.3]).
///
/// # Errors
///
/// Those of [`unseal`], and those about the body: it is not coded as said, is larger than the limit,
/// is not JSON, or does not have exactly one sealed result.
///
/// ```
/// use firstparty_sealed::{ContentCoding, Keys, unseal_body};
///
/// let keys: Keys = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse()?;
/// let body = r#"{"sealed_result":
///     "noXc7UBBQkNERUZHSElKS0nv5A5t8ayKAohGhMkuJg/Tw1IcCGpDpc75kthJRYFo+6Ci"}"#;
/// let result = unseal_body(body, ContentCoding::Identity, &keys)?;
/// assert_eq!(result, r#"{"event_id":"e1"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [R15.3]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.3
pub fn unseal_body(
    body: impl Into<Bytes>,
    coding: ContentCoding,
    keys: &Keys,
) -> Result<Bytes, UnsealError> {
    Unsealer::new(keys).unseal_body(body, coding)
}

/// Keys, and a limit for what is inflated ([R15.2]).
///
/// ```
/// use firstparty_sealed::{Keys, UnsealError, Unsealer};
///
/// let keys: Keys = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse()?;
/// let sealed = "noXc7UBBQkNERUZHSElKS0nv5A5t8ayKAohGhMkuJg/Tw1IcCGpDpc75kthJRYFo+6Ci";
/// let strict = Unsealer::new(&keys).limit(16);
/// assert_eq!(strict.unseal(sealed), Err(UnsealError::TooLarge { limit: 16 }));
/// assert!(Unsealer::new(&keys).limit(17).unseal(sealed).is_ok());
/// # Ok::<(), firstparty_sealed::KeysError>(())
/// ```
///
/// [R15.2]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.2
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Unsealer<'k> {
    keys: &'k Keys,
    limit: usize,
}

impl<'k> Unsealer<'k> {
    /// One mebibyte. A result has some ten kilobytes.
    ///
    /// ```
    /// assert_eq!(firstparty_sealed::Unsealer::DEFAULT_LIMIT, 1 << 20);
    /// ```
    pub const DEFAULT_LIMIT: usize = 1 << 20;

    /// Unseals with these keys, within the default limit.
    ///
    /// ```
    /// use firstparty_sealed::{Keys, Unsealer};
    ///
    /// let keys = Keys::from_bytes([[7; 32]]);
    /// assert!(Unsealer::new(&keys).unseal("").is_err());
    /// ```
    pub fn new(keys: &'k Keys) -> Self {
        Self { keys, limit: Self::DEFAULT_LIMIT }
    }

    /// How many bytes the result may have, and how many the body, each inflated ([R15.2]).
    ///
    /// Input that is too long for that is refused before it is decoded. Whatever the input is, the
    /// memory in use stays below a small multiple of the limit and the input's length.
    ///
    /// ```
    /// use firstparty_sealed::{Keys, UnsealError, Unsealer};
    ///
    /// let keys = Keys::from_bytes([[7; 32]]);
    /// let error = Unsealer::new(&keys).limit(100).unseal([b'A'; 1000]).unwrap_err();
    /// assert_eq!(error.to_string(), "the result is larger than 100 bytes");
    /// ```
    ///
    /// [R15.2]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.2
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// [`unseal`] within the limit.
    ///
    /// # Errors
    ///
    /// See [`unseal`].
    ///
    /// ```
    /// use firstparty_sealed::{Keys, UnsealError, Unsealer};
    ///
    /// let keys = Keys::from_bytes([[7; 32]]);
    /// assert_eq!(Unsealer::new(&keys).unseal("?"), Err(UnsealError::BadBase64));
    /// ```
    pub fn unseal(&self, sealed: impl AsRef<[u8]>) -> Result<Bytes, UnsealError> {
        let stream = open(&self.decode(sealed.as_ref())?, self.keys)?;
        let result = inflate(&stream, false, self.limit).map_err(|error| match error {
            InflateError::Corrupt => UnsealError::CorruptStream,
            InflateError::TooLarge => UnsealError::TooLarge { limit: self.limit },
        })?;
        if is_json(&result) { Ok(result.into()) } else { Err(UnsealError::NotJson) }
    }

    /// [`unseal_body`] within the limit.
    ///
    /// # Errors
    ///
    /// See [`unseal_body`].
    ///
    /// ```
    /// use firstparty_sealed::{ContentCoding, Keys, UnsealError, Unsealer};
    ///
    /// let keys = Keys::from_bytes([[7; 32]]);
    /// let unsealed = Unsealer::new(&keys).unseal_body("{}", ContentCoding::Identity);
    /// assert_eq!(unsealed, Err(UnsealError::SealedResultMissing));
    /// ```
    pub fn unseal_body(
        &self,
        body: impl Into<Bytes>,
        coding: ContentCoding,
    ) -> Result<Bytes, UnsealError> {
        let body = coding.decode(body.into(), self.limit)?;
        self.unseal(&*body::sealed_result(&body)?)
    }

    /// From base64, unless what it stands for is too long.
    fn decode(&self, text: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let text = text.trim_ascii();
        if text::decoded_len(text) > longest_stream(self.limit).saturating_add(OVERHEAD) {
            return Err(UnsealError::TooLarge { limit: self.limit });
        }
        let mut sealed = Vec::new();
        text::decode(text, &mut sealed).ok_or(UnsealError::BadBase64)?;
        Ok(sealed)
    }
}

/// Whether it is one JSON text in UTF-8. It is walked without recursion, so depth costs no stack.
fn is_json(result: &[u8]) -> bool {
    let text = std::str::from_utf8(result).ok();
    text.is_some_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R15.2: a whole text, whatever its value is.
    #[test]
    fn results_are_json() {
        for text in ["{}", " [1e999, \"\\ud800\"]\r\n", "null", "\"\u{10ffff}\"", "-0.0"] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
        for bytes in [
            &b""[..],
            b" ",
            b"{",
            b"{}{}",
            b"{\"a\":1,}",
            b"nul",
            b"01",
            b"'a'",
            b"\"\t\"",
            b"\"\xff\"",
            b"\xef\xbb\xbf{}",
            b"{}\0",
        ] {
            assert!(!is_json(bytes), "{bytes:?}");
        }
    }

    /// R15.2: depth costs no stack.
    #[test]
    fn results_may_be_nested_deeply() {
        let (open, close) = ("[".repeat(500_000), "]".repeat(500_000));
        assert!(is_json(format!("{open}{close}").as_bytes()));
        assert!(!is_json(open.as_bytes()));
    }

    /// R15.2: the limit counts before anything is decoded.
    #[test]
    fn long_text_is_not_decoded() {
        let keys = Keys::from_bytes([[7; 32]]);
        let unsealer = Unsealer::new(&keys).limit(1002);
        let most = (longest_stream(1002) + OVERHEAD) / 3 * 4;
        assert_eq!(most, 1468);
        let text = vec![b'?'; most];
        assert_eq!(unsealer.unseal(&text), Err(UnsealError::BadBase64));
        assert_eq!(unsealer.unseal([&*text, b" \n \n "].concat()), Err(UnsealError::BadBase64));
        let longer = vec![b'?'; most + 4];
        assert_eq!(unsealer.unseal(longer), Err(UnsealError::TooLarge { limit: 1002 }));
    }

    /// R15.2: the body has the same limit.
    #[test]
    fn long_bodies_are_not_read() {
        let keys = Keys::from_bytes([[7; 32]]);
        let unsealer = Unsealer::new(&keys).limit(1000);
        let unseal = |len| unsealer.unseal_body(vec![b'?'; len], ContentCoding::Identity);
        assert_eq!(unseal(1000), Err(UnsealError::BodyNotJson));
        assert_eq!(unseal(1001), Err(UnsealError::BodyTooLarge { limit: 1000 }));
        assert_eq!(
            UnsealError::BodyTooLarge { limit: 1 }.to_string(),
            "the body is larger than 1 bytes"
        );
    }
}
