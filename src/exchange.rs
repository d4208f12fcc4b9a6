//! A forwarded request that waits for its response.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Method, Response};

use crate::failure::{Failure, RequestId};
use crate::field::FieldUse;
use crate::field::stored_value::StoredValue;
use crate::refusal::Cause;
use crate::reply::Reply;
use crate::report::Report;
use crate::request::RequestFacts;
use crate::response::{RequestContext, ResponseSteps};

/// A forwarded request that waits for its response.
///
/// It owns everything that the response needs and borrows nothing. Every response head from upstream
/// goes through [`complete`](Self::complete), interim ones too. If no final response comes, the
/// browser gets the answer of [`fail`](Self::fail).
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
    steps: Arc<ResponseSteps>,
    report: Report,
    request: RequestFacts,
    is_head: bool,
}

impl Exchange {
    #[inline]
    pub(crate) fn new(
        steps: Arc<ResponseSteps>,
        request: RequestFacts,
        report: Report,
        method: &Method,
    ) -> Self {
        Self { steps, report, request, is_head: *method == Method::HEAD }
    }

    /// What is known of the exchange so far. [`Report::ended`] completes it.
    ///
    /// ```
    /// use firstparty::http::Request;
    /// use firstparty::{Action, Config, Gateway, Platform, Region};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let request = Request::get("/fp/web/v4/key").header("host", "a.example").body(())?;
    /// let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
    /// assert_eq!(exchange.report().region, Some(Region::Us));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report(&self) -> Report {
        self.report
    }

    /// What [`Exchange::complete`] does with a response field of this name ([R6] to [R8]). For
    /// requests, see [`Gateway::request_field`](crate::Gateway::request_field).
    ///
    /// If `connection` has an option other than `close` and `keep-alive`, hand over every field, as
    /// the option may name one that this method calls [`Kept`](FieldUse::Kept) ([R6.1]).
    ///
    /// ```
    /// use firstparty::field::FieldUse;
    /// use firstparty::http::{Request, header};
    /// use firstparty::{Action, Config, Gateway, Platform};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let request = Request::post("/fp/").header("host", "www.example.com").body(())?;
    /// let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
    ///
    /// assert_eq!(exchange.response_field(&header::ETAG), FieldUse::Kept);
    /// assert_eq!(exchange.response_field(&header::ALT_SVC), FieldUse::Dropped);
    /// assert_eq!(exchange.response_field(&header::SET_COOKIE), FieldUse::Read);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [R6]: crate::contract#R6
    /// [R6.1]: crate::contract#R6.1
    /// [R8]: crate::contract#R8
    #[must_use]
    pub fn response_field(&self, name: &HeaderName) -> FieldUse {
        self.steps.use_of(name)
    }

    /// Turns upstream's response into the browser's: drops fields, caps ages, and fits the domains
    /// of cookies ([R6] to [R8]). The body is handed through untouched.
    ///
    /// ```
    /// use firstparty::http::{Request, Response};
    /// use firstparty::{Action, Config, Gateway, Platform};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let request = Request::post("/fp/").header("host", "www.example.com").body(())?;
    /// let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
    ///
    /// let response = Response::builder().header("set-cookie", "a=1; Domain=fpjs.io").body("{}")?;
    /// let response = exchange.complete(response);
    /// assert_eq!(response.headers()["set-cookie"], "a=1");
    /// assert_eq!(response.body(), &"{}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [R6]: crate::contract#R6
    /// [R8]: crate::contract#R8
    #[must_use]
    pub fn complete<B>(&self, response: Response<B>) -> Response<B> {
        let (mut parts, body) = response.into_parts();
        self.steps.prepare(&mut parts, self.context());
        Response::from_parts(parts, body)
    }

    /// The answer to the browser if upstream did not respond ([R9.1], [R9.2]).
    ///
    /// ```
    /// use firstparty::http::Request;
    /// use firstparty::{Action, Config, Failure, Gateway, Platform, RequestId};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let request = Request::get("/fp/web/v4/key").header("host", "a.example").body(())?;
    /// let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
    ///
    /// let response = exchange.fail(Failure::Timeout, RequestId::new(1_767_225_600_123, 42));
    /// assert_eq!(response.status(), 500);
    /// assert_eq!(response.body(), r#"{"error":"upstream did not answer in time"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [R9.1]: crate::contract#R9.1
    /// [R9.2]: crate::contract#R9.2
    #[must_use]
    pub fn fail(&self, failure: Failure, id: RequestId) -> Response<Bytes> {
        let reply = self.reply();
        if self.report.authorised {
            reply.integration_failed(failure, id)
        } else {
            reply.upstream_failed(failure)
        }
    }

    /// The answer to the browser if the exchange ends for a reason other than a failure of
    /// upstream, for instance a limit of the adapter's host ([R9.3]).
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
    ///
    /// [R9.3]: crate::contract#R9.3
    #[must_use]
    pub fn refuse(&self, cause: &Cause) -> Response<Bytes> {
        self.reply().refuse(cause)
    }

    fn reply(&self) -> Reply {
        Reply::new(self.request.origin.clone().and_then(StoredValue::into_value), self.is_head)
    }

    /// The steps of a response, for `explain`.
    pub(crate) fn response_steps(&self) -> &ResponseSteps {
        &self.steps
    }

    fn context(&self) -> RequestContext<'_> {
        RequestContext {
            kind: self.report.kind(),
            serves: self.request.serves,
            host: self.request.host.as_ref().map_or(b"", StoredValue::as_bytes),
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("report", &self.report).finish_non_exhaustive()
    }
}
