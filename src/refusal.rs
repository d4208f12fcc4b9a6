//! What can be wrong with a request, as far as the gateway can tell.

use http::Method;
use thiserror::Error;

/// Why a request is answered here instead of being forwarded.
///
/// Steps of the walk return it; the answers' module alone knows the status that it becomes. Its
/// `Display` is the sentence that the browser is shown (R9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A method, URI or field that [`http`] cannot hold (R13.3).
    #[error("the request is malformed")]
    Malformed,
    /// The path does not start with `/` (R2.0).
    #[error("the request target has no path")]
    PathNotAbsolute,
    /// The path has a segment `.` or `..` (R2.5).
    #[error("the path has a dot segment")]
    DotSegment,
    /// The path belongs to no route (R2.2).
    #[error("not found")]
    NotFound,
    /// CONNECT or TRACE (R2.7).
    #[error("the method is not forwarded")]
    MethodNotForwarded,
    /// Something other than GET or HEAD for the status page (R10.1).
    #[error("the status page can only be read")]
    StatusMethod,
    /// An agent download without `apiKey`, or with an empty one (R4.4).
    #[error("the parameter apiKey is missing or empty")]
    ApiKeyMissing,
    /// An `apiKey` of `.` or `..` (R4.4).
    #[error("the parameter apiKey is a dot segment")]
    ApiKeyDots,
    /// A value for the path holds a control character (R4.4).
    #[error("a parameter for the path has a control character")]
    ControlCharacter,
    /// The upstream target would be too long (R4.6).
    #[error("the request target is too long")]
    TargetTooLong,
    /// The upstream target would be none: bytes that a URI cannot hold.
    #[error("the request target is malformed")]
    TargetMalformed,
    /// More names in `connection` than are looked at (R5.1).
    #[error("the connection field names too many fields")]
    ConnectionNames,
    /// `content-length` is malformed, or two of them differ (R5.2).
    #[error("the content-length is malformed or ambiguous")]
    ContentLength,
    /// A `transfer-encoding` other than `chunked` (R5.2).
    #[error("the transfer coding is not implemented")]
    TransferCoding,
    /// No host, several `host` fields, or one that is malformed (R5.7).
    #[error("the host is missing, malformed or ambiguous")]
    Host,
    /// A host that is not on the list (R5.7).
    #[error("the host is not served here")]
    HostNotListed,
    /// The request has more fields than a message can hold, once the gateway's own are added.
    #[error("the request has too many fields")]
    TooManyFields,
    /// CloudFront cut the body (R13.3).
    #[error("the request body is too large")]
    BodyTruncated,
    /// Upstream's status is outside 200 to 599, and CloudFront takes no other (R13.4).
    #[error("upstream answered with a status that cannot be passed on")]
    ResponseStatus,
    /// Upstream's response is larger than CloudFront takes (R13.4).
    #[error("upstream's response is too large to be passed on")]
    ResponseTooLarge,
    /// What came is no event (R13.1).
    #[error("the event could not be read")]
    NoEvent,
    /// The settings hold a value that cannot be used (R13.2).
    #[error("the settings are not valid")]
    Settings,
}

impl Refusal {
    /// The rule of the contract that asks for it.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::PathNotAbsolute => "R2.0",
            Self::DotSegment => "R2.5",
            Self::NotFound => "R2.2",
            Self::MethodNotForwarded => "R2.7",
            Self::StatusMethod => "R10.1",
            Self::ApiKeyMissing | Self::ApiKeyDots | Self::ControlCharacter => "R4.4",
            Self::TargetTooLong | Self::TargetMalformed => "R4.6",
            Self::ConnectionNames => "R5.1",
            Self::ContentLength | Self::TransferCoding => "R5.2",
            Self::Host | Self::HostNotListed => "R5.7",
            Self::TooManyFields => "R5.6",
            Self::NoEvent => "R13.1",
            Self::Settings => "R13.2",
            Self::Malformed | Self::BodyTruncated => "R13.3",
            Self::ResponseStatus | Self::ResponseTooLarge => "R13.4",
        }
    }
}

/// The methods a gateway does not forward (R2.7): a tunnel is none of its business, and a trace
/// would show the secret.
pub(crate) fn is_forwarded(method: &Method) -> bool {
    *method != Method::CONNECT && *method != Method::TRACE
}
