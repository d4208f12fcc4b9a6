//! Certificates that browsers would not accept, and servers that speak no TLS.

use firstparty::doctor::TlsFailure;

use super::run::Run;
use super::tls::{authority, before};
use crate::proxy::upstream::{NOBODY, Upstream};

/// What is said of a certificate.
fn failure(certificate: &str, arguments: &[&str]) -> Run {
    Run::at("https", before(NOBODY, certificate), arguments)
}

#[track_caller]
fn assert_tls_failed(run: &Run, failure: TlsFailure) {
    assert_eq!((run.status, run.checks("fail")), (1, vec!["tls".to_owned()]), "{}", run.out);
    assert!(run.cause("tls").contains(&failure.to_string()), "{failure:?}: {}", run.cause("tls"));
}

/// R11.4: what is wrong with a certificate is told apart.
#[test]
fn certificates_are_told_apart() {
    let ca = authority();
    for (certificate, expected) in [
        ("expired", TlsFailure::Expired),
        ("not-yet-valid", TlsFailure::NotYetValid),
        ("other-name", TlsFailure::WrongName),
    ] {
        assert_tls_failed(&failure(certificate, &["--ca", &ca]), expected);
    }
    // Without the authority of the tests no browser would trust them.
    for certificate in ["valid", "self-signed"] {
        assert_tls_failed(&failure(certificate, &[]), TlsFailure::UnknownIssuer);
    }
}

/// R11.4: a server that answers a handshake with something else, or not at all, speaks no TLS.
#[test]
fn a_broken_handshake_is_not_a_certificate() {
    let text = Upstream::scripted(|mut script| {
        let _ = script.wire.try_send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        let _ = script.wire.rest();
    });
    let closing = Upstream::scripted(|mut script| {
        // The handshake has begun.
        let _ = script.wire.take(1);
    });
    for server in [text.address, closing.address] {
        assert_tls_failed(&Run::at("https", server, &[]), TlsFailure::Other);
    }
}
