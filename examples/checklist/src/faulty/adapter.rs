//! The adapter: connections from browsers, and one exchange after the other on each.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use firstparty::config::Variable;
use firstparty::http::request::Parts;
use firstparty::http::{HeaderName, HeaderValue, Request, Response, Uri, Version};
use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, RequestId};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::args::Args;
use crate::faulty::{bodies, http2};
use crate::wire::Wire;
use crate::wire::head::{Framing, Head};
use crate::wire::message::Body;

pub(super) const SECRET: &str = "s3cret-of-the-test";

/// What its author may have got wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TrailersPass,
    InterimResponsesPass,
    RedirectsAreFollowed,
    IdentificationIsRepeated,
    ACutLooksWhole,
    ExpectIsForwarded,
    BodiesAreCollected,
    TheSecretIsOnEveryRequest,
    SetCookieIsJoined,
    NoLimits,
    TheLengthStaysBesideTheCoding,
    TheAddressIsMissing,
    TheQueryIsWrittenAnew,
    FailuresAreTheFrameworks,
    HeadsComeAtOnce,
    AMissingHostIsMadeUp,
    BrokenChunksAreForgiven,
    ConnectionFieldsPass,
    ConnectionsOutliveTheirEnd,
    /// No fault: a connection ends behind its first answer.
    ConnectionsEnd,
}

/// A running adapter; it ends with the test.
pub(super) struct Adapter {
    pub(super) address: SocketAddr,
    serving: JoinHandle<()>,
}

/// What its connections share.
pub(super) struct Shared {
    gateway: Gateway,
    upstream: SocketAddr,
    faults: &'static [Fault],
    connect: Duration,
    first_byte: Duration,
    idle: Duration,
}

/// A request's head, before and after the gateway.
struct Asked {
    head: Head,
    /// The browser waits for a word before it sends the body.
    expects: bool,
}

impl Adapter {
    pub(super) async fn start(upstream: SocketAddr, args: &Args, faults: &'static [Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config::builder()
            .variable(Variable::AgentDownloadPath, "agent")
            .variable(Variable::GetResultPath, "result")
            .variable(Variable::PreSharedSecret, SECRET)
            .integration_version("1.2.3");
        let shared = Arc::new(Shared {
            gateway: Gateway::new(config.build().unwrap(), Platform::Generic),
            upstream,
            faults,
            connect: args.connect_limit,
            first_byte: args.first_byte_limit,
            idle: args.idle_limit,
        });
        let serving = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    if http2::begins(&stream).await.is_ok_and(|begins| begins) {
                        let _ = http2::serve(&shared, stream).await;
                    } else {
                        shared.serve(stream, peer.ip()).await;
                    }
                });
            }
        });
        Self { address, serving }
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// What an answer says of its connection.
    pub(super) fn ending(&self) -> &'static str {
        let ends = [Fault::ConnectionsEnd, Fault::ConnectionsOutliveTheirEnd];
        if ends.into_iter().any(|fault| self.has(fault)) { "connection: close\r\n" } else { "" }
    }

    /// How long to wait.
    fn limit(&self, limit: Duration) -> Duration {
        if self.has(Fault::NoLimits) { Duration::from_secs(60) } else { limit }
    }

    async fn serve(&self, stream: TcpStream, peer: IpAddr) {
        let Ok(mut browser) = Wire::new(stream, self.limit(self.idle)) else { return };
        if self.has(Fault::HeadsComeAtOnce) && browser.first().await.is_ok_and(|length| length < 16)
        {
            let _ = close(&mut browser, "400 Bad Request").await;
            return;
        }
        while let Ok(head) = browser.head().await {
            match self.answer(&mut browser, head, peer).await {
                Ok(true) if self.ending().is_empty() => {}
                Ok(true) if self.has(Fault::ConnectionsOutliveTheirEnd) && browser.has_more() => {}
                Ok(_) => return,
                // Whatever the browser has, it must not take it for all.
                Err(_) if self.has(Fault::ACutLooksWhole) => return,
                Err(_) => return browser.reset(),
            }
        }
    }

    /// Answers one request, and says whether the connection can be used again.
    async fn answer(&self, browser: &mut Wire, head: Head, peer: IpAddr) -> io::Result<bool> {
        let lenient = self.has(Fault::TheLengthStaysBesideTheCoding);
        if head.target().len() > 65_534 {
            return close(browser, "414 URI Too Long").await;
        }
        let framing = match head.framing() {
            Ok(framing) => framing,
            Err(_) if lenient && head.has("transfer-encoding") => Framing::Chunked,
            Err(_) => Framing::Neither,
        };
        let is_odd = head.line.ends_with("1.0") && head.has("transfer-encoding");
        let is_known = head.framing().is_ok() || lenient;
        let invents = self.has(Fault::AMissingHostIsMadeUp);
        let Some(request) = request(&head, invents).filter(|_| is_known && !is_odd) else {
            return close(browser, "400 Bad Request").await;
        };
        let peer = (!self.has(Fault::TheAddressIsMissing)).then_some(peer);
        let asked = Asked { expects: head.has("expect"), head };
        let is_empty = matches!(framing, Framing::Neither | Framing::Length(0));
        match self.gateway.handle(request, peer) {
            Action::Respond(response, _) => {
                bodies::whole(browser, &asked.head, response, self.ending()).await?;
                Ok(is_empty)
            }
            Action::Forward(request, exchange) => {
                let body = Body::framed_by(framing);
                let request = request.map(|()| body);
                match self.forward(browser, &asked, request, &exchange).await {
                    Ok(()) => Ok(true),
                    Err(Broken::Failure(failure)) => {
                        self.fail(browser, &asked.head, &exchange, failure).await?;
                        Ok(is_empty)
                    }
                    Err(Broken::Browser(error)) if error.kind() == io::ErrorKind::TimedOut => {
                        close(browser, "408 Request Timeout").await
                    }
                    Err(Broken::Browser(error)) => Err(error),
                }
            }
        }
    }

    async fn fail(
        &self,
        browser: &mut Wire,
        head: &Head,
        exchange: &Exchange,
        failure: Failure,
    ) -> io::Result<()> {
        if self.has(Fault::FailuresAreTheFrameworks) {
            let text = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 18\r\n\r\n";
            return browser.send(format!("{text}connection refused")).await;
        }
        let id = RequestId::new(1_700_000_000_000, 7);
        bodies::whole(browser, head, exchange.fail(failure, id), self.ending()).await
    }

    /// Sends the request and hands on the response.
    async fn forward(
        &self,
        browser: &mut Wire,
        asked: &Asked,
        request: Request<Body>,
        exchange: &Exchange,
    ) -> Result<(), Broken> {
        let (parts, body) = request.into_parts();
        let lines = self.lines(asked, &parts);
        let (mut upstream, mut head) = self.send(browser, asked, &lines, Some(body)).await?;
        let may_repeat = exchange.report().authorised && self.has(Fault::IdentificationIsRepeated);
        if head.is_err() && may_repeat {
            // The body is gone, but most of those that are sent are the same.
            let lines = [lines.as_slice(), b"{}"].concat();
            (upstream, head) = self.send(browser, asked, &lines, None).await?;
        }
        let mut head = head?;
        if self.has(Fault::RedirectsAreFollowed) {
            if let Some(location) = location(&head) {
                let lines = format!("GET {location} HTTP/1.1\r\nhost: elsewhere\r\n\r\n");
                let sent = self.send(browser, asked, lines.as_bytes(), None).await?;
                (upstream, head) = (sent.0, sent.1?);
            }
        }
        let hands = bodies::Hands { shared: self, browser, asked: &asked.head, exchange };
        hands.on(upstream, head).await
    }

    /// Connects, and sends the head and the body, if there is one. Gives the response's head.
    async fn send(
        &self,
        browser: &mut Wire,
        asked: &Asked,
        lines: &[u8],
        body: Option<Body>,
    ) -> Result<(Wire, Result<Head, Broken>), Broken> {
        let connecting = timeout(self.connect, TcpStream::connect(self.upstream)).await;
        let stream = connecting.map_err(|_| Failure::Connect)?.map_err(|_| Failure::Connect)?;
        let mut upstream =
            Wire::new(stream, self.limit(self.idle)).map_err(|_| Failure::Connect)?;
        upstream.send(lines).await.map_err(|error| failure_of(&error))?;
        if let Some(body) = body {
            if asked.expects {
                browser.send("HTTP/1.1 100 Continue\r\n\r\n").await.map_err(Broken::Browser)?;
            }
            bodies::upload(self, browser, &mut upstream, body).await?;
        }
        let head = loop {
            let head = upstream.head();
            let limit = self.limit(self.first_byte);
            let head = match timeout(limit, head).await {
                Err(_) => break Err(Failure::Timeout.into()),
                Ok(Err(error)) => break Err(failure_of(&error)),
                Ok(Ok(head)) => head,
            };
            match head.status() {
                Ok(101) | Err(_) => break Err(Failure::Protocol.into()),
                Ok(100..200) if self.has(Fault::InterimResponsesPass) => {
                    browser.send(&head.bytes).await.map_err(Broken::Browser)?;
                }
                Ok(100..200) => {}
                Ok(_) => break Ok(head),
            }
        };
        Ok((upstream, head))
    }

    /// The head for upstream.
    fn lines(&self, asked: &Asked, parts: &Parts) -> Vec<u8> {
        let mut target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        if self.has(Fault::TheQueryIsWrittenAnew) {
            target = target.replace("%zz", "%25zz").replace(';', "%3B").replace('\'', "%27");
        }
        let mut lines = format!("{} {target} HTTP/1.1\r\n", parts.method).into_bytes();
        let mut add = |name: &str, value: &[u8]| {
            lines.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        };
        for (name, value) in &parts.headers {
            add(name.as_str(), value.as_bytes());
        }
        if asked.expects && self.has(Fault::ExpectIsForwarded) {
            add("expect", b"100-continue");
        }
        if self.has(Fault::TheSecretIsOnEveryRequest)
            && !parts.headers.contains_key("fpjs-proxy-secret")
        {
            add("fpjs-proxy-secret", SECRET.as_bytes());
        }
        let is_chunked = asked.head.has("transfer-encoding");
        if is_chunked && self.has(Fault::TheLengthStaysBesideTheCoding) {
            for length in asked.head.all("content-length") {
                add("content-length", length);
            }
        }
        if is_chunked {
            add("transfer-encoding", b"chunked");
        } else if !parts.headers.contains_key("content-length")
            && matches!(parts.method.as_str(), "POST" | "PUT" | "PATCH")
        {
            add("content-length", b"0");
        }
        lines.extend(b"\r\n");
        lines
    }
}

/// Answers with this status, and says that the connection cannot be used again.
async fn close(browser: &mut Wire, status: &str) -> io::Result<bool> {
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    browser.send(head).await?;
    Ok(false)
}

/// Why an exchange has not ended well.
pub(super) enum Broken {
    /// Upstream has failed, and the browser has no head yet.
    Failure(Failure),
    /// The browser has left, or its response has to be cut.
    Browser(io::Error),
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

pub(super) fn failure_of(error: &io::Error) -> Broken {
    let is_late = error.kind() == io::ErrorKind::TimedOut;
    Broken::Failure(if is_late { Failure::Timeout } else { Failure::Protocol })
}

fn location(head: &Head) -> Option<String> {
    let is_redirect = matches!(head.status(), Ok(301 | 302 | 303 | 307 | 308));
    let location = String::from_utf8(head.all("location").first()?.to_vec()).ok()?;
    let (_, path) = location.strip_prefix("http://")?.split_once('/')?;
    is_redirect.then(|| format!("/{path}"))
}

/// What the gateway is asked.
fn request(head: &Head, invents_host: bool) -> Option<Request<()>> {
    let bytes: Vec<u8> = head.line.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect();
    let mut parts = bytes.split(|&byte| byte == b' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    let is_first = version == b"HTTP/1.0";
    if parts.next().is_some() || !(is_first || version == b"HTTP/1.1") {
        return None;
    }
    if !is_first && !invents_host && !head.has("host") {
        return None;
    }
    let uri = Uri::try_from(target).ok()?;
    let mut request = Request::builder().method(method).uri(uri).body(()).ok()?;
    for (name, value) in &head.fields {
        let name: HeaderName = name.parse().ok()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(value).ok()?);
    }
    if invents_host && !head.has("host") {
        request.headers_mut().insert("host", HeaderValue::from_static("made-up.example"));
    }
    if is_first {
        *request.version_mut() = Version::HTTP_10;
    }
    Some(request)
}

/// What the gateway is told of upstream's answer.
pub(super) fn response(head: &Head) -> Option<Response<()>> {
    let mut response = Response::builder().status(head.status().ok()?).body(()).ok()?;
    for (name, value) in &head.fields {
        let name: HeaderName = name.parse().ok()?;
        response.headers_mut().append(name, HeaderValue::from_bytes(value).ok()?);
    }
    Some(response)
}
