//! A browser's connection that can be cut so that the browser notices (R16.2).
//!
//! Over HTTP/2 a broken body resets its stream. Over HTTP/1 closing the connection is enough
//! only while the framing says that something is missing; an HTTP/1.0 browser takes the end of
//! the connection for the end of the body. So the connection is reset. When the proxy has to end,
//! every connection is, whatever the version.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// The order to reset a connection instead of closing it.
#[derive(Clone, Default)]
pub(crate) struct Cut(Arc<AtomicBool>);

impl Cut {
    pub(crate) fn order(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_ordered(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What tells HTTP/1 and HTTP/2 apart has at most so many bytes (RFC 9113 §3.4).
const PREFACE: usize = 24;

/// A browser's connection.
pub(crate) struct Socket {
    stream: TcpStream,
    cut: Cut,
    /// How long the first bytes may take: hyper counts only from when it knows the version.
    opening: Option<Opening>,
}

struct Opening {
    missing: usize,
    limit: Pin<Box<Sleep>>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, limit: Duration, cut: Cut) -> Self {
        // Without this answers only come later.
        let _ = stream.set_nodelay(true);
        let opening = Opening { missing: PREFACE, limit: Box::pin(sleep(limit)) };
        Self { stream, cut, opening: Some(opening) }
    }

    /// Gives up on a browser that says nothing.
    fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(opening) = &mut self.opening else { return Poll::Pending };
        opening.limit.as_mut().poll(cx).map(|()| Err(ErrorKind::TimedOut.into()))
    }

    fn count(&mut self, bytes: usize) {
        if let Some(opening) = &mut self.opening {
            opening.missing = opening.missing.saturating_sub(bytes);
        }
        self.opening.take_if(|opening| opening.missing == 0);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.cut.is_ordered() {
            // Closing without waiting for anything is what sends the reset.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) => {
                self.count(buffer.filled().len() - before);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.poll_limit(cx),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
