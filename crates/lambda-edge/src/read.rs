//! An event from JSON (R13.1).

use std::str::FromStr;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;
use serde_path_to_error::{Path, Segment, Track};
use thiserror::Error;

use crate::event::EdgeEvent;
use crate::shape::Event;

/// Why a payload is not an origin-request event.
///
/// The message names the member at fault by its path, or the place of an error in the JSON. It
/// never repeats a value, because that may be a secret.
///
/// ```
/// use firstparty_lambda_edge::{EdgeEvent, EdgeEventError};
///
/// let error = EdgeEvent::from_json(b"{").unwrap_err();
/// assert!(matches!(error, EdgeEventError::Json(_)));
///
/// let error = EdgeEvent::from_json(br#"{"Records": [{}]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "not an origin-request event: Records[0].cf: missing");
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EdgeEventError {
    /// It is not JSON.
    #[error("the event is not JSON")]
    Json(#[source] serde_json::Error),
    /// A member is missing, or has the wrong type.
    #[error("not an origin-request event: {0}")]
    Member(String),
}

impl EdgeEvent<Bytes> {
    /// Reads an event as the runtime delivers it.
    ///
    /// Members that [R13.1] does not list are ignored. `body` may be missing, because associations
    /// can leave it out. All other members of [R13.1] are required.
    ///
    /// For JSON, prefer this to serde's functions. They keep track of the path to a possible error,
    /// which takes time; this reads the event again if there is one.
    ///
    /// # Errors
    ///
    /// [`EdgeEventError`], which names the member at fault.
    ///
    /// ```
    /// use firstparty_lambda_edge::EdgeEvent;
    ///
    /// let error = EdgeEvent::from_json(br#"{"Records": [{"cf": {"request": {"method": 1}}}]}"#);
    /// let message = error.unwrap_err().to_string();
    /// assert!(message.contains("Records[0].cf.request.method: expected a string"));
    /// ```
    ///
    /// [R13.1]: firstparty::contract#R13.1
    pub fn from_json(json: &[u8]) -> Result<Self, EdgeEventError> {
        match serde_json::from_slice::<Event<'_>>(json) {
            Ok(event) => {
                event.into_edge_event().map_err(|fault| EdgeEventError::Member(fault.to_owned()))
            }
            Err(_) => read_again(json),
        }
    }
}

/// Reads an event again that the derived code refused, now with the path to the fault, if it is JSON.
///
/// To keep track of the path would cost too much for every event. The way by [`Value`] also helps
/// against a member that is there twice: derived code refuses it, a [`Value`] keeps the last.
fn read_again(json: &[u8]) -> Result<EdgeEvent, EdgeEventError> {
    let value: Value = serde_json::from_slice(json).map_err(EdgeEventError::Json)?;
    EdgeEvent::deserialize(&value).map_err(|error| EdgeEventError::Member(error.to_string()))
}

impl FromStr for EdgeEvent<Bytes> {
    type Err = EdgeEventError;

    fn from_str(json: &str) -> Result<Self, EdgeEventError> {
        Self::from_json(json.as_bytes())
    }
}

impl<'de> Deserialize<'de> for EdgeEvent<Bytes> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut track = Track::new();
        let tracked = serde_path_to_error::Deserializer::new(deserializer, &mut track);
        match Event::deserialize(tracked) {
            Ok(event) => event.into_edge_event().map_err(D::Error::custom),
            Err(error) => {
                let fault = describe(&track.path(), &error.to_string());
                Err(fault.map_or(error, D::Error::custom))
            }
        }
    }
}

/// Says what is wrong and where, from one of serde's messages.
///
/// Such a message may repeat a value of the event. Two parts of it never do, and only they are
/// used: its end, which says what was expected, and the name of a member that this crate knows.
fn describe(path: &Path, message: &str) -> Option<String> {
    let path = written(path);
    if let Some((_, expected)) = message.rsplit_once(", expected ") {
        return Some(format!("{path}: expected {expected}"));
    }
    let (fault, member) = match message.split_once(" field `")? {
        ("missing", rest) => ("missing", rest),
        ("duplicate", rest) => ("there twice", rest),
        _ => return None,
    };
    let (member, place) = member.split_once('`')?;
    Some(format!("{path}.{member}: {fault}{place}"))
}

/// Writes a path as JavaScript does. `*` stands for the name of a field, which the browser chooses.
fn written(path: &Path) -> String {
    let mut text = String::new();
    let mut is_field_name = false;
    for segment in path {
        match segment {
            Segment::Seq { .. } => text.push_str(&segment.to_string()),
            Segment::Map { key } => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(if is_field_name { "*" } else { key });
                is_field_name =
                    !is_field_name && ["headers", "customHeaders"].contains(&key.as_str());
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if text.is_empty() { "event".to_owned() } else { text }
}
