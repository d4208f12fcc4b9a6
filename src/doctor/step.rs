//! What the doctor asks of its program, and what it is told.

use std::net::IpAddr;

use bytes::Bytes;
use http::{Request, Response};

use super::failure::ProbeFailure;

/// What is to be done next.
///
/// ```
/// use firstparty::doctor::{Doctor, Integration, Step};
///
/// let integration = Integration::new("https://www.example.com/ore54guier")?;
/// let doctor = Doctor::new(integration, [0; 16]);
/// assert!(matches!(doctor.step(), Step::Resolve(host) if host == "www.example.com"));
/// # Ok::<(), firstparty::doctor::IntegrationError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Step {
    /// Look up the addresses of this host.
    Resolve(String),
    /// Send this request, whose URI is absolute. Follow no redirect, decode no content coding, use no
    /// cache, keep no cookies. `host`, the fields of framing and a `user-agent` are left to the client.
    Send(Request<Bytes>),
    /// Nothing: all checks have a verdict.
    Done,
}

/// What came of a [`Step`].
///
/// ```
/// use firstparty::doctor::{Answer, Doctor, Integration, ProbeFailure, Step};
///
/// let mut doctor = Doctor::new(Integration::new("https://192.0.2.1/ore54guier")?, [0; 16]);
/// assert!(matches!(doctor.step(), Step::Send(request) if request.uri().path() == "/ore54guier/status"));
/// doctor.answer(Answer::Failure(ProbeFailure::Connect));
/// assert!(matches!(doctor.step(), Step::Done));
/// # Ok::<(), firstparty::doctor::IntegrationError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// The addresses of a host, as a browser would find them.
    Addresses(Vec<IpAddr>),
    /// A whole answer.
    Response(Response<Bytes>),
    /// The beginning of an answer: its body goes on behind
    /// [`Doctor::BODY_LIMIT`](super::Doctor::BODY_LIMIT), and was cut there.
    Truncated(Response<Bytes>),
    /// There was none.
    Failure(ProbeFailure),
}
