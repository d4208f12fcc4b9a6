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

/// R3.3, R3.5, R5.5, R5.6, R8.2: an identification request is authorised, and nothing that the
/// browser sends can stand in for what the gateway adds.
#[test]
fn identification() {
    let cookies = "set-cookie: _iidt=new; Path=/; Domain=fpjs.io; Secure\r\n";
    let upstream = Upstream::answering(response(cookies, b"{\"products\":{}}"));
    let proxy = Proxy::with(upstream.address, &["--integration-version", "9.8.7"]);
    let answer = proxy.ask(
        "POST /fp/result?region=eu&q=1 HTTP/1.1\r\nhost: WWW.Example.com:8443\r\n\
         cookie: a=1; _iidt=old; b=2; _iidt=older\r\ncontent-length: 4\r\n\
         fpjs-proxy-secret: forged\r\nfpjs-proxy-client-ip: 192.0.2.1\r\n\
         fpjs-proxy-client-ip: 192.0.2.2\r\nfpjs-proxy-forwarded-host: forged\r\n\
         fpjs-proxy-other: forged\r\nconnection: x-hop\r\nx-hop: 1\r\n\r\nbody",
    );
    assert_eq!((answer.head.status(), answer.text()), (200, "{\"products\":{}}"));
    assert_eq!(answer.get("set-cookie"), Some("_iidt=new; Path=/; Secure"));

    let request = upstream.next();
    assert_eq!(
        request.head.line,
        "POST /?region=eu&q=1&ii=custom-proxy-integration%2F9.8.7%2Fingress HTTP/1.1"
    );
    assert_eq!(request.get("host"), Some("eu.api.fpjs.io"));
    assert_eq!(request.get("cookie"), Some("_iidt=old; _iidt=older"));
    // `get` also asserts that each came once.
    assert_eq!(request.get("fpjs-proxy-secret"), Some(SECRET));
    assert_eq!(request.get("fpjs-proxy-client-ip"), Some("127.0.0.1"));
    assert_eq!(request.get("fpjs-proxy-forwarded-host"), Some("www.example.com"));
    assert_eq!((request.get("fpjs-proxy-other"), request.get("x-hop")), (None, None));
    assert_eq!((request.text(), request.get("content-length")), ("body", Some("4")));
}

/// R2.4, R2.7, R4.2: the browser cache request keeps its suffix and query, and is plain.
#[test]
fn browser_cache() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    assert_eq!(proxy.get("/fp/result/a%2Fb/c?x=%zz&region=xx").head.status(), 200);
    let request = upstream.next();
    assert_eq!(request.head.line, "GET /a%2Fb/c?x=%zz&region=us HTTP/1.1");
    assert_no_identity(&request);
}

/// R2.2, R2.7: what matches no route is v4; POST is authorised there, too.
#[test]
fn v4() {
    let upstream = Upstream::plain();
    let proxy = Proxy::with(upstream.address, &["--integration-version", "1"]);
    proxy.get("/fp/web/v4/key?a=1");
    let request = upstream.next();
    assert_eq!(request.head.line, "GET /web/v4/key?a=1 HTTP/1.1");
    assert_no_identity(&request);

    proxy.ask("POST /fp/?region=ap HTTP/1.1\r\nhost: a.example\r\ncontent-length: 0\r\n\r\n");
    let request = upstream.next();
    assert_eq!(
        request.head.line,
        "POST /?region=ap&ii=custom-proxy-integration%2F1%2Fingress HTTP/1.1"
    );
    assert_eq!(request.get("host"), Some("ap.api.fpjs.io"));
    assert_eq!(request.get("fpjs-proxy-secret"), Some(SECRET));
    assert_eq!(request.get("content-length"), Some("0"));
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

/// R2.7: a preflight request goes upstream, and its answer comes back.
#[test]
fn preflight() {
    let upstream = Upstream::answering(
        "HTTP/1.1 204 No Content\r\naccess-control-allow-methods: POST\r\n\r\n",
    );
    let proxy = Proxy::before(&upstream);
    let answer = proxy.ask(
        "OPTIONS /fp/result HTTP/1.1\r\nhost: a.example\r\norigin: https://b.example\r\n\
         access-control-request-method: POST\r\n\r\n",
    );
    assert_eq!(answer.head.status(), 204);
    assert_eq!(answer.get("access-control-allow-methods"), Some("POST"));
    let request = upstream.next();
    assert_eq!(request.get("origin"), Some("https://b.example"));
    assert_eq!(request.get("access-control-request-method"), Some("POST"));
    assert_no_identity(&request);
}

/// R16.1: a redirect is the browser's to follow.
#[test]
fn redirects_are_handed_on() {
    let upstream = Upstream::answering(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n",
    );
    let proxy = Proxy::before(&upstream);
    let answer = proxy.get("/fp/x");
    assert_eq!((answer.head.status(), answer.get("location")), (302, Some("http://127.0.0.1:9/")));
    upstream.next();
    assert!(upstream.is_idle());
}
