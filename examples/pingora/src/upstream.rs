//! Where requests go, and what it means if one fails there.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use firstparty::Failure;
use firstparty::adapter::{CONNECT_TIMEOUT, FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT};
use firstparty::http::Method;
use pingora::proxy::Session;
use pingora::upstreams::peer::{HttpPeer, HttpUpstreamRequestPolicy};
use pingora::{Error, ErrorType, OkOrErr, OrErr, Result};
use tokio::net::lookup_host;
use tokio::time::timeout;

/// After a write that took so long, Pingora still waits for an answer. Both together are not much more
/// than the limit for the first byte.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps Fingerprint's connections apart from the site's in Pingora's pool, whatever their addresses.
const FINGERPRINT: u64 = 1;

pub(crate) struct Upstream {
    /// An address to dial in plain HTTP instead of Fingerprint, for tests.
    pub(crate) connect_to: Option<SocketAddr>,
    /// The site's own server.
    pub(crate) site: Option<SocketAddr>,
}

impl Upstream {
    pub(crate) fn site(&self) -> Result<HttpPeer> {
        let address = self.site.or_err(ErrorType::InternalError, "no site")?;
        let mut peer = HttpPeer::new(address, false, String::new());
        peer.options.connection_timeout = Some(CONNECT_TIMEOUT);
        Ok(peer)
    }

    /// With the limits of R16.4. The host is a part of the pool's key, also in plain HTTP.
    pub(crate) async fn fingerprint(&self, host: &str) -> Result<HttpPeer> {
        let start = Instant::now();
        let (address, is_tls) = match self.connect_to {
            Some(address) => (address, false),
            None => (resolve(host).await?, true),
        };
        let mut peer = HttpPeer::new(address, is_tls, host.to_owned());
        peer.group_key = FINGERPRINT;
        let options = &mut peer.options;
        options.total_connection_timeout = Some(CONNECT_TIMEOUT.saturating_sub(start.elapsed()));
        options.read_timeout = Some(FIRST_BYTE_TIMEOUT);
        options.write_timeout = Some(WRITE_TIMEOUT);
        options.idle_timeout = Some(IDLE_TIMEOUT);
        // The gateway has taken off what belongs to the browser's connection.
        options.http_upstream_request_policy = HttpUpstreamRequestPolicy::preserve();
        Ok(peer)
    }
}

/// Asks the system's resolver without blocking the thread. A name without an address is an error.
async fn resolve(host: &str) -> Result<SocketAddr> {
    let found = timeout(CONNECT_TIMEOUT, lookup_host((host, 443))).await;
    let found = found.or_err(ErrorType::ConnectTimedout, "name")?;
    found.or_err(ErrorType::ConnectError, "name")?.next().or_err(ErrorType::ConnectError, "name")
}

/// What the browser is told of an error before the answer's head (R9.1).
pub(crate) fn failure_of(error: &Error) -> Failure {
    match error.etype() {
        ErrorType::ReadTimedout | ErrorType::WriteTimedout => Failure::Timeout,
        ErrorType::ReadError
        | ErrorType::WriteError
        | ErrorType::ConnectionClosed
        | ErrorType::InvalidHTTPHeader => Failure::Protocol,
        _ => Failure::Connect,
    }
}

/// R16.1: whether a request that met a broken connection may be sent again.
pub(crate) fn is_repeatable(session: &mut Session, error: &Error) -> bool {
    let is_safe = matches!(session.req_header().method, Method::GET | Method::HEAD);
    // Pingora says only in words whether the answer had begun.
    let words = error.context.as_ref().map_or("", |context| context.as_str());
    let is_unanswered = words.ends_with("bytes already read: 0");
    let is_unsent = *error.etype() == ErrorType::WriteError;
    is_safe && session.as_downstream_mut().is_body_empty() && (is_unsent || is_unanswered)
}
