//! A request, and how it is written.

use crate::upstream::PARAMETER;
use crate::upstream::talk::Talk;
use crate::wire::chunk;

/// A request on its way to the adapter.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    /// The whole path, as the adapter sees it.
    pub(crate) path: String,
    /// The query behind the token.
    pub(crate) query: String,
    pub(crate) token: Option<String>,
    pub(crate) host: String,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) content: Content,
}

/// A request's body.
#[derive(Clone)]
pub(crate) enum Content {
    None,
    Length(Vec<u8>),
    Chunks(Vec<Vec<u8>>),
}

impl Ask {
    /// Appends to the query; the token and `&` come before.
    pub(crate) fn query(mut self, query: &str) -> Self {
        self.query.push('&');
        self.query.push_str(query);
        self
    }

    pub(crate) fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn fields(mut self, fields: &[(&str, &str)]) -> Self {
        for (name, value) in fields {
            self = self.field(name, value);
        }
        self
    }

    /// A body with its length.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.content = Content::Length(body.into());
        self
    }

    /// A body in chunks.
    pub(crate) fn chunks<T: Into<Vec<u8>>>(mut self, chunks: impl IntoIterator<Item = T>) -> Self {
        self.content = Content::Chunks(chunks.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    pub(crate) fn talk(mut self, talk: &Talk) -> Self {
        self.token = Some(talk.token.clone());
        self
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        format!("{}{}", self.path, self.suffix())
    }

    /// The query with its question mark, if there is one.
    pub(crate) fn suffix(&self) -> String {
        let Self { query, token, .. } = self;
        match token {
            Some(token) => format!("?{PARAMETER}={token}{query}"),
            None if query.is_empty() => String::new(),
            None => format!("?{}", query.trim_start_matches('&')),
        }
    }

    /// The head as HTTP/1.1, with the field that frames the body.
    pub(crate) fn head(&self) -> Vec<u8> {
        self.head_with(match &self.content {
            Content::None => String::new(),
            Content::Length(body) => format!("content-length: {}\r\n", body.len()),
            Content::Chunks(_) => "transfer-encoding: chunked\r\n".to_owned(),
        })
    }

    /// The head as HTTP/1.1, with these lines for framing.
    pub(crate) fn head_with(&self, lines: impl AsRef<[u8]>) -> Vec<u8> {
        let line = format!("{} {} HTTP/1.1\r\nhost: {}\r\n", self.method, self.target(), self.host);
        let mut bytes = line.into_bytes();
        for (name, value) in &self.fields {
            bytes.extend(name.as_bytes());
            bytes.extend(b": ");
            bytes.extend(value);
            bytes.extend(b"\r\n");
        }
        bytes.extend(lines.as_ref());
        bytes.extend(b"\r\n");
        bytes
    }

    /// All of it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        match &self.content {
            Content::None => {}
            Content::Length(body) => bytes.extend(body),
            Content::Chunks(chunks) => {
                for data in chunks {
                    bytes.extend(chunk(data));
                }
                bytes.extend(b"0\r\n\r\n");
            }
        }
        bytes
    }
}
