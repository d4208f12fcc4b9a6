//! Fields on the wire, and other parts of a message: trailers, interim responses, framing.

use super::process::Proxy;
use super::upstream::{Script, Upstream, response};
use super::wire::is_cut;

/// R16.4, R5.2: framing that could be read in two ways is refused, and goes nowhere.
#[test]
fn ambiguous_framing() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    for (fields, status) in [
        ("content-length: 4\r\ncontent-length: 5", 400),
        ("content-length: 4, 5", 400),
        ("content-length: +4", 400),
        ("content-length: 4x", 400),
        ("content-length: 99999999999999999999", 400),
        ("transfer-encoding: gzip", 400),
        ("transfer-encoding: chunked, gzip", 400),
        ("transfer-encoding: gzip, chunked", 501),
        ("transfer-encoding : chunked", 400),
        ("x-folded: 1\r\n content-length: 4", 400),
        ("x-null: \0", 400),
    ] {
        let mut wire = proxy.connect();
        wire.send(format!("POST /fp/ HTTP/1.1\r\nhost: a.example\r\n{fields}\r\n\r\n0\r\n\r\n"));
        assert_eq!(wire.head().unwrap().status(), status, "{fields}");
    }
    let old =
        "POST /fp/ HTTP/1.0\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(proxy.ask(old).head.status(), 400);
    assert!(upstream.is_idle());
}

/// R5.2, RFC 9112 §6.3: a length beside a coding is dropped, and the connection is not used again,
/// so that what follows on it cannot be read as a request.
#[test]
fn a_length_beside_a_coding() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    for fields in [
        "content-length: 3\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 3",
    ] {
        let mut wire = proxy.connect();
        wire.send(format!(
            "POST /fp/ HTTP/1.1\r\nhost: a.example\r\n{fields}\r\n\r\n4\r\nbody\r\n0\r\n\r\n\
             GET /fp/smuggled HTTP/1.1\r\nhost: a.example\r\n\r\n"
        ));
        assert_eq!(wire.message().unwrap().head.status(), 200);
        // The end of the connection, clean or not: there is no second answer.
        assert!(wire.rest().map_or_else(|error| is_cut(&error), |bytes| bytes.is_empty()));
        let request = upstream.next();
        assert_eq!((request.text(), request.get("content-length")), ("body", None));
        assert!(upstream.is_idle());
    }
}

/// R16.4: a hundred fields and a head of 64 KB, both ways.
#[test]
fn large_heads() {
    // With `content-length`, and with `host`, a hundred.
    const OTHERS: usize = 99;
    let field = |n| format!("x-{n}: {}\r\n", "v".repeat(680));
    let fields: String = (0..OTHERS).map(field).collect();
    let upstream = Upstream::answering(response(&fields, b"ok"));
    let proxy = Proxy::before(&upstream);
    let answer = proxy.ask(format!("GET /fp/ HTTP/1.1\r\nhost: a.example\r\n{fields}\r\n"));
    assert_eq!(answer.text(), "ok");
    let request = upstream.next();
    for name in (0..OTHERS).map(|n| format!("x-{n}")) {
        assert_eq!(request.get(&name).unwrap().len(), 680);
        assert_eq!(answer.get(&name).unwrap().len(), 680);
    }
    let query = "q".repeat(60_000);
    assert_eq!(proxy.get(&format!("/fp/x?{query}")).head.status(), 200);
    assert_eq!(upstream.next().head.line, format!("GET /x?{query} HTTP/1.1"));
}

/// R16.4: more than that is refused, and the process lives.
#[test]
fn heads_that_are_too_large() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send("GET /fp/x HTTP/1.1\r\nhost: a.example\r\n");
    let line = format!("x-large: {}\r\n", "v".repeat(10_000));
    // The proxy may close before all is sent.
    let sent = (0..100).all(|_| wire.try_send(&line).is_ok());
    let refused = wire.head().map_or(!sent, |head| head.status() == 431);
    assert!(refused || !sent);
    assert_eq!(proxy.get("/fp/x").head.status(), 200);
}

/// R16.4: a field more than a hundred is refused.
#[test]
fn heads_of_too_many_fields() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    let others = "x-other: v\r\n".repeat(100);
    wire.send(format!("GET /fp/x HTTP/1.1\r\nhost: a.example\r\n{others}\r\n"));
    assert_eq!(wire.head().unwrap().status(), 431);
}

/// R16.1: a connection to upstream is used again only for the same host.
#[test]
fn connections_are_kept_by_host() {
    let upstream = Upstream::scripted(|Script { mut wire, seen }| {
        let mut hosts = Vec::new();
        while let Ok(message) = wire.message() {
            hosts.push(message.get("host").unwrap().to_owned());
            hosts.dedup();
            let count = hosts.len();
            seen.send(message).unwrap();
            wire.send(format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{count}"));
        }
    });
    let proxy = Proxy::before(&upstream);
    for region in ["us", "eu", "ap", "us", "eu", "ap"] {
        assert_eq!(proxy.get(&format!("/fp/x?region={region}")).text(), "1");
    }
}
