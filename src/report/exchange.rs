//! The report of one exchange (contract R11.1).

use http::StatusCode;
use serde::Serialize;

use crate::failure::Failure;
use crate::refusal::Cause;
use crate::region::Region;
use crate::route::{Kind, Route, RouteKind};

/// What happened to a request, as plain data: `Copy`, without values of the request, without secrets.
///
/// The default is the report of a request that never reached a gateway.
///
/// ```
/// use firstparty::http::{Request, StatusCode};
/// use firstparty::report::Generation;
/// use firstparty::route::RouteKind;
/// use firstparty::{Action, Config, Gateway, Platform};
///
/// let config = Config::builder().get_result_path("result").pre_shared_secret("s").build()?;
/// let gateway = Gateway::new(config, Platform::Generic);
/// let request = Request::post("/fp/result").header("host", "example.com").body(())?;
/// let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
///
/// let report = exchange.report();
/// assert_eq!(report.route, Some(RouteKind::Result));
/// assert_eq!(report.generation, Some(Generation::V3));
/// assert!(report.authorised && report.secret_sent);
///
/// let ended = report.ended(StatusCode::FORBIDDEN);
/// assert_eq!(ended.status, Some(403));
/// assert!(ended.secret_suspect);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The route, or `None` if the request was refused before it was known.
    pub route: Option<RouteKind>,
    /// Whether the request was an identification request, which authenticates the integration.
    pub authorised: bool,
    /// The region that was chosen, or `None` if the request was answered here or went to the CDN.
    pub region: Option<Region>,
    /// The generation of the browser's agent, or `None` if the route belongs to neither.
    pub generation: Option<Generation>,
    /// Whether the proxy secret was sent.
    pub secret_sent: bool,
    /// Why the request was answered here, if it was.
    pub cause: Option<&'static Cause>,
    /// The status of the response, or `None` while the exchange is open or if upstream failed.
    pub status: Option<u16>,
    /// How upstream failed, if it did.
    pub failure: Option<Failure>,
    /// Whether upstream's status suggests that the proxy secret is missing or wrong.
    pub secret_suspect: bool,
}

impl Report {
    pub(crate) fn of_route(route: Route<'_>) -> Self {
        let kind = route.kind();
        let generation = match kind {
            RouteKind::Agent | RouteKind::Result => Some(Generation::V3),
            RouteKind::Api => Some(Generation::V4),
            RouteKind::Status => None,
        };
        Self { route: Some(kind), generation, ..Self::default() }
    }

    /// What the request was for.
    ///
    /// ```
    /// use firstparty::Report;
    /// use firstparty::route::Kind;
    ///
    /// assert_eq!(Report::default().kind(), Kind::Plain);
    /// ```
    #[must_use]
    pub fn kind(self) -> Kind {
        if self.authorised { Kind::Identification } else { Kind::Plain }
    }

    /// Completes the report of a request that is answered here and not sent upstream, or not as a
    /// whole, also when an adapter answers it with [`Exchange::refuse`](crate::Exchange::refuse) for a
    /// reason of its own. Such an answer says nothing about the secret, whatever its status.
    ///
    /// A request that was sent upstream as a whole is completed with [`ended`](Self::ended), also if
    /// the browser gets another answer than upstream's.
    ///
    /// ```
    /// use firstparty::Report;
    /// use firstparty::refusal::Refusal;
    ///
    /// let report = Report::default().answered(Refusal::Malformed.cause());
    /// assert_eq!(report.cause.map(|cause| cause.name()), Some("malformed"));
    /// assert_eq!(report.status, Some(400));
    /// ```
    #[must_use]
    pub fn answered(self, cause: &'static Cause) -> Self {
        Self {
            region: None,
            secret_sent: false,
            cause: Some(cause),
            status: Some(cause.status().as_u16()),
            failure: None,
            secret_suspect: false,
            ..self
        }
    }

    /// Completes the report of a request that was sent upstream with how the exchange ended:
    /// upstream's status, or the failure. The last call decides. The report of an answer that was
    /// made here stays as it is, because upstream did not give that answer.
    ///
    /// ```
    /// use firstparty::{Failure, Report};
    /// use firstparty::http::StatusCode;
    ///
    /// assert_eq!(Report::default().ended(StatusCode::OK).status, Some(200));
    /// assert_eq!(Report::default().ended(Failure::Timeout).failure, Some(Failure::Timeout));
    /// ```
    #[must_use]
    pub fn ended(self, outcome: impl Into<Outcome>) -> Self {
        if self.cause.is_some() {
            return self;
        }
        match outcome.into() {
            Outcome::Status(status) => {
                let denied = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
                Self {
                    status: Some(status.as_u16()),
                    failure: None,
                    secret_suspect: self.authorised && denied,
                    ..self
                }
            }
            Outcome::Failure(failure) => {
                Self { status: None, failure: Some(failure), secret_suspect: false, ..self }
            }
        }
    }
}

/// How an exchange ended.
///
/// ```
/// use firstparty::http::StatusCode;
/// use firstparty::report::Outcome;
///
/// assert_eq!(Outcome::from(StatusCode::OK), Outcome::Status(StatusCode::OK));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "an exchange ends in exactly one of two ways")]
pub enum Outcome {
    /// Upstream answered.
    Status(StatusCode),
    /// It did not.
    Failure(Failure),
}

impl From<StatusCode> for Outcome {
    fn from(status: StatusCode) -> Self {
        Self::Status(status)
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// A generation of the browser's agent.
///
/// ```
/// use firstparty::report::Generation;
///
/// assert_eq!(serde_json::to_string(&Generation::V4)?, r#""v4""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Generation {
    /// Has routes of its own for the agent and for results.
    V3,
    /// Takes every path that belongs to no other route.
    V4,
}
