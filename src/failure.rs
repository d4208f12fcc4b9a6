//! How upstream failed, and the identifier of the answer that says so (contract R9.1).

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::entropy;

macro_rules! failures {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal, $sentence:literal;)+) => {
        /// How upstream failed to answer. Its `Display` is general, because it is shown to the browser.
        ///
        /// ```
        /// use firstparty::Failure;
        ///
        /// assert_eq!(Failure::Connect.to_string(), "could not connect to upstream");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Error)]
        #[non_exhaustive]
        pub enum Failure {
            $($(#[$doc])+ #[error($sentence)] #[serde(rename = $name)] $variant,)+
        }

        impl Failure {
            /// Every failure.
            ///
            /// ```
            /// use firstparty::Failure;
            ///
            /// assert!(Failure::ALL.contains(&Failure::Timeout));
            /// ```
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// A stable name, for counting. It serialises as this.
            ///
            /// ```
            /// use firstparty::Failure;
            ///
            /// assert_eq!(Failure::BodyTooLarge.as_str(), "body_too_large");
            /// ```
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

failures! {
    /// The connection could not be made: name, address, TCP or TLS.
    Connect = "connect", "could not connect to upstream";
    /// Upstream did not answer in time.
    Timeout = "timeout", "upstream did not answer in time";
    /// Upstream did not send a valid HTTP response, or the response ended too early.
    Protocol = "protocol", "upstream did not speak HTTP as expected";
    /// A body was larger than the adapter accepts.
    BodyTooLarge = "body_too_large", "the body was too large";
}

/// The identifier of an answer made here, in the form of Fingerprint's own: milliseconds of the
/// Unix epoch, a dot, six letters or digits ([R9.1]).
///
/// ```
/// use firstparty::RequestId;
///
/// let id = RequestId::new(1_767_225_600_123, 42).to_string();
/// assert_eq!(id.len(), "1767225600123.AbCdEf".len());
/// assert_eq!(id, RequestId::new(1_767_225_600_123, 42).to_string());
/// ```
///
/// [R9.1]: crate::contract#R9.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId {
    unix_millis: u64,
    entropy: u64,
}

impl RequestId {
    /// Builds an identifier from the Unix time in milliseconds and from random bits. Nothing else in
    /// the crate needs time or entropy on the way of a request.
    ///
    /// ```
    /// use firstparty::RequestId;
    ///
    /// let id = RequestId::new(1_767_225_600_123, 42).to_string();
    /// assert!(id.starts_with("1767225600123."));
    /// ```
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
