//! The gateway as a Lambda@Edge function.

use bytes::Bytes;
use firstparty::field::FieldUse;
use firstparty::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HOST};
use firstparty::http::{HeaderName, HeaderValue, Method, Request, Response};
use firstparty::refusal::{Cause, Refusal};
use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, Report, RequestId};

use crate::body::Body;
use crate::cause::BODY_TRUNCATED;
use crate::event::{EdgeEvent, EventParts};
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

/// What the adapter does next with an event.
///
/// ```
/// use bytes::Bytes;
/// use firstparty::Config;
/// use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
///
/// let function = EdgeFunction::new(Config::builder().get_result_path("result").build()?);
/// let mut event = EdgeEvent::new("GET", "/fp/result", "");
/// event.append_field("host", "www.example.com");
///
/// match function.handle(event.with_body(Bytes::new())) {
///     EdgeStep::Respond(result, _report) => panic!("answered with {}", result.status()),
///     EdgeStep::Forward(request, _pending) => assert_eq!(request.uri().path(), "/"),
/// }
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle both")]
#[expect(clippy::large_enum_variant, reason = "the larger one is the usual one, and short-lived")]
pub enum EdgeStep<B> {
    /// Return this result to CloudFront.
    Respond(ResultObject<B>, Report),
    /// Send this request upstream once. Then end the pending exchange with the response, or with
    /// the reason why there is none.
    Forward(Request<B>, Pending),
}

/// A forwarded event that waits for upstream's response.
///
/// It ends with [`complete`](Self::complete), [`fail`](Self::fail) or [`refuse`](Self::refuse).
///
/// ```
/// use bytes::Bytes;
/// use firstparty::http::Response;
/// use firstparty::{Config, Failure, RequestId};
/// use firstparty_lambda_edge::{Pending, ResultObject};
///
/// fn end(pending: Pending, upstream: Result<Response<Bytes>, Failure>) -> ResultObject {
///     match upstream {
///         Ok(response) => pending.complete(response),
///         Err(failure) => pending.fail(failure, RequestId::new(1_767_225_600_123, 7)),
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "a pending exchange ends in `complete`, `fail` or `refuse`"]
pub struct Pending(Exchange);

impl EdgeFunction {
    /// Makes a function of a configuration.
    ///
    /// ```
    /// use firstparty::Config;
    /// use firstparty_lambda_edge::EdgeFunction;
    ///
    /// let config = Config::builder().agent_download_path("agent").build()?;
    /// let function = EdgeFunction::new(config);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self(Gateway::new(config, Platform::CloudFront))
    }

    /// The gateway that decides for this function.
    ///
    /// ```
    /// use firstparty::Config;
    /// use firstparty_lambda_edge::EdgeFunction;
    ///
    /// let function = EdgeFunction::new(Config::builder().pre_shared_secret("s3cret").build()?);
    /// assert!(function.gateway().config().pre_shared_secret().is_some());
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        &self.0
    }

    /// Decides what happens to an event. Like [`Gateway::handle`], it accepts every event.
    ///
    /// A forwarded request has a definite body ([R13.5]): `content-length` is the length of the
    /// decoded body. Without a body, the field is 0 for POST, PUT and PATCH, and absent for other
    /// methods.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use firstparty::Config;
    /// use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
    ///
    /// let function = EdgeFunction::new(Config::builder().get_result_path("result").build()?);
    /// let mut event = EdgeEvent::new("POST", "/fp/result", "region=eu");
    /// event.append_field("host", "www.example.com");
    /// let step = function.handle(event.with_body(Bytes::from("{}")));
    ///
    /// let EdgeStep::Forward(request, _pending) = step else { panic!() };
    /// assert_eq!(request.uri().host(), Some("eu.api.fpjs.io"));
    /// assert_eq!(request.headers()["content-length"], "2");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R13.5]: firstparty::contract#R13.5
    #[must_use]
    pub fn handle<B: Body>(&self, event: EdgeEvent<B>) -> EdgeStep<B> {
        let EventParts { mut request, client_ip, origin_domain, truncated } =
            match event.into_parts() {
                Ok(parts) => parts,
                Err((refusal, reply)) => {
                    let cause = refusal.cause();
                    return respond(reply.refuse(cause), Report::default().answered(cause));
                }
            };
        if let Some(name) = origin_domain {
            self.name_upstream(&mut request, &name);
        }
        let (mut request, exchange) = match self.0.handle(request, client_ip) {
            Action::Respond(response, report) => return respond(response, report),
            Action::Forward(request, exchange) => (request, exchange),
        };
        let checked =
            if truncated { Err(&BODY_TRUNCATED) } else { set_content_length(&mut request) };
        match checked {
            Ok(()) => EdgeStep::Forward(request, Pending(exchange)),
            Err(cause) => respond(exchange.refuse(cause), exchange.report().answered(cause)),
        }
    }

    /// R5.7: the origin is upstream, too, under a name that the gateway does not know. Where CloudFront
    /// hides the browser's host behind it, the gateway is told a name that it does know, so that it
    /// refuses the request in its place (R2.9), and says so on the status page (R10.2).
    fn name_upstream<B>(&self, request: &mut Request<B>, origin_domain: &str) {
        let is_hidden = self.0.browser_host(request).is_ok_and(|host| host.is_named(origin_domain));
        let name = HeaderValue::from_str(self.0.config().ingress_base_host().as_str());
        if let (true, Ok(name)) = (is_hidden, name) {
            request.headers_mut().insert(HOST, name);
        }
    }
}

impl Pending {
    /// A report of the exchange so far, for counting.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use firstparty::Config;
    /// # use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
    /// # let config = Config::builder().get_result_path("result").build()?;
    /// # let mut event = EdgeEvent::new("GET", "/fp/result", "");
    /// # event.append_field("host", "www.example.com");
    /// # let event = event.with_body(Bytes::new());
    /// # let step = EdgeFunction::new(config).handle(event);
    /// let EdgeStep::Forward(_request, pending) = step else { panic!() };
    /// assert_eq!(pending.report().status, None);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn report(&self) -> Report {
        self.0.report()
    }

    /// Turns upstream's response into the result for CloudFront.
    ///
    /// If CloudFront does not accept the response, because of its status or its size, the result is
    /// a 502 ([R13.4]).
    ///
    /// ```
    /// use firstparty::http::Response;
    /// # use bytes::Bytes;
    /// # use firstparty::Config;
    /// # use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
    /// # let config = Config::builder().get_result_path("result").build()?;
    /// # let mut event = EdgeEvent::new("GET", "/fp/result", "");
    /// # event.append_field("host", "www.example.com");
    /// # let event = event.with_body(Bytes::new());
    /// # let step = EdgeFunction::new(config).handle(event);
    /// let EdgeStep::Forward(_request, pending) = step else { panic!() };
    /// let result = pending.complete(Response::new(Bytes::from("{}")));
    /// assert_eq!(result.status(), 200);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R13.4]: firstparty::contract#R13.4
    #[must_use]
    pub fn complete<B: Body>(self, response: Response<B>) -> ResultObject<B> {
        self.complete_with_kept(response, 0)
    }

    /// As [`Pending::complete`], for an adapter that keeps some fields of the response to itself.
    /// `kept_size` is their size in bytes, as [`ResultObject::fields`] would give them: a name for
    /// each value, in UTF-8. It counts towards the limit of [R13.4].
    ///
    /// The adapter may keep fields of which [`Pending::response_field`] says that they are
    /// [`FieldUse::Kept`], and leave out those that are [`FieldUse::Dropped`]. If `connection` has an
    /// option other than `close` and `keep-alive`, the adapter hands over every field ([R6.1]). It adds
    /// what it kept to a result that is [from upstream](ResultObject::is_from_upstream), and to no
    /// other.
    ///
    /// ```
    /// use firstparty::http::Response;
    /// # use bytes::Bytes;
    /// # use firstparty::Config;
    /// # use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
    /// # let config = Config::builder().get_result_path("result").build()?;
    /// # let mut event = EdgeEvent::new("GET", "/fp/result", "");
    /// # event.append_field("host", "www.example.com");
    /// # let event = event.with_body(Bytes::new());
    /// # let step = EdgeFunction::new(config).handle(event);
    /// let EdgeStep::Forward(_request, pending) = step else { panic!() };
    /// let (name, value) = ("etag", "x".repeat(1_048_576));
    /// let kept_size = name.len() + value.len();
    /// let result = pending.complete_with_kept(Response::new(Bytes::new()), kept_size);
    /// assert_eq!(result.status(), 502, "too large");
    /// assert!(!result.is_from_upstream());
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R6.1]: firstparty::contract#R6.1
    /// [R13.4]: firstparty::contract#R13.4
    #[must_use]
    pub fn complete_with_kept<B: Body>(
        self,
        response: Response<B>,
        kept_size: usize,
    ) -> ResultObject<B> {
        ResultObject::new(&self.0, response, kept_size)
            .unwrap_or_else(|cause| ResultObject::from_reply(self.0.refuse(cause)))
    }

    /// What is done with a response field of this name ([R6] to [R8], [R13.4]). For requests, see
    /// [`Gateway::request_field`].
    ///
    /// ```
    /// use firstparty::field::FieldUse;
    /// use firstparty::http::header;
    /// # use bytes::Bytes;
    /// # use firstparty::Config;
    /// # use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
    /// # let config = Config::builder().get_result_path("result").build()?;
    /// # let mut event = EdgeEvent::new("GET", "/fp/result", "");
    /// # event.append_field("host", "www.example.com");
    /// # let event = event.with_body(Bytes::new());
    /// # let step = EdgeFunction::new(config).handle(event);
    /// let EdgeStep::Forward(_request, pending) = step else { panic!() };
    /// assert_eq!(pending.response_field(&header::ETAG), FieldUse::Kept);
    /// assert_eq!(pending.response_field(&header::VIA), FieldUse::Dropped);
    /// assert_eq!(pending.response_field(&header::CONTENT_ENCODING), FieldUse::Read);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R6]: firstparty::contract#R6
    /// [R8]: firstparty::contract#R8
    /// [R13.4]: firstparty::contract#R13.4
    #[must_use]
    pub fn response_field(&self, name: &HeaderName) -> FieldUse {
        // It decides how the result writes its body (R13.4).
        if *name == CONTENT_ENCODING { FieldUse::Read } else { self.0.response_field(name) }
    }

    /// Makes the result if upstream gave no response ([R9.1], [R9.2]).
    ///
    /// ```
    /// use firstparty::{Failure, RequestId};
    /// # use firstparty_lambda_edge::ResultObject;
    /// # use bytes::Bytes;
    /// # use firstparty::Config;
    /// # use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
    /// # let config = Config::builder().get_result_path("result").build()?;
    /// # let mut event = EdgeEvent::new("GET", "/fp/result", "");
    /// # event.append_field("host", "www.example.com");
    /// # let event = event.with_body(Bytes::new());
    /// # let step = EdgeFunction::new(config).handle(event);
    /// let EdgeStep::Forward(_request, pending) = step else { panic!() };
    /// let id = RequestId::new(1_767_225_600_123, 7); // the time, and some entropy
    /// let result: ResultObject = pending.fail(Failure::Connect, id);
    /// # let _ = result;
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R9.1]: firstparty::contract#R9.1
    /// [R9.2]: firstparty::contract#R9.2
    #[must_use]
    pub fn fail<B: Body>(self, failure: Failure, id: RequestId) -> ResultObject<B> {
        ResultObject::from_reply(self.0.fail(failure, id))
    }

    /// Makes the result if the adapter ends the exchange for a reason of its own, for instance a
    /// limit of its host ([R9.3]).
    ///
    /// ```
    /// use firstparty::http::StatusCode;
    /// use firstparty::refusal::Cause;
    /// # use firstparty_lambda_edge::ResultObject;
    ///
    /// const BUSY: Cause =
    ///     Cause::new("busy", "R16.4", StatusCode::SERVICE_UNAVAILABLE, "too many requests are open");
    /// # use bytes::Bytes;
    /// # use firstparty::Config;
    /// # use firstparty_lambda_edge::{EdgeEvent, EdgeFunction, EdgeStep};
    /// # let config = Config::builder().get_result_path("result").build()?;
    /// # let mut event = EdgeEvent::new("GET", "/fp/result", "");
    /// # event.append_field("host", "www.example.com");
    /// # let event = event.with_body(Bytes::new());
    /// # let step = EdgeFunction::new(config).handle(event);
    /// let EdgeStep::Forward(_request, pending) = step else { panic!() };
    /// let result: ResultObject = pending.refuse(&BUSY);
    /// assert_eq!(result.status(), 503);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R9.3]: firstparty::contract#R9.3
    #[must_use]
    pub fn refuse<B: Body>(self, cause: &Cause) -> ResultObject<B> {
        ResultObject::from_reply(self.0.refuse(cause))
    }
}

fn respond<B: Body>(response: Response<Bytes>, report: Report) -> EdgeStep<B> {
    EdgeStep::Respond(ResultObject::from_reply(response), report)
}

/// Sets the length of the body (R13.5).
fn set_content_length<B: Body>(request: &mut Request<B>) -> Result<(), &'static Cause> {
    let size = request.body().size();
    let expects_content = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    if size > 0 || expects_content {
        let inserted = request.headers_mut().try_insert(CONTENT_LENGTH, size.into());
        inserted.map_err(|_| Refusal::TooManyFields.cause())?;
    }
    Ok(())
}
