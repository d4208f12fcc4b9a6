//! The end of the proxy: open exchanges finish, or are cut so that browsers notice.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::process::{Proxy, SECRET, exchanges};
use super::upstream::{Script, Upstream};
use super::wire::Wire;

/// An upstream that begins the answer which the path names, and goes on with none.
fn unfinished() -> Upstream {
    Upstream::scripted(|Script { mut wire, seen }| {
        let head = wire.head().unwrap();
        let (_, answer) = BEGINNINGS.iter().find(|(path, _)| head.line.contains(path)).unwrap();
        wire.send(answer);
        seen.send(super::wire::Message { head, body: Vec::new() }).unwrap();
        let _ = wire.rest();
    })
}

const BEGINNINGS: [(&str, &str); 4] = [
    ("/length", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst"),
    ("/chunked", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n"),
    ("/to-the-end", "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nfirst"),
    ("/silent", ""),
];

/// The exchanges that such an upstream leaves open, each on its own connection, with both versions and
/// with a request that has not ended. Every browser has all that there is.
fn open_exchanges(proxy: &Proxy, upstream: &Upstream) -> Vec<Wire> {
    let get = "GET /fp{path} HTTP/{version}\r\nhost: a.example\r\n\r\n";
    let post = "POST /fp{path} HTTP/{version}\r\nhost: a.example\r\ncontent-length: 9\r\n\r\nhalf";
    let mut browsers = Vec::new();
    for version in ["1.0", "1.1"] {
        for ((path, beginning), request) in
            BEGINNINGS.iter().flat_map(|beginning| [(beginning, get), (beginning, post)])
        {
            let mut wire = proxy.connect();
            wire.send(request.replace("{path}", path).replace("{version}", version));
            upstream.next();
            if !beginning.is_empty() {
                let head = wire.head().unwrap();
                let is_chunked = head.get("transfer-encoding").is_some();
                let body =
                    if is_chunked { wire.chunk().unwrap().unwrap() } else { wire.take(5).unwrap() };
                assert_eq!(body, b"first");
            }
            browsers.push(wire);
        }
    }
    browsers
}

/// R16.2: nothing more comes, and the browser cannot take that for an end.
fn assert_reset(browsers: Vec<Wire>) {
    for mut wire in browsers {
        assert_eq!(wire.rest().unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}

/// R16.6: a line for each, and no failure of upstream's.
#[track_caller]
fn assert_cut(log: &str, count: usize) {
    let lines = exchanges(log);
    assert_eq!(lines.len(), count, "{log}");
    for line in &lines {
        assert!(line["end"] == "cut" && line["failure"].is_null(), "{line}");
    }
    assert_eq!(lines.iter().filter(|line| line["status"].is_null()).count(), count / 4);
}

/// A signal ends the proxy when its open exchanges have ended, and no sooner.
#[test]
fn graceful_end() {
    let gate = Arc::new(Barrier::new(2));
    let upstream = Upstream::scripted({
        let gate = Arc::clone(&gate);
        move |Script { mut wire, .. }| {
            wire.message().unwrap();
            wire.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst");
            gate.wait();
            wire.send("-last");
        }
    });
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send("GET /fp/x?secret-query HTTP/1.1\r\nhost: a.example\r\n\r\n");
    let head = wire.head().unwrap();
    assert_eq!(wire.take(5).unwrap(), b"first");

    let idle = proxy.connect();
    proxy.terminate();
    // New connections are refused once the signal is noticed; the open exchange goes on.
    let start = Instant::now();
    while TcpStream::connect(proxy.address).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "it goes on listening");
    }
    proxy.wait_for(
        "stopping: waiting for 1 open exchange, at most 10s; a second signal ends at once",
    );
    gate.wait();
    assert_eq!((head.status(), wire.take(5).unwrap().as_slice()), (200, b"-last".as_slice()));
    let (status, log) = proxy.ended();
    assert!(status.success(), "{status}");
    drop(idle);

    assert_one_line(&log);
}

/// R16.6: one line for the exchange, with the report and nothing of the request.
fn assert_one_line(log: &str) {
    let lines: Vec<_> = log.lines().filter_map(|line| line.strip_prefix("exchange ")).collect();
    let [line] = lines[..] else { panic!("one line: {log}") };
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["route"], &line["status"], &line["end"]),
        (&"api".into(), &200.into(), &"complete".into())
    );
    assert!(line["micros"].is_u64() && line["secret_sent"] == false);
    for word in [SECRET, "secret-query", "a.example"] {
        assert!(!log.contains(word), "{word} in {log}");
    }
}

/// R16.2, R16.6: exchanges that do not end are cut when the time for it is over, whatever frames their
/// bodies and even if upstream has not answered yet.
#[test]
fn bounded_end() {
    let upstream = unfinished();
    let proxy = Proxy::with(upstream.address, &["--shutdown-timeout-ms", "200"]);
    let browsers = open_exchanges(&proxy, &upstream);
    let count = browsers.len();
    proxy.terminate();
    assert_reset(browsers);
    let (status, log) = proxy.ended();
    assert!(status.success(), "{status}");
    assert!(log.contains(&format!("stopping: waiting for {count} open exchanges, at most 200ms")));
    assert_cut(&log, count);
}

/// The opening of an HTTP/2 connection, and a GET of `/fp/silent` on its first stream (RFC 9113 §3.4, §4.1;
/// RFC 7541 §6).
const HTTP_2_REQUEST: [&[u8]; 8] = [
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\0\0\0\x04\0\0\0\0\0",       // SETTINGS
    b"\0\0\x19\x01\x05\0\0\0\x01", // HEADERS, END_STREAM and END_HEADERS, 25 bytes
    b"\x82\x86",                   // :method GET, :scheme http
    b"\x04\x0a",                   // :path, 10 bytes
    b"/fp/silent",
    b"\x01\x09", // :authority, 9 bytes
    b"a.example",
];

/// R16.2, R16.6: so are those that share a connection over HTTP/2.
#[test]
fn bounded_end_of_http_2() {
    let upstream = unfinished();
    let proxy = Proxy::with(upstream.address, &["--shutdown-timeout-ms", "200"]);
    let mut wire = proxy.connect();
    wire.send(HTTP_2_REQUEST.concat());
    upstream.next();
    proxy.terminate();
    assert_reset(vec![wire]);
    let (status, log) = proxy.ended();
    assert!(status.success() && log.contains("waiting for 1 open exchange,"), "{status} {log}");
    let lines = exchanges(&log);
    assert!(lines.len() == 1 && lines[0]["end"] == "cut", "{log}");
}

/// The example's own duty: a second signal does not wait, and the exit status says which one it was.
#[test]
fn impatient_end() {
    let upstream = unfinished();
    for (first, second, code) in [("TERM", "INT", 130), ("INT", "TERM", 143), ("INT", "INT", 130)] {
        let proxy = Proxy::with(upstream.address, &["--shutdown-timeout-ms", "600000"]);
        let browsers = open_exchanges(&proxy, &upstream);
        let count = browsers.len();
        proxy.signal(first);
        proxy.wait_for(&format!("stopping: waiting for {count} open exchanges"));
        proxy.signal(second);
        assert_reset(browsers);
        let (status, log) = proxy.ended();
        assert_eq!(status.code(), Some(code), "{first} {second}");
        assert_cut(&log, count);
    }
}

/// With nothing open there is nothing to wait for.
#[test]
fn idle_end() {
    let upstream = Upstream::plain();
    let proxy = Proxy::with(upstream.address, &["--shutdown-timeout-ms", "600000"]);
    let mut kept = proxy.connect();
    kept.send("GET /fp/x HTTP/1.1\r\nhost: a.example\r\n\r\n");
    assert_eq!(kept.message().unwrap().head.status(), 200);
    proxy.wait_for_exchanges(1);
    proxy.terminate();
    assert_eq!(kept.rest().unwrap(), b"", "an end, not a cut");
    let (status, log) = proxy.ended();
    assert!(status.success() && log.lines().any(|line| line == "stopping"), "{log}");
}
