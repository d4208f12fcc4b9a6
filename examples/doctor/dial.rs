//! The way to the integration: names, TCP, and TLS.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};

use firstparty::doctor::{ProbeFailure, TlsFailure};
use firstparty::http::Uri;
use firstparty::http::uri::Scheme;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tower_service::Service;

use crate::args::Args;
use crate::trust;

pub(crate) type Connection = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Where connections lead.
pub(crate) struct Dial {
    tls: TlsConnector,
    /// Where the integration is, whatever its name resolves to.
    place: Option<SocketAddr>,
    /// The integration's host.
    host: String,
}

impl Dial {
    pub(crate) fn new(args: &Args, integration: &Uri) -> Result<Self, Box<dyn Error>> {
        let host = integration.host().unwrap_or_default().to_owned();
        Ok(Self { tls: trust::connector(args.ca.as_deref())?, place: args.connect_to, host })
    }

    /// What the system says of a name, unless it was said where the integration is.
    pub(crate) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ProbeFailure> {
        match self.place {
            Some(place) if host == self.host => Ok(vec![place.ip()]),
            _ => look_up(host).await,
        }
    }

    pub(crate) async fn connect(&self, uri: &Uri) -> Result<Connection, ProbeFailure> {
        let host = uri.host().map(without_brackets).unwrap_or_default();
        let stream = self.connect_tcp(uri, host).await?;
        if uri.scheme() == Some(&Scheme::HTTP) {
            return Ok(MaybeHttpsStream::Http(stream));
        }
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| ProbeFailure::Tls(TlsFailure::Other))?;
        let stream = self.tls.connect(name, TokioIo::new(stream)).await;
        let stream = stream.map_err(|error| ProbeFailure::Tls(trust::kind(&error)))?;
        Ok(MaybeHttpsStream::Https(TokioIo::new(stream)))
    }

    /// Where a name has addresses of both families, they are tried side by side, as browsers do.
    async fn connect_tcp(&self, uri: &Uri, host: &str) -> Result<TokioIo<TcpStream>, ProbeFailure> {
        if let Some(place) = self.place {
            let stream = TcpStream::connect(place).await;
            return stream.map(TokioIo::new).map_err(|_| ProbeFailure::Connect);
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        match tcp.call(uri.clone()).await {
            Ok(stream) => Ok(stream),
            // Perhaps it was the name.
            Err(_) => Err(look_up(host).await.err().unwrap_or(ProbeFailure::Connect)),
        }
    }
}

async fn look_up(host: &str) -> Result<Vec<IpAddr>, ProbeFailure> {
    let found = lookup_host((host, 0)).await;
    let addresses: Vec<_> = found.into_iter().flatten().map(|address| address.ip()).collect();
    if addresses.is_empty() { Err(ProbeFailure::Resolve) } else { Ok(addresses) }
}

/// An IPv6 address as it stands outside of a URI (RFC 3986 §3.2.2).
fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
