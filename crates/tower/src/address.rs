//! The browser's address, as the server has left it with the request.

use std::net::IpAddr;
#[cfg(feature = "axum")]
use std::net::SocketAddr;

#[cfg(feature = "axum")]
use axum::extract::ConnectInfo;
use firstparty::http::Extensions;

/// The address of the peer ([R5.6]), put into a request's extensions by whoever accepts connections.
///
/// With the feature `axum`, axum's `ConnectInfo<SocketAddr>` is read where this is missing. Behind a
/// load balancer the peer is the balancer: configure a [`TrustedAddress`] there.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use firstparty::http::Request;
/// use firstparty_tower::ClientAddress;
///
/// let peer = ClientAddress(Ipv4Addr::LOCALHOST.into());
/// let request = Request::get("/fp/status").extension(peer).body(())?;
/// assert_eq!(request.extensions().get(), Some(&peer));
/// # Ok::<(), firstparty::http::Error>(())
/// ```
///
/// [`TrustedAddress`]: firstparty::config::TrustedAddress
/// [R5.6]: firstparty::contract#R5.6
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "it is an address and nothing else")]
pub struct ClientAddress(pub IpAddr);

pub(crate) fn client_address(extensions: &Extensions) -> Option<IpAddr> {
    let address = extensions.get().map(|&ClientAddress(address)| address);
    #[cfg(feature = "axum")]
    let address = address
        .or_else(|| extensions.get().map(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip()));
    address
}
