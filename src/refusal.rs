//! Why a request is answered here, and what the browser is told then: one table (contract [R9.3]).
//!
//! [R9.3]: crate::contract#R9.3

use std::fmt;

use http::{Method, StatusCode};
use serde::{Serialize, Serializer};

/// Why a request is answered here instead of being forwarded: a row in the table of [`Refusal`]s,
/// [`STATUS_PAGE`](Cause::STATUS_PAGE), or a cause that an adapter makes for a limit of its host.
///
/// It serialises as its name.
///
/// ```
/// use firstparty::http::{HeaderMap, Method, StatusCode};
/// use firstparty::refusal::Cause;
/// use firstparty::reply::Reply;
///
/// const BUSY: Cause =
///     Cause::new("busy", "R16.4", StatusCode::SERVICE_UNAVAILABLE, "too many requests are open");
///
/// let response = Reply::to(&Method::GET, &HeaderMap::new()).refuse(&BUSY);
/// assert_eq!(response.status(), 503);
/// assert_eq!(response.body(), r#"{"error":"too many requests are open"}"#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cause {
    name: &'static str,
    rule: &'static str,
    status: StatusCode,
    sentence: &'static str,
    /// The body of the answer, if the sentence was known when the crate was compiled.
    body: Option<&'static str>,
    /// The methods that the answer allows instead, for a status of 405.
    allow: Option<&'static str>,
}

impl Cause {
    /// The request was for the status page ([R10.1]), which is not a refusal.
    ///
    /// [R10.1]: crate::contract#R10.1
    pub const STATUS_PAGE: &Self =
        &Self::new("status_page", "R10.1", StatusCode::OK, "the status page");

    /// A cause of an adapter's own. The name is for counting, in `snake_case`; the sentence is for
    /// people, and nothing else is shown to the browser.
    ///
    /// ```
    /// use firstparty::http::StatusCode;
    /// use firstparty::refusal::Cause;
    ///
    /// const CAUSE: Cause =
    ///     Cause::new("too_slow", "R16.4", StatusCode::REQUEST_TIMEOUT, "the request took too long");
    /// assert_eq!(CAUSE.status(), 408);
    /// ```
    #[must_use]
    pub const fn new(
        name: &'static str,
        rule: &'static str,
        status: StatusCode,
        sentence: &'static str,
    ) -> Self {
        Self { name, rule, status, sentence, body: None, allow: None }
    }

    /// A stable name, for counting.
    ///
    /// ```
    /// use firstparty::refusal::Refusal;
    ///
    /// let cause = Refusal::DotSegment.cause();
    /// assert_eq!((cause.name(), cause.rule()), ("dot_segment", "R2.5"));
    /// assert_eq!(cause.status(), 400);
    /// assert_eq!(cause.sentence(), "the path has a dot segment");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The rule of the contract that asks for it.
    ///
    /// ```
    /// assert_eq!(firstparty::refusal::Refusal::Host.cause().rule(), "R5.7");
    /// ```
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// The status of the answer.
    ///
    /// ```
    /// assert_eq!(firstparty::refusal::Refusal::TargetTooLong.cause().status(), 414);
    /// ```
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence that the browser is shown.
    ///
    /// ```
    /// let cause = firstparty::refusal::Refusal::StatusMethod.cause();
    /// assert_eq!(cause.sentence(), "the status page can only be read");
    /// ```
    #[must_use]
    pub const fn sentence(&self) -> &'static str {
        self.sentence
    }

    pub(crate) const fn body(&self) -> Option<&'static str> {
        self.body
    }

    pub(crate) const fn allow(&self) -> Option<&'static str> {
        self.allow
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

macro_rules! refusals {
    ($(
        $(#[$doc:meta])+
        $variant:ident = $name:literal, $rule:literal, $status:ident, $sentence:literal
            $(, allow $allow:literal)?;
    )+) => {
        /// Why the gateway answers a request instead of forwarding it.
        ///
        /// The steps of the walk return it. Its `Display` is the sentence that the browser is shown
        /// ([R9.3]); everything else about it is in its [`Cause`].
        ///
        /// ```
        /// use firstparty::refusal::Refusal;
        ///
        /// assert_eq!(Refusal::NotFound.to_string(), "not found");
        /// assert_eq!(Refusal::NotFound.cause().status(), 404);
        /// ```
        ///
        /// [R9.3]: crate::contract#R9.3
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Refusal {
            $($(#[$doc])+ $variant,)+
        }

        impl Refusal {
            /// Every refusal.
            ///
            /// ```
            /// use firstparty::refusal::Refusal;
            ///
            /// assert!(Refusal::ALL.iter().all(|refusal| refusal.cause().status() != 200));
            /// ```
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The row of this refusal in the table.
            ///
            /// ```
            /// use firstparty::refusal::Refusal;
            ///
            /// assert_eq!(Refusal::TransferCoding.cause().status(), 501);
            /// ```
            #[must_use]
            pub const fn cause(self) -> &'static Cause {
                match self {
                    $(Self::$variant => {
                        const CAUSE: Cause = Cause {
                            body: Some(concat!("{\"error\":\"", $sentence, "\"}")),
                            $(allow: Some($allow),)?
                            ..Cause::new($name, $rule, StatusCode::$status, $sentence)
                        };
                        &CAUSE
                    })+
                }
            }
        }
    };
}

refusals! {
    /// A method, URI or field that [`http`] cannot hold ([R13.3]).
    ///
    /// [R13.3]: crate::contract#R13.3
    Malformed = "malformed", "R13.3", BAD_REQUEST, "the request is malformed";
    /// The path does not start with `/` ([R2.0]).
    ///
    /// [R2.0]: crate::contract#R2.0
    PathNotAbsolute =
        "path_not_absolute", "R2.0", BAD_REQUEST, "the request target has no path";
    /// The path has a segment `.` or `..` ([R2.5]).
    ///
    /// [R2.5]: crate::contract#R2.5
    DotSegment = "dot_segment", "R2.5", BAD_REQUEST, "the path has a dot segment";
    /// The path belongs to no route ([R2.2]).
    ///
    /// [R2.2]: crate::contract#R2.2
    NotFound = "not_found", "R2.2", NOT_FOUND, "not found";
    /// CONNECT or TRACE ([R2.7]).
    ///
    /// [R2.7]: crate::contract#R2.7
    MethodNotForwarded =
        "method_not_forwarded", "R2.7", METHOD_NOT_ALLOWED, "the method is not forwarded",
        allow "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH";
    /// A method other than GET or HEAD for the status page ([R10.1]).
    ///
    /// [R10.1]: crate::contract#R10.1
    StatusMethod =
        "status_method", "R10.1", METHOD_NOT_ALLOWED, "the status page can only be read",
        allow "GET, HEAD";
    /// An agent download without `apiKey`, or with an empty one ([R4.4]).
    ///
    /// [R4.4]: crate::contract#R4.4
    ApiKeyMissing =
        "api_key_missing", "R4.4", BAD_REQUEST, "the parameter apiKey is missing or empty";
    /// An `apiKey` of `.` or `..` ([R4.4]).
    ///
    /// [R4.4]: crate::contract#R4.4
    ApiKeyDots = "api_key_dots", "R4.4", BAD_REQUEST, "the parameter apiKey is a dot segment";
    /// A value that is written into the path has a control character ([R4.4]).
    ///
    /// [R4.4]: crate::contract#R4.4
    ControlCharacter =
        "control_character", "R4.4", BAD_REQUEST,
        "a parameter for the path has a control character";
    /// An agent download for a public API key that is not on the list of keys ([R4.7]).
    ///
    /// [R4.7]: crate::contract#R4.7
    ApiKeyNotListed =
        "api_key_not_listed", "R4.7", FORBIDDEN, "the agent of this API key is not served here";
    /// The upstream target would be too long ([R4.6]).
    ///
    /// [R4.6]: crate::contract#R4.6
    TargetTooLong =
        "target_too_long", "R4.6", URI_TOO_LONG, "the request target is too long";
    /// The upstream target is not a valid URI ([R4.6]).
    ///
    /// [R4.6]: crate::contract#R4.6
    TargetMalformed =
        "target_malformed", "R4.6", BAD_REQUEST, "the request target is malformed";
    /// `connection` names more fields than are read ([R5.1]).
    ///
    /// [R5.1]: crate::contract#R5.1
    ConnectionNames =
        "connection_names", "R5.1", BAD_REQUEST,
        "the connection field names too many fields";
    /// `content-length` is malformed, or two of them differ ([R5.2]).
    ///
    /// [R5.2]: crate::contract#R5.2
    ContentLength =
        "content_length", "R5.2", BAD_REQUEST,
        "the content-length is malformed or ambiguous";
    /// A `transfer-encoding` other than `chunked` ([R5.2]).
    ///
    /// [R5.2]: crate::contract#R5.2
    TransferCoding =
        "transfer_coding", "R5.2", NOT_IMPLEMENTED, "the transfer coding is not implemented";
    /// No host, several `host` fields, one that is malformed, or in HTTP/2 one that differs from
    /// the authority ([R5.7]).
    ///
    /// [R5.7]: crate::contract#R5.7
    Host = "host", "R5.7", BAD_REQUEST, "the host is missing, malformed or ambiguous";
    /// The browser's host is one of upstream's ([R5.7]).
    ///
    /// [R5.7]: crate::contract#R5.7
    HostOfUpstream =
        "host_of_upstream", "R5.7", BAD_REQUEST,
        "the host is upstream's own: the edge in front hides the browser's; forward it (on \
         CloudFront by the origin request policy)";
    /// A host that is not on the list of hosts ([R5.7]).
    ///
    /// [R5.7]: crate::contract#R5.7
    HostNotListed = "host_not_listed", "R5.7", BAD_REQUEST, "the host is not served here";
    /// The request has no room for the gateway's own fields ([R5.6]).
    ///
    /// [R5.6]: crate::contract#R5.6
    TooManyFields = "too_many_fields", "R5.6", BAD_REQUEST, "the request has too many fields";
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause().sentence)
    }
}

impl std::error::Error for Refusal {}

/// Whether a gateway forwards a method (R2.7). A tunnel is not its task, and a trace would show the
/// secret.
pub(crate) fn is_forwarded(method: &Method) -> bool {
    *method != Method::CONNECT && *method != Method::TRACE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R9.3: causes that are counted can be told apart, and a body holds its sentence.
    #[test]
    fn rows_are_complete() {
        let mut names: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.cause().name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let cause = refusal.cause();
            let body = serde_json::json!({ "error": refusal.to_string() });
            assert_eq!(cause.body(), Some(&*body.to_string()), "{refusal:?}");
            assert_eq!(cause.allow().is_some(), cause.status() == 405, "{refusal:?}");
            assert!(cause.name().bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()));
        }
    }
}
