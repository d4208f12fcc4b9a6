//! The adapter: HTTP/2, with a connection of HTTP/1.1 to the adapter itself for each stream.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use firstparty::http::request::Parts;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request};
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::browser::http2::send;
use crate::faulty::adapter::{Fault, Shared, response};
use crate::faulty::bodies::last_chunk;
use crate::wire::message::Body;
use crate::wire::{Wire, chunk};

/// Whether a connection begins as one of HTTP/2 does (RFC 9113 §3.4).
pub(super) async fn begins(stream: &TcpStream) -> io::Result<bool> {
    let mut start = [0; 3];
    loop {
        let length = stream.peek(&mut start).await?;
        let seen = start.get(..length).unwrap_or_default();
        if seen == b"PRI" || seen.is_empty() || !b"PRI".starts_with(seen) {
            return Ok(seen == b"PRI");
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Serves a connection.
pub(super) async fn serve(shared: &Arc<Shared>, stream: TcpStream) -> io::Result<()> {
    let here = stream.local_addr()?;
    let mut connection = h2::server::handshake(stream).await.map_err(io::Error::other)?;
    let mut streams = JoinSet::new();
    while let Some(accepted) = connection.accept().await {
        let (request, mut answer) = accepted.map_err(io::Error::other)?;
        let shared = Arc::clone(shared);
        streams.spawn(async move {
            let wire = Wire::new(TcpStream::connect(here).await?, Duration::from_secs(60))?;
            let exchanged = exchange(&shared, wire, request, &mut answer).await;
            exchanged.inspect_err(|_| answer.send_reset(Reason::INTERNAL_ERROR))
        });
    }
    Ok(())
}

async fn exchange(
    shared: &Shared,
    mut wire: Wire,
    request: Request<RecvStream>,
    answer: &mut SendResponse<Bytes>,
) -> io::Result<()> {
    let (parts, body) = request.into_parts();
    let is_chunked = !body.is_end_stream() && !parts.headers.contains_key("content-length");
    wire.send(head_of(&parts, is_chunked)).await?;
    let mut upload = Upload { is_sent: body.is_end_stream(), body, is_chunked };
    let head = loop {
        tokio::select! {
            head = wire.head() => match head? {
                head if head.status()? >= 200 => break head,
                head if shared.has(Fault::InterimResponsesPass) => {
                    let hint = response(&head).ok_or_else(odd)?;
                    answer.send_informational(hint).map_err(io::Error::other)?;
                }
                _ => {}
            },
            data = upload.body.data(), if !upload.is_sent => {
                upload.hand_on(data, &mut wire, shared.has(Fault::TrailersPass)).await?;
            }
        }
    };
    let mut fields = response(&head).ok_or_else(odd)?;
    for name in ["connection", "transfer-encoding"] {
        fields.headers_mut().remove(name);
    }
    let stream = answer.send_response(fields, false).map_err(io::Error::other)?;
    let body = Body::of_response(&head, parts.method.as_str())?;
    download(wire, body, stream, shared.has(Fault::TrailersPass)).await
}

fn head_of(parts: &Parts, is_chunked: bool) -> Vec<u8> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let host = parts.uri.authority().map_or("", |authority| authority.as_str());
    let mut lines = format!("{} {target} HTTP/1.1\r\nhost: {host}\r\n", parts.method).into_bytes();
    for (name, value) in &parts.headers {
        lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    lines.extend(if is_chunked { "transfer-encoding: chunked\r\n\r\n" } else { "\r\n" }.bytes());
    lines
}

/// A browser's body, until all of it is sent.
struct Upload {
    body: RecvStream,
    is_chunked: bool,
    is_sent: bool,
}

impl Upload {
    async fn hand_on(
        &mut self,
        data: Option<Result<Bytes, h2::Error>>,
        wire: &mut Wire,
        trailers_pass: bool,
    ) -> io::Result<()> {
        if let Some(piece) = data {
            let piece = piece.map_err(io::Error::other)?;
            let released = self.body.flow_control().release_capacity(piece.len());
            released.map_err(io::Error::other)?;
            return wire.send(if self.is_chunked { chunk(&piece) } else { piece.to_vec() }).await;
        }
        let trailers = self.body.trailers().await.map_err(io::Error::other)?.unwrap_or_default();
        if !self.body.is_end_stream() {
            return Err(odd());
        }
        self.is_sent = true;
        let lines = trailers.iter().filter(|_| trailers_pass);
        let lines = lines.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("")));
        let last =
            if self.is_chunked { last_chunk(&lines.collect::<Vec<_>>()) } else { String::new() };
        wire.send(last).await
    }
}

async fn download(
    mut wire: Wire,
    mut body: Body,
    mut stream: SendStream<Bytes>,
    trailers_pass: bool,
) -> io::Result<()> {
    let failed = |_| odd();
    while let Some(piece) = body.piece(&mut wire).await? {
        send(&mut stream, &piece, false).await.map_err(failed)?;
    }
    let lines = body.trailers.iter().filter(|_| trailers_pass);
    let lines = lines.filter_map(|line| line.split_once(": "));
    let fields = lines.filter_map(|(name, value)| {
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
    });
    let trailers: HeaderMap = fields.collect();
    if trailers.is_empty() {
        return stream.send_data(Bytes::new(), true).map_err(io::Error::other);
    }
    stream.send_trailers(trailers).map_err(io::Error::other)
}

fn odd() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
