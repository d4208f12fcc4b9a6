//! What the adapter is told, for counting (contract R11.1).

use http::StatusCode;
use serde::Serialize;

use crate::failure::Failure;
use crate::region::Region;
use crate::route::{Route, RouteKind};

/// What happened to a request, as plain data: `Copy`, without text, without secrets.
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
    /// The route; none if the request was refused before or without one.
    pub route: Option<RouteKind>,
    /// Whether the request was an identification request, which authenticates the integration.
    pub authorised: bool,
    /// The region that was chosen; none if nothing was forwarded, or to the CDN.
    pub region: Option<Region>,
    /// The generation of the browser's agent; none if the route belongs to neither.
    pub generation: Option<Generation>,
    /// Whether the proxy secret was sent.
    pub secret_sent: bool,
    /// The status that upstream or the gateway gave; none while the exchange is open, or if it
    /// failed.
    pub status: Option<u16>,
    /// How upstream failed.
    pub failure: Option<Failure>,
    /// Whether the status suggests that the proxy secret is missing or wrong.
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

    /// The report of a forwarded request that the adapter does not send after all, and answers with
    /// [`Exchange::refuse`](crate::Exchange::refuse).
    #[must_use]
    pub fn unsent(self) -> Self {
        Self { region: None, secret_sent: false, ..self }
    }

    /// Completes the report with how the exchange ended: upstream's status, or the failure.
    #[must_use]
    pub fn ended(mut self, outcome: impl Into<Outcome>) -> Self {
        match outcome.into() {
            Outcome::Status(status) => {
                self.status = Some(status.as_u16());
                let denied = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
                self.secret_suspect = self.authorised && denied.contains(&status);
            }
            Outcome::Failure(failure) => self.failure = Some(failure),
        }
        self
    }
}

/// How an exchange ended.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Generation {
    /// Routes of their own for agent and result.
    V3,
    /// All else.
    V4,
}
