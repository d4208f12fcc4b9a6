//! The object that a function returns to CloudFront (R13.4).

use std::borrow::Cow;

use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use firstparty::Exchange;
use firstparty::http::header::CONTENT_ENCODING;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use firstparty::refusal::Cause;
use firstparty::reply::Reply;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::body::{Body, BodyEncoding};
use crate::cause::{RESPONSE_STATUS, RESPONSE_TOO_LARGE};

/// The limit in bytes for names, values and the encoded body together.
const MAX_SIZE: usize = 1_048_576;

/// A response in the form that CloudFront expects from a function: status, fields, and a body that
/// is text or base64.
///
/// Serde serialises it to the object that the function returns. It has none of the fields that
/// CloudFront does not let a function set.
///
/// ```
/// use bytes::Bytes;
/// use firstparty_lambda_edge::{ResultObject, cause};
///
/// let result = ResultObject::<Bytes>::refused(&cause::NO_EVENT);
/// let json = serde_json::to_value(&result)?;
/// assert_eq!(json["status"], "500");
/// assert_eq!(json["bodyEncoding"], "text");
/// assert_eq!(json["body"], r#"{"error":"the event could not be read"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ResultObject<B = Bytes> {
    is_from_upstream: bool,
    status: StatusCode,
    fields: HeaderMap,
    body: Option<(BodyEncoding, B)>,
}

impl<B: Body> ResultObject<B> {
    /// Makes an answer without an event, for instance to a payload that is not one.
    ///
    /// If there is an event, [`EdgeEvent::refuse`](crate::EdgeEvent::refuse) is better: it adds CORS
    /// fields for the request's origin.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use firstparty_lambda_edge::ResultObject;
    /// use firstparty_lambda_edge::cause::NO_EVENT;
    ///
    /// let result = ResultObject::<Bytes>::refused(&NO_EVENT);
    /// assert_eq!(result.status(), 500);
    /// ```
    #[must_use]
    pub fn refused(cause: &Cause) -> Self {
        Self::from_reply(Reply::to(&Method::GET, &HeaderMap::new()).refuse(cause))
    }

    /// An answer of this crate or of the gateway. Its size and status are within the limits.
    pub(crate) fn from_reply(response: Response<Bytes>) -> Self {
        Self::from_response(response.map(B::from))
    }

    /// Ends an exchange with upstream's response, unless CloudFront would not accept it. `kept_size` is
    /// the size of the fields that the adapter keeps.
    pub(crate) fn new(
        exchange: &Exchange,
        response: Response<B>,
        kept_size: usize,
    ) -> Result<Self, &'static Cause> {
        if !(200..600).contains(&response.status().as_u16()) {
            return Err(&RESPONSE_STATUS);
        }
        let result = Self::from_response(exchange.complete(response));
        if result.size().saturating_add(kept_size) > MAX_SIZE {
            Err(&RESPONSE_TOO_LARGE)
        } else {
            Ok(Self { is_from_upstream: true, ..result })
        }
    }

    fn from_response(response: Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        let body = match parts.status {
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => None,
            _ if parts.headers.contains_key(CONTENT_ENCODING) || !body.is_utf8() => {
                Some((BodyEncoding::Base64, body))
            }
            _ => Some((BodyEncoding::Text, body)),
        };
        Self { is_from_upstream: false, status: parts.status, fields: parts.headers, body }
    }

    /// The size of names, values and the encoded body (R13.4).
    fn size(&self) -> usize {
        let fields = self.fields().map(|(name, value)| name.as_str().len() + value.len());
        let body = self.body.as_ref();
        fields.sum::<usize>()
            + body.map_or(0, |(encoding, body)| encoding.encoded_size(body.size()))
    }
}

impl<B> ResultObject<B> {
    /// Whether this is upstream's response, and not an answer of the gateway or of this crate, such as
    /// the 502 in place of a response that CloudFront would not accept ([R13.4]).
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use firstparty_lambda_edge::{ResultObject, cause};
    /// assert!(!ResultObject::<Bytes>::refused(&cause::SETTINGS).is_from_upstream());
    /// ```
    ///
    /// [R13.4]: firstparty::contract#R13.4
    #[must_use]
    pub fn is_from_upstream(&self) -> bool {
        self.is_from_upstream
    }

    /// The status, from 200 to 599.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use firstparty_lambda_edge::{ResultObject, cause};
    /// assert_eq!(ResultObject::<Bytes>::refused(&cause::SETTINGS).status(), 500);
    /// ```
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The status in words. It is empty for a status that is not registered.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use firstparty_lambda_edge::{ResultObject, cause};
    /// let result = ResultObject::<Bytes>::refused(&cause::SETTINGS);
    /// assert_eq!(result.status_description(), "Internal Server Error");
    /// ```
    #[must_use]
    pub fn status_description(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or_default()
    }

    /// The fields as text. A name comes once for each of its values. A value that is not UTF-8 is
    /// read as ISO 8859-1.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use firstparty_lambda_edge::{ResultObject, cause};
    /// let result = ResultObject::<Bytes>::refused(&cause::SETTINGS);
    /// let mut fields = result.fields();
    /// assert!(fields.any(|(name, value)| name == "content-type" && value == "application/json"));
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = (&HeaderName, Cow<'_, str>)> {
        self.fields.iter().map(|(name, value)| (name, text(value)))
    }

    /// The body and its encoding. It is `None` for 204 and 304, which have no body.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use firstparty_lambda_edge::{BodyEncoding, ResultObject, cause};
    /// let result = ResultObject::<Bytes>::refused(&cause::SETTINGS);
    /// let body = Bytes::from(r#"{"error":"the settings are not valid"}"#);
    /// assert_eq!(result.body(), Some((BodyEncoding::Text, &body)));
    /// ```
    #[must_use]
    pub fn body(&self) -> Option<(BodyEncoding, &B)> {
        self.body.as_ref().map(|(encoding, body)| (*encoding, body))
    }
}

fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.into(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

impl Serialize for ResultObject<Bytes> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ResultObject", 5)?;
        object.serialize_field("status", self.status.as_str())?;
        object.serialize_field("statusDescription", self.status_description())?;
        object.serialize_field("headers", &Fields(&self.fields))?;
        if let Some((encoding, body)) = &self.body {
            object.serialize_field("bodyEncoding", encoding.as_str())?;
            object.serialize_field("body", &Encoded(*encoding, body))?;
        }
        object.end()
    }
}

/// The fields as an object: for each name a list of lines.
struct Fields<'r>(&'r HeaderMap);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.keys_len()))?;
        for name in self.0.keys() {
            object.serialize_entry(name.as_str(), &Lines(self.0, name))?;
        }
        object.end()
    }
}

struct Lines<'r>(&'r HeaderMap, &'r HeaderName);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(fields, name) = self;
        serializer.collect_seq(fields.get_all(*name).iter().map(|value| Line(name, value)))
    }
}

struct Line<'r>(&'r HeaderName, &'r HeaderValue);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Line", 2)?;
        object.serialize_field("key", self.0.as_str())?;
        object.serialize_field("value", &*text(self.1))?;
        object.end()
    }
}

/// A body that is encoded while it is written.
struct Encoded<'r>(BodyEncoding, &'r Bytes);

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0, std::str::from_utf8(self.1)) {
            (BodyEncoding::Text, Ok(text)) => serializer.serialize_str(text),
            _ => serializer.collect_str(&Base64Display::new(self.1, &BASE64_STANDARD)),
        }
    }
}
