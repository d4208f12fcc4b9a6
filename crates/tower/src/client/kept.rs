//! Connections to upstream that are kept for later requests. Upstream may close one at the very
//! moment at which the next request is sent over it; this module tells that apart from a failure
//! of upstream's (R16.1, RFC 9112 §9.3.1).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is known of a connection: a handle that its responses and errors carry.
#[derive(Clone, Default)]
pub(super) struct History {
    /// An earlier request was answered over it. One that nobody has used yet counts as new, however
    /// long it has been there.
    has_answered: Arc<AtomicBool>,
    /// Nothing has come since something was sent.
    is_silent: Arc<AtomicBool>,
}

impl History {
    /// The head of a response came over this connection.
    pub(super) fn answered(&self) {
        self.has_answered.store(true, Ordering::Relaxed);
    }

    /// Whether a request that failed here met a connection that had served before, and failed
    /// before the first byte of an answer.
    pub(super) fn broke_before_answering(&self, was_sent: bool) -> bool {
        let is_silent = self.is_silent.load(Ordering::Relaxed);
        self.has_answered.load(Ordering::Relaxed) && (is_silent || !was_sent)
    }
}

/// A connection that writes its own history.
pub(super) struct Kept<S> {
    stream: S,
    history: History,
    /// What is written next begins a request.
    is_flushed: bool,
}

impl<S> Kept<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, history: History::default(), is_flushed: true }
    }
}

impl<S: Connection> Connection for Kept<S> {
    fn connected(&self) -> Connected {
        self.stream.connected().extra(self.history.clone())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Kept<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.history.is_silent.store(false, Ordering::Relaxed);
        }
        polled
    }
}

/// Not vectored, so hyper puts a head and its first data together in one piece.
impl<S: AsyncWrite + Unpin> AsyncWrite for Kept<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // A later piece of the same request says nothing about what came meanwhile.
        if std::mem::take(&mut self.is_flushed) {
            self.history.is_silent.store(true, Ordering::Relaxed);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.is_flushed |= matches!(flushed, Poll::Ready(Ok(())));
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
