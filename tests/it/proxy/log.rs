//! What the log says of an exchange, and what it never says (R16.6).

use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::net::unix::pipe::{self, Receiver};

use super::document::Document;
use super::process::{Proxy, SECRET, command, exchanges, refused};
use super::upstream::{NOBODY, Upstream};
use super::wire::{PATIENCE, Wire};

/// A proxy before an upstream at which nobody listens.
fn in_vain(arguments: &[&str]) -> Proxy {
    Proxy::with(NOBODY, arguments)
}

fn now() -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    OffsetDateTime::now_utc().format(format).unwrap()
}

/// What the proxy's README shows as a line.
fn documented() -> Value {
    let readme = include_str!("../../../examples/proxy/README.md");
    let line = readme
        .lines()
        .find_map(|line| line.strip_prefix("exchange ").filter(|line| line.starts_with('{')));
    serde_json::from_str(line.unwrap()).unwrap()
}

/// R16.6, R11.1: when it was, what was asked, and how it ended.
#[test]
fn a_line_for_each_exchange() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let start = now();
    proxy.ask("POST /fp/result?region=eu HTTP/1.1\r\nhost: a.example\r\ncontent-length: 0\r\n\r\n");
    let mut line = proxy.wait_for_exchanges(1).remove(0);
    let line = line.as_object_mut().unwrap();
    assert!(line.keys().eq(documented().as_object().unwrap().keys()), "the README shows another");
    let time = line.remove("time").unwrap();
    let time = time.as_str().unwrap();
    assert!(*start <= *time && *time <= *now(), "{time} is not from {start} on");
    assert!(line.remove("micros").unwrap().is_u64());
    assert_eq!(
        Value::Object(line.clone()),
        json!({
            "method": "POST", "route": "result", "authorised": true, "region": "eu",
            "generation": "v3", "secret_sent": true, "cause": null, "status": 200,
            "failure": null, "secret_suspect": false, "requestId": null, "end": "complete"
        })
    );

    proxy.get("/fp/../x");
    let line = &proxy.wait_for_exchanges(2)[1];
    let facts = ["method", "route", "cause", "status", "end"].map(|name| &line[name]);
    assert_eq!(json!(facts), json!(["GET", null, "dot_segment", 400, "complete"]));
}

/// R9.1, R16.6: a failed identification has the identifier that the browser was shown.
#[test]
fn failures_can_be_found_again() {
    let proxy = in_vain(&[]);
    let post = "POST /fp/result HTTP/1.1\r\nhost: a.example\r\ncontent-length: 0\r\n\r\n";
    let shown = proxy.ask(post).json()["requestId"].clone();
    assert!(shown.is_string());
    let line = &proxy.wait_for_exchanges(1)[0];
    let facts = ["requestId", "failure", "status", "end"].map(|name| &line[name]);
    assert_eq!(json!(facts), json!([shown, "connect", null, "complete"]));
    // R9.2: the answer to another request has none.
    assert_eq!(proxy.get("/fp/x").json().as_object().unwrap().len(), 1);
    let line = &proxy.wait_for_exchanges(2)[1];
    assert!(line["requestId"].is_null() && line["failure"] == "connect", "{line}");
}

/// R16.6: a method is the browser's choice, so it is written as text of limited length, and the
/// exchange stays one line. Nothing else of the browser's is written.
#[test]
fn methods_are_bounded() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let methods = ["PROPFIND", "!#$%&'*+-.^_`|~0z", &"A".repeat(24), &"B".repeat(5000)];
    for method in methods {
        proxy.ask(format!(
            "{method} /fp/a-path?a-query HTTP/1.1\r\nhost: a-host.example\r\nx-field: a-value\r\n\
             cookie: a-cookie=1\r\n\r\n"
        ));
    }
    let mut logged: Vec<_> =
        proxy.wait_for_exchanges(4).into_iter().map(|line| line["method"].clone()).collect();
    logged.sort_unstable_by_key(Value::to_string);
    assert_eq!(json!(logged), json!([methods[1], methods[2], "B".repeat(24), "PROPFIND"]));
    for word in ["a-path", "a-query", "a-host", "a-field", "a-value", "a-cookie", SECRET] {
        assert!(!proxy.log().contains(word), "{word} in {}", proxy.log());
    }
}

/// R16.6: what else is told at the same time comes between the lines of exchanges, and not into them.
#[test]
fn lines_stay_whole() {
    const EXCHANGES: usize = 3000;
    let document = Document::new("{}");
    let proxy = in_vain(&["--config", document.path(), "--config-check-ms", "1"]);
    let mut wire = proxy.connect();
    let request = "GET /fp/status?format=json HTTP/1.1\r\nhost: a.example\r\n\r\n";
    for count in 0..EXCHANGES {
        wire.send(request);
        assert_eq!(wire.message().unwrap().head.status(), 200);
        if count % 10 == 0 {
            // Read again, with a line or two for each time.
            document.write(&format!("{{{}}}", " ".repeat(count % 100)));
        }
    }
    proxy.terminate();
    let log = proxy.ended().1;
    assert_eq!(exchanges(&log).len(), EXCHANGES);
    let is_known = |line: &str| {
        ["exchange {", "advice (", "settings: ", "stopping"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    assert_eq!(log.lines().find(|line| !is_known(line)), None);
}

/// The example's own duty: a terminal or pipe that takes no more lines does not keep the process, whatever
/// it has to tell at its end.
#[test]
fn a_log_that_nobody_reads_keeps_nothing_alive() {
    for arguments in [&[][..], &["--quiet", "--metrics", "127.0.0.1:0"]] {
        let (stderr, _unread) = full_pipe();
        let mut command = command();
        command.args(["--listen", "127.0.0.1:0"]).args(arguments).stderr(stderr);
        let mut proxy = command.spawn().unwrap();
        let mut listening = String::new();
        BufReader::new(proxy.stdout.take().unwrap()).read_line(&mut listening).unwrap();
        let (_, address) = listening.trim_end().split_once("http://").unwrap();
        let mut wire = Wire::connect(address.parse().unwrap());
        for _ in 0..1000 {
            wire.send("GET /fp/../x HTTP/1.1\r\nhost: a.example\r\n\r\n");
            assert_eq!(wire.message().unwrap().head.status(), 400);
        }
        let kill = Command::new("kill").args(["-TERM", &proxy.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let status = end_of(&mut proxy);
        assert!(status.is_some_and(|status| status.success()), "{arguments:?}: {status:?}");
    }
}

/// A pipe that takes nothing more, for as long as the other end is there.
fn full_pipe() -> (OwnedFd, Receiver) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _entered = runtime.enter();
    let (sender, receiver) = pipe::pipe().unwrap();
    runtime.block_on(sender.writable()).unwrap();
    while sender.try_write(&[b'\n'; 4096]).is_ok() {}
    (sender.into_blocking_fd().unwrap(), receiver)
}

/// The exit status, unless that takes too long.
fn end_of(proxy: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = proxy.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = proxy.kill();
    let _ = proxy.wait();
    None
}

/// The example's own duty: with `--quiet` neither exchanges nor advice are told; all else is.
#[test]
fn quiet() {
    for (quiet, flag, variable) in [
        (true, Some("--quiet"), None),
        (true, None, Some("1")),
        (true, None, Some("true")),
        (false, None, Some("")),
        (false, None, Some("0")),
        (false, None, Some("false")),
        (false, None, None),
    ] {
        let document = Document::new("{}");
        let mut command = command();
        command.args(["--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"]);
        command.args(["--config", document.path(), "--config-check-ms", "20"]);
        // A path that there is advice on.
        command.args(["--agent-path", "agent"]);
        command.args(flag).envs(variable.map(|value| ("FIRSTPARTY_QUIET", value)));
        let proxy = Proxy::start(&mut command);
        assert_eq!(proxy.get("/fp/agent?apiKey=k").head.status(), 200);
        document.write(r#"{"fpjs_route_prefix": 7}"#);
        proxy.wait_for("settings: the last good ones stay in use");
        document.write("{ }");
        proxy.wait_for("settings: read again, now in use");
        proxy.terminate();
        let (status, log) = proxy.ended();
        assert!(status.success(), "{status}");
        assert!(log.contains("stopping") && log.contains("counted {"), "{log}");
        for word in ["exchange {", "advice ("] {
            assert_eq!(log.contains(word), !quiet, "{flag:?} {variable:?}: {word} in {log}");
        }
    }

    let output = command().arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("--quiet") && help.contains("FIRSTPARTY_QUIET"), "{help}");

    let stderr = refused(command().env("FIRSTPARTY_QUIET", "perhaps"));
    assert!(stderr.starts_with("error: FIRSTPARTY_QUIET: expected true or false"), "{stderr}");
}
