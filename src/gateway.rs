//! The gateway: the steps of the walk in their order, and no rule of its own.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, Uri};

use crate::config::Config;
use crate::exchange::Exchange;
use crate::platform::Platform;
use crate::refusal::{Refusal, is_forwarded};
use crate::reply::Reply;
use crate::report::Report;
use crate::request::{Sent, Upstream};
use crate::response::Downstream;
use crate::route::{Route, Routes};
use crate::status_page::StatusPage;

/// The integration on a site: turns a browser's request into one for upstream, or into an answer.
///
/// Immutable, cheap to clone (one reference count), `Send` and `Sync`. Everything that depends
/// only on the configuration is computed in [`Gateway::new`].
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

/// What a gateway is made of, one part a step.
#[derive(Debug)]
struct Inner {
    routes: Routes,
    upstream: Upstream,
    /// Shared with the exchanges, which may outlive the gateway.
    downstream: Arc<Downstream>,
    status: StatusPage,
    config: Config,
    platform: Platform,
}

/// What to do with a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle both")]
pub enum Action<B> {
    /// Send this answer to the browser.
    Respond(Response<Bytes>, Report),
    /// Send this request upstream, once, and end the exchange with what comes back.
    Forward(Request<B>, Exchange),
}

impl Gateway {
    /// Sets the gateway up.
    ///
    /// # Panics
    ///
    /// Never: the hosts of a valid configuration fit a URI, which is all that could fail.
    #[must_use]
    pub fn new(config: Config, platform: Platform) -> Self {
        #[expect(clippy::expect_used, reason = "a valid configuration has valid hosts")]
        let upstream = Upstream::new(&config, platform).expect("host names fit a URI");
        Self(Arc::new(Inner {
            routes: Routes::new(&config),
            upstream,
            downstream: Downstream::new(&config, platform).into(),
            status: StatusPage::new(&config, platform),
            config,
            platform,
        }))
    }

    /// The configuration that the gateway was set up with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The platform that the gateway was set up for.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.0.platform
    }

    /// Whether a URI belongs to the integration (R2.8), so that an adapter mounted beside an
    /// application can pass all other requests on.
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
    #[must_use]
    pub fn owns(&self, uri: &Uri) -> bool {
        self.0.routes.classify(uri.path()).is_ok()
    }

    /// Decides what happens to a request. Total: whatever comes, the answer is a request for
    /// upstream or a well-formed response. The body is handed through untouched.
    ///
    /// `client_ip` is what the adapter knows of its peer; where the platform's edge names the
    /// browser's address in a field, that field decides (R12).
    #[must_use]
    pub fn handle<B>(&self, request: Request<B>, client_ip: Option<IpAddr>) -> Action<B> {
        let (mut parts, body) = request.into_parts();
        let uri = std::mem::take(&mut parts.uri);
        let mut report = Report::default();
        match self.0.forward(&mut parts, &uri, client_ip, &mut report) {
            Ok(sent) => {
                let exchange =
                    Exchange::new(Arc::clone(&self.0.downstream), sent, report, &parts.method);
                Action::Forward(Request::from_parts(parts, body), exchange)
            }
            Err(answer) => {
                let response = self.0.answer(answer, &parts, &uri);
                let report = report.ended(response.status());
                Action::Respond(response, report)
            }
        }
    }

    /// The rule by which a request is answered here, if it is.
    pub(crate) fn why_answered(
        &self,
        request: Request<()>,
        client_ip: Option<IpAddr>,
    ) -> Option<&'static str> {
        let (mut parts, ()) = request.into_parts();
        let uri = std::mem::take(&mut parts.uri);
        let sent = self.0.forward(&mut parts, &uri, client_ip, &mut Report::default());
        sent.err().map(Answer::rule)
    }
}

/// What is answered here.
#[derive(Clone, Copy)]
enum Answer {
    Refusal(Refusal),
    StatusPage,
}

impl Answer {
    fn rule(self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.cause().rule(),
            Self::StatusPage => "R10.1",
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl Inner {
    /// The walk: route, then method, then the request for upstream.
    fn forward(
        &self,
        parts: &mut Parts,
        uri: &Uri,
        client_ip: Option<IpAddr>,
        report: &mut Report,
    ) -> Result<Sent, Answer> {
        let route = self.routes.classify(uri.path());
        if let Ok(route) = route {
            *report = Report::of_route(route);
        }
        if route == Ok(Route::Status) {
            self.upstream.check_host(&parts.headers, uri)?;
            return Err(status_answer(&parts.method));
        }
        if !is_forwarded(&parts.method) {
            return Err(Refusal::MethodNotForwarded.into());
        }
        let route = route?;
        report.authorised =
            parts.method == Method::POST && self.upstream.targets.may_authorise(route);
        let sent = self.upstream.prepare(parts, uri, route, report.authorised, client_ip)?;
        report.region = sent.region;
        report.secret_sent = sent.secret;
        Ok(sent)
    }

    fn answer(&self, answer: Answer, parts: &Parts, uri: &Uri) -> Response<Bytes> {
        match answer {
            Answer::Refusal(refusal) => {
                Reply::to(&parts.method, &parts.headers).refuse(refusal.cause())
            }
            Answer::StatusPage => {
                self.status.respond(&parts.method, uri.query().unwrap_or_default())
            }
        }
    }
}

/// R10.1: the status page is read, nothing else.
fn status_answer(method: &Method) -> Answer {
    if *method == Method::GET || *method == Method::HEAD {
        Answer::StatusPage
    } else {
        Answer::Refusal(Refusal::StatusMethod)
    }
}
