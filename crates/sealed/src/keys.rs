//! The keys, in the order in which they are tried (R15.1).

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::text;

/// Keys, in the order in which they are tried ([R15.1]).
///
/// While keys are rotated there are two or more: put the one in use first. A key that does not have
/// 32 bytes never fits. It is passed over, so that one bad entry of a list does not stop the others,
/// and [`UnsealError::NoKeyFits`] names it.
///
/// The bytes are overwritten when the keys are dropped. Nothing prints them: `Debug` counts the keys,
/// and there is neither `Display` nor `Serialize`. The text that a key was read from stays the
/// caller's to clear.
///
/// ```
/// use firstparty_sealed::Keys;
///
/// // One key or more, with white space between, as in an environment variable.
/// let keys: Keys = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \
///                   ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=".parse()?;
/// assert_eq!(keys.len(), 2);
/// assert_eq!(format!("{keys:?}"), "Keys(2)");
/// # Ok::<(), firstparty_sealed::KeysError>(())
/// ```
///
/// [`UnsealError::NoKeyFits`]: crate::UnsealError::NoKeyFits
/// [R15.1]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.1
pub struct Keys(Vec<Zeroizing<Vec<u8>>>);

/// Why [`Keys`] could not be read. It contains no part of a key.
///
/// ```
/// use firstparty_sealed::{Keys, KeysError};
///
/// let error = Keys::from_base64(["AAAA", "no key"]).unwrap_err();
/// assert_eq!(error, KeysError::BadBase64 { position: 2 });
/// assert_eq!(error.to_string(), "key 2 is not base64");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// A key is not base64.
    #[error("key {position} is not base64")]
    BadBase64 {
        /// The key's place in the list, from 1.
        position: usize,
    },
}

impl Keys {
    /// Keys as the vendor's dashboard shows them.
    ///
    /// Base64 is read leniently ([R15.1]): unused bits of the last character may be set, padding may
    /// be missing, the URL-safe alphabet is accepted, and white space at the ends is ignored.
    ///
    /// # Errors
    ///
    /// [`KeysError::BadBase64`] names the first text that is not base64.
    ///
    /// ```
    /// use firstparty_sealed::Keys;
    ///
    /// let keys = Keys::from_base64(["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])?;
    /// assert_eq!(keys.len(), 1);
    /// # Ok::<(), firstparty_sealed::KeysError>(())
    /// ```
    ///
    /// [R15.1]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.1
    pub fn from_base64<T: AsRef<[u8]>>(
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Self, KeysError> {
        let read = |(text, position): (T, usize)| {
            let mut key = Zeroizing::new(Vec::new());
            let read = text::decode(text.as_ref(), &mut key);
            read.map(|()| key).ok_or(KeysError::BadBase64 { position })
        };
        texts.into_iter().zip(1..).map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Keys as bytes.
    ///
    /// ```
    /// use firstparty_sealed::Keys;
    ///
    /// assert_eq!(Keys::from_bytes([[7; 32], [8; 32]]).len(), 2);
    /// ```
    #[must_use]
    pub fn from_bytes<T: AsRef<[u8]>>(keys: impl IntoIterator<Item = T>) -> Self {
        Self(keys.into_iter().map(|key| Zeroizing::new(key.as_ref().to_vec())).collect())
    }

    /// How many keys there are, those of a wrong length too.
    ///
    /// ```
    /// use firstparty_sealed::Keys;
    ///
    /// assert_eq!(Keys::from_bytes([[7; 31]]).len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    ///
    /// ```
    /// use firstparty_sealed::Keys;
    ///
    /// let keys: Keys = " ".parse()?;
    /// assert!(keys.is_empty());
    /// # Ok::<(), firstparty_sealed::KeysError>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|key| &***key)
    }
}

/// Reads keys in base64 with white space between them.
impl FromStr for Keys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        Self::from_base64(text.split_ascii_whitespace())
    }
}

/// Counts the keys and shows none.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R15.1: the order is that of the list, and a key of a wrong length keeps its place.
    #[test]
    fn keys_keep_their_order() {
        let keys: Keys = "AAEC\n//8=  AA".parse().unwrap();
        let bytes: Vec<_> = keys.iter().collect();
        assert_eq!(bytes, [&b"\0\x01\x02"[..], b"\xff\xff", b"\0"]);
        assert_eq!(keys.len(), 3);
        assert!(!keys.is_empty());
        assert!(Keys::from_bytes([""; 0]).is_empty());
    }

    /// R15.2: the error says which key, counted from 1, and shows nothing of it.
    #[test]
    fn bad_base64_is_named_by_its_position() {
        let error = "AAEC A AAEC".parse::<Keys>().unwrap_err();
        assert_eq!(error, KeysError::BadBase64 { position: 2 });
        assert_eq!(error.to_string(), "key 2 is not base64");
    }

    /// Also what the cipher derives from a key: its feature for that is on.
    #[test]
    fn keys_are_cleared_when_they_are_dropped() {
        use zeroize::ZeroizeOnDrop;

        fn assert_is_cleared<T: ZeroizeOnDrop>(_: Option<&T>) {}
        assert_is_cleared(Keys::from_bytes([[1; 32]]).0.first());
        assert_is_cleared::<aes_gcm::aes::Aes256>(None);
        assert!(std::mem::needs_drop::<aes_gcm::Aes256Gcm>());
    }

    /// A buffer that grew while it was filled would have left part of the key behind.
    #[test]
    fn keys_stay_in_one_buffer() {
        let mut buffer = Vec::with_capacity(text::decoded_len(&[b'A'; 44]));
        let place = buffer.as_ptr();
        text::decode(&[b'A'; 43], &mut buffer).unwrap();
        assert_eq!((buffer.as_ptr(), buffer.len()), (place, 32));
    }
}
