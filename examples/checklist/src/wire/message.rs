//! A whole message, and its body piece by piece.

use std::io;

use serde_json::Value;

use crate::wire::Wire;
use crate::wire::head::{Framing, Head, invalid};
use crate::wrong::Wrong;

/// A message that ended as its framing says.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    /// The trailer section, line by line.
    pub(crate) trailers: Vec<String>,
}

impl Message {
    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, Wrong> {
        self.head.get(name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Result<Value, Wrong> {
        let json = serde_json::from_slice(&self.body);
        json.map_err(|_| Wrong::failed(format!("not JSON: {:?}", self.text())))
    }
}

/// The rest of a body that is being read.
pub(crate) struct Body {
    left: Left,
    pub(crate) trailers: Vec<String>,
}

enum Left {
    Bytes(usize),
    /// Of the chunk that has begun, and whether any has.
    Chunk(usize, bool),
    ToTheEnd,
    Nothing,
}

impl Body {
    /// Of a request, which without framing has none.
    pub(crate) fn of_request(head: &Head) -> io::Result<Self> {
        Ok(Self::framed(head.framing()?, Left::Nothing))
    }

    /// Of a response to a request with this method.
    pub(crate) fn of_response(head: &Head, method: &str) -> io::Result<Self> {
        let framing = head.framing()?;
        if method == "HEAD" || matches!(head.status()?, 100..200 | 204 | 304) {
            return Ok(Self::framed(Framing::Length(0), Left::Nothing));
        }
        Ok(Self::framed(framing, Left::ToTheEnd))
    }

    /// As the test's adapter reads it.
    #[cfg(test)]
    pub(crate) fn framed_by(framing: Framing) -> Self {
        Self::framed(framing, Left::Nothing)
    }

    #[cfg(test)]
    pub(crate) fn is_chunked(&self) -> bool {
        matches!(self.left, Left::Chunk(..))
    }

    fn framed(framing: Framing, unframed: Left) -> Self {
        let left = match framing {
            Framing::Length(length) => Left::Bytes(length),
            Framing::Chunked => Left::Chunk(0, false),
            Framing::Neither => unframed,
        };
        Self { left, trailers: Vec::new() }
    }

    /// The next bytes, as soon as there are some; `None` at the end, an error if it was cut.
    pub(crate) async fn piece(&mut self, wire: &mut Wire) -> io::Result<Option<Vec<u8>>> {
        if let Left::Chunk(0, has_begun) = self.left {
            self.begin_chunk(wire, has_begun).await?;
        }
        match &mut self.left {
            Left::Nothing | Left::Bytes(0) => Ok(None),
            Left::Bytes(left) | Left::Chunk(left, _) => {
                let piece = wire.some(*left).await?;
                *left -= piece.len();
                Ok(Some(piece))
            }
            Left::ToTheEnd => {
                self.left = Left::Nothing;
                wire.rest().await.map(Some)
            }
        }
    }

    async fn begin_chunk(&mut self, wire: &mut Wire, has_begun: bool) -> io::Result<()> {
        if has_begun && !wire.line().await?.is_empty() {
            return Err(invalid("a chunk is longer than it says".to_owned()));
        }
        let line = String::from_utf8_lossy(&wire.line().await?).into_owned();
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16);
        let size = size.map_err(|_| invalid(format!("no size of a chunk: {line:?}")))?;
        self.left = Left::Chunk(size, true);
        if size == 0 {
            self.left = Left::Nothing;
            loop {
                let line = wire.line().await?;
                if line.is_empty() {
                    break;
                }
                self.trailers.push(String::from_utf8_lossy(&line).into_owned());
            }
        }
        Ok(())
    }
}

impl Wire {
    /// Reads a response, whatever its status is; an error if it was cut.
    pub(crate) async fn response(&mut self, method: &str) -> io::Result<Message> {
        let head = self.head().await?;
        self.body_of(head, method).await
    }

    /// Reads the body behind a response's head.
    pub(crate) async fn body_of(&mut self, head: Head, method: &str) -> io::Result<Message> {
        let mut reading = Body::of_response(&head, method)?;
        let mut body = Vec::new();
        while let Some(piece) = reading.piece(self).await? {
            body.extend(piece);
        }
        Ok(Message { head, body, trailers: reading.trailers })
    }
}
