//! Servers that are broken: a clear verdict each time, and within the limits.

use std::time::Duration;

use firstparty::doctor::ProbeFailure;

use super::run::{EVERYTHING, Run};
use crate::proxy::upstream::{NOBODY, Script, Upstream};

/// R11.4: what is no answer is told apart.
#[test]
fn failures_are_told_apart() {
    for (name, answer, expected) in [
        ("closes at once", "", ProbeFailure::Protocol),
        ("half a head", "HTTP/1.1 200 OK\r\ncontent-ty", ProbeFailure::Protocol),
        ("half a body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", ProbeFailure::Protocol),
        ("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", ProbeFailure::Protocol),
        (
            "a head of one megabyte",
            &format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "a".repeat(1 << 20)),
            ProbeFailure::HeadTooLarge,
        ),
        (
            "fields without end",
            &format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(1 << 16)),
            ProbeFailure::HeadTooLarge,
        ),
    ] {
        let server = Upstream::scripted(ending(answer));
        assert_unreachable(&Run::at("http", server.address, &[]), name, expected);
    }
    assert_unreachable(&Run::at("http", NOBODY, &[]), "nobody", ProbeFailure::Connect);
}

/// R11.4: the URL alone leads to the server, by a name or by an address.
#[test]
fn names_and_addresses_are_connected_to() {
    let server = Upstream::answering("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("http://{host}:{}/ore54guier", server.address.port());
        let run = Run::with(&[&url, "--json"]);
        assert!(run.checks("ok").contains(&"reachable".to_owned()), "{}", run.out);
        let url = format!("http://{host}:{}/ore54guier", NOBODY.port());
        assert_unreachable(&Run::with(&[&url, "--json"]), host, ProbeFailure::Connect);
    }
}

/// R11.4: a name that leads nowhere.
#[test]
fn a_name_may_resolve_to_nothing() {
    // RFC 6761 §6.4: it never does.
    let run = Run::with(&["https://www.shop.invalid/ore54guier", "--json"]);
    assert_eq!((run.status, run.checks("fail")), (1, vec!["resolves".to_owned()]), "{}", run.out);
}

/// R11.4: nothing is waited for longer than it may take, whatever the server does meanwhile.
#[test]
fn waiting_has_an_end() {
    let silent = Upstream::scripted(|mut script| drop(script.wire.rest()));
    assert_late(&Run::at("http", silent.address, &LIMIT), "never answers");
    assert_late(&Run::at("https", silent.address, &LIMIT), "never shakes hands");
    let begun = Upstream::scripted(|mut script| {
        let _ = script.wire.head();
        let _ = script.wire.try_send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nbegun");
        let _ = script.wire.rest();
    });
    assert_late(&Run::at("http", begun.address, &LIMIT), "stops in the body");
    for (name, head, more) in [
        ("head in drops", "HTTP/1.1 200 OK\r\na: ", "a"),
        ("body in drops", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\na\r\n"),
        ("interim responses without end", "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ] {
        let server = Upstream::scripted(dripping(head, more));
        assert_late(&Run::at("http", server.address, &LIMIT), name);
    }
}

/// R11.4: all requests together have a limit, too.
#[test]
fn the_whole_has_an_end() {
    let server = Upstream::scripted(|mut script| {
        let is_status =
            script.wire.head().is_ok_and(|head| head.line.starts_with("GET /ore54guier/status "));
        if is_status {
            let _ = script.wire.try_send("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        }
        let _ = script.wire.rest();
    });
    let run = Run::at("http", server.address, &[&EVERYTHING[..], &["--timeout", "0.5"]].concat());
    assert!(run.checks("ok").contains(&"reachable".to_owned()), "{}", run.out);
    // Ten requests would take five seconds at least.
    assert!(run.time < Duration::from_secs(5), "{:?}", run.time);
}

/// R11.4: a body without end is read as far as the doctor wants, and no answer to it.
#[test]
fn a_body_may_have_no_end() {
    let server = Upstream::scripted(|mut script| {
        let _ = script.wire.head();
        let _ = script.wire.try_send("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n");
        while script.wire.try_send("<p>and so on</p>").is_ok() {}
    });
    let run = Run::at("http", server.address, &[]);
    assert_eq!(run.status, 1, "{}", run.out);
    assert!(run.checks("ok").contains(&"reachable".to_owned()), "{}", run.out);
    assert!(run.checks("fail").contains(&"status-page".to_owned()), "{}", run.out);
}

/// R11.4: a site that shows a page of its own, whatever is asked, is no integration.
#[test]
fn a_page_for_everything_is_no_integration() {
    let page = "<!doctype html><title>Welcome</title>";
    let server = Upstream::answering(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}",
        page.len(),
    ));
    let run = Run::at("http", server.address, &EVERYTHING);
    assert_eq!(run.status, 1, "{}", run.out);
    for check in ["status-page", "agent-v4", "agent-v3", "identification-v4", "identification-v3"] {
        assert!(run.checks("fail").contains(&check.to_owned()), "{check}: {}", run.out);
    }
}

/// R16.1: redirects are not followed, so that they cannot lead in circles.
#[test]
fn redirects_are_not_followed() {
    let server = Upstream::answering(
        "HTTP/1.1 302 Found\r\nlocation: /ore54guier/status\r\ncontent-length: 0\r\n\r\n",
    );
    let run = Run::at("http", server.address, &EVERYTHING);
    assert_eq!(run.status, 1, "{}", run.out);
    assert!(run.checks("fail").contains(&"redirects".to_owned()), "{}", run.out);
}

/// For servers that never answer.
const LIMIT: [&str; 2] = ["--timeout", "0.4"];

#[track_caller]
fn assert_unreachable(run: &Run, name: &str, expected: ProbeFailure) {
    assert_eq!(
        (run.status, run.checks("fail")),
        (1, vec!["reachable".to_owned()]),
        "{name}: {}",
        run.out
    );
    let cause = run.cause("reachable");
    assert!(cause.contains(&expected.to_string()), "{name}: {cause}");
}

/// A timeout, and not ten of them.
#[track_caller]
fn assert_late(run: &Run, name: &str) {
    assert_unreachable(run, name, ProbeFailure::Timeout);
    assert!(run.time >= Duration::from_millis(400), "{name}: {:?}", run.time);
    assert!(run.time < Duration::from_secs(4), "{name}: {:?}", run.time);
}

/// Sends this as soon as something is asked, and closes.
fn ending(answer: &str) -> impl Fn(Script) + Send + Sync + 'static {
    let answer = answer.to_owned();
    move |mut script| {
        if script.wire.head().is_ok() {
            let _ = script.wire.try_send(&answer);
        }
    }
}

/// Sends this, and then more of the same, a little at a time.
fn dripping(head: &'static str, more: &'static str) -> impl Fn(Script) + Send + Sync + 'static {
    move |mut script| {
        let _ = script.wire.head();
        let _ = script.wire.try_send(head);
        while script.wire.try_send(more).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
