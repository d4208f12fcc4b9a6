//! What the log holds of one exchange: the gateway's report and a few facts around it, never a path,
//! a query, a field or the secret (R16.6).
//!
//! | member | says |
//! |---|---|
//! | `time` | when the exchange ended, in UTC (RFC 3339) |
//! | `method` | the request's method; it is the browser's choice, and cut if it is long |
//! | `route`, `authorised`, `region`, `generation`, `secret_sent` | what the request was, and where it went (R11.1) |
//! | `cause` | why it was answered here, if it was |
//! | `status` | upstream's, or that of an answer with a `cause`; `null` if upstream failed (the browser was given an error) or the browser left before it was known |
//! | `failure`, `secret_suspect` | how upstream failed, and whether it seems to miss the right secret |
//! | `requestId` | the identifier in the error that the browser was given (R9.1) |
//! | `end` | `complete`, `cut` or `abandoned` |
//! | `micros` | how long the exchange took, in microseconds |

use std::time::SystemTime;

use firstparty::Report;
use firstparty::http::Method;
use serde::{Serialize, Serializer};

/// What is known of an exchange that has ended.
pub(crate) struct Line {
    pub(crate) time: SystemTime,
    pub(crate) facts: Facts,
    pub(crate) micros: u64,
}

/// The part of it that many exchanges share.
#[derive(PartialEq, Eq, Serialize)]
pub(crate) struct Facts {
    #[serde(serialize_with = "as_text")]
    pub(crate) method: Method,
    #[serde(flatten)]
    pub(crate) report: Report,
    #[serde(rename = "requestId")]
    pub(crate) request_id: Option<String>,
    pub(crate) end: End,
}

/// How an exchange ended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// All of the answer was handed to the browser's connection. The browser may still have a last
    /// part of it to read, and nothing tells whether it does.
    Complete,
    /// It was not: one of the sides stood still in the middle, upstream broke off, or the proxy had to
    /// end.
    Cut,
    /// The browser left before, or broke its request off.
    Abandoned,
}

/// The longest method that is written as it is; all that are registered are shorter.
const LONGEST_METHOD: usize = 24;

/// A method as it may be logged. It is a token (RFC 9110 §9.1), which has no blank, no quote and no
/// control character, but any length.
pub(crate) fn bounded(method: &Method) -> Method {
    let name = method.as_str();
    match name.as_bytes().get(..LONGEST_METHOD) {
        Some(start) if name.len() > start.len() => Method::from_bytes(start).unwrap_or_default(),
        _ => method.clone(),
    }
}

fn as_text<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}
