//! Exchanges that a browser recorded (HTTP Archive 1.2), one after the other: one head is in memory at a time,
//! and bodies are passed over.

use std::fmt;
use std::io::BufRead;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::decide::{Head, Upstream, response};

/// What the browser sent, and what it got.
#[derive(Deserialize)]
pub(crate) struct Recorded {
    request: RecordedRequest,
    response: RecordedResponse,
}

#[derive(Deserialize)]
struct RecordedRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Field>,
}

#[derive(Deserialize)]
struct RecordedResponse {
    status: Option<i64>,
    #[serde(default)]
    headers: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: String,
}

impl Recorded {
    /// Authority and target of the URL, byte for byte; a fragment is not sent. `None` if it is no URL of the web.
    pub(crate) fn destination(&self) -> Option<(&str, &str)> {
        let (scheme, rest) = self.request.url.split_once("://")?;
        let sent = rest.split('#').next().filter(|_| scheme.starts_with("http"))?;
        let end = sent.find(['/', '?']).unwrap_or(sent.len());
        Some(sent.split_at(end))
    }

    /// The head that an HTTP/1.1 server would see of it.
    pub(crate) fn request(&self) -> Option<Head> {
        let (authority, target) = self.destination()?;
        let mut headers = fields(&self.request.headers);
        // In HTTP/2 the host is a pseudo field.
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            headers.push(("host".to_owned(), authority.to_owned()));
        }
        let slash = if target.starts_with('/') { "" } else { "/" };
        let (method, uri) = (self.request.method.clone(), format!("{slash}{target}"));
        Some(Head { method, uri, headers, ..Head::default() })
    }

    /// `None` for an answer that did not come, which browsers record with status 0 or -1, and for one that no
    /// server sends.
    pub(crate) fn upstream(&self) -> Option<Upstream> {
        let status = self.response.status.and_then(|status| u16::try_from(status).ok());
        let upstream = Upstream { status, headers: fields(&self.response.headers), error: None };
        response(&upstream).is_some().then_some(upstream)
    }
}

/// Without the pseudo fields of HTTP/2. Some recorders put the values of repeats into one, a line each.
fn fields(recorded: &[Field]) -> Vec<(String, String)> {
    let fields = recorded.iter().filter(|field| !field.name.starts_with(':'));
    let values = fields.flat_map(|field| field.value.split('\n').map(|value| (&field.name, value)));
    values.map(|(name, value)| (name.clone(), value.trim_end().to_owned())).collect()
}

/// Why an archive could not be read to its end: where, and nothing of what it holds.
#[derive(Debug)]
pub(crate) struct Broken(serde_json::Error);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.0.classify() {
            Category::Eof => "it ends too early",
            Category::Syntax => "it is not JSON",
            Category::Data => "it is not as HTTP Archive 1.2 asks",
            Category::Io => "it cannot be read",
        };
        let (line, column) = (self.0.line(), self.0.column());
        write!(f, "not a whole HTTP archive: {what}, line {line} column {column}")
    }
}

impl std::error::Error for Broken {}

/// What some writers put before JSON, and readers are to pass over.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Hands over each exchange as soon as it has been read, until one is answered with `false`.
pub(crate) fn for_each(
    mut archive: impl BufRead,
    each: impl FnMut(Recorded) -> bool,
) -> Result<(), Broken> {
    let read = |archive| {
        let mut json = serde_json::Deserializer::from_reader(archive);
        let entries = Member { name: "entries", seed: Each(each) };
        Member { name: "log", seed: entries }.deserialize(&mut json)?;
        json.end()
    };
    let begin = archive.fill_buf().map_err(serde_json::Error::io).map_err(Broken)?;
    if begin.starts_with(BYTE_ORDER_MARK) {
        archive.consume(BYTE_ORDER_MARK.len());
    }
    read(archive).map_err(Broken)
}

/// The member of an object that has this name. The others are passed over.
struct Member<S> {
    name: &'static str,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de, Value = ()>> DeserializeSeed<'de> for Member<S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de, Value = ()>> Visitor<'de> for Member<S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut seed = Some(self.seed);
        while let Some(name) = object.next_key::<String>()? {
            match seed.take_if(|_| name == self.name) {
                Some(seed) => object.next_value_seed(seed)?,
                None => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        if seed.is_some() { Err(A::Error::missing_field(self.name)) } else { Ok(()) }
    }
}

/// The elements of an array, one after the other.
struct Each<F>(F);

impl<'de, F: FnMut(Recorded) -> bool> DeserializeSeed<'de> for Each<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Recorded) -> bool> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of exchanges")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<(), A::Error> {
        while let Some(recorded) = array.next_element()? {
            if !(self.0)(recorded) {
                return Err(A::Error::custom("the output was closed"));
            }
        }
        Ok(())
    }
}
