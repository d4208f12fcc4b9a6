//! Text as messages, so that seeds, dictionary and findings can be read.
//!
//! A request is `METHOD URI`, or `METHOD URI VERSION`, then a line a field; a response is `STATUS`, then its fields. An
//! empty line parts the two. `*` and a byte before a field repeat it so many times. What `http`
//! cannot hold is left out. An exchange that begins with a zero byte is written by `grammar.rs`.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use arbitrary::{Arbitrary, Result, Unstructured};
use firstparty::http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Version,
};

use crate::grammar;
use crate::plan::{Setting, choose};

/// A configuration, a peer, and what both sides say.
#[derive(Arbitrary, Clone, Copy)]
pub struct Talk<'a> {
    pub setting: Setting,
    peer: u8,
    pub rest: Rest<'a>,
}

/// What adapters may know of their peer.
pub const PEERS: &[Option<&str>] =
    &[None, Some("203.0.113.7"), Some("2001:DB8::0:1"), Some("::ffff:192.0.2.1")];

impl Talk<'_> {
    pub fn peer(&self) -> Option<IpAddr> {
        choose(PEERS, self.peer).and_then(|address| address.parse().ok())
    }
}

/// With the text that the target reads, whoever wrote it.
impl fmt::Debug for Talk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.rest.written()).into_owned();
        let peer = self.peer();
        f.debug_struct("Talk")
            .field("setting", &self.setting)
            .field("peer", &peer)
            .field("text", &text)
            .finish()
    }
}

/// All bytes that are left. The last member of an input, so that the text stands there as it is.
#[derive(Clone, Copy)]
pub struct Rest<'a>(pub &'a [u8]);

impl fmt::Debug for Rest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        String::from_utf8_lossy(self.0).fmt(f)
    }
}

impl<'a> Arbitrary<'a> for Rest<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        input.bytes(input.len()).map(Self)
    }
}

impl<'a> Rest<'a> {
    /// As text, if it is.
    pub fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    /// A request alone.
    pub fn request(self) -> Option<Request<()>> {
        request(&mut self.lines())
    }

    /// A response alone.
    pub fn response(self) -> Response<()> {
        response(&mut self.lines())
    }

    /// A request, and what upstream may answer.
    pub fn exchange(self) -> Option<(Request<()>, Response<()>)> {
        let text = self.written();
        let lines = &mut lines(&text);
        Some((request(lines)?, response(lines)))
    }

    /// The text, or what the grammar writes. No method begins with a zero byte.
    fn written(self) -> Cow<'a, [u8]> {
        match self.0 {
            [0, choices @ ..] => Cow::Owned(grammar::exchange(choices).into_bytes()),
            text => Cow::Borrowed(text),
        }
    }

    /// Fields alone.
    pub fn fields(self) -> HeaderMap {
        fields(&mut self.lines())
    }

    /// Field values, one a line.
    pub fn values(self) -> Vec<HeaderValue> {
        self.lines().filter_map(|line| HeaderValue::from_bytes(line).ok()).collect()
    }

    fn lines(self) -> impl Iterator<Item = &'a [u8]> {
        lines(self.0)
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
}

fn request<'a>(lines: &mut impl Iterator<Item = &'a [u8]>) -> Option<Request<()>> {
    let line = lines.next()?;
    let space = line.iter().position(|&byte| byte == b' ')?;
    let (target, version) = version(&line[space + 1..]);
    let builder = Request::builder().method(&line[..space]).uri(target).version(version);
    let mut request = builder.body(()).ok()?;
    *request.headers_mut() = fields(lines);
    Some(request)
}

/// The version at the end of a line, and what is before it. A URI has no blanks.
fn version(line: &[u8]) -> (&[u8], Version) {
    let versions: [(&[u8], _); 4] = [
        (b" HTTP/1.0", Version::HTTP_10),
        (b" HTTP/1.1", Version::HTTP_11),
        (b" HTTP/2", Version::HTTP_2),
        (b" HTTP/3", Version::HTTP_3),
    ];
    let found =
        versions.iter().find_map(|(end, version)| Some((line.strip_suffix(*end)?, *version)));
    found.unwrap_or((line, Version::HTTP_11))
}

fn response<'a>(lines: &mut impl Iterator<Item = &'a [u8]>) -> Response<()> {
    let mut response = Response::new(());
    let status = lines.next().and_then(|line| StatusCode::from_bytes(line).ok());
    *response.status_mut() = status.unwrap_or_default();
    *response.headers_mut() = fields(lines);
    response
}

fn fields<'a>(lines: &mut impl Iterator<Item = &'a [u8]>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        let (times, line) = match line {
            [b'*', times, line @ ..] => (*times, line),
            line => (1, line),
        };
        if let Some((name, value)) = field(line) {
            for _ in 0..times {
                headers.append(name.clone(), value.clone());
            }
        }
    }
    headers
}

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}
