//! Whose certificates are trusted, and why one is not.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;

use firstparty::doctor::TlsFailure;
use hyper_rustls::ConfigBuilderExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

/// Trusts the authorities of a file, or without one those that browsers trust.
pub(crate) fn connector(authorities: Option<&Path>) -> Result<TlsConnector, Box<dyn Error>> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    let builder = match authorities {
        Some(path) => builder.with_root_certificates(
            read(path).map_err(|error| format!("--ca {}: {error}", path.display()))?,
        ),
        None => builder.with_webpki_roots(),
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn read(path: &Path) -> Result<RootCertStore, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path)? {
        roots.add(certificate?)?;
    }
    if roots.is_empty() { Err("expected certificates in PEM".into()) } else { Ok(roots) }
}

/// Why there is no connection over TLS.
pub(crate) fn kind(error: &io::Error) -> TlsFailure {
    let error = error.get_ref().and_then(|error| error.downcast_ref());
    let Some(rustls::Error::InvalidCertificate(error)) = error else { return TlsFailure::Other };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFailure::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFailure::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFailure::WrongName
        }
        // Whatever else may be wrong with it, the authorities that are trusted issue none like this. Most
        // certificates that sign themselves end here.
        _ => TlsFailure::UnknownIssuer,
    }
}
