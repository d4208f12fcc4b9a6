//! The errors of unsealing (R15.2).

use std::fmt;

/// Why a sealed result could not be opened ([R15.2]).
///
/// It contains no part of a key, of the sealed result or of a body, so it can be logged.
///
/// ```
/// use firstparty_sealed::{Keys, UnsealError, unseal};
///
/// let keys = Keys::from_bytes([[7; 32]]);
/// assert_eq!(unseal("c2hvcnQ=", &keys), Err(UnsealError::TooShort));
/// assert_eq!(
///     UnsealError::TooShort.to_string(),
///     "the sealed result is shorter than its marker, nonce and tag"
/// );
/// ```
///
/// [R15.2]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.2
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsealError {
    /// The sealed result is not base64.
    #[error("the sealed result is not base64")]
    BadBase64,
    /// The body is not coded as its `content-encoding` says, or bytes follow the coded ones.
    #[error("the body is not coded as its content-encoding says")]
    BodyCorrupt,
    /// The body is not JSON.
    #[error("the body is not JSON")]
    BodyNotJson,
    /// The body is larger than the limit.
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The decrypted bytes are not one whole DEFLATE stream, or bytes follow it.
    #[error("the decrypted bytes are not a DEFLATE stream")]
    CorruptStream,
    /// No key fits, for one reason a key, in the order of the keys.
    #[error("no key fits{}", listed(.0))]
    NoKeyFits(Vec<KeyFault>),
    /// The result is not JSON.
    #[error("the result is not JSON")]
    NotJson,
    /// The body has no sealed result, or more than one, or is not an object.
    #[error("the body does not have exactly one sealed result")]
    SealedResultMissing,
    /// The result is larger than the limit.
    #[error("the result is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The sealed result is shorter than its marker, nonce and tag.
    #[error("the sealed result is shorter than its marker, nonce and tag")]
    TooShort,
    /// The sealed result begins with another marker.
    #[error("the sealed result begins with another marker")]
    WrongMarker,
}

/// Why a key does not open a sealed result ([R15.2]).
///
/// ```
/// use firstparty_sealed::KeyFault;
///
/// assert_eq!(KeyFault::WrongLength.to_string(), "has a wrong length");
/// ```
///
/// [R15.2]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.2
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// The sealed result was sealed with another key, or changed since.
    #[error("does not fit")]
    DoesNotFit,
    /// The key does not have 32 bytes, and was passed over.
    #[error("has a wrong length")]
    WrongLength,
}

/// The faults with the positions of their keys, from 1.
fn listed(faults: &[KeyFault]) -> impl fmt::Display {
    if faults.is_empty() {
        return ": there is no key".to_owned();
    }
    let faults = faults.iter().zip(1..);
    let faults: Vec<_> =
        faults.map(|(fault, position)| format!("key {position} {fault}")).collect();
    format!(": {}", faults.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R15.2: each key is named by its position, and nothing else is said about it.
    #[test]
    fn faults_are_listed_in_the_order_of_the_keys() {
        let faults = vec![KeyFault::WrongLength, KeyFault::DoesNotFit, KeyFault::WrongLength];
        assert_eq!(
            UnsealError::NoKeyFits(faults).to_string(),
            "no key fits: key 1 has a wrong length, key 2 does not fit, key 3 has a wrong length"
        );
        assert_eq!(UnsealError::NoKeyFits(Vec::new()).to_string(), "no key fits: there is no key");
    }
}
