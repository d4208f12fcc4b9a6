//! What each route makes of a request and its response, through the proxy.

use super::process::{Proxy, SECRET};
use super::upstream::{Upstream, response};
use super::wire::Message;

const IDENTITY: [&str; 3] =
    ["fpjs-proxy-secret", "fpjs-proxy-client-ip", "fpjs-proxy-forwarded-host"];

fn assert_no_identity(request: &Message) {
    for name in IDENTITY {
        assert_eq!(request.get(name), None, "{name}");
    }
}

/// R4.3, R5.5, R7.1: an agent download is plain, and its ages are capped.
#[test]
fn agent_download() {
    let script = "content-type: text/javascript\r\ncache-control: public, max-age=604800\r\n";
    let upstream = Upstream::answering(response(script, b"agent()"));
    let proxy = Proxy::before(&upstream);
    let answer = proxy.ask(
        "GET /fp/agent?apiKey=k%20y&version=3&loaderVersion=3.8.1 HTTP/1.1\r\n\
         host: www.example.com\r\ncookie: _iidt=1; session=2\r\nfpjs-proxy-secret: forged\r\n\
         strict-transport-security: max-age=1\r\nx-custom: kept\r\n\r\n",
    );
    assert_eq!((answer.head.status(), answer.text()), (200, "agent()"));
    assert_eq!(answer.get("cache-control"), Some("public, max-age=3600, s-maxage=60"));

    let request = upstream.next();
    assert_eq!(
        request.head.line,
        "GET /web/v3/k%20y/loader_v3.8.1.js?apiKey=k%20y&version=3&loaderVersion=3.8.1 HTTP/1.1"
    );
    assert_eq!(request.get("host"), Some("api.fpjs.io"));
    assert_eq!(request.get("x-custom"), Some("kept"));
    assert_eq!((request.get("cookie"), request.get("strict-transport-security")), (None, None));
    assert_no_identity(&request);
    for name in ["content-length", "transfer-encoding", "connection"] {
        assert_eq!(request.get(name), None, "a GET without body has no {name}");
    }
}

/// R10: the status page, in both forms, by GET and HEAD alone.
#[test]
fn status_page() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let page = proxy.get("/fp/status");
    assert_eq!(page.get("content-type"), Some("text/html"));
    assert_eq!(page.get("cache-control"), Some("no-store"));
    assert!(page.get("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(page.text().contains("fpjs_get_result_path") && page.text().contains("arguments"));
    assert!(page.text().contains("<strong>Ready</strong>"));
    assert!(!page.text().contains(SECRET));

    let json = proxy.get("/fp/status?format=json").json();
    assert_eq!(json["envInfo"][2]["envVarName"], "fpjs_pre_shared_secret");
    assert_eq!(json["envInfo"][2]["value"], "********");
    assert_eq!(json["envInfo"][2]["resolvedBy"], "arguments");

    let mut wire = proxy.connect();
    wire.send("HEAD /fp/status HTTP/1.1\r\nhost: a.example\r\n\r\n");
    let head = wire.message_without_body().unwrap();
    assert_eq!(head.get("content-type"), Some("text/html"));
    // The connection goes on behind an answer without body.
    wire.send("POST /fp/status HTTP/1.1\r\nhost: a.example\r\ncontent-length: 0\r\n\r\n");
    let refused = wire.message().unwrap();
    assert_eq!((refused.head.status(), refused.get("allow")), (405, Some("GET, HEAD")));
    assert!(upstream.is_idle());
}

/// R2, R4.4, R5.7, R9.3: what is refused gets an answer in JSON, and goes nowhere.
#[test]
fn refusals() {
    let upstream = Upstream::plain();
    let proxy = Proxy::with(upstream.address, &["--integration-path-depth", "2"]);
    for (request, status) in [
        ("GET /fp HTTP/1.1\r\nhost: a.example", 404),
        ("TRACE /fp/x/ HTTP/1.1\r\nhost: a.example", 405),
        ("CONNECT a.example:443 HTTP/1.1\r\nhost: a.example", 405),
        ("OPTIONS * HTTP/1.1\r\nhost: a.example", 400),
        ("GET /fp/x/../y HTTP/1.1\r\nhost: a.example", 400),
        ("GET /fp/x/%2E%2e/y HTTP/1.1\r\nhost: a.example", 400),
        ("GET /fp/x/agent HTTP/1.1\r\nhost: a.example", 400),
        ("GET /fp/x/agent?apiKey=.. HTTP/1.1\r\nhost: a.example", 400),
        ("GET /fp/x/y HTTP/1.1", 400),
        ("GET /fp/x/y HTTP/1.1\r\nhost: a.example\r\nhost: b.example", 400),
        ("GET /fp/x/y HTTP/1.1\r\nhost: me@a.example", 400),
    ] {
        let answer = proxy.ask(format!("{request}\r\norigin: https://a.example\r\n\r\n"));
        assert_eq!(answer.head.status(), status, "{request}");
        assert_eq!(answer.get("content-type"), Some("application/json"), "{request}");
        assert_eq!(answer.get("cache-control"), Some("no-store"), "{request}");
        assert_eq!(answer.get("access-control-allow-origin"), Some("https://a.example"));
        assert!(answer.json()["error"].is_string(), "{request}");
    }
    assert!(upstream.is_idle());
}

/// RFC 9112 §3.2, R5.7, R10.1: HTTP/1.1 without `host` is refused on every route, the status page too. A
/// health check may ask for that page over HTTP/1.0, which need not name a host, even if hosts are listed.
#[test]
fn requests_without_host() {
    let upstream = Upstream::plain();
    for hosts in ["", "www.example.com"] {
        let proxy = Proxy::with(upstream.address, &["--hosts", hosts]);
        for (method, target, http_1_0) in [
            ("GET", "/fp/status", 200),
            ("HEAD", "/fp/status", 200),
            ("POST", "/fp/status", 405),
            ("GET", "/fp/agent?apiKey=k", 400),
            ("GET", "/fp/result", 400),
            ("POST", "/fp/result", 400),
            ("GET", "/fp/web/v4/k", 400),
            ("POST", "/fp/", 400),
        ] {
            for (version, expected) in [("1.0", http_1_0), ("1.1", 400)] {
                let mut wire = proxy.connect();
                let request = format!("{method} {target} HTTP/{version}");
                wire.send(format!("{request}\r\ncontent-length: 0\r\n\r\n"));
                assert_eq!(wire.head().unwrap().status(), expected, "{request} {hosts:?}");
            }
        }
        // A probe may name the address that it asks.
        let probe = format!("GET /fp/status HTTP/1.0\r\nhost: {}\r\n\r\n", proxy.address);
        assert_eq!(proxy.ask(probe).head.status(), 200, "{hosts:?}");
    }
    assert!(upstream.is_idle());
}
