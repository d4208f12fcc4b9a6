//! Which requests are sent again, and after what (contract R16.1).

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::process::Proxy;
use super::upstream::Upstream;
use super::wire::{Message, PATIENCE, Wire};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

const GET: &str = "GET /fp/x HTTP/1.1\r\nhost: a.example\r\n\r\n";
const POST: &str = "POST /fp/ HTTP/1.1\r\nhost: a.example\r\ncontent-length: 2\r\n\r\n{}";

/// An upstream that answers until a request comes over a connection that has served before. It takes
/// that one and ends the connection.
struct Trap {
    upstream: Upstream,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    has_sprung: AtomicBool,
    requests: AtomicUsize,
}

/// What the upstream does once the trap has sprung.
#[derive(Clone, Copy)]
enum Then {
    Answer,
    EndEveryConnection,
}

impl Trap {
    /// Before it ends the connection, this much of an answer is sent.
    fn sending(part: &'static str, then: Then) -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let upstream = Upstream::scripted(move |mut script| {
            let mut is_kept = false;
            while take_request(&mut script.wire, &shared) {
                let is_over = matches!(then, Then::EndEveryConnection) && shared.has_sprung();
                if is_over || (is_kept && !shared.has_sprung.swap(true, Ordering::SeqCst)) {
                    script.wire.send(part);
                    return;
                }
                script.wire.send(OK);
                is_kept = true;
            }
        });
        Self { upstream, state }
    }

    /// Asks until the trap has sprung, and gives the answer to the request that met it, and how many
    /// times that was sent again. A connection may be kept only a moment after its answer has come.
    fn meet(&self, proxy: &Proxy, request: &str) -> (Message, usize) {
        let start = Instant::now();
        for asked in 1.. {
            assert!(start.elapsed() < PATIENCE, "no connection is kept");
            let answer = ask(proxy, request);
            if self.state.has_sprung() {
                return (answer, self.state.requests.load(Ordering::SeqCst) - asked);
            }
            assert_eq!(answer.head.status(), 200);
        }
        unreachable!("it has been counted for ever");
    }
}

impl State {
    fn has_sprung(&self) -> bool {
        self.has_sprung.load(Ordering::SeqCst)
    }
}

fn take_request(wire: &mut Wire, state: &State) -> bool {
    let is_there = wire.message().is_ok();
    state.requests.fetch_add(usize::from(is_there), Ordering::SeqCst);
    is_there
}

fn ask(proxy: &Proxy, request: &str) -> Message {
    let mut wire = proxy.connect();
    wire.send(request);
    if request.starts_with("HEAD") { wire.message_without_body() } else { wire.message() }.unwrap()
}

fn assert_failed(answer: &Message) {
    assert_eq!(answer.head.status(), 500);
    assert!(answer.text().contains("upstream did not speak HTTP as expected"), "{answer:?}");
}

/// R16.1: a GET or HEAD that met a connection which upstream was closing is sent again.
#[test]
fn a_get_or_head_is_repeated() {
    for method in ["GET", "HEAD"] {
        let trap = Trap::sending("", Then::Answer);
        let proxy = Proxy::before(&trap.upstream);
        let (answer, repeats) = trap.meet(&proxy, &GET.replace("GET", method));
        assert_eq!((answer.head.status(), repeats), (200, 1), "{method}");
    }
}

/// R16.1: an identification request is sent at most once, and so is one with content or with another
/// method.
#[test]
fn nothing_else_is_repeated() {
    let others = ["OPTIONS", "DELETE", "PATCH", "PUT"].map(|method| GET.replace("GET", method));
    let with_content = POST.replace("POST", "GET");
    for request in others.iter().map(String::as_str).chain([POST, &with_content]) {
        let trap = Trap::sending("", Then::Answer);
        let proxy = Proxy::before(&trap.upstream);
        let (answer, repeats) = trap.meet(&proxy, request);
        assert_failed(&answer);
        assert_eq!(repeats, 0, "{request}");
        assert_eq!(ask(&proxy, request).head.status(), 200, "a new connection");
    }
}

/// R16.1: after one byte of an answer the failure is upstream's.
#[test]
fn an_answer_that_began_is_not_asked_for_again() {
    let trap = Trap::sending("H", Then::Answer);
    let (answer, repeats) = trap.meet(&Proxy::before(&trap.upstream), GET);
    assert_failed(&answer);
    assert_eq!(repeats, 0);
}

/// R16.1, R16.5: a browser that stops in the middle of its body breaks a kept connection, but upstream
/// does not, and nothing is sent again.
#[test]
fn a_silent_browser_is_no_broken_connection() {
    let trap = Trap::sending("", Then::Answer);
    let proxy = Proxy::with(trap.upstream.address, &["--idle-timeout-ms", "400"]);
    // The trap springs only when the whole of a request has come over a kept connection.
    let answer = |length: usize| {
        let mut wire = proxy.connect();
        let head =
            format!("POST /fp/ HTTP/1.1\r\nhost: a.example\r\ncontent-length: {length}\r\n\r\n");
        wire.send(head + "{}");
        wire.message().unwrap()
    };
    assert_eq!(answer(2).head.status(), 200);
    let stalled = answer(5);
    assert_eq!(stalled.head.status(), 408);
    assert!(stalled.text().contains("the request did not arrive in time"), "{stalled:?}");
    assert!(!trap.state.has_sprung(), "it was sent whole");
}

/// R16.1: an upstream that takes requests and ends is asked once more, and that is all.
#[test]
fn a_request_is_repeated_once() {
    let trap = Trap::sending("", Then::EndEveryConnection);
    let (answer, repeats) = trap.meet(&Proxy::before(&trap.upstream), GET);
    assert_failed(&answer);
    assert_eq!(repeats, 1);
}

/// R16.1: a connection that never served was not kept too long, whatever else is wrong with it.
#[test]
fn a_new_connection_that_breaks_is_a_failure() {
    let requests = Arc::new(State::default());
    let counted = Arc::clone(&requests);
    let upstream = Upstream::scripted(move |mut script| {
        take_request(&mut script.wire, &counted);
    });
    assert_failed(&ask(&Proxy::before(&upstream), GET));
    assert_eq!(requests.requests.load(Ordering::SeqCst), 1);
}

/// R16.1: a kept connection that nobody needs is closed from this side, before upstream would.
#[test]
fn idle_connections_are_closed() {
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let upstream = Upstream::scripted(move |mut script| {
        while script.wire.message().is_ok() {
            script.wire.send(OK);
        }
        tell.lock().unwrap().send(script.wire.rest().is_ok()).unwrap();
    });
    let proxy = Proxy::with(upstream.address, &["--pool-idle-timeout-ms", "300"]);
    assert_eq!(ask(&proxy, POST).head.status(), 200);
    assert_eq!(told.recv_timeout(PATIENCE), Ok(true), "an end, while the proxy goes on");
    assert_eq!(ask(&proxy, POST).head.status(), 200, "a new connection");
}
