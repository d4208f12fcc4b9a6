//! Counters for Prometheus, on a listener of their own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use firstparty::http::Request;
use firstparty::report::Tally;
use http_body_util::BodyExt;

use super::http2::{Body, full, on_a_connection};
use super::process::{Proxy, command};
use super::upstream::{Script, Upstream};
use super::wire::{Message, PATIENCE, Wire, is_cut};

const METRICS: [&str; 2] = ["--metrics", "127.0.0.1:0"];

/// Where the proxy says that it serves counters.
fn address(proxy: &Proxy) -> SocketAddr {
    let line = proxy.welcome.lines().find_map(|line| line.strip_prefix("counting on http://"));
    line.unwrap().strip_suffix("/metrics").unwrap().parse().unwrap()
}

fn ask(address: SocketAddr, method: &str, target: &str) -> Message {
    let mut wire = Wire::connect(address);
    wire.send(format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\n\r\n"));
    let is_head = method == "HEAD";
    if is_head { wire.message_without_body().unwrap() } else { wire.message().unwrap() }
}

/// The samples that are not zero, by series without the prefix of all names.
fn samples(text: &str) -> BTreeMap<String, u64> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| {
        let (series, count) = line.rsplit_once(' ').unwrap();
        (series.strip_prefix("firstparty_").unwrap().to_owned(), count.parse().unwrap())
    });
    samples.filter(|(_, count)| *count > 0).collect()
}

fn sum(samples: &BTreeMap<String, u64>, prefix: &str) -> u64 {
    samples.iter().filter(|(series, _)| series.starts_with(prefix)).map(|(_, count)| count).sum()
}

/// What is counted once that many exchanges have ended: a browser may have its answer a moment before.
#[track_caller]
fn counted(address: SocketAddr, exchanges: u64) -> BTreeMap<String, u64> {
    let start = Instant::now();
    loop {
        let samples = samples(ask(address, "GET", "/metrics").text());
        let ended = sum(&samples, "forwarded") + sum(&samples, "answered");
        assert!(ended <= exchanges, "counted twice: {samples:?}");
        if ended == exchanges {
            return samples;
        }
        assert!(start.elapsed() < PATIENCE, "{ended} of {exchanges}: {samples:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[track_caller]
fn assert_counted(address: SocketAddr, expected: &[(&str, u64)]) {
    let exchanges = expected
        .iter()
        .filter(|(series, _)| series.starts_with("forwarded") || series.starts_with("answered"));
    let found = counted(address, exchanges.map(|(_, count)| count).sum());
    let expected = expected.iter().map(|(series, count)| ((*series).to_owned(), *count));
    assert_eq!(found, expected.collect());
}

/// An upstream that does what the last segment of the path says.
fn obedient() -> Upstream {
    Upstream::scripted(|Script { mut wire, seen }| {
        while let Ok(request) = wire.message() {
            let target = request.head.line.split(' ').nth(1).unwrap();
            let order = target.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
            let _ = seen.send(request);
            match &*order {
                "break" => return,
                "garbage" => wire.send("this is not HTTP\r\n\r\n"),
                "cut" => return wire.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst"),
                "hang" => {
                    let _ = wire.rest();
                }
                "hang-later" => {
                    wire.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst");
                    let _ = wire.rest();
                }
                status => {
                    let status = if status.is_empty() { "200" } else { status };
                    wire.send(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n"));
                }
            }
        }
    })
}

fn post(proxy: &Proxy, target: &str) -> Message {
    proxy.ask(format!("POST {target} HTTP/1.1\r\nhost: a.example\r\ncontent-length: 2\r\n\r\n{{}}"))
}

/// R11.3, R16.5: exchanges that end well, those that fail, and answers made here are counted once each.
#[test]
fn every_exchange_is_counted_once() {
    let upstream = obedient();
    let proxy = Proxy::with(upstream.address, &METRICS);
    for target in ["/fp/result/?region=eu", "/fp/result/401?region=eu", "/fp/result/403?region=eu"]
    {
        post(&proxy, target);
    }
    for target in ["/fp/500", "/fp/304", "/fp/200", "/fp/status", "/fp/..", "/fp/agent"] {
        proxy.get(target);
    }
    for target in ["/fp/result/break?region=ap", "/fp/result/garbage?region=ap"] {
        assert_eq!(post(&proxy, target).head.status(), 500);
    }
    assert_eq!(proxy.ask("TRACE /fp/x HTTP/1.1\r\nhost: a.example\r\n\r\n").head.status(), 405);
    assert_counted(
        address(&proxy),
        &[
            (r#"forwarded_total{route="result",kind="identification",region="eu"}"#, 3),
            (r#"forwarded_total{route="result",kind="identification",region="ap"}"#, 2),
            (r#"forwarded_total{route="api",kind="plain",region="us"}"#, 3),
            (r#"answered_total{cause="status_page"}"#, 1),
            (r#"answered_total{cause="dot_segment"}"#, 1),
            (r#"answered_total{cause="api_key_missing"}"#, 1),
            (r#"answered_total{cause="method_not_forwarded"}"#, 1),
            (r#"failed_total{kind="identification",failure="protocol"}"#, 2),
            (r#"upstream_responses_total{kind="identification",class="2xx"}"#, 1),
            (r#"upstream_responses_total{kind="identification",class="4xx"}"#, 2),
            (r#"upstream_responses_total{kind="plain",class="2xx"}"#, 1),
            (r#"upstream_responses_total{kind="plain",class="3xx"}"#, 1),
            (r#"upstream_responses_total{kind="plain",class="5xx"}"#, 1),
            ("secret_suspected_total", 2),
        ],
    );
}

/// R11.3, R16.2, R16.4, R16.5: so are exchanges that upstream or the browser breaks off, and those that take
/// too long.
#[test]
fn exchanges_that_break_are_counted_once() {
    let upstream = obedient();
    let limits = ["--first-byte-timeout-ms", "500", "--idle-timeout-ms", "500"];
    let proxy = Proxy::with(upstream.address, &[&METRICS[..], &limits].concat());
    // Upstream breaks off, or stands still, behind its head.
    for target in ["/fp/cut", "/fp/hang-later"] {
        let mut wire = proxy.connect();
        wire.send(format!("GET {target} HTTP/1.1\r\nhost: a.example\r\n\r\n"));
        assert!(is_cut(&wire.message().unwrap_err()), "{target}");
        upstream.next();
    }
    // Upstream says nothing.
    assert_eq!(proxy.get("/fp/hang").head.status(), 500);
    upstream.next();
    // The browser says nothing more, which is no failure of upstream's.
    let half = "POST /fp/200 HTTP/1.1\r\nhost: a.example\r\ncontent-length: 10\r\n\r\nhalf.";
    assert_eq!(proxy.ask(half).head.status(), 408);
    assert_counted(
        address(&proxy),
        &[
            (r#"forwarded_total{route="api",kind="plain",region="us"}"#, 3),
            (r#"answered_total{cause="adapter"}"#, 1),
            (r#"failed_total{kind="plain",failure="timeout"}"#, 1),
            (r#"upstream_responses_total{kind="plain",class="2xx"}"#, 2),
        ],
    );
}

/// R11.3: an exchange that the browser leaves counts as forwarded, and by its status if there was one. If
/// it leaves while it uploads, that is no failure of upstream's.
#[test]
fn abandoned_exchanges_are_counted_once() {
    let upstream = obedient();
    let proxy = Proxy::with(upstream.address, &METRICS);
    for target in ["/fp/hang", "/fp/hang-later"] {
        let mut wire = proxy.connect();
        wire.send(format!("GET {target} HTTP/1.1\r\nhost: a.example\r\n\r\n"));
        upstream.next();
        if target == "/fp/hang-later" {
            wire.head().unwrap();
        }
    }
    let mut upload = proxy.connect();
    upload.send("POST /fp/200 HTTP/1.1\r\nhost: a.example\r\ncontent-length: 10\r\n\r\nhalf.");
    drop(upload);
    assert_counted(
        address(&proxy),
        &[
            (r#"forwarded_total{route="api",kind="identification",region="us"}"#, 1),
            (r#"forwarded_total{route="api",kind="plain",region="us"}"#, 2),
            (r#"upstream_responses_total{kind="plain",class="2xx"}"#, 1),
        ],
    );
}

/// R11.3, R16.6: an exchange that is cut when the proxy ends is counted and logged, too. The last counts
/// are told, because nobody can ask for them any more.
#[test]
fn the_last_exchanges_are_counted() {
    let upstream = obedient();
    let arguments = [&METRICS[..], &["--shutdown-timeout-ms", "2000"]].concat();
    let proxy = Proxy::with(upstream.address, &arguments);
    let mut open = proxy.connect();
    open.send("GET /fp/hang-later HTTP/1.1\r\nhost: a.example\r\n\r\n");
    let head = open.head().unwrap();
    post(&proxy, "/fp/result/403");
    proxy.terminate();
    // Counters are served to the end.
    assert_eq!(ask(address(&proxy), "GET", "/metrics").head.status(), 200);
    assert!(is_cut(&open.body(&head).unwrap_err()));
    let (exchanges, samples) = last_counts(proxy);
    assert_eq!(exchanges, 2);
    assert_eq!((sum(&samples, "forwarded"), sum(&samples, "upstream_responses")), (2, 2));
    assert_eq!(sum(&samples, "secret_suspected"), 1);
}

/// R11.3: over HTTP/2, exchanges share a connection; those that are cut with it are counted, too.
#[test]
fn exchanges_of_a_connection_are_counted() {
    let upstream = obedient();
    let arguments = [&METRICS[..], &["--shutdown-timeout-ms", "200"]].concat();
    let proxy = Proxy::with(upstream.address, &arguments);
    let running = &proxy;
    on_a_connection(running, |mut sender| async move {
        let done = sender.send_request(over_http2("/fp/200")).await.unwrap();
        assert_eq!(done.status(), 200);
        let open = sender.send_request(over_http2("/fp/hang-later")).await.unwrap();
        let silent = tokio::spawn(sender.send_request(over_http2("/fp/hang")));
        // The third one is on its way when upstream has it.
        tokio::task::spawn_blocking(move || (0..3).for_each(|_| drop(upstream.next())))
            .await
            .unwrap();
        running.terminate();
        assert!(open.into_body().collect().await.is_err());
        assert!(silent.await.unwrap().is_err());
    });
    let (exchanges, samples) = last_counts(proxy);
    assert_eq!(exchanges, 3);
    assert_eq!((sum(&samples, "forwarded"), sum(&samples, "upstream_responses")), (3, 2));
}

fn over_http2(path: &str) -> Request<Body> {
    Request::get(format!("http://a.example{path}")).body(full("")).unwrap()
}

/// How many exchanges a proxy has logged in its life, and what it told of its counters at the end.
fn last_counts(proxy: Proxy) -> (usize, BTreeMap<String, u64>) {
    let (status, log) = proxy.ended();
    assert!(status.success(), "{status}");
    let exchanges = log.lines().filter(|line| line.starts_with("exchange {")).count();
    let line = log.lines().next_back().and_then(|line| line.strip_prefix("counted ")).unwrap();
    let tally: Tally = serde_json::from_str(line).unwrap();
    (exchanges, samples(&tally.to_string()))
}

/// R11.3: the counters are on their own listener and nowhere else.
#[test]
fn counters_have_a_listener_of_their_own() {
    let upstream = Upstream::plain();
    let proxy = Proxy::with(upstream.address, &METRICS);
    let metrics = address(&proxy);
    assert_ne!(metrics.port(), proxy.address.port());

    let get = ask(metrics, "GET", "/metrics?name[]=x");
    assert_eq!((get.head.status(), get.get("content-type")), (200, Some(Tally::CONTENT_TYPE)));
    assert_eq!(get.text(), Tally::default().to_string());
    let head = ask(metrics, "HEAD", "/metrics");
    assert_eq!((head.head.status(), head.get("content-type")), (200, Some(Tally::CONTENT_TYPE)));
    assert_eq!(head.get("content-length"), get.get("content-length"));
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let refused = ask(metrics, method, "/metrics");
        assert_eq!((refused.head.status(), refused.get("allow")), (405, Some("GET, HEAD")));
    }
    for target in ["/", "/metrics/", "/fp/status", "/fp/result", "/Metrics"] {
        assert_eq!(ask(metrics, "GET", target).head.status(), 404, "{target}");
    }
    assert!(upstream.is_idle(), "nothing of the gateway is on that listener");

    // On the site's listener the path is one like any other.
    for depth in ["0", "1"] {
        let arguments = [&METRICS[..], &["--integration-path-depth", depth]].concat();
        let proxy = Proxy::with(upstream.address, &arguments);
        let [counters, other] = ["/metrics", "/anything"].map(|target| proxy.get(target));
        assert_eq!(counters.head.status(), other.head.status());
        assert_eq!(
            (counters.text(), counters.get("content-type")),
            (other.text(), other.get("content-type"))
        );
        assert!(!counters.text().contains("firstparty_"));
    }
}

/// R11.3: without the argument nothing is served, and an address that is taken is told.
#[test]
fn counters_are_off_by_default() {
    let upstream = Upstream::plain();
    for value in [None, Some("")] {
        let mut command = command();
        command.args(["--listen", "127.0.0.1:0", "--connect-to", &upstream.address.to_string()]);
        let proxy = Proxy::start(command.envs(value.map(|value| ("FIRSTPARTY_METRICS", value))));
        assert!(!proxy.welcome.contains("counting"), "{}", proxy.welcome);
        proxy.terminate();
        assert!(!proxy.ended().1.contains("counted"));
    }
    let mut named = command();
    let proxy = Proxy::start(
        named.args(["--listen", "127.0.0.1:0"]).env("FIRSTPARTY_METRICS", "127.0.0.1:0"),
    );
    let taken = address(&proxy).to_string();
    assert_eq!(ask(address(&proxy), "GET", "/metrics").head.status(), 200);

    let output = command().args(["--listen", "127.0.0.1:0", "--metrics", &taken]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(stderr.starts_with(&format!("proxy: cannot listen on {taken}")), "{stderr}");
    let output = command().args(["--metrics", "nowhere"]).output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
}
