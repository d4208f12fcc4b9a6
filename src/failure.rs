//! How upstream failed, and the identifier of the answer that says so (contract R9.1).

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::entropy;

/// How upstream failed to answer, in general words: the browser is shown nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Failure {
    /// No connection came about: name, address, TCP or TLS.
    #[error("could not connect to upstream")]
    Connect,
    /// Upstream did not answer in time.
    #[error("upstream did not answer in time")]
    Timeout,
    /// What upstream sent was no HTTP response, or ended too early.
    #[error("upstream did not speak HTTP as expected")]
    Protocol,
    /// A body was larger than the adapter carries.
    #[error("the body was too large")]
    BodyTooLarge,
}

/// The identifier of an answer made here, in the form of Fingerprint's own: milliseconds of the
/// Unix epoch, a dot, six letters or digits (R9.1).
///
/// ```
/// use firstparty::RequestId;
///
/// let id = RequestId::new(1_767_225_600_123, 42).to_string();
/// assert_eq!(id.len(), "1767225600123.AbCdEf".len());
/// assert_eq!(id, RequestId::new(1_767_225_600_123, 42).to_string());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId {
    unix_millis: u64,
    entropy: u64,
}

impl RequestId {
    /// Builds an identifier from the time in milliseconds and from entropy; nothing else in the
    /// crate needs either.
    #[must_use]
    pub const fn new(unix_millis: u64, entropy: u64) -> Self {
        Self { unix_millis, entropy }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alphabets = std::iter::repeat_n(entropy::ALPHANUMERIC, 6);
        let tail: String = entropy::draw(self.entropy.into(), alphabets).collect();
        write!(f, "{}.{tail}", self.unix_millis)
    }
}
