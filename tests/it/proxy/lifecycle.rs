//! Start and load.

use std::process::Stdio;
use std::sync::{Arc, Barrier};

use super::process::{Proxy, command, exchanges};
use super::upstream::{Script, Upstream};
use super::wire::{Wire, is_cut};

/// Without arguments, the stand-in answers behind the URLs that are printed. (The address comes
/// from the environment, as the default one may be taken.)
#[test]
fn without_arguments() {
    let proxy = Proxy::start(command().env("FIRSTPARTY_LISTEN", "127.0.0.1:0"));
    let site = format!("http://{}", proxy.address);
    let target = |what: &str| {
        let line = proxy.welcome.lines().find(|line| line.trim_start().starts_with(what));
        let (_, url) = line.unwrap().rsplit_once(&site).unwrap();
        url.trim_end_matches('\'').to_owned()
    };
    assert_eq!(target("agent"), "/ore54guier/vbcnkxb654?apiKey=demo");
    for agent in ["agent", "v4 agent"] {
        let agent = proxy.get(&target(agent));
        assert_eq!(agent.get("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(agent.get("cache-control"), Some("public, max-age=3600, s-maxage=60"));
        assert!(agent.get("etag").is_some() && agent.get("strict-transport-security").is_none());
    }
    for identification in ["identification", "v4 "] {
        let target = match identification {
            "identification" => target(identification),
            _ => "/ore54guier/?region=us".to_owned(),
        };
        let post = "content-length: 2\r\norigin: https://a.example\r\n\r\n{}";
        let answer = proxy.ask(format!("POST {target} HTTP/1.1\r\nhost: a.example\r\n{post}"));
        assert_eq!(answer.get("access-control-allow-origin"), Some("https://a.example"));
        let cookie = answer.get("set-cookie").unwrap();
        assert!(cookie.starts_with("_iidt=") && !cookie.contains("Domain"), "{cookie}");
        assert_eq!(answer.json()["v"], "2");
    }
    let cache = proxy.get("/ore54guier/5yt489hgfj/?x=1");
    assert_eq!(cache.get("content-type"), Some("text/plain"));
    assert_eq!(proxy.get(&target("status")).head.status(), 200);
    // Nothing that is printed needs advice, and what only production needs is left out.
    proxy.terminate();
    let log = proxy.ended().1;
    assert!(!log.contains("advice"), "{log}");
}

/// R16.4: a few hundred browsers at once, each of them waiting for its answer.
#[test]
fn hundreds_at_once() {
    const BROWSERS: usize = 300;
    let all_here = Arc::new(Barrier::new(BROWSERS));
    let upstream = Upstream::scripted(move |Script { mut wire, .. }| {
        let request = wire.message().unwrap();
        // Nobody is answered before everybody has asked.
        all_here.wait();
        let length = request.body.len();
        wire.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"));
        wire.send(&request.body);
    });
    // Upstream's queue may overflow, and then the system tries again for seconds.
    let proxy = Proxy::with(upstream.address, &["--connect-timeout-ms", "15000"]);
    let mut browsers: Vec<Wire> = (0..BROWSERS).map(|_| proxy.connect()).collect();
    for (number, wire) in browsers.iter_mut().enumerate() {
        wire.send(format!(
            "POST /fp/result HTTP/1.1\r\nhost: a.example\r\ncontent-length: 6\r\n\r\n{number:06}"
        ));
    }
    for (number, wire) in browsers.iter_mut().enumerate() {
        let answer = wire.message().unwrap();
        assert_eq!((answer.head.status(), answer.text()), (200, &*format!("{number:06}")));
    }
    // R16.6: and one line for each.
    proxy.terminate();
    let lines = exchanges(&proxy.ended().1);
    assert_eq!(lines.iter().filter(|line| line["end"] == "complete").count(), BROWSERS);
}

/// R16.4: browsers that open a connection and then say nothing, or hardly anything, are left.
#[test]
fn silent_browsers() {
    let upstream = Upstream::plain();
    let proxy = Proxy::with(upstream.address, &["--head-timeout-ms", "300"]);
    for opening in ["", "PRI * HT", "GET /fp/x HTTP/1.1\r\nhost: a.exa"] {
        let mut wire = proxy.connect();
        wire.send(opening);
        assert!(wire.rest().map_or_else(|error| is_cut(&error), |_| true), "{opening}");
    }
    assert!(upstream.is_idle());
}

/// When the process may open no more files, browsers wait; the process lives.
#[cfg(target_os = "linux")]
#[test]
fn no_more_files() {
    let upstream = Upstream::plain();
    let usual = command();
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 40 && exec \"$0\" \"$@\""]).arg(usual.get_program());
    limited.args(["--listen", "127.0.0.1:0", "--connect-to", &upstream.address.to_string()]);
    limited.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let proxy = Proxy::start(&mut limited);
    let crowd: Vec<Wire> = (0..100).map(|_| proxy.connect()).collect();
    let mut waiting = proxy.connect();
    waiting.send("GET /fp/status HTTP/1.1\r\nhost: a.example\r\n\r\n");
    drop(crowd);
    assert_eq!(waiting.message().unwrap().head.status(), 200);
    assert_eq!(proxy.get("/fp/x").head.status(), 200);
}

/// Many requests on one connection, sent without waiting, are answered in order.
#[test]
fn pipelined() {
    let upstream = Upstream::scripted(|Script { mut wire, .. }| {
        while let Ok(request) = wire.message() {
            let target = request.head.line.split(' ').nth(1).unwrap().to_owned();
            let length = target.len();
            wire.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{target}"));
        }
    });
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    let ask = |n: usize| format!("GET /fp/{n} HTTP/1.1\r\nhost: a.example\r\n\r\n");
    wire.send((0..50).map(ask).collect::<String>());
    for n in 0..50 {
        assert_eq!(wire.message().unwrap().text(), format!("/{n}"));
    }
}

/// R16.1, R16.5: with the real upstream the proxy speaks TLS, here to a host that has no such
/// service.
#[test]
fn real_upstream() {
    let arguments = ["--upstream", "real", "--ingress-host", "localhost"];
    let proxy = Proxy::start(command().args(["--listen", "127.0.0.1:0"]).args(arguments));
    let answer = proxy.get("/fp/x");
    assert_eq!(answer.json()["error"], "could not connect to upstream");
    assert!(!proxy.log().contains("panicked"), "{}", proxy.log());
    // The demonstration's settings are the stand-in's alone.
    assert!(!proxy.get("/fp/status").text().contains("demonstration"));
}

/// An address that is taken is told, not a panic.
#[test]
fn address_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command().args(["--listen", &address]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(stderr.starts_with(&format!("proxy: cannot listen on {address}")), "{stderr}");
}
