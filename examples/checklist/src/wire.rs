//! HTTP/1 as bytes: enough of a reader to tell a message that ended from one that was cut, and to
//! see what a library would hide.

pub(crate) mod head;
pub(crate) mod message;

use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::head::Head;

/// What bytes travel on. TLS would be a second implementation, around this one.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    /// Makes the end of the connection a reset, as if the process had been killed.
    fn end_by_reset(&self) -> io::Result<()>;
}

impl Transport for TcpStream {
    fn end_by_reset(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

/// One side of a connection. No read and no write waits for ever.
pub(crate) struct Wire {
    stream: Box<dyn Transport>,
    buffer: Vec<u8>,
    patience: Duration,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, patience: Duration) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self::over(Box::new(stream), patience))
    }

    /// On a transport that is set up already.
    pub(crate) fn over(stream: Box<dyn Transport>, patience: Duration) -> Self {
        Self { stream, buffer: Vec::new(), patience }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let writing = async {
            self.stream.write_all(bytes.as_ref()).await?;
            self.stream.flush().await
        };
        match timeout(self.patience, writing).await {
            Ok(written) => written,
            Err(_) => Err(io::Error::new(ErrorKind::TimedOut, "the other side reads nothing")),
        }
    }

    /// Says that nothing follows.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    pub(crate) fn reset(self) {
        // If it cannot be a reset, it is an end, which the check will tell apart.
        let _ = self.stream.end_by_reset();
    }

    /// Reads the head of the next message; an error if the connection ended before.
    pub(crate) async fn head(&mut self) -> io::Result<Head> {
        loop {
            if let Some(length) = head::length(&self.buffer) {
                return Head::parse(self.take(length).await?);
            }
            self.need().await?;
        }
    }

    /// Reads to the end of a line, which is not part of what is returned.
    pub(crate) async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let mut line = self.take(end + 2).await?;
                line.truncate(end);
                return Ok(line);
            }
            self.need().await?;
        }
    }

    /// Reads that many bytes.
    pub(crate) async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.need().await?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    /// Reads what is there, at least one byte and at most this many.
    pub(crate) async fn some(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        if self.buffer.is_empty() {
            self.need().await?;
        }
        self.take(limit.min(self.buffer.len())).await
    }

    /// Reads to the end of the connection.
    pub(crate) async fn rest(&mut self) -> io::Result<Vec<u8>> {
        while self.fill().await? {}
        Ok(std::mem::take(&mut self.buffer))
    }

    /// How much the first read gives, as the test's adapter takes it.
    #[cfg(test)]
    pub(crate) async fn first(&mut self) -> io::Result<usize> {
        self.fill().await?;
        Ok(self.buffer.len())
    }

    /// Whether something follows that has been read already.
    #[cfg(test)]
    pub(crate) fn has_more(&self) -> bool {
        !self.buffer.is_empty()
    }

    async fn need(&mut self) -> io::Result<()> {
        if self.fill().await? { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.reserve(64 * 1024);
        match timeout(self.patience, self.stream.read_buf(&mut self.buffer)).await {
            Ok(count) => Ok(count? > 0),
            Err(_) => Err(io::Error::new(ErrorKind::TimedOut, "nothing came")),
        }
    }
}

/// Whether an error says that a message was cut, not that reading it took too long.
pub(crate) fn is_cut(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset)
}

/// A chunk of the chunked coding.
pub(crate) fn chunk(data: &[u8]) -> Vec<u8> {
    let size = format!("{:x}\r\n", data.len());
    [size.as_bytes(), data, b"\r\n"].concat()
}

/// A body of any length that is not text and does not repeat itself soon.
pub(crate) fn pattern(length: usize, seed: usize) -> Vec<u8> {
    let mixed = |index: usize| (index.wrapping_add(seed).wrapping_mul(2_654_435_761)) >> 11;
    // A prime, so that no buffer's size is a multiple of it.
    let block: Vec<u8> =
        (0..length.min(65_521)).map(|index| mixed(index).to_le_bytes()[0]).collect();
    // Copied block by block: byte by byte takes long in a build that is not optimised.
    let mut bytes = block.repeat(length.div_ceil(block.len().max(1)));
    bytes.truncate(length);
    bytes
}
