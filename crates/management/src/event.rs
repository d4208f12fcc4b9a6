//! Events of the function's URL.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::member::text;

/// A request to the function's URL. It has those parts of the event that this crate uses.
///
/// `Debug` does not show the `authorization` field.
///
/// ```
/// use firstparty_management::FunctionUrlEvent;
///
/// let event = FunctionUrlEvent::from_json(
///     br#"{
///         "rawPath": "/update",
///         "headers": {"authorization": "mgmt-token t0ken"},
///         "requestContext": {"http": {"method": "POST"}}
///     }"#,
/// )?;
/// assert_eq!(event, FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken")));
/// # Ok::<(), firstparty_management::FunctionUrlEventError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FunctionUrlEvent {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) authorization: Option<String>,
}

/// Why a payload is not an event of a function's URL.
///
/// Such a payload cannot be authorised, so [`Run::from_json`](crate::Run::from_json) answers it with
/// 401.
///
/// ```
/// use firstparty_management::{FunctionUrlEvent, FunctionUrlEventError};
///
/// assert_eq!(FunctionUrlEvent::from_json(b"{"), Err(FunctionUrlEventError::Json));
/// assert_eq!(FunctionUrlEvent::from_json(b"{}"), Err(FunctionUrlEventError::Member("rawPath")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionUrlEventError {
    /// It is not JSON.
    #[error("the event is not JSON")]
    Json,
    /// A member is missing or has the wrong type.
    #[error("the event's member `{0}` is missing or has the wrong type")]
    Member(&'static str),
}

impl FunctionUrlEvent {
    /// Makes an event, for hosts that are called in another way than by a function's URL.
    ///
    /// ```
    /// use firstparty_management::FunctionUrlEvent;
    ///
    /// let event = FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken"));
    /// ```
    #[must_use]
    pub fn new(method: &str, path: &str, authorization: Option<&str>) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            authorization: authorization.map(str::to_owned),
        }
    }

    /// Reads the payload of a function's URL, format 2.0.
    ///
    /// # Errors
    ///
    /// [`FunctionUrlEventError`] if it is not JSON, or if `rawPath`, `requestContext.http.method` or
    /// `headers` is not as AWS documents it. All other members are ignored.
    ///
    /// ```
    /// # use firstparty_management::FunctionUrlEvent;
    /// let payload = br#"{"rawPath": "/status", "requestContext": {"http": {"method": "GET"}}}"#;
    /// assert_eq!(FunctionUrlEvent::from_json(payload)?.path(), "/status");
    /// # Ok::<(), firstparty_management::FunctionUrlEventError>(())
    /// ```
    pub fn from_json(payload: &[u8]) -> Result<Self, FunctionUrlEventError> {
        let payload: Value =
            serde_json::from_slice(payload).map_err(|_| FunctionUrlEventError::Json)?;
        Self::from_value(&payload)
    }

    /// Like [`FunctionUrlEvent::from_json`], for a payload that is parsed already.
    ///
    /// # Errors
    ///
    /// [`FunctionUrlEventError::Member`], as [`FunctionUrlEvent::from_json`] has it.
    ///
    /// ```
    /// # use firstparty_management::FunctionUrlEvent;
    /// use serde_json::json;
    ///
    /// let payload = json!({"rawPath": "/status", "requestContext": {"http": {"method": "GET"}}});
    /// assert_eq!(FunctionUrlEvent::from_value(&payload)?.method(), "GET");
    /// # Ok::<(), firstparty_management::FunctionUrlEventError>(())
    /// ```
    pub fn from_value(payload: &Value) -> Result<Self, FunctionUrlEventError> {
        const METHOD: &str = "requestContext.http.method";
        let path = text(payload, "rawPath").ok_or(FunctionUrlEventError::Member("rawPath"))?;
        let http = payload.get("requestContext").and_then(|context| context.get("http"));
        let method = http
            .and_then(|http| text(http, "method"))
            .ok_or(FunctionUrlEventError::Member(METHOD))?;
        Ok(Self::new(method, path, authorization(payload)?))
    }

    /// The request's method.
    ///
    /// ```
    /// # use firstparty_management::FunctionUrlEvent;
    /// assert_eq!(FunctionUrlEvent::new("GET", "/status", None).method(), "GET");
    /// ```
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The request's path.
    ///
    /// ```
    /// # use firstparty_management::FunctionUrlEvent;
    /// assert_eq!(FunctionUrlEvent::new("GET", "/status", None).path(), "/status");
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of the request's `authorization` field. It has the token: do not log it.
    ///
    /// ```
    /// # use firstparty_management::FunctionUrlEvent;
    /// let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token t0ken"));
    /// assert_eq!(event.authorization(), Some("mgmt-token t0ken"));
    /// ```
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }
}

impl FromStr for FunctionUrlEvent {
    type Err = FunctionUrlEventError;

    fn from_str(payload: &str) -> Result<Self, FunctionUrlEventError> {
        Self::from_json(payload.as_bytes())
    }
}

/// The `authorization` field. If there are two, whose names differ in case, neither counts, because
/// either could be the one that the caller means.
fn authorization(payload: &Value) -> Result<Option<&str>, FunctionUrlEventError> {
    let headers = match payload.get("headers") {
        None | Some(Value::Null) => return Ok(None),
        Some(headers) => headers.as_object().ok_or(FunctionUrlEventError::Member("headers"))?,
    };
    let mut fields = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    match (fields.next(), fields.next()) {
        (Some((_, value)), None) => {
            value.as_str().map(Some).ok_or(FunctionUrlEventError::Member("headers.authorization"))
        }
        _ => Ok(None),
    }
}

impl fmt::Debug for FunctionUrlEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionUrlEvent")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(headers: &Value) -> Value {
        json!({"rawPath": "/", "headers": headers, "requestContext": {"http": {"method": "GET"}}})
    }

    /// R14.1, R14.2: an event tells what the function decides by.
    #[test]
    fn an_event_has_parts() {
        let event = FunctionUrlEvent::new("PUT", "/update", Some("mgmt-token t0ken"));
        assert_eq!((event.method(), event.path()), ("PUT", "/update"));
        assert_eq!(event.authorization(), Some("mgmt-token t0ken"));
    }

    /// R14.1: the field is found in any case, once.
    #[test]
    fn authorization_is_one_field() {
        let read =
            |headers: Value| FunctionUrlEvent::from_value(&event(&headers)).unwrap().authorization;
        assert_eq!(read(json!({"authorization": "a"})), Some("a".into()));
        assert_eq!(read(json!({"Authorization": "a", "x": 1})), Some("a".into()));
        assert_eq!(read(json!({"Authorization": "a", "authorization": "a"})), None);
        assert_eq!(read(json!({})), None);
        assert_eq!(read(json!(null)), None);
    }

    /// Each error names the member, never the value.
    #[test]
    fn malformed_events_are_typed_errors() {
        let without = |member: &str| {
            let mut event = event(&json!({}));
            event.as_object_mut().unwrap().remove(member);
            FunctionUrlEvent::from_value(&event).map(|_| ())
        };
        assert_eq!(without("headers"), Ok(()));
        assert_eq!(without("rawPath"), Err(FunctionUrlEventError::Member("rawPath")));
        let method = FunctionUrlEventError::Member("requestContext.http.method");
        assert_eq!(without("requestContext"), Err(method));
        assert_eq!(FunctionUrlEvent::from_json(b"{"), Err(FunctionUrlEventError::Json));
        assert_eq!(
            FunctionUrlEvent::from_json(b"[]"),
            Err(FunctionUrlEventError::Member("rawPath"))
        );
        let of_headers =
            |headers: Value| FunctionUrlEvent::from_value(&event(&headers)).unwrap_err();
        assert_eq!(of_headers(json!("s3cret")), FunctionUrlEventError::Member("headers"));
        let error = of_headers(json!({"authorization": ["s3cret"]}));
        assert_eq!(error, FunctionUrlEventError::Member("headers.authorization"));
        assert!(!error.to_string().contains("s3cret"));
    }

    #[test]
    fn debug_hides_the_token() {
        let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret"));
        assert_eq!(
            format!("{event:?}"),
            r#"FunctionUrlEvent { method: "GET", path: "/status", .. }"#
        );
    }
}
