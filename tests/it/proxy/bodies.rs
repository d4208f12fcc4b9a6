//! Bodies, of any length and in either direction: the same bytes, as they come (R16.2).

use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};

use super::process::Proxy;
use super::upstream::{Script, Upstream, response};
use super::wire::{PATIENCE, chunk, pattern};

const MEGABYTE: usize = 1024 * 1024;

/// R16.2, R5.2: a request body with its length keeps it.
#[test]
fn request_with_length() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let body = pattern(MEGABYTE);
    let mut wire = proxy.connect();
    wire.send(format!(
        "POST /fp/result HTTP/1.1\r\nhost: a.example\r\ncontent-length: {MEGABYTE}\r\n\r\n"
    ));
    wire.send(&body);
    assert_eq!(wire.message().unwrap().head.status(), 200);
    let request = upstream.next();
    assert_eq!(request.get("content-length"), Some("1048576"));
    assert!(request.body == body);
}

/// R16.2: a request body in chunks stays one.
#[test]
fn request_in_chunks() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let body = pattern(MEGABYTE);
    let mut wire = proxy.connect();
    wire.send(
        "POST /fp/result HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\
         content-encoding: gzip\r\n\r\n",
    );
    for piece in body.chunks(10_000) {
        wire.send_chunk(piece);
    }
    wire.send("0\r\n\r\n");
    assert_eq!(wire.message().unwrap().head.status(), 200);
    let request = upstream.next();
    assert_eq!(request.get("transfer-encoding"), Some("chunked"));
    assert_eq!(request.get("content-encoding"), Some("gzip"));
    assert!(request.body == body);
}

/// R16.2: a response body keeps its framing and its coding, whatever both are.
#[test]
fn responses() {
    let body = pattern(MEGABYTE);
    let coding = "content-encoding: br\r\n";
    let head = format!("HTTP/1.1 200 OK\r\n{coding}transfer-encoding: chunked\r\n\r\n");
    let pieces: Vec<u8> = body.chunks(10_000).flat_map(chunk).collect();
    let chunked = [head.as_bytes(), &pieces, b"0\r\n\r\n"].concat();
    for (bytes, framing) in [(response(coding, &body), "content-length"), (chunked, "chunked")] {
        let proxy = Proxy::before(&Upstream::answering(bytes));
        let answer =
            proxy.ask("GET /fp/x HTTP/1.1\r\nhost: a.example\r\naccept-encoding: br\r\n\r\n");
        assert_eq!(answer.get("content-length").is_some(), framing == "content-length");
        assert_eq!(answer.get("content-encoding"), Some("br"));
        assert!(answer.body == body, "{framing}");
    }
}

/// R16.2: a response that ends with its connection, and has said so by having no length.
#[test]
fn response_up_to_the_end() {
    let body = pattern(MEGABYTE);
    let sent = body.clone();
    let upstream = Upstream::scripted(move |Script { mut wire, .. }| {
        wire.message().unwrap();
        wire.send("HTTP/1.1 200 OK\r\n\r\n");
        wire.send(&sent);
    });
    let answer = Proxy::before(&upstream).get("/fp/x");
    assert!(answer.body == body);
}

/// R16.2: upstream has the beginning of a request while the browser still holds back the rest.
#[test]
fn requests_are_not_gathered() {
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let upstream = Upstream::scripted(move |Script { mut wire, .. }| {
        wire.head().unwrap();
        let first = wire.chunk().unwrap();
        tell.lock().unwrap_or_else(PoisonError::into_inner).send(first).unwrap();
        while wire.chunk().unwrap().is_some() {}
        wire.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send("POST /fp/ HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n");
    wire.send_chunk(b"first");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().unwrap(), b"first");
    wire.send_chunk(b"last");
    wire.send("0\r\n\r\n");
    assert_eq!(wire.message().unwrap().head.status(), 200);
}

/// R16.2: the browser has the beginning of a response while upstream still holds back the rest.
#[test]
fn responses_are_not_gathered() {
    let (tell, told) = channel();
    let told = Mutex::new(told);
    let upstream = Upstream::scripted(move |Script { mut wire, .. }| {
        wire.message().unwrap();
        wire.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        wire.send_chunk(b"first");
        told.lock().unwrap().recv_timeout(PATIENCE).unwrap();
        wire.send_chunk(b"last");
        wire.send("0\r\n\r\n");
    });
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send("GET /fp/x HTTP/1.1\r\nhost: a.example\r\n\r\n");
    wire.head().unwrap();
    assert_eq!(wire.chunk().unwrap().unwrap(), b"first");
    tell.send(()).unwrap();
    assert_eq!(wire.chunk().unwrap().unwrap(), b"last");
    assert_eq!(wire.chunk().unwrap(), None);
}

/// R16.2: an answer may come before the request has ended, and is not held back.
#[test]
fn early_answers() {
    let upstream = Upstream::scripted(|Script { mut wire, .. }| {
        wire.head().unwrap();
        wire.send("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n");
        let _ = wire.rest();
    });
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send("POST /fp/ HTTP/1.1\r\nhost: a.example\r\ncontent-length: 10\r\n\r\nhalf.");
    assert_eq!(wire.head().unwrap().status(), 413);
}

/// RFC 9110 §8.6, RFC 9112 §6: how the bodies of unusual requests are framed.
#[test]
fn unusual_framing() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    for (request, framing, body) in [
        (
            "GET",
            (None, Some("chunked")),
            "transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        ),
        ("GET", (Some("4"), None), "content-length: 4\r\n\r\nbody"),
        ("DELETE", (Some("4"), None), "content-length: 4\r\n\r\nbody"),
        ("POST", (Some("0"), None), "\r\n"),
        ("DELETE", (None, None), "\r\n"),
    ] {
        let text = format!("{request} /fp/x HTTP/1.1\r\nhost: a.example\r\n{body}");
        assert_eq!(proxy.ask(&text).head.status(), 200);
        let seen = upstream.next();
        let framed = (seen.get("content-length"), seen.get("transfer-encoding"));
        assert_eq!(framed, framing, "{text}");
        assert_eq!(seen.text(), if body.contains("body") { "body" } else { "" }, "{text}");
    }
}

/// R9.4: the answer to HEAD keeps the length of what it leaves out, and the connection goes on.
#[test]
fn head_requests() {
    let upstream = Upstream::answering("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    for _ in 0..2 {
        wire.send("HEAD /fp/x HTTP/1.1\r\nhost: a.example\r\n\r\n");
        let head = wire.message_without_body().unwrap();
        assert_eq!(head.get("content-length"), Some("1000"));
    }
}
