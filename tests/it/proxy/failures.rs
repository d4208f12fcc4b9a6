//! Upstream fails: before its head the browser gets an answer, after it a visible cut.

use std::io::{ErrorKind, Write};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::process::{Proxy, SECRET};
use super::upstream::{NOBODY, Script, Upstream};
use super::wire::Message;

const CONNECT: &str = "could not connect to upstream";
const TIMEOUT: &str = "upstream did not answer in time";
const PROTOCOL: &str = "upstream did not speak HTTP as expected";

/// Asks in all four ways and checks each answer.
fn assert_fails(proxy: &Proxy, sentence: &str) {
    for origin in ["", "origin: https://shop.example\r\n"] {
        let fields = format!("host: shop.example\r\n{origin}");
        let post = format!("POST /fp/result HTTP/1.1\r\n{fields}content-length: 2\r\n\r\n{{}}");
        let answer = proxy.ask(post);
        assert_identification_failed(&answer, sentence);
        assert_cors(&answer, !origin.is_empty());

        let answer = proxy.ask(format!("GET /fp/agent?apiKey=k HTTP/1.1\r\n{fields}\r\n"));
        assert_eq!(answer.json(), json!({ "error": sentence }));
        assert_cors(&answer, !origin.is_empty());
    }
}

/// R9.1: the form that the browser's agent reads.
fn assert_identification_failed(answer: &Message, sentence: &str) {
    let json = answer.json();
    let id = json["requestId"].as_str().unwrap();
    let (millis, tail) = id.split_once('.').unwrap();
    assert!(millis.len() >= 13 && millis.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    assert!(tail.len() == 6 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    let error = json!({ "code": "IntegrationFailed", "message": sentence });
    let expected = json!({ "v": "2", "error": error, "requestId": id, "products": {} });
    assert_eq!(json, expected);
}

fn assert_cors(answer: &Message, with_origin: bool) {
    assert_eq!(answer.head.status(), 500);
    assert_eq!(answer.get("content-type"), Some("application/json"));
    assert_eq!(answer.get("cache-control"), Some("no-store"));
    let some = |text| with_origin.then_some(text);
    assert_eq!(answer.get("access-control-allow-origin"), some("https://shop.example"));
    assert_eq!(answer.get("access-control-allow-credentials"), some("true"));
    assert_eq!(answer.get("vary"), some("origin"));
}

/// R16.4: a connection that does not come about in time; upstream's queue is full.
#[test]
fn connection_not_made_in_time() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200));
    let waiting: Vec<_> = std::iter::repeat_with(connect).map_while(Result::ok).collect();
    assert!(!waiting.is_empty(), "the queue has room for at least one");

    let start = Instant::now();
    assert_fails(&Proxy::with(address, &["--connect-timeout-ms", "300"]), CONNECT);
    assert!(start.elapsed() >= Duration::from_millis(4 * 300), "{:?}", start.elapsed());
}

/// R9.1, R16.5: no HTTP at all; and nothing of it reaches the browser or the log.
#[test]
fn garbage() {
    let upstream = Upstream::scripted(|mut script| {
        script.wire.message().unwrap();
        script.wire.send("SSH-2.0-garbage\r\n\r\n");
    });
    let proxy = Proxy::before(&upstream);
    assert_fails(&proxy, PROTOCOL);
    proxy.wait_for("\"failure\":\"protocol\"");
    assert!(!proxy.log().contains("garbage"));
}

/// Limits for the first byte and for silence, in milliseconds.
fn limits(first_byte: &'static str, idle: &'static str) -> [&'static str; 4] {
    ["--first-byte-timeout-ms", first_byte, "--idle-timeout-ms", idle]
}

/// R16.4, R16.5: a browser that stops in the middle of its body is told so, whichever limit is longer.
/// Upstream has not failed, and never sees a whole request.
#[test]
fn a_browser_falls_silent() {
    let upstream = Upstream::plain();
    for (method, limits) in [
        ("POST", limits("400", "400")),
        ("POST", limits("200", "600")),
        ("PUT", limits("15000", "300")),
    ] {
        let proxy = Proxy::with(upstream.address, &limits);
        let mut wire = proxy.connect();
        wire.send(format!(
            "{method} /fp/ HTTP/1.1\r\nhost: a.example\r\norigin: https://shop.example\r\n\
             content-length: 10\r\n\r\nhalf.",
        ));
        let answer = wire.message().unwrap();
        assert_eq!(answer.head.status(), 408, "{limits:?}");
        assert_eq!(answer.json(), json!({ "error": "the request did not arrive in time" }));
        assert_eq!(answer.get("connection"), Some("close"));
        assert_eq!(answer.get("access-control-allow-origin"), Some("https://shop.example"));
        assert_eq!(wire.rest().unwrap(), b"", "an end");
        assert!(upstream.is_idle());
        assert_eq!(outcome(&proxy), json!(["upload_timeout", 408, null, false, null, "complete"]));
    }
}

/// R16.4, R16.5: an upstream that stops reading while the browser goes on has failed, whichever limit
/// is longer.
#[test]
fn an_upstream_stops_reading() {
    let (end, ended) = channel::<()>();
    let ended = Mutex::new(ended);
    let upstream = Upstream::scripted(move |mut script| {
        script.wire.head().unwrap();
        let _ = ended.lock().unwrap().recv();
    });
    for limits in [limits("400", "400"), limits("600", "200"), limits("400", "15000")] {
        let proxy = Proxy::with(upstream.address, &limits);
        let mut wire = proxy.connect();
        // More than lies between the two.
        let body = vec![0; 64 * 1024 * 1024];
        let length = body.len();
        wire.send(format!(
            "POST /fp/ HTTP/1.1\r\nhost: a.example\r\ncontent-length: {length}\r\n\r\n"
        ));
        let mut stream = wire.stream().try_clone().unwrap();
        let sending = std::thread::spawn(move || stream.write_all(&body));
        assert_identification_failed(&wire.message().unwrap(), TIMEOUT);
        wire.stream().shutdown(std::net::Shutdown::Both).unwrap();
        assert!(sending.join().unwrap().is_err(), "upstream reads nothing");
        let outcome = outcome(&proxy);
        assert_eq!(outcome.as_array().unwrap()[..3], [json!(null), json!(null), json!("timeout")]);
    }
    drop(end);
}

/// What the log says of the only exchange.
fn outcome(proxy: &Proxy) -> Value {
    let line = proxy.wait_for_exchanges(1).remove(0);
    let names = ["cause", "status", "failure", "secret_sent", "requestId", "end"];
    names.map(|name| line[name].clone()).into()
}

/// An upstream that sends this and ends.
fn breaking(response: &'static str) -> Upstream {
    Upstream::scripted(move |Script { mut wire, .. }| {
        wire.message().unwrap();
        wire.send(response);
    })
}

const LENGTH: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf.\r\n";

/// R16.2: a response that breaks off behind its head is cut, and the browser notices, even one of
/// HTTP/1.0, which would take an orderly end of the connection for that of the body.
#[test]
fn a_broken_response_is_cut() {
    for (response, version) in
        [(LENGTH, "1.0"), (LENGTH, "1.1"), (CHUNKED, "1.0"), (CHUNKED, "1.1")]
    {
        let proxy = Proxy::before(&breaking(response));
        let mut wire = proxy.connect();
        wire.send(format!("GET /fp/x HTTP/{version}\r\nhost: a.example\r\n\r\n"));
        let error = wire.rest().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{version} {response}: {error}");
        proxy.wait_for("\"end\":\"cut\"");
    }
}

/// R16.5, R16.6: neither the answer nor the log has the secret, a query or the system's words.
#[test]
fn failures_are_told_in_general_words() {
    let proxy = Proxy::with(NOBODY, &[]);
    let answer = proxy.get("/fp/agent?apiKey=the-key");
    assert!(!answer.text().contains("refused") && !answer.text().contains("os error"));
    proxy.wait_for("\"failure\":\"connect\"");
    let log = proxy.log();
    for word in [SECRET, "the-key", "www.example.com", "refused"] {
        assert!(!log.contains(word), "{word} in {log}");
    }
}
