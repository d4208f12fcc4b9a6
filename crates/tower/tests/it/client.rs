//! R16.1 and the client's part of the other duties, over sockets.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use firstparty::http::{Request, Uri};
use firstparty::{Failure, Report};
use firstparty_tower::client;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer, ServiceExt, service_fn};

use crate::support::Step::{Give, Trailers};
use crate::support::{
    Body, BoxError, Client, Ends, body, full, get, layer, post, site, text, to_gateway,
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const CLOSE: &str = "";

/// What it answers on each connection, one request after the other.
type Script = &'static [&'static [&'static str]];

/// An upstream that answers each request on each connection as it is told, and closes then.
struct Upstream {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    async fn start(connections: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            for answers in connections {
                let (mut stream, _) = listener.accept().await.unwrap();
                for answer in *answers {
                    let request = read(&mut stream).await;
                    seen.lock().unwrap().push(request);
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn client(&self) -> impl Client<Incoming> + use<> {
        let address = self.address;
        client(service_fn(move |_: Uri| async move {
            Ok::<_, BoxError>(TokioIo::new(TcpStream::connect(address).await?))
        }))
    }

    /// Sends requests one after the other; gives their texts and reports.
    async fn ask(
        &self,
        requests: impl IntoIterator<Item = Request<Body>>,
    ) -> Vec<(String, Report)> {
        let ends = Ends::default();
        let service = layer(self.client(), &ends).layer(site());
        let mut texts = Vec::new();
        for request in requests {
            let response = service.clone().oneshot(request).await.unwrap();
            texts.push(text(response.into_body()).await.unwrap());
        }
        texts.into_iter().zip(ends.all().into_iter().map(|ended| ended.report)).collect()
    }
}

/// A request as it came: its head, and its body if it has one.
async fn read(stream: &mut TcpStream) -> String {
    let mut request = String::new();
    while !is_whole(&request) {
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).await.unwrap();
        assert!(length > 0, "{request:?}");
        request.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
    }
    request
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length =
        head.split_once("content-length: ").map_or("0", |(_, rest)| rest.lines().next().unwrap());
    body.len() >= length.parse().unwrap()
}

/// R16.1: GET and HEAD are sent again, once, over a kept connection that broke before an answer.
#[tokio::test]
async fn a_get_or_head_is_repeated() {
    let upstream = Upstream::start(&[&[OK, CLOSE], &[OK]]).await;
    let answers = upstream.ask([get(), get()]).await;
    assert_eq!(answers.iter().map(|(text, _)| &**text).collect::<Vec<_>>(), ["ok", "ok"]);
    assert_eq!(upstream.requests().len(), 3);

    let upstream =
        Upstream::start(&[&[OK, CLOSE], &["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"]]).await;
    let answers = upstream.ask([get(), to_gateway("HEAD", full(""))]).await;
    assert_eq!((answers[1].0.as_str(), answers[1].1.status), ("", Some(200)));
    assert!(upstream.requests()[2].starts_with("HEAD "));
}

/// R16.1: nothing else is, an identification request least of all.
#[tokio::test]
async fn nothing_else_is_repeated() {
    for request in [
        post(full("body")),
        post(full("")),
        to_gateway("OPTIONS", full("")),
        to_gateway("GET", full("body")),
    ] {
        let upstream = Upstream::start(&[&[OK, CLOSE], &[OK]]).await;
        let answers = upstream.ask([get(), request]).await;
        assert_eq!(answers[1].1.failure, Some(Failure::Protocol));
        assert_eq!(upstream.requests().len(), 2);
    }
}

/// R16.1: not if an answer has begun, not on a new connection, and not a second time.
#[tokio::test]
async fn a_get_is_not_always_repeated() {
    const CASES: [(Script, usize); 3] = [
        (&[&[OK, "HTTP/1.1 2"], &[OK, OK]], 2),
        (&[&[CLOSE], &[OK]], 1),
        (&[&[OK, CLOSE], &[CLOSE], &[OK]], 3),
    ];
    for (connections, sent) in CASES {
        let upstream = Upstream::start(connections).await;
        let answers = upstream.ask([get(), get()].into_iter().take(connections[0].len())).await;
        assert_eq!(answers.last().unwrap().1.failure, Some(Failure::Protocol));
        assert_eq!(upstream.requests().len(), sent);
    }
}

/// R16.1: no redirect is followed.
#[tokio::test]
async fn no_redirect_is_followed() {
    const MOVED: &str =
        "HTTP/1.1 302 Found\r\nlocation: https://api.fpjs.io/other\r\ncontent-length: 0\r\n\r\n";
    let upstream = Upstream::start(&[&[MOVED, OK]]).await;
    let answers = upstream.ask([get()]).await;
    assert_eq!(answers[0].1.status, Some(302));
    assert_eq!(upstream.requests().len(), 1);
}

/// RFC 9112 §6, RFC 9110 §8.6: bodies of unknown length are framed again, without their trailers.
#[tokio::test]
async fn bodies_are_framed() {
    const CHUNKED: (&str, &str) = ("transfer-encoding: chunked", "4\r\nbody\r\n0\r\n\r\n");
    let mut known = post(full("body"));
    known.headers_mut().insert("content-length", "4".parse().unwrap());
    for (request, (framing, content)) in [
        (known, ("content-length: 4", "body")),
        (post(full("")), ("content-length: 0", "")),
        (post(body(&[Give("body"), Trailers])), CHUNKED),
        (to_gateway("GET", body(&[Give("body")])), CHUNKED),
    ] {
        let upstream = Upstream::start(&[&[OK]]).await;
        upstream.ask([request]).await;
        let [sent] = upstream.requests().try_into().unwrap();
        let (head, body) = sent.split_once("\r\n\r\n").unwrap();
        let lines: Vec<_> = head.lines().collect();
        assert!(lines.contains(&framing) && lines.contains(&"host: api.fpjs.io"), "{sent}");
        assert_eq!(body, content);
    }
    let upstream = Upstream::start(&[&[OK]]).await;
    upstream.ask([get()]).await;
    assert!(!upstream.requests()[0].contains("content-length"));
}

/// R16.3, R16.5: interim responses are passed over; an upgrade and a coding that nobody asked for are
/// failures.
#[tokio::test]
async fn unusual_answers() {
    const EARLY: &str = "HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const UPGRADE: &str =
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n";
    const CODED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
    const CASES: [(Script, Option<Failure>); 4] = [
        (&[&[EARLY]], None),
        (&[&[UPGRADE]], Some(Failure::Protocol)),
        (&[&[CODED]], Some(Failure::Protocol)),
        (&[&["garbage\r\n\r\n"]], Some(Failure::Protocol)),
    ];
    for (answers, failure) in CASES {
        let upstream = Upstream::start(answers).await;
        assert_eq!(upstream.ask([get()]).await[0].1.failure, failure);
    }
}

/// R16.2: a response that breaks off is an error, with a length and in chunks.
#[tokio::test]
async fn broken_answers() {
    const CASES: [Script; 2] = [
        &[&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"]],
        &[&["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"]],
    ];
    for answer in CASES {
        let upstream = Upstream::start(answer).await;
        let service = layer(upstream.client(), &Ends::default()).layer(site());
        let response = service.oneshot(get()).await.unwrap();
        assert_eq!(response.status(), 200);
        text(response.into_body()).await.unwrap_err();
    }
}

/// R16.5: a connection that is refused, and one that is not made in time.
#[tokio::test]
async fn no_connection() {
    let upstream = Upstream::start(&[]).await;
    let answers = upstream.ask([get()]).await;
    assert_eq!(answers[0].1.failure, Some(Failure::Connect));
}

/// R16.4: connecting has a second.
#[tokio::test(start_paused = true)]
async fn connecting_takes_too_long() {
    let connector = service_fn(|_: Uri| pending::<Result<TokioIo<TcpStream>, BoxError>>());
    let ends = Ends::default();
    let begin = tokio::time::Instant::now();
    let service = layer(client(connector), &ends).layer(site());
    let response = service.oneshot(get()).await.unwrap();
    assert_eq!((response.status().as_u16(), begin.elapsed().as_secs()), (500, 1));
    text(response.into_body()).await.unwrap();
    assert_eq!(ends.one().report.failure, Some(Failure::Connect));
}

/// R16.4: long heads pass, in both directions: a hundred fields and more than 64 KB.
#[tokio::test]
async fn long_heads() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let sent = read(&mut stream).await;
        assert!(sent.matches("\r\nx-").count() == 99 && sent.len() > 64 * 1024, "{}", sent.len());
        let field = |n: usize| format!("x-{n}: {}\r\n", "y".repeat(700));
        let fields = (0..99).map(field).collect::<Vec<_>>().concat();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n{fields}\r\nok");
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let client = client(service_fn(move |_: Uri| async move {
        Ok::<_, BoxError>(TokioIo::new(TcpStream::connect(address).await?))
    }));
    let mut request = get();
    for n in 0..99 {
        let name = firstparty::http::HeaderName::try_from(format!("x-{n}")).unwrap();
        request.headers_mut().insert(name, "y".repeat(700).parse().unwrap());
    }
    let service = layer(client, &Ends::default()).layer(site());
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-98"].len(), 700);
    assert_eq!(text(response.into_body()).await.unwrap(), "ok");
}
