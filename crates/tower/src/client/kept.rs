//! Connections to upstream that are kept for later requests. Upstream may close one at the very
//! moment at which the next request is sent over it; this module tells that apart from a failure
//! of upstream's (R16.1, RFC 9112 §9.3.1).

use std::io;
use std::mem::take;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is known of a connection. Its errors carry a handle.
#[derive(Default)]
pub(super) struct History {
    /// Something has come: an earlier request was answered, unless this is the first one's answer. A
    /// connection that nobody has used yet counts as new, however long it has been there.
    has_served: AtomicBool,
    /// Nothing has come since a request was sent.
    is_silent: AtomicBool,
}

impl History {
    /// Whether a request that failed here met a connection that had served before, and failed
    /// before the first byte of an answer.
    pub(super) fn broke_before_answering(&self, was_sent: bool) -> bool {
        self.has_served.load(Relaxed) && (self.is_silent.load(Relaxed) || !was_sent)
    }
}

/// A connection that writes its own history.
pub(super) struct Kept<S> {
    stream: S,
    history: Arc<History>,
    /// What is written next begins a request.
    is_flushed: bool,
}

impl<S> Kept<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, history: Arc::default(), is_flushed: true }
    }
}

impl<S: Connection> Connection for Kept<S> {
    fn connected(&self) -> Connected {
        self.stream.connected().extra(Arc::clone(&self.history))
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
            self.history.has_served.store(true, Relaxed);
            self.history.is_silent.store(false, Relaxed);
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
        if take(&mut self.is_flushed) {
            self.history.is_silent.store(true, Relaxed);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.is_flushed = true;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::Kept;

    /// R16.1: if an answer begins while its request is still written, the request has been answered.
    #[tokio::test]
    async fn an_answer_may_come_before_the_end_of_its_request() {
        let (stream, mut upstream) = duplex(64);
        let mut kept = Kept::new(stream);
        let history = kept.history.clone();
        kept.write_all(b"GET / HT").await.unwrap();
        assert!(!history.broke_before_answering(true), "a new connection");
        upstream.write_all(b"HTTP/1.1 4").await.unwrap();
        kept.read_exact(&mut [0; 10]).await.unwrap();
        kept.write_all(b"TP/1.1").await.unwrap();
        assert!(!history.broke_before_answering(true), "in the middle of the answer");

        kept.flush().await.unwrap();
        assert!(history.broke_before_answering(false), "between two requests");
        kept.write_all(b"GET / HT").await.unwrap();
        assert!(history.broke_before_answering(true), "after the next request");
    }

    /// What shuts the connection down, shuts down what it stands for: TLS says that this is the end.
    #[tokio::test]
    async fn a_shutdown_is_passed_on() {
        let (stream, mut upstream) = duplex(64);
        let mut kept = Kept::new(stream);
        kept.shutdown().await.unwrap();
        assert_eq!(upstream.read(&mut [0; 1]).await.unwrap(), 0);
        assert!(kept.write_all(b"GET").await.is_err());
    }
}
