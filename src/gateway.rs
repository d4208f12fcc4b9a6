//! The gateway: the steps of the walk in their order.
//!
//! # The walk of a request
//!
//! The order is part of the contract: nothing that a browser sends can remove or forge what the
//! gateway reads or adds (R5.0), and the first refusal counts (R2.9).
//!
//! 1. **Classify** the path (R2). A request for the status page is answered now: the form of its host
//!    is checked first, then its method. CONNECT and TRACE are refused wherever the path leads. Only
//!    then is a path refused that has no route.
//! 2. **Resolve the target** from route and query (R3, R4). Values that cannot stand in a path are
//!    refused, then an API key that is not served, and then a target that is too long.
//! 3. **Read** the trusted host and the browser's address, before any field is removed (R5.0).
//! 4. **Walk** over the fields once. `host` is replaced, cookies are filtered, everything else is only
//!    noted. At the end of the walk the request is refused for too many names in `connection`, an
//!    unknown transfer coding, or a bad length (R5.1, R5.2).
//! 5. **Choose the host** of the browser from the trusted field, the URI and `host`. A host that is
//!    missing, ambiguous, malformed or not served is refused (R5.7).
//! 6. **Remove** what was noted (R5.1 to R5.5, R5.8).
//! 7. **Add** the identity fields (R5.6), each of which is gone from the browser's own by now. A
//!    request that has no room for the gateway's own fields is refused last.
//!
//! Steps 2 to 7 are `request.rs`. What the response needs to know of its request moves on in the
//! [`Exchange`], whose walk is shorter: filter the fields and fit cookies in one walk (R6, R8), then cap
//! the ages of scripts (R7).
//!
//! # Results of steps
//!
//! A step returns `Result<(), Refusal>`, a reference, or at most two words. What is larger, it writes
//! where its caller keeps it, because moving results from step to step would take a good part of the
//! time. The public functions around the steps may return values.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Method, Request, Response, Uri, Version};

use crate::config::Config;
use crate::exchange::Exchange;
use crate::field::FieldUse;
use crate::field::stored_value::StoredValue;
use crate::platform::Platform;
use crate::refusal::{Cause, Refusal, is_forwarded};
use crate::reply::Reply;
use crate::report::Report;
use crate::request::browser_host::BrowserHost;
use crate::request::{Asked, RequestFacts, RequestSteps, check_host_form};
use crate::response::ResponseSteps;
use crate::route::{Route, Routes};
use crate::status_page::StatusPage;

/// The integration on a site: turns a browser's request into one for upstream, or into an answer.
///
/// Immutable, cheap to clone (one reference count), `Send` and `Sync`. What each request needs and
/// only the configuration decides is computed in [`Gateway::new`].
///
/// ```
/// use firstparty::http::Request;
/// use firstparty::{Action, Config, Gateway, Platform};
///
/// let config = Config::builder()
///     .agent_download_path("vbcnkxb654")
///     .get_result_path("5yt489hgfj")
///     .pre_shared_secret("s3cret")
///     .build()?;
/// let gateway = Gateway::new(config, Platform::Generic);
///
/// let request = Request::get("/ore54guier/vbcnkxb654?apiKey=k")
///     .header("host", "www.example.com")
///     .body(())?;
/// match gateway.handle(request, "203.0.113.7".parse().ok()) {
///     Action::Forward(request, exchange) => {
///         assert_eq!(request.uri(), "https://api.fpjs.io/web/v3/k?apiKey=k");
///         assert!(!exchange.report().authorised);
///     }
///     Action::Respond(response, _) => panic!("{}", response.status()),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Inner>);

/// The steps of the gateway.
#[derive(Debug)]
struct Inner {
    routes: Routes,
    request: RequestSteps,
    /// Shared with the exchanges, which may outlive the gateway.
    response: Arc<ResponseSteps>,
    config: Config,
    platform: Platform,
}

/// What an adapter has to do with a request.
///
/// ```
/// use firstparty::http::Request;
/// use firstparty::refusal::Refusal;
/// use firstparty::{Action, Config, Gateway, Platform};
///
/// let gateway = Gateway::new(Config::default(), Platform::Generic);
/// match gateway.handle(Request::get("/fp/../etc").body(())?, None) {
///     Action::Respond(response, report) => {
///         assert_eq!(response.status(), 400);
///         assert_eq!(report.cause, Some(Refusal::DotSegment.cause()));
///     }
///     Action::Forward(request, _exchange) => panic!("forwarded to {}", request.uri()),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle both")]
pub enum Action<B> {
    /// Send this answer to the browser.
    Respond(Response<Bytes>, Report),
    /// Send this request upstream, and hand the outcome to the exchange.
    Forward(Request<B>, Exchange),
}

impl Gateway {
    /// Sets the gateway up.
    #[must_use]
    pub fn new(config: Config, platform: Platform) -> Self {
        Self(Arc::new(Inner {
            routes: Routes::new(&config),
            request: RequestSteps::new(&config, platform),
            response: ResponseSteps::new(&config, platform).into(),
            config,
            platform,
        }))
    }

    /// The configuration of the gateway.
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Azure);
    /// assert_eq!(gateway.platform(), Platform::Azure);
    /// assert_eq!(gateway.config().mount(), &firstparty::config::Mount::Depth(1));
    /// ```
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The platform on which the gateway runs.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.0.platform
    }

    /// Whether a URI belongs to the integration ([R2.8]), so that an adapter beside an application
    /// can pass all other requests on.
    ///
    /// With [`Mount::Depth`](crate::config::Mount::Depth), the default, and v4 on, every path of the
    /// site with enough segments belongs to the integration, `/login` too. An exact integration path
    /// is the safe choice beside an application.
    ///
    /// ```
    /// use firstparty::{Config, Gateway, Platform, config::Mount};
    ///
    /// let config = Config::builder().mount(Mount::Exact("ore54guier".parse()?)).build()?;
    /// let gateway = Gateway::new(config, Platform::Generic);
    /// assert!(gateway.owns(&"/ore54guier/web/v4/k".parse()?));
    /// assert!(!gateway.owns(&"/checkout".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [R2.8]: crate::contract#R2.8
    #[must_use]
    pub fn owns(&self, uri: &Uri) -> bool {
        self.0.routes.classify(uri.path()).is_ok()
    }

    /// What is done with a field of this name in a request with this method ([R5]). For responses,
    /// see [`Exchange::response_field`].
    ///
    /// If `connection` has an option other than `close` and `keep-alive`, hand over every field, as
    /// the option may name one that this method calls [`Kept`](FieldUse::Kept) ([R5.1]).
    ///
    /// ```
    /// use firstparty::field::FieldUse;
    /// use firstparty::http::{Method, header};
    /// use firstparty::{Config, Gateway, Platform};
    ///
    /// let config = Config::builder().drop_fields(["referer"]).build()?;
    /// let gateway = Gateway::new(config, Platform::Generic);
    /// let get = |name| gateway.request_field(&Method::GET, name);
    /// assert_eq!(get(&header::ACCEPT), FieldUse::Kept);
    /// assert_eq!(get(&header::REFERER), FieldUse::Dropped);
    /// assert_eq!(get(&header::HOST), FieldUse::Read);
    /// assert_eq!(get(&header::COOKIE), FieldUse::Dropped);
    /// assert_eq!(gateway.request_field(&Method::POST, &header::COOKIE), FieldUse::Read);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R5]: crate::contract#R5
    /// [R5.1]: crate::contract#R5.1
    #[must_use]
    pub fn request_field(&self, method: &Method, name: &HeaderName) -> FieldUse {
        self.0.request.use_of(method, name)
    }

    /// The browser's host of a request ([R5.7], [R12]), whatever the request is for and whether or
    /// not the host is served.
    ///
    /// [`Gateway::handle`] refuses the hosts of upstream that the configuration names. An adapter
    /// that knows a further name of upstream's, such as the domain of a CloudFront event's origin,
    /// asks here first. Where `handle` answers [`Refusal::HostNotListed`] or
    /// [`Refusal::TooManyFields`], the further name still counts first ([R2.9]).
    ///
    /// ```
    /// use firstparty::http::Request;
    /// use firstparty::{Action, Config, Gateway, Platform, refusal::Refusal};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::CloudFront);
    /// let request = Request::post("/fp/").header("host", "origin.example").body(())?;
    ///
    /// let host = gateway.browser_host(&request);
    /// let is_hidden = host.is_ok_and(|host| host.is_named("Origin.Example"));
    /// assert!(is_hidden);
    /// match gateway.handle(request, None) {
    ///     Action::Forward(_, exchange) if is_hidden => {
    ///         let response = exchange.refuse(Refusal::HostOfUpstream.cause());
    ///         assert_eq!(response.status(), 400);
    ///     }
    ///     Action::Forward(..) => { /* send it */ }
    ///     Action::Respond(..) => { /* answer it */ }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Host`] if the host is missing, ambiguous or malformed.
    ///
    /// [R2.9]: crate::contract#R2.9
    /// [R5.7]: crate::contract#R5.7
    /// [R12]: crate::contract#R12
    pub fn browser_host<B>(&self, request: &Request<B>) -> Result<BrowserHost, Refusal> {
        self.0.request.host.find(request.headers(), request.uri(), request.version())
    }

    /// Decides what happens to a request. It never fails: whatever the input, the result is a request
    /// for upstream or a well-formed response. The body is handed through untouched.
    ///
    /// `client_ip` is the address of the adapter's peer, if the adapter knows it. Where the
    /// platform's edge names the browser's address in a field, that field decides ([R12]).
    ///
    /// ```
    /// use firstparty::http::Request;
    /// use firstparty::{Action, Config, Gateway, Platform};
    ///
    /// let gateway = Gateway::new(Config::default(), Platform::Generic);
    /// let request = Request::post("/fp/?region=eu").header("host", "www.example.com").body("{}")?;
    /// let Action::Forward(request, exchange) = gateway.handle(request, None) else { panic!() };
    /// assert_eq!(request.uri().host(), Some("eu.api.fpjs.io"));
    /// assert_eq!(request.headers()["fpjs-proxy-forwarded-host"], "www.example.com");
    /// assert_eq!(request.body(), &"{}");
    /// assert!(exchange.report().authorised);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [R12]: crate::contract#R12
    #[must_use]
    pub fn handle<B>(&self, request: Request<B>, client_ip: Option<IpAddr>) -> Action<B> {
        let (mut parts, body) = request.into_parts();
        let mut report = Report::default();
        let mut facts = RequestFacts::default();
        match self.0.forward(&mut parts, client_ip, &mut report, &mut facts) {
            Ok(()) => {
                let steps = Arc::clone(&self.0.response);
                let exchange = Exchange::new(steps, facts, report, &parts.method);
                Action::Forward(Request::from_parts(parts, body), exchange)
            }
            Err(answer) => {
                let response = self.0.answer(answer, &parts, &parts.uri, facts.origin);
                Action::Respond(response, report.answered(answer.cause()))
            }
        }
    }

    /// The steps of a request, for `explain`.
    pub(crate) fn request_steps(&self) -> &RequestSteps {
        &self.0.request
    }
}

/// An answer that is made here.
#[derive(Clone, Copy)]
enum Answer {
    Refusal(Refusal),
    StatusPage,
}

impl Answer {
    fn cause(self) -> &'static Cause {
        match self {
            Self::Refusal(refusal) => refusal.cause(),
            Self::StatusPage => Cause::STATUS_PAGE,
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl Inner {
    /// The walk of a request. `parts` becomes the head for upstream, unless the request is answered.
    fn forward(
        &self,
        parts: &mut Parts,
        client_ip: Option<IpAddr>,
        report: &mut Report,
        facts: &mut RequestFacts,
    ) -> Result<(), Answer> {
        let asked = Asked { uri: &parts.uri, version: parts.version, client_ip };
        let route = self.routes.classify(asked.uri.path());
        if let Ok(route) = route {
            *report = Report::of_route(route);
        }
        if route == Ok(Route::Status) {
            check_host_form(&parts.headers, asked)?;
            return Err(status_answer(&parts.method));
        }
        if !is_forwarded(&parts.method) {
            return Err(Refusal::MethodNotForwarded.into());
        }
        let route = route?;
        let kind = self.request.targets.kind(route, &parts.method);
        report.authorised = kind.is_authorised();
        let mut target = None;
        self.request.prepare(asked, route, kind, &mut parts.headers, &mut target, facts)?;
        if let Some(target) = target {
            parts.uri = target;
        }
        parts.version = Version::default();
        report.region = facts.region;
        report.secret_sent = facts.secret_sent;
        Ok(())
    }

    /// `origin` is known if the walk over the fields has come to its end; it may have been removed
    /// from them since then.
    fn answer(
        &self,
        answer: Answer,
        parts: &Parts,
        uri: &Uri,
        origin: Option<StoredValue>,
    ) -> Response<Bytes> {
        match answer {
            Answer::Refusal(refusal) => {
                let reply = match origin {
                    Some(origin) => Reply::new(origin.into_value(), parts.method == Method::HEAD),
                    None => Reply::to(&parts.method, &parts.headers),
                };
                reply.refuse(refusal.cause())
            }
            Answer::StatusPage => {
                let host = self.request.host.read_with_port(&parts.headers, uri, parts.version);
                let (config, platform, routes) = (&self.config, self.platform, &self.routes);
                StatusPage { config, platform, routes }.respond(&parts.method, uri, host)
            }
        }
    }
}

/// R10.1: the status page can be read, and nothing else.
fn status_answer(method: &Method) -> Answer {
    if *method == Method::GET || *method == Method::HEAD {
        Answer::StatusPage
    } else {
        Answer::Refusal(Refusal::StatusMethod)
    }
}
