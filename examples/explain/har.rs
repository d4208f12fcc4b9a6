//! Exchanges that a browser recorded (HTTP Archive 1.2), one after the other: no more than one is in memory,
//! and bodies are passed over.

use std::fmt;
use std::io::Read;

use firstparty::http::Uri;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::decide::{Head, Upstream};

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
    headers: Vec<Field>,
}

#[derive(Deserialize)]
struct RecordedResponse {
    status: u16,
    headers: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: String,
}

impl Recorded {
    /// The head that an HTTP/1.1 server would see of it.
    pub(crate) fn request(&self) -> Head {
        let uri: Option<Uri> = self.request.url.parse().ok();
        let target = uri.as_ref().and_then(Uri::path_and_query).map(ToString::to_string);
        let mut headers = fields(&self.request.headers);
        // In HTTP/2 the host is a pseudo field.
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            let host = uri.as_ref().and_then(Uri::authority).map(ToString::to_string);
            headers.extend(host.map(|host| ("host".to_owned(), host)));
        }
        Head {
            method: self.request.method.clone(),
            uri: target.unwrap_or_else(|| self.request.url.clone()),
            headers,
            ..Head::default()
        }
    }

    /// A browser records status 0 for an answer that did not come.
    pub(crate) fn upstream(&self) -> Option<Upstream> {
        let status = Some(self.response.status).filter(|status| *status != 0);
        status.map(|_| Upstream { status, headers: fields(&self.response.headers), error: None })
    }
}

/// Without the pseudo fields of HTTP/2.
fn fields(recorded: &[Field]) -> Vec<(String, String)> {
    let fields = recorded.iter().filter(|field| !field.name.starts_with(':'));
    fields.map(|field| (field.name.clone(), field.value.clone())).collect()
}

/// Hands over each exchange as soon as it has been read, until one is answered with `false`.
pub(crate) fn for_each(
    archive: impl Read,
    each: impl FnMut(Recorded) -> bool,
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_reader(archive);
    let entries = Member { name: "entries", seed: Each(each) };
    Member { name: "log", seed: entries }.deserialize(&mut json)?;
    json.end()
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
                return Err(A::Error::custom("nobody reads any more"));
            }
        }
        Ok(())
    }
}
