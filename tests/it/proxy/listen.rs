//! The addresses that can be given.

use std::net::SocketAddr;

use super::process::{Proxy, command, refused};

/// A port alone, or `localhost`, is on loopback; a port behind a colon is on every IPv4 address.
#[test]
fn short_forms() {
    for (text, expected) in [
        ("0", "127.0.0.1:0"),
        ("localhost:0", "127.0.0.1:0"),
        (":0", "0.0.0.0:0"),
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("[::1]:0", "[::1]:0"),
    ] {
        let expected: SocketAddr = expected.parse().unwrap();
        if std::net::TcpListener::bind(expected).is_err() {
            // A machine without IPv6.
            continue;
        }
        let proxy = Proxy::start(command().args(["--listen", text]));
        assert_eq!(proxy.address.ip(), expected.ip(), "{text}");
        assert_eq!(proxy.get("/fp/status").head.status(), 200, "{text}");
    }
}

/// Anything else shows an example, for each argument that takes such an address.
#[test]
fn other_forms() {
    for text in ["nowhere", "65536", ":", "localhost", "localhost:", "[::1]", "::1:80", "a:80"] {
        for argument in ["--listen", "--metrics"] {
            let stderr = refused(command().args([argument, text]));
            let start =
                format!("error: {argument}: expected an address and a port, like 127.0.0.1:");
            assert!(stderr.starts_with(&start), "{text}: {stderr}");
        }
    }
}
