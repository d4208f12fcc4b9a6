//! Browsers that leave before the end: upstream has not failed then, and is left, too.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use firstparty::http::Request;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};

use super::http2::{Body, on_a_connection};
use super::process::Proxy;
use super::upstream::{Script, Upstream};
use super::wire::{Message, PATIENCE, Wire};

/// An upstream that tells of each head when it comes, and later whether the body behind it was whole.
/// It begins an answer at once, if it has one.
fn watching(early: &'static str) -> (Upstream, Receiver<bool>) {
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let upstream = Upstream::scripted(move |Script { mut wire, seen }| {
        while let Ok(head) = wire.head() {
            wire.send(early);
            seen.send(Message { head: head.clone(), body: Vec::new() }).unwrap();
            let is_whole = wire.body(&head).is_ok();
            tell.lock().unwrap().send(is_whole).unwrap();
        }
    });
    (upstream, told)
}

/// One line, for an exchange whose end upstream has nothing to do with.
#[track_caller]
fn assert_abandoned(lines: &[Value], status: &Value) {
    let line = lines.last().unwrap();
    let facts = ["end", "status", "failure", "cause", "requestId"].map(|name| line[name].clone());
    assert_eq!(facts, [json!("abandoned"), status.clone(), json!(null), json!(null), json!(null)]);
}

const UPLOADS: [&str; 2] = [
    "POST /fp/ HTTP/1.1\r\nhost: a.example\r\ncontent-length: 10\r\n\r\nhalf.",
    "POST /fp/ HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf.\r\n",
];

/// R16.6: an exchange that the browser leaves is logged as such, and upstream is left, too.
#[test]
fn browsers_that_wait_no_longer() {
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let upstream = Upstream::scripted(move |Script { mut wire, seen }| {
        seen.send(wire.message().unwrap()).unwrap();
        let end = wire.rest().is_ok();
        tell.lock().unwrap().send(end).unwrap();
    });
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send("GET /fp/x HTTP/1.1\r\nhost: a.example\r\n\r\n");
    upstream.next();
    drop(wire);
    let end = told.recv_timeout(PATIENCE);
    assert!(end.is_ok(), "the connection to upstream ends");
    assert_abandoned(&proxy.wait_for_exchanges(1), &Value::Null);
}

/// R9.1, R11.1, R16.5: a browser that leaves while it uploads is no failure of upstream's. It gets no answer,
/// and upstream never takes the part for the whole.
#[test]
fn browsers_that_leave_while_they_upload() {
    let (upstream, told) = watching("");
    let proxy = Proxy::before(&upstream);
    let ends: [fn(Wire); 3] = [drop, Wire::reset, |mut wire| {
        // Whoever only says that nothing follows gets no answer either.
        wire.stream().shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(wire.rest().unwrap_or_default(), b"");
    }];
    let all = UPLOADS.iter().flat_map(|upload| ends.map(|end| (upload, end)));
    for (count, (upload, end)) in all.enumerate() {
        let mut wire = proxy.connect();
        wire.send(upload);
        upstream.next();
        end(wire);
        assert_eq!(told.recv_timeout(PATIENCE), Ok(false), "{upload}");
        assert_abandoned(&proxy.wait_for_exchanges(count + 1), &Value::Null);
    }
}

/// R11.1, R16.2: the same, if upstream is in the middle of its answer by then.
#[test]
fn browsers_that_leave_an_early_answer() {
    let (upstream, told) = watching("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst");
    let proxy = Proxy::before(&upstream);
    for (count, upload) in UPLOADS.iter().enumerate() {
        let mut wire = proxy.connect();
        wire.send(upload);
        assert_eq!(wire.head().unwrap().status(), 200);
        assert_eq!(wire.take(5).unwrap(), b"first");
        drop(wire);
        assert_eq!(told.recv_timeout(PATIENCE), Ok(false), "{upload}");
        assert_abandoned(&proxy.wait_for_exchanges(count + 1), &json!(200));
    }
}

/// R16.2: an upstream that has answered all before the browser has sent all has not failed, either.
#[test]
fn early_answers_stay_answers() {
    let (upstream, _told) = watching("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n");
    let proxy = Proxy::before(&upstream);
    for (count, upload) in UPLOADS.iter().enumerate() {
        let mut wire = proxy.connect();
        wire.send(upload);
        assert_eq!(wire.message().unwrap().head.status(), 413);
        drop(wire);
        let lines = proxy.wait_for_exchanges(count + 1);
        let line = lines.last().unwrap();
        let facts = ["end", "status", "failure"].map(|name| line[name].clone());
        assert_eq!(facts, [json!("complete"), json!(413), json!(null)]);
    }
}

/// R9.1, R11.1, R16.5: over HTTP/2 a browser may end the stream alone, or the connection with it.
#[test]
fn streams_that_end_while_they_upload() {
    let (upstream, told) = watching("");
    let proxy = Proxy::before(&upstream);
    let others = Arc::new((upstream, Mutex::new(told)));
    let head = on_another_thread(&others, |(upstream, _)| drop(upstream.next()));
    let is_whole =
        on_another_thread(&others, |(_, told)| told.lock().unwrap().recv_timeout(PATIENCE));
    on_a_connection(&proxy, |mut sender| async move {
        for _ in 0..2 {
            let response = tokio::spawn(sender.send_request(half_an_upload()));
            head().await;
            response.abort();
            assert_eq!(is_whole().await, Ok(false));
        }
        // The connection ends with this function.
        tokio::spawn(sender.send_request(half_an_upload()));
        head().await;
    });
    assert_eq!(others.1.lock().unwrap().recv_timeout(PATIENCE), Ok(false));
    for line in proxy.wait_for_exchanges(3) {
        assert_abandoned(&[line], &Value::Null);
    }
}

/// The opening of an HTTP/2 connection (RFC 9113 §3.4).
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A POST of `/fp/` with half of its content (RFC 9113 §4.1; RFC 7541 §6).
fn half_an_upload_as_frames(stream: u8) -> Vec<u8> {
    [
        b"\0\0\x13\x01\x04\0\0\0",
        &[stream][..],         // HEADERS, END_HEADERS, 19 bytes
        b"\x83\x86",           // :method POST, :scheme http
        b"\x04\x04/fp/",       // :path, 4 bytes
        b"\x01\x09a.example",  // :authority, 9 bytes
        b"\0\0\x05\0\0\0\0\0", // DATA, 5 bytes
        &[stream],
        b"half.",
    ]
    .concat()
}

/// `RST_STREAM` with `NO_ERROR` (RFC 9113 §6.4).
fn reset_without_error(stream: u8) -> Vec<u8> {
    [b"\0\0\x04\x03\0\0\0\0", &[stream][..], b"\0\0\0\0"].concat()
}

/// R16.2, R16.5: a stream that the browser resets without naming an error has ended early, too. Upstream
/// does not take the part for the whole.
#[test]
fn streams_that_are_reset_without_an_error() {
    let (upstream, told) = watching("");
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send(HTTP_2);
    // Whether the proxy first notices the end of the exchange or of its body is a matter of chance.
    let streams = (1..40).step_by(2);
    for stream in streams.clone() {
        wire.send(half_an_upload_as_frames(stream));
        upstream.next();
        wire.send(reset_without_error(stream));
        assert_eq!(told.recv_timeout(PATIENCE), Ok(false), "stream {stream}");
    }
    for line in proxy.wait_for_exchanges(streams.len()) {
        assert_abandoned(&[line], &Value::Null);
    }
}

fn half_an_upload() -> Request<Body> {
    let half = stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from("half.")))]);
    let body: Body = BodyExt::boxed(StreamBody::new(half.chain(stream::pending())));
    Request::post("http://a.example/fp/").body(body).unwrap()
}

/// Waits where waiting keeps no connection from going on.
fn on_another_thread<S: Send + Sync + 'static, T: Send + 'static>(
    shared: &Arc<S>,
    wait: fn(&S) -> T,
) -> impl Fn() -> Pin<Box<dyn Future<Output = T>>> + use<S, T> {
    let shared = Arc::clone(shared);
    move || {
        let shared = Arc::clone(&shared);
        let waiting = tokio::task::spawn_blocking(move || wait(&shared));
        Box::pin(async { waiting.await.unwrap() })
    }
}
