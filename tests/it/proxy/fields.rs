//! Fields on the wire, and other parts of a message: trailers, interim responses, framing.

use super::process::Proxy;
use super::upstream::{Script, Upstream, response};
use super::wire::is_cut;

/// R5.8, R6.4: repeats stay apart and in order, and values are bytes.
#[test]
fn repeats_and_raw_bytes() {
    let fields = b"set-cookie: a=\xff\xfe; Path=/\r\nset-cookie: b=2\r\nx-raw: \x80\xc3\x28\r\n";
    let answer = [b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n", fields.as_slice(), b"\r\n"].concat();
    let upstream = Upstream::answering(answer);
    let proxy = Proxy::before(&upstream);
    let answer = proxy.ask(
        b"POST /fp/result HTTP/1.1\r\nhost: a.example\r\nx-list: 1\r\nx-raw: \xe9\xff\r\n\
          x-list: 2\r\ncookie: x=\xfe; _iidt=\xff\r\ncontent-length: 0\r\n\r\n",
    );
    let cookies: [&[u8]; 2] = [b"a=\xff\xfe; Path=/", b"b=2"];
    assert_eq!(answer.head.all("set-cookie"), cookies);
    assert_eq!(answer.head.all("x-raw"), [b"\x80\xc3\x28"]);
    let request = upstream.next();
    assert_eq!(request.head.all("x-list"), [b"1", b"2"]);
    assert_eq!(request.head.all("x-raw"), [b"\xe9\xff"]);
    assert_eq!(request.head.all("cookie"), [b"_iidt=\xff"]);
}

/// R6.1 to R6.3: what acts on the whole site, or on one connection, does not pass.
#[test]
fn response_fields_that_go() {
    let fields = "strict-transport-security: max-age=1\r\nalt-svc: h3=\":443\"\r\n\
                  clear-site-data: \"*\"\r\nkeep-alive: timeout=5\r\nconnection: x-hop\r\n\
                  x-hop: 1\r\ncache-tag: t\r\nx-kept: 1\r\n";
    let answer = Proxy::before(&Upstream::answering(response(fields, b""))).get("/fp/x");
    let names: Vec<_> = answer.head.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        {
            let mut names = names;
            names.sort_unstable();
            names
        },
        ["content-length", "date", "x-kept"]
    );
}

/// R16.3: trailers are dropped both ways; `Wire::chunk` fails the test for any.
#[test]
fn trailers() {
    let upstream = Upstream::answering(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-late\r\n\r\n\
         4\r\nbody\r\n0\r\nx-late: 1\r\nstrict-transport-security: max-age=1\r\n\r\n",
    );
    let proxy = Proxy::before(&upstream);
    let answer = proxy.ask(
        "POST /fp/ HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\nte: trailers\r\n\
         trailer: fpjs-proxy-secret\r\n\r\n4\r\nbody\r\n0\r\nfpjs-proxy-secret: forged\r\n\r\n",
    );
    assert_eq!((answer.text(), answer.get("trailer")), ("body", None));
    let request = upstream.next();
    assert_eq!((request.text(), request.get("trailer"), request.get("te")), ("body", None, None));
}

/// R16.3: interim responses are dropped.
#[test]
fn interim_responses() {
    let upstream = Upstream::answering(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n\
         HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    );
    let answer = Proxy::before(&upstream).get("/fp/x");
    assert_eq!((answer.head.status(), answer.text(), answer.get("link")), (200, "ok", None));
}

/// R16.3: the proxy itself asks a waiting browser to go on.
#[test]
fn expectations() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send(
        "POST /fp/ HTTP/1.1\r\nhost: a.example\r\nexpect: 100-continue\r\n\
         content-length: 4\r\n\r\n",
    );
    assert_eq!(wire.head().unwrap().line, "HTTP/1.1 100 Continue");
    wire.send("body");
    assert_eq!(wire.message().unwrap().head.status(), 200);
    let request = upstream.next();
    assert_eq!((request.text(), request.get("expect")), ("body", None));
}

/// R16.4, R5.2: framing that could be read in two ways is refused, and goes nowhere.
#[test]
fn ambiguous_framing() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    for (fields, status) in [
        ("content-length: 4\r\ncontent-length: 5", 400),
        ("content-length: 4, 5", 400),
        ("content-length: +4", 400),
        ("content-length: 4x", 400),
        ("content-length: 99999999999999999999", 400),
        ("transfer-encoding: gzip", 400),
        ("transfer-encoding: chunked, gzip", 400),
        ("transfer-encoding: gzip, chunked", 501),
        ("transfer-encoding : chunked", 400),
        ("x-folded: 1\r\n content-length: 4", 400),
        ("x-null: \0", 400),
    ] {
        let mut wire = proxy.connect();
        wire.send(format!("POST /fp/ HTTP/1.1\r\nhost: a.example\r\n{fields}\r\n\r\n0\r\n\r\n"));
        assert_eq!(wire.head().unwrap().status(), status, "{fields}");
    }
    let old =
        "POST /fp/ HTTP/1.0\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(proxy.ask(old).head.status(), 400);
    assert!(upstream.is_idle());
}

/// R5.2, RFC 9112 §6.3: a length beside a coding is dropped, and the connection is not used again,
/// so that what follows on it cannot be read as a request.
#[test]
fn a_length_beside_a_coding() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    for fields in [
        "content-length: 3\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 3",
    ] {
        let mut wire = proxy.connect();
        wire.send(format!(
            "POST /fp/ HTTP/1.1\r\nhost: a.example\r\n{fields}\r\n\r\n4\r\nbody\r\n0\r\n\r\n\
             GET /fp/smuggled HTTP/1.1\r\nhost: a.example\r\n\r\n"
        ));
        assert_eq!(wire.message().unwrap().head.status(), 200);
        // The end of the connection, clean or not: there is no second answer.
        assert!(wire.rest().map_or_else(|error| is_cut(&error), |bytes| bytes.is_empty()));
        let request = upstream.next();
        assert_eq!((request.text(), request.get("content-length")), ("body", None));
        assert!(upstream.is_idle());
    }
}

/// R16.2: a request whose chunks are broken never reaches upstream whole.
#[test]
fn broken_chunks() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send(
        "POST /fp/ HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n\
         4\r\nbody\r\nxyz\r\n",
    );
    // If there is an answer, it is not a success.
    assert!(wire.head().map_or(true, |head| head.status() >= 400));
    assert!(upstream.is_idle());
    assert_eq!(proxy.get("/fp/x").head.status(), 200, "the process lives");
}

/// R16.4: a hundred fields, with `host` and `content-length`, and a head of 64 KB, both ways.
#[test]
fn large_heads() {
    const OWN: usize = 98;
    let field = |n| format!("x-{n}: {}\r\n", "v".repeat(680));
    let fields = (0..OWN).map(field).collect::<Vec<_>>().concat();
    let upstream = Upstream::answering(response(&fields, b"ok"));
    let proxy = Proxy::before(&upstream);
    let answer = proxy
        .ask(format!("POST /fp/ HTTP/1.1\r\nhost: a.example\r\n{fields}content-length: 0\r\n\r\n"));
    assert_eq!(answer.text(), "ok");
    let request = upstream.next();
    for n in 0..OWN {
        let name = format!("x-{n}");
        assert_eq!(answer.get(&name).unwrap().len(), 680);
        assert_eq!(request.get(&name).unwrap().len(), 680);
    }
    let query = "q".repeat(60_000);
    assert_eq!(proxy.get(&format!("/fp/x?{query}")).head.status(), 200);
    assert_eq!(upstream.next().head.line, format!("GET /x?{query} HTTP/1.1"));
}

/// R16.4: more than that is refused, and the process lives.
#[test]
fn heads_that_are_too_large() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    let mut wire = proxy.connect();
    wire.send("GET /fp/x HTTP/1.1\r\nhost: a.example\r\n");
    let line = format!("x-large: {}\r\n", "v".repeat(10_000));
    // The proxy may close before all is sent.
    let sent = (0..100).all(|_| wire.try_send(&line).is_ok());
    let refused = wire.head().map_or(!sent, |head| head.status() == 431);
    assert!(refused || !sent);
    assert_eq!(proxy.get("/fp/x").head.status(), 200);
}

/// R16: bytes that are not HTTP end their connection and nothing else.
#[test]
fn no_http() {
    let upstream = Upstream::plain();
    let proxy = Proxy::before(&upstream);
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(),
        b"GET\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n",
        b"",
    ] {
        let mut wire = proxy.connect();
        wire.send(bytes);
        let _ = wire.stream().shutdown(std::net::Shutdown::Write);
        let _ = wire.rest();
    }
    assert_eq!(proxy.get("/fp/x").head.status(), 200);
}

/// R16.1: a connection to upstream is used again only for the same host.
#[test]
fn connections_are_kept_by_host() {
    let upstream = Upstream::scripted(|Script { mut wire, seen }| {
        let mut hosts = Vec::new();
        while let Ok(message) = wire.message() {
            hosts.push(message.get("host").unwrap().to_owned());
            hosts.dedup();
            let count = hosts.len();
            seen.send(message).unwrap();
            wire.send(format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{count}"));
        }
    });
    let proxy = Proxy::before(&upstream);
    for region in ["us", "eu", "ap", "us", "eu", "ap"] {
        assert_eq!(proxy.get(&format!("/fp/x?region={region}")).text(), "1");
    }
}
