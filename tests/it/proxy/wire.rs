//! HTTP/1 as bytes: enough of a reader to tell a message that ended from one that was cut.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than anything here takes, shorter than a hanging test may.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// One side of a connection.
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The head of a message: its first line, and its fields in order, names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) line: String,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
}

/// A whole message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) head: Head,
    pub(super) body: Vec<u8>,
}

impl Head {
    pub(super) fn all(&self, name: &str) -> Vec<&[u8]> {
        let named = self.fields.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_slice()).collect()
    }

    /// The only value of a field, or `None` if it is absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() <= 1, "{name} came {} times", values.len());
        values.first().map(|value| std::str::from_utf8(value).unwrap())
    }

    pub(super) fn status(&self) -> u16 {
        self.line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn is_chunked(&self) -> bool {
        self.get("transfer-encoding") == Some("chunked")
    }
}

impl Message {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.head.get(name)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Wire {
    pub(super) fn connect(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).unwrap())
    }

    pub(super) fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::new() }
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Resets the connection, as a process does that is killed in the middle.
    pub(super) fn reset(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _entered = runtime.enter();
        self.stream.set_nonblocking(true).unwrap();
        let stream = tokio::net::TcpStream::from_std(self.stream).unwrap();
        stream.set_zero_linger().unwrap();
    }

    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).unwrap();
    }

    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Reads the head of the next message; an error if the connection ended before.
    pub(crate) fn head(&mut self) -> io::Result<Head> {
        let line = String::from_utf8(self.line()?).unwrap();
        let mut fields = Vec::new();
        loop {
            let field = self.line()?;
            if field.is_empty() {
                return Ok(Head { line, fields });
            }
            let colon = field.iter().position(|&byte| byte == b':').unwrap();
            let name = String::from_utf8(field[..colon].to_ascii_lowercase()).unwrap();
            fields.push((name, field[colon + 1..].trim_ascii().to_vec()));
        }
    }

    /// Reads a message whose body, if any, is framed; an error if it was cut.
    pub(crate) fn message(&mut self) -> io::Result<Message> {
        let head = self.head()?;
        let body = self.body(&head)?;
        Ok(Message { head, body })
    }

    /// Reads the answer to a HEAD request.
    pub(super) fn message_without_body(&mut self) -> io::Result<Message> {
        Ok(Message { head: self.head()?, body: Vec::new() })
    }

    pub(super) fn body(&mut self, head: &Head) -> io::Result<Vec<u8>> {
        if head.is_chunked() {
            assert_eq!(head.get("content-length"), None, "two framings: {head:?}");
            let mut body = Vec::new();
            while let Some(data) = self.chunk()? {
                body.extend(data);
            }
            return Ok(body);
        }
        match head.get("content-length") {
            Some(length) => self.take(length.parse().unwrap()),
            None if head.line.starts_with("HTTP/") && ![204, 304].contains(&head.status()) => {
                self.rest()
            }
            None => Ok(Vec::new()),
        }
    }

    /// Reads one chunk; none for the last one, behind which there must be no trailer.
    pub(super) fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = String::from_utf8(self.line()?).unwrap();
        let size = usize::from_str_radix(&size, 16).unwrap();
        let data = self.take(size)?;
        let end = self.line()?;
        assert!(end.is_empty(), "a trailer: {}", String::from_utf8_lossy(&end));
        Ok((size > 0).then_some(data))
    }

    /// Reads to the end of the connection.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        while self.fill()? {}
        Ok(std::mem::take(&mut self.buffer))
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let mut line = self.take(end + 2)?;
                line.truncate(end);
                return Ok(line);
            }
            self.need()?;
        }
    }

    pub(crate) fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.need()?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn need(&mut self) -> io::Result<()> {
        if self.fill()? { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut bytes = vec![0; 64 * 1024];
        let count = self.stream.read(&mut bytes)?;
        self.buffer.extend(&bytes[..count]);
        Ok(count > 0)
    }
}

/// Whether an error says that a message was cut, not that reading it took too long.
pub(super) fn is_cut(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset)
}
