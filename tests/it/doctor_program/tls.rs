//! TLS in front of a server that speaks none.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/certificates");

/// The authority that has issued all certificates of the tests.
pub(super) fn authority() -> String {
    format!("{FOLDER}/authority.pem")
}

/// Listens with one of the certificates in `tests/data/certificates`, and hands on to a server.
pub(super) fn before(server: SocketAddr, certificate: &str) -> SocketAddr {
    let acceptor = acceptor(certificate);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(relay(acceptor.clone(), stream, server));
            }
        });
    });
    address
}

async fn relay(acceptor: TlsAcceptor, stream: TcpStream, server: SocketAddr) -> io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    copy_bidirectional(&mut stream, &mut TcpStream::connect(server).await?).await.map(drop)
}

fn acceptor(certificate: &str) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(format!("{FOLDER}/{certificate}.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{FOLDER}/key.pem")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], key).unwrap()))
}
