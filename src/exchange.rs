//! A forwarded request that waits for its response.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};

use crate::failure::{Failure, RequestId};
use crate::field::small::Small;
use crate::refusal::Cause;
use crate::reply::Reply;
use crate::report::Report;
use crate::request::Sent;
use crate::response::{Context, Downstream};

/// A forwarded request that waits for its response.
///
/// It owns all that the response needs and borrows nothing. Every response head that upstream sends
/// goes through [`complete`](Self::complete), interim ones too; if none comes, the browser gets what
/// [`fail`](Self::fail) gives.
///
/// ```
/// use firstparty::http::{Request, Response};
/// use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, RequestId};
///
/// fn finish(exchange: Exchange, upstream: Option<Response<String>>) -> u16 {
///     match upstream {
///         Some(response) => exchange.complete(response).status().as_u16(),
///         None => {
///             let id = RequestId::new(1_767_225_600_123, 0x5eed);
///             exchange.fail(Failure::Connect, id).status().as_u16()
///         }
///     }
/// }
/// # let gateway = Gateway::new(Config::default(), Platform::Generic);
/// # for (upstream, status) in [(None, 500), (Some(Response::new(String::new())), 200)] {
/// #     let request = Request::post("/fp/").header("host", "a.example").body(())?;
/// #     let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
/// #     assert_eq!(finish(exchange, upstream), status);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an exchange ends in `complete`, `fail` or `refuse`"]
pub struct Exchange {
    downstream: Arc<Downstream>,
    report: Report,
    sent: Sent,
    head: bool,
}

impl Exchange {
    pub(crate) fn new(
        downstream: Arc<Downstream>,
        sent: Sent,
        report: Report,
        method: &Method,
    ) -> Self {
        Self { downstream, report, sent, head: *method == Method::HEAD }
    }

    /// What is known of the exchange so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report
    }

    /// Turns upstream's response into the browser's: fields that must not pass go, ages are
    /// capped, cookie domains fitted (R6 to R8). The body is handed through untouched.
    #[must_use]
    pub fn complete<B>(&self, response: Response<B>) -> Response<B> {
        let (mut parts, body) = response.into_parts();
        self.downstream.prepare(&mut parts, &self.context());
        Response::from_parts(parts, body)
    }

    /// The answer to the browser when upstream gave none (R9.1, R9.2).
    #[must_use]
    pub fn fail(&self, failure: Failure, id: RequestId) -> Response<Bytes> {
        let reply = self.reply();
        if self.report.authorised {
            reply.integration_failed(failure, id)
        } else {
            reply.upstream_failed(failure)
        }
    }

    /// The answer to the browser when the exchange ends for a reason that is no failure of
    /// upstream's: a limit of the adapter's host, for instance (R9.3).
    ///
    /// ```
    /// use firstparty::http::{Request, StatusCode};
    /// use firstparty::refusal::Cause;
    /// use firstparty::{Action, Config, Gateway, Platform};
    ///
    /// const TOO_LARGE: Cause = Cause::new(
    ///     "response_too_large",
    ///     "R13.4",
    ///     StatusCode::BAD_GATEWAY,
    ///     "upstream's response is too large to be passed on",
    /// );
    ///
    /// # let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// # let request = Request::get("/fp/").header("host", "a.example").body(())?;
    /// let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
    /// assert_eq!(exchange.refuse(&TOO_LARGE).status(), 502);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn refuse(&self, cause: &Cause) -> Response<Bytes> {
        self.reply().refuse(cause)
    }

    fn reply(&self) -> Reply {
        Reply::new(self.sent.origin.clone().and_then(Small::into_value), self.head)
    }

    pub(crate) fn downstream(&self) -> &Downstream {
        &self.downstream
    }

    fn context(&self) -> Context<'_> {
        Context {
            route: self.report.route,
            serves_scripts: self.sent.serves_scripts,
            authorised: self.report.authorised,
            host: self.sent.host.as_ref().map_or(b"", Small::as_bytes),
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("report", &self.report).finish_non_exhaustive()
    }
}
