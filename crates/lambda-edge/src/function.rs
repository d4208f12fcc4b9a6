//! The gateway for events.

use bytes::Bytes;
use firstparty::http::header::CONTENT_LENGTH;
use firstparty::http::{Method, Request, Response};
use firstparty::refusal::{Cause, Refusal};
use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, Report, RequestId};

use crate::body::Body;
use crate::cause::BODY_TRUNCATED;
use crate::event::EdgeEvent;
use crate::result::ResultObject;

/// The integration as a Lambda@Edge function: a [`Gateway`] on [`Platform::CloudFront`] whose
/// requests are events and whose responses are result objects.
///
/// ```
/// use bytes::Bytes;
/// use firstparty::Config;
/// use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
///
/// let function = EdgeFunction::new(Config::builder().v4(false).build()?);
/// let event = EdgeEvent::new("GET", "/fp/else", "").with_body(Bytes::new());
/// let EdgeStep::Respond(result, report) = function.handle(event) else { panic!() };
/// assert_eq!(result.status(), 404);
/// assert_eq!(report.status, Some(404));
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct EdgeFunction(Gateway);

/// What to do with an event.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle both")]
#[expect(clippy::large_enum_variant, reason = "the larger one is the usual one, and short-lived")]
pub enum EdgeStep<B> {
    /// Hand this to CloudFront.
    Respond(ResultObject<B>, Report),
    /// Send this request upstream, once, and end what is pending with what comes back.
    Forward(Request<B>, Pending),
}

/// A forwarded event that waits for upstream's response.
#[derive(Debug)]
#[must_use = "what is pending ends in `complete`, `fail` or `refuse`"]
pub struct Pending(Exchange);

impl EdgeFunction {
    /// Sets the function up.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self(Gateway::new(config, Platform::CloudFront))
    }

    /// The gateway behind it.
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        &self.0
    }

    /// Decides what happens to an event. Total, as [`Gateway::handle`] is.
    ///
    /// A request that is handed out has a definite body (R13.5): its `content-length` is the
    /// decoded length; without a body there is none, but zero where the method expects content.
    #[must_use]
    pub fn handle<B: Body>(&self, event: EdgeEvent<B>) -> EdgeStep<B> {
        let truncated = event.is_truncated();
        let (request, client_ip) = match event.into_request() {
            Ok(request) => request,
            Err((refusal, reply)) => {
                let cause = refusal.cause();
                return respond(reply.refuse(cause), Report::default().answered(cause));
            }
        };
        let (mut request, exchange) = match self.0.handle(request, client_ip) {
            Action::Respond(response, report) => return respond(response, report),
            Action::Forward(request, exchange) => (request, exchange),
        };
        let framed = if truncated { Err(&BODY_TRUNCATED) } else { frame(&mut request) };
        match framed {
            Ok(()) => EdgeStep::Forward(request, Pending(exchange)),
            Err(cause) => respond(exchange.refuse(cause), exchange.report().answered(cause)),
        }
    }
}

impl Pending {
    /// What is known of the exchange so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.0.report()
    }

    /// Turns upstream's response into the result for CloudFront.
    ///
    /// A status that CloudFront does not take, and a response that is too large for it, become
    /// a 502 (R13.4).
    #[must_use]
    pub fn complete<B: Body>(self, response: Response<B>) -> ResultObject<B> {
        ResultObject::new(&self.0, response)
            .unwrap_or_else(|cause| ResultObject::made(self.0.refuse(cause)))
    }

    /// The result when upstream gave no response (R9.1, R9.2).
    #[must_use]
    pub fn fail<B: Body>(self, failure: Failure, id: RequestId) -> ResultObject<B> {
        ResultObject::made(self.0.fail(failure, id))
    }

    /// The result when the adapter ends it for a reason of its own, for instance a limit of its
    /// host (R9.3).
    #[must_use]
    pub fn refuse<B: Body>(self, cause: &Cause) -> ResultObject<B> {
        ResultObject::made(self.0.refuse(cause))
    }
}

fn respond<B: Body>(response: Response<Bytes>, report: Report) -> EdgeStep<B> {
    EdgeStep::Respond(ResultObject::made(response), report)
}

/// R13.5.
fn frame<B: Body>(request: &mut Request<B>) -> Result<(), &'static Cause> {
    let size = request.body().size();
    let expects_content = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    if size > 0 || expects_content {
        let inserted = request.headers_mut().try_insert(CONTENT_LENGTH, size.into());
        inserted.map_err(|_| Refusal::TooManyFields.cause())?;
    }
    Ok(())
}
