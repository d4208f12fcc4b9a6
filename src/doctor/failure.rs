//! How a probe can fail before there is an answer to judge.

use thiserror::Error;

/// Why a [`Step`](super::Step) has no answer. Its `Display` is a clause about the integration.
///
/// ```
/// use firstparty::doctor::{ProbeFailure, TlsFailure};
///
/// assert_eq!(ProbeFailure::Timeout.to_string(), "there was no answer in time");
/// assert_eq!(
///     ProbeFailure::Tls(TlsFailure::Expired).to_string(),
///     "TLS failed, because the certificate has expired",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum ProbeFailure {
    /// The name has no address, or its servers did not answer.
    #[error("the name does not resolve")]
    Resolve,
    /// No connection was made to any address.
    #[error("no connection could be made")]
    Connect,
    /// A connection was made, but no TLS session.
    #[error("TLS failed, because {0}")]
    Tls(TlsFailure),
    /// There was no complete answer in the time that the program allows.
    #[error("there was no answer in time")]
    Timeout,
    /// The head of the answer was larger than the program accepts.
    #[error("the fields of the answer were too large")]
    HeadTooLarge,
    /// What came back was no HTTP, or it ended too early.
    #[error("the answer was not valid HTTP")]
    Protocol,
}

/// Why there was no TLS session.
///
/// ```
/// use firstparty::doctor::TlsFailure;
///
/// assert_eq!(TlsFailure::WrongName.to_string(), "the certificate is for another name");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The certificate, or one of its chain, is too old.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate, or one of its chain, is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// The chain leads to no authority that browsers trust. A missing intermediate certificate looks
    /// like this, too.
    #[error("no trusted authority issued the certificate, or an intermediate one is missing")]
    UnknownIssuer,
    /// The certificate does not name the host.
    #[error("the certificate is for another name")]
    WrongName,
    /// Anything else: no common version, a broken handshake.
    #[error("the handshake did not succeed")]
    Other,
}
