//! The head of a message, as it came.

use std::io::{self, ErrorKind};

use crate::wrong::Wrong;

/// The first line of a message, and its fields in order, names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Each byte as the character of the same number.
    pub(crate) line: String,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) bytes: Vec<u8>,
}

/// How a body is framed (RFC 9112 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(usize),
    Chunked,
    Neither,
}

/// How long the head is that these bytes begin with, if all of it is there.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|start| start + 4)
}

impl Head {
    pub(crate) fn parse(bytes: Vec<u8>) -> io::Result<Self> {
        let text: String = bytes.iter().copied().map(char::from).collect();
        let mut lines = text.trim_end_matches("\r\n").split("\r\n");
        let line = lines.next().unwrap_or_default().to_owned();
        let mut fields = Vec::new();
        for field in lines {
            let Some((name, value)) = field.split_once(':') else {
                return Err(invalid(format!("no field: {field:?}")));
            };
            let value = value.trim_matches([' ', '\t']).chars();
            let value = value.map(|char| u8::try_from(char).unwrap_or(b'?')).collect();
            fields.push((name.to_ascii_lowercase(), value));
        }
        Ok(Self { line, fields, bytes })
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&[u8]> {
        let named = self.fields.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_slice()).collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, _)| key == name)
    }

    /// The only value of a field, or `None` if it is absent; wrong if it came twice.
    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, Wrong> {
        match self.all(name).as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(String::from_utf8_lossy(value).into_owned())),
            all => Err(Wrong::failed(format!("{name} came {} times", all.len()))),
        }
    }

    /// Whether the connection ends behind this message (RFC 9112 §9.3).
    pub(crate) fn closes(&self) -> bool {
        let values = self.all("connection");
        let mut options = values.iter().flat_map(|value| value.split(|&byte| byte == b','));
        let mut has = |name: &str| {
            options.any(|option| option.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        if self.line.starts_with("HTTP/1.0 ") { !has("keep-alive") } else { has("close") }
    }

    /// The target of a request.
    pub(crate) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The status of a response.
    pub(crate) fn status(&self) -> io::Result<u16> {
        let status = self.line.strip_prefix("HTTP/1.").and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|status| status.parse().ok());
        status.ok_or_else(|| invalid(format!("no status: {:?}", self.line)))
    }

    /// How the body is framed; an error if that is not clear.
    pub(crate) fn framing(&self) -> io::Result<Framing> {
        let (codings, lengths) = (self.all("transfer-encoding"), self.all("content-length"));
        match (codings.as_slice(), lengths.as_slice()) {
            ([], []) => Ok(Framing::Neither),
            ([coding], []) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
            ([], [length]) => decimal(length).map(Framing::Length).ok_or_else(|| {
                invalid(format!("no length: {:?}", String::from_utf8_lossy(length)))
            }),
            _ => {
                Err(invalid("content-length and transfer-encoding do not frame a body".to_owned()))
            }
        }
    }
}

/// Digits, and nothing else.
fn decimal(bytes: &[u8]) -> Option<usize> {
    let is_plain = bytes.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(bytes).ok().filter(|_| is_plain)?.parse().ok()
}

pub(super) fn invalid(words: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, words)
}
