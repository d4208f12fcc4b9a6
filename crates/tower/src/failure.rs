//! From an error of a client to the kind of failure that the browser is told.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter::successors;

use firstparty::Failure;

/// The kind of a client's error: that of the first error among it and its sources that has one, and
/// [`Failure::Protocol`] if none has ([R16.5]).
///
/// | error | kind |
/// |---|---|
/// | [`Failure`] | itself, so that a client of yours can choose |
/// | [`io::Error`] | by its [`ErrorKind`] |
/// | tokio's `Elapsed` (feature `tokio`) | `Timeout` |
/// | hyper-util's error (feature `client`) that `is_connect()` | `Connect`, whatever its source |
/// | hyper's error (feature `client`) that `is_timeout()` | `Timeout` |
///
/// ```
/// use std::io::{Error, ErrorKind};
///
/// use firstparty::Failure;
/// use firstparty_tower::failure_of;
///
/// let refused = Error::from(ErrorKind::ConnectionRefused);
/// assert_eq!(failure_of(&refused), Failure::Connect);
/// assert_eq!(failure_of(&Error::from(ErrorKind::TimedOut)), Failure::Timeout);
/// assert_eq!(failure_of(&Error::from(ErrorKind::UnexpectedEof)), Failure::Protocol);
/// assert_eq!(failure_of(&Failure::BodyTooLarge), Failure::BodyTooLarge);
/// ```
///
/// [R16.5]: firstparty::contract#R16.5
#[must_use]
pub fn failure_of(error: &(dyn Error + 'static)) -> Failure {
    successors(Some(error), |&error| error.source()).find_map(kind).unwrap_or(Failure::Protocol)
}

fn kind(error: &(dyn Error + 'static)) -> Option<Failure> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return Some(*failure);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return kind_of_io(error.kind());
    }
    #[cfg(feature = "tokio")]
    if error.is::<tokio::time::error::Elapsed>() {
        return Some(Failure::Timeout);
    }
    #[cfg(feature = "client")]
    if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
        return error.is_connect().then_some(Failure::Connect);
    }
    #[cfg(feature = "client")]
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return error.is_timeout().then_some(Failure::Timeout);
    }
    None
}

fn kind_of_io(kind: ErrorKind) -> Option<Failure> {
    match kind {
        ErrorKind::ConnectionRefused
        | ErrorKind::AddrNotAvailable
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown => Some(Failure::Connect),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Some(Failure::Timeout),
        // Another error may have caused it.
        _ => None,
    }
}
