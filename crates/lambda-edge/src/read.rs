//! An event from JSON (R13.1).

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess};
use thiserror::Error;

use crate::event::EdgeEvent;
use crate::json::{Expect, Fields, First, Flag, Shape, Text, Within, missing, next_key};

/// Something that is no origin-request event.
///
/// The message names the member at fault, or the place where JSON ends; it never repeats what
/// stood there, which may be a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EdgeEventError {
    /// It is not JSON.
    #[error("the event is not JSON")]
    Json(#[source] serde_json::Error),
    /// It is JSON, but a member is missing or has the wrong type.
    #[error("not an origin-request event: {0}")]
    Member(String),
}

impl EdgeEvent<Bytes> {
    /// Reads an event as the runtime delivers it.
    ///
    /// Members that R13.1 does not list are passed over. `body` may be missing, as it is in events
    /// of an association that does not include it; all else that it lists has to be there.
    ///
    /// # Errors
    ///
    /// [`EdgeEventError`], which names the member.
    ///
    /// ```
    /// use firstparty_lambda_edge::EdgeEvent;
    ///
    /// let error = EdgeEvent::from_json(br#"{"Records": [{"cf": {"request": {"method": 1}}}]}"#);
    /// let message = error.unwrap_err().to_string();
    /// assert!(message.starts_with("not an origin-request event: method: expected a string"));
    /// ```
    pub fn from_json(json: &[u8]) -> Result<Self, EdgeEventError> {
        serde_json::from_slice(json).map_err(|error| {
            if error.is_data() {
                EdgeEventError::Member(error.to_string())
            } else {
                EdgeEventError::Json(error)
            }
        })
    }
}

impl<'de> Deserialize<'de> for EdgeEvent<Bytes> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let cf = Within { name: "cf", key: "request", member: RequestShape };
        let record = Within { name: "Records[0]", key: "cf", member: cf };
        let records = First { name: "Records", element: record };
        Expect(Within { name: "event", key: "Records", member: records }).deserialize(deserializer)
    }
}

/// `Records[0].cf.request`.
struct RequestShape;

impl<'de> Shape<'de> for RequestShape {
    type Value = EdgeEvent<Bytes>;

    const EXPECTED: &'static str = "an object";

    fn name(&self) -> &'static str {
        "request"
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut request = RequestMembers::default();
        while let Some(key) = next_key(&mut object)? {
            request.read(&key, &mut object)?;
        }
        request.into_event()
    }
}

type Pairs<'de> = Vec<(Box<str>, Cow<'de, str>)>;

/// The members of a request, which may come in any order.
#[derive(Default)]
struct RequestMembers<'de> {
    client_ip: Option<Cow<'de, str>>,
    method: Option<Cow<'de, str>>,
    uri: Option<Cow<'de, str>>,
    querystring: Option<Cow<'de, str>>,
    headers: Option<Pairs<'de>>,
    custom_headers: Option<Pairs<'de>>,
    body: Option<EventBody>,
}

impl<'de> RequestMembers<'de> {
    fn read<A: MapAccess<'de>>(&mut self, key: &str, object: &mut A) -> Result<(), A::Error> {
        let mut text = |name| object.next_value_seed(Expect(Text(name))).map(Some);
        match key {
            "clientIp" => self.client_ip = text("clientIp")?,
            "method" => self.method = text("method")?,
            "uri" => self.uri = text("uri")?,
            "querystring" => self.querystring = text("querystring")?,
            "headers" => {
                let pairs = self.headers.get_or_insert_default();
                object.next_value_seed(Expect(headers(pairs)))?;
            }
            "origin" => {
                let pairs = self.custom_headers.get_or_insert_default();
                object.next_value_seed(Expect(OriginShape(pairs)))?;
            }
            "body" => self.body = Some(object.next_value_seed(Expect(BodyShape))?),
            _ => drop(object.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }

    fn into_event<E: Error>(self) -> Result<EdgeEvent<Bytes>, E> {
        let method = self.method.ok_or_else(|| missing("method"))?;
        let uri = self.uri.ok_or_else(|| missing("uri"))?;
        let querystring = self.querystring.ok_or_else(|| missing("querystring"))?;
        let headers = self.headers.ok_or_else(|| missing("headers"))?;
        let mut event = EdgeEvent::new(&method, &uri, &querystring);
        event.client_ip(&self.client_ip.ok_or_else(|| missing("clientIp"))?);
        event.reserve_fields(headers.len());
        for (name, value) in &headers {
            event.field(name, value);
        }
        for (name, value) in &self.custom_headers.ok_or_else(|| missing("origin"))? {
            event.custom_header(name, value);
        }
        let body = self.body.unwrap_or(EventBody::NONE);
        event.truncated(body.truncated);
        Ok(event.with_body(body.bytes))
    }
}

/// Fields are put aside until the request is known whole.
fn headers<'p, 'de>(
    pairs: &'p mut Pairs<'de>,
) -> Fields<impl FnMut(&str, Cow<'de, str>) + use<'p, 'de>> {
    let each = |name: &str, value| pairs.push((name.into(), value));
    Fields { name: "headers", key: "headers.key", value: "headers.value", each }
}

fn custom_headers<'p, 'de>(
    pairs: &'p mut Pairs<'de>,
) -> Fields<impl FnMut(&str, Cow<'de, str>) + use<'p, 'de>> {
    let (key, value) = ("customHeaders.key", "customHeaders.value");
    Fields { name: CUSTOM_HEADERS, key, value, ..headers(pairs) }
}

const CUSTOM_HEADERS: &str = "customHeaders";

/// `origin`: custom or S3, with its custom headers.
struct OriginShape<'p, 'de>(&'p mut Pairs<'de>);

impl<'de> Shape<'de> for OriginShape<'_, 'de> {
    type Value = ();

    const EXPECTED: &'static str = "an object with custom or s3";

    fn name(&self) -> &'static str {
        "origin"
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = next_key(&mut object)? {
            let name = match &*key {
                "custom" => "origin.custom",
                "s3" => "origin.s3",
                _ => {
                    object.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let member = custom_headers(self.0);
            object.next_value_seed(Expect(Within { name, key: CUSTOM_HEADERS, member }))?;
            found = true;
        }
        if found { Ok(()) } else { Err(self.refuse()) }
    }
}

/// A body, decoded.
struct EventBody {
    bytes: Bytes,
    truncated: bool,
}

impl EventBody {
    /// What stands for a body that is missing or null.
    const NONE: Self = Self { bytes: Bytes::new(), truncated: false };
}

/// `body`: an object, or null where there is none.
struct BodyShape;

impl<'de> Shape<'de> for BodyShape {
    type Value = EventBody;

    const EXPECTED: &'static str = "an object";

    fn name(&self) -> &'static str {
        "body"
    }

    fn null<E: Error>(self) -> Result<Self::Value, E> {
        Ok(EventBody::NONE)
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut action, mut data, mut encoding, mut truncated) = (None, None, None, None);
        while let Some(key) = next_key(&mut object)? {
            match &*key {
                "action" => action = Some(object.next_value_seed(Expect(Text("body.action")))?),
                "data" => data = Some(object.next_value_seed(Expect(Text("body.data")))?),
                "encoding" => {
                    encoding = Some(object.next_value_seed(Expect(Text("body.encoding")))?);
                }
                "inputTruncated" => {
                    let flag = Flag("body.inputTruncated");
                    truncated = Some(object.next_value_seed(Expect(flag))?);
                }
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        action.ok_or_else(|| missing("body.action"))?;
        let data = data.ok_or_else(|| missing("body.data"))?;
        let encoding = encoding.ok_or_else(|| missing("body.encoding"))?;
        let truncated = truncated.ok_or_else(|| missing("body.inputTruncated"))?;
        Ok(EventBody { bytes: decode(data, &encoding)?, truncated })
    }
}

/// Decodes a body, which is its only copy.
fn decode<E: Error>(data: Cow<'_, str>, encoding: &str) -> Result<Bytes, E> {
    match encoding {
        "base64" => {
            let decoded = BASE64_STANDARD.decode(&*data);
            decoded.map(Bytes::from).map_err(|_| E::custom("body.data: expected base64"))
        }
        "text" => Ok(data.into_owned().into()),
        _ => Err(E::custom("body.encoding: expected base64 or text")),
    }
}
