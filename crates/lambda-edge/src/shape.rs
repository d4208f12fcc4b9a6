//! The shape of an event (R13.1).
//!
//! Serde derives the code that reads it. What it cannot derive is written out at the end: a type
//! that takes objects only, one that reads the first element of a list only, and one that keeps
//! the lines of all fields.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::event::EdgeEvent;

/// An event.
pub(crate) type Event<'a> = Object<Records<'a>>;

#[derive(Deserialize)]
pub(crate) struct Records<'a> {
    #[serde(borrow, rename = "Records")]
    records: First<Object<Record<'a>>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    cf: Object<Cf<'a>>,
}

#[derive(Deserialize)]
struct Cf<'a> {
    #[serde(borrow)]
    request: Object<Request<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    client_ip: Cow<'a, str>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    uri: Cow<'a, str>,
    #[serde(borrow)]
    querystring: Cow<'a, str>,
    #[serde(borrow)]
    headers: Fields<'a>,
    #[serde(borrow)]
    origin: Object<Origin<'a>>,
    /// Null, or not there, in events of an association that does not include it.
    #[serde(borrow)]
    body: Option<Object<Body<'a>>>,
}

/// One of the two has to be there.
#[derive(Deserialize)]
struct Origin<'a> {
    #[serde(borrow, default, deserialize_with = "not_null")]
    custom: Option<Object<CustomOrS3<'a>>>,
    #[serde(borrow, default, deserialize_with = "not_null")]
    s3: Option<Object<CustomOrS3<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomOrS3<'a> {
    #[serde(borrow)]
    custom_headers: Fields<'a>,
    #[serde(borrow, default, deserialize_with = "not_null")]
    domain_name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow, rename = "action")]
    _action: Cow<'a, str>,
    #[serde(borrow)]
    data: Cow<'a, str>,
    #[serde(borrow)]
    encoding: Cow<'a, str>,
    input_truncated: bool,
}

/// One line of a field. Its key is the field's name as the browser wrote it.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, rename = "key")]
    _key: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

impl Event<'_> {
    /// The event itself.
    ///
    /// The error names the member whose fault no type above can express.
    pub(crate) fn into_edge_event(self) -> Result<EdgeEvent<Bytes>, &'static str> {
        let Object(Records { records: First(record) }) = self;
        let Object(Record { cf: Object(Cf { request: Object(request) }) }) =
            record.ok_or("Records[0]: missing")?;
        let Object(Origin { custom, s3 }) = request.origin;
        if custom.is_none() && s3.is_none() {
            return Err("Records[0].cf.request.origin: expected an object with custom or s3");
        }
        let mut event = EdgeEvent::new(&request.method, &request.uri, &request.querystring);
        event.set_client_ip(&request.client_ip);
        event.reserve_fields(request.headers.0.len());
        for (name, value) in &request.headers.0 {
            event.append_field(name, value);
        }
        for Object(origin) in custom.iter().chain(&s3) {
            for (name, value) in &origin.custom_headers.0 {
                event.append_custom_header(name, value);
            }
        }
        for Object(origin) in s3.iter().chain(&custom) {
            if let Some(name) = &origin.domain_name {
                event.set_origin_domain(name);
            }
        }
        let Some(Object(body)) = request.body else {
            return Ok(event.with_body(Bytes::new()));
        };
        event.set_truncated(body.input_truncated);
        Ok(event.with_body(body.decode()?))
    }
}

impl Body<'_> {
    /// Decodes the data, which is the only time that they are copied.
    fn decode(self) -> Result<Bytes, &'static str> {
        match &*self.encoding {
            "base64" => match BASE64_STANDARD.decode(&*self.data) {
                Ok(bytes) => Ok(bytes.into()),
                Err(_) => Err("Records[0].cf.request.body.data: expected base64"),
            },
            "text" => Ok(self.data.into_owned().into()),
            _ => Err("Records[0].cf.request.body.encoding: expected base64 or text"),
        }
    }
}

/// Reads a member that may be missing, but not null.
fn not_null<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// An object. Derived code alone would also take a list of the members' values.
pub(crate) struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// The first element of a list. What follows may be anything.
struct First<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for First<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FirstVisitor(PhantomData))
    }
}

struct FirstVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FirstVisitor<T> {
    type Value = First<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<First<T>, A::Error> {
        let first = list.next_element()?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(First(first))
    }
}

/// Names and values of fields, a pair for each line, in the order in which they stand.
#[derive(Default)]
struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(Name(name)) = map.next_key()? {
            map.next_value_seed(Lines { name, fields: &mut fields })?;
        }
        Ok(fields)
    }
}

/// The name of a field. It is borrowed where the format allows that.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Adds the lines of one name to the others.
struct Lines<'f, 'a> {
    name: Cow<'a, str>,
    fields: &'f mut Fields<'a>,
}

impl<'de> DeserializeSeed<'de> for Lines<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Lines<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects with key and value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(Object(Line { value, .. })) = list.next_element()? {
            self.fields.0.push((self.name.clone(), value));
        }
        Ok(())
    }
}
