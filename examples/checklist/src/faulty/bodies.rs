//! The adapter: bodies, in both directions.

use std::io::{self, ErrorKind};

use firstparty::http::response::Parts;
use firstparty::http::{HeaderValue, Response};
use firstparty::{Exchange, Failure};

use crate::faulty::adapter::{Broken, Fault, Shared, failure_of, response};
use crate::wire::head::Head;
use crate::wire::message::Body;
use crate::wire::{Wire, chunk};

/// Answers with a body that is there.
pub(super) async fn whole(
    browser: &mut Wire,
    asked: &Head,
    answer: Response<impl AsRef<[u8]>>,
    ending: &str,
) -> io::Result<()> {
    let (parts, body) = answer.into_parts();
    let body = body.as_ref();
    let is_head = asked.line.starts_with("HEAD ");
    let length =
        if is_head { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let lines = head_of(&parts, None, &[&length, ending].concat());
    browser.send([lines, body.to_vec()].concat()).await
}

fn head_of(parts: &Parts, joined: Option<&str>, framing: &str) -> Vec<u8> {
    let mut lines = format!("HTTP/1.1 {} -\r\n", parts.status.as_u16()).into_bytes();
    for name in parts.headers.keys() {
        let all = parts.headers.get_all(name).iter();
        if joined == Some(name.as_str()) {
            let all: Vec<_> = all.map(HeaderValue::as_bytes).collect();
            lines.extend(
                [name.as_str().as_bytes(), b": ", &all.join(b", ".as_slice()), b"\r\n"].concat(),
            );
            continue;
        }
        for value in all {
            lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
    }
    lines.extend(framing.as_bytes());
    lines.extend(b"\r\n");
    lines
}

/// Hands the request's body on.
pub(super) async fn upload(
    shared: &Shared,
    browser: &mut Wire,
    upstream: &mut Wire,
    mut body: Body,
) -> Result<(), Broken> {
    let is_chunked = body.is_chunked();
    let is_collecting = shared.has(Fault::BodiesAreCollected);
    let is_forgiving = shared.has(Fault::BrokenChunksAreForgiven);
    let mut collected = Vec::new();
    loop {
        let piece = match body.piece(browser).await {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            Err(error) if error.kind() == ErrorKind::InvalidData && is_forgiving => break,
            Err(error) => return Err(Broken::Browser(error)),
        };
        let piece = if is_chunked { chunk(&piece) } else { piece };
        if is_collecting {
            collected.extend(piece);
        } else {
            upstream.send(piece).await.map_err(|error| failure_of(&error))?;
        }
    }
    upstream.send(collected).await.map_err(|error| failure_of(&error))?;
    if is_chunked {
        let trailers = if shared.has(Fault::TrailersPass) { body.trailers.as_slice() } else { &[] };
        upstream.send(last_chunk(trailers)).await.map_err(|error| failure_of(&error))?;
    }
    Ok(())
}

pub(super) fn last_chunk(trailers: &[String]) -> String {
    let lines = ["0"].into_iter().chain(trailers.iter().map(String::as_str));
    lines.chain(["", ""]).collect::<Vec<_>>().join("\r\n")
}

/// What hands a response on.
pub(super) struct Hands<'a> {
    pub(super) shared: &'a Shared,
    pub(super) browser: &'a mut Wire,
    pub(super) asked: &'a Head,
    pub(super) exchange: &'a Exchange,
}

impl Hands<'_> {
    pub(super) async fn on(self, mut upstream: Wire, head: Head) -> Result<(), Broken> {
        let method = self.asked.line.split(' ').next().unwrap_or_default();
        let mut body = Body::of_response(&head, method).map_err(|error| failure_of(&error))?;
        let answer = response(&head).ok_or(Failure::Protocol)?;
        let (mut parts, ()) = self.exchange.complete(answer).into_parts();
        if self.shared.has(Fault::ConnectionFieldsPass) {
            for value in head.all("proxy-authenticate") {
                parts.headers.insert("proxy-authenticate", HeaderValue::from_bytes(value).unwrap());
            }
        }
        let has_body = method != "HEAD" && !matches!(parts.status.as_u16(), 204 | 304);
        let is_old = self.asked.line.ends_with("1.0");
        let is_chunked = has_body && !parts.headers.contains_key("content-length") && !is_old;
        let framing = if is_chunked { "transfer-encoding: chunked\r\n" } else { "" };
        let joined = self.shared.has(Fault::SetCookieIsJoined).then_some("set-cookie");
        let framing = [framing, self.shared.ending()].concat();
        let mut collected = head_of(&parts, joined, &framing);
        let is_collecting = self.shared.has(Fault::BodiesAreCollected);
        if !is_collecting {
            let sent = self.browser.send(std::mem::take(&mut collected)).await;
            sent.map_err(Broken::Browser)?;
        }
        loop {
            let piece = match body.piece(&mut upstream).await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(_) if self.shared.has(Fault::ACutLooksWhole) && is_chunked => break,
                Err(error) => return Err(Broken::Browser(io::Error::other(error))),
            };
            let piece = if is_chunked { chunk(&piece) } else { piece };
            if is_collecting {
                collected.extend(piece);
            } else {
                self.browser.send(piece).await.map_err(Broken::Browser)?;
            }
        }
        if is_chunked {
            let passes = self.shared.has(Fault::TrailersPass);
            let trailers = if passes { body.trailers.as_slice() } else { &[] };
            collected.extend(last_chunk(trailers).into_bytes());
        }
        self.browser.send(collected).await.map_err(Broken::Browser)?;
        let ends = is_old && has_body;
        if ends { self.browser.finish().await.map_err(Broken::Browser) } else { Ok(()) }
    }
}
