//! What the stand-in does with a request.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::wire::chunk;

/// One thing after the other.
#[derive(Clone)]
pub(crate) enum Step {
    /// Reads the request's body to its end.
    Body,
    /// Reads some of the request's body.
    Piece,
    /// Sends these bytes, whatever they are.
    Send(Vec<u8>),
    /// Does nothing for a while.
    Pause(Duration),
    /// Does nothing, and reads nothing, until the check opens the gate.
    Await(Gate),
    /// Says nothing more, and waits until the other side ends the connection.
    Silence,
    /// Ends the connection.
    End,
    /// Ends the connection with a reset.
    Reset,
}

/// The steps of a request, by what came before it.
#[derive(Clone)]
pub(crate) struct Play {
    pub(crate) first: Vec<Step>,
    /// Instead, for a first request on a connection that has served another one.
    pub(crate) first_on_kept: Option<Vec<Step>>,
    /// For a further request with the same token.
    pub(crate) again: Option<Vec<Step>>,
}

impl Play {
    pub(crate) fn steps(steps: impl Into<Vec<Step>>) -> Self {
        Self { first: steps.into(), first_on_kept: None, again: None }
    }

    /// Takes the whole request, and sends these bytes.
    pub(crate) fn answer(bytes: impl Into<Vec<u8>>) -> Self {
        Self::steps([Step::Body, Step::Send(bytes.into())])
    }

    /// Takes the whole request, and answers with these fields and this body.
    pub(crate) fn respond(fields: &str, body: &[u8]) -> Self {
        Self::answer(response(fields, body))
    }

    /// `200` without content.
    pub(crate) fn ok() -> Self {
        Self::respond("", b"")
    }

    /// Sends these bytes and ends the connection.
    pub(crate) fn break_off(bytes: impl Into<Vec<u8>>) -> Self {
        Self::steps([Step::Body, Step::Send(bytes.into()), Step::End])
    }

    /// What a first request meets on a connection that has served another one.
    pub(crate) fn on_kept(mut self, steps: impl Into<Vec<Step>>) -> Self {
        self.first_on_kept = Some(steps.into());
        self
    }

    /// What a further request with the same token meets.
    pub(crate) fn again(mut self, steps: impl Into<Vec<Step>>) -> Self {
        self.again = Some(steps.into());
        self
    }

    /// The steps for a request.
    pub(crate) fn choose(&self, is_first: bool, is_kept: bool) -> &[Step] {
        let special = if is_first {
            self.first_on_kept.as_ref().filter(|_| is_kept)
        } else {
            self.again.as_ref()
        };
        special.unwrap_or(&self.first)
    }
}

/// Fields as they are written.
pub(crate) fn lines<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let line = |(name, value): (&str, &str)| [name, ": ", value, "\r\n"].concat();
    fields.into_iter().map(line).collect()
}

/// A response with these fields and this body, and its length.
pub(crate) fn response(fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{fields}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A response with these fields, and this body in chunks.
pub(crate) fn chunked(fields: &str, pieces: &[&[u8]]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n{fields}\r\n");
    let mut bytes = head.into_bytes();
    for piece in pieces {
        bytes.extend(chunk(piece));
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

/// What the stand-in waits for until a check opens it.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Gate {
    pub(crate) fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn open(&self) {
        self.0.close();
    }

    pub(crate) async fn opened(&self) {
        // A semaphore without permits ends the wait only by being closed.
        let _ = self.0.acquire().await;
    }
}
