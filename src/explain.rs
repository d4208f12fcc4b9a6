//! The same decisions, with the rule behind every change (contract R11.2).
//!
//! Explaining compares what went in with what came out, and attributes each difference. It is for
//! debugging and for comparing implementations; [`Gateway::handle`] and [`Exchange::complete`] know
//! nothing of it and pay nothing for it.

mod request;
mod response;

use std::fmt;
use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use serde::Serialize;

use crate::exchange::Exchange;
use crate::field::CONNECTION_SPECIFIC;
use crate::gateway::{Action, Gateway};
use crate::refusal::Refusal;

/// One change, and the rule of the contract that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The rule, like `R5.3`.
    pub rule: &'static str,
    /// What was changed: a field's name, a parameter's, `path`, or `request` if it was answered.
    pub subject: String,
    /// How it was changed.
    pub action: Change,
}

/// How something was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Change {
    /// It did not pass.
    Dropped,
    /// Something else passed in its place.
    Replaced,
    /// It was not there before.
    Added,
    /// The request was answered here.
    Answered,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match self.action {
            Change::Dropped => "dropped",
            Change::Replaced => "replaced",
            Change::Added => "added",
            Change::Answered => "answered",
        };
        write!(f, "{}: {} {action}", self.rule, self.subject)
    }
}

/// Does what [`Gateway::handle`] does, and says why.
///
/// ```
/// use firstparty::http::Request;
/// use firstparty::{Config, Gateway, Platform, explain};
///
/// let gateway = Gateway::new(Config::default(), Platform::Generic);
/// let request = Request::get("/fp/web/v4/key?region=xx")
///     .header("host", "www.example.com")
///     .header("cookie", "session=1")
///     .body(())?;
/// let (_, notes) = explain::handle(&gateway, request, None);
/// let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
/// assert_eq!(
///     notes,
///     ["R4.2: path replaced", "R3.4: region replaced", "R5.5: cookie dropped", "R4.1: host replaced"],
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn handle<B>(
    gateway: &Gateway,
    request: Request<B>,
    client_ip: Option<IpAddr>,
) -> (Action<B>, Vec<Note>) {
    let before = head_of(&request);
    let action = gateway.handle(request, client_ip);
    let notes = match &action {
        Action::Forward(request, exchange) => {
            request::Differences::new(gateway, &before, request, exchange).notes()
        }
        Action::Respond(..) => {
            let rule = gateway.why_answered(before, client_ip);
            rule.map(|rule| note(rule, "request", Change::Answered)).into_iter().collect()
        }
    };
    (action, notes)
}

/// The note for a request that an adapter refuses itself, as
/// [`Refusal::response`](Refusal::response) answers it.
#[must_use]
pub fn answered(refusal: Refusal) -> Note {
    note(refusal.rule(), "request", Change::Answered)
}

fn head_of<B>(request: &Request<B>) -> Request<()> {
    let mut head = Request::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    head
}

/// Does what [`Exchange::complete`] does, and says why.
///
/// ```
/// use firstparty::http::{Request, Response};
/// use firstparty::{Action, Config, Gateway, Platform, explain};
///
/// let gateway = Gateway::new(Config::default(), Platform::Generic);
/// let request = Request::post("/fp/").header("host", "www.example.com").body(())?;
/// let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
///
/// let response = Response::builder()
///     .header("strict-transport-security", "max-age=1")
///     .header("set-cookie", "_iidt=1; Domain=fpjs.io")
///     .body(())?;
/// let (response, notes) = explain::complete(exchange, response);
/// assert_eq!(response.headers()["set-cookie"], "_iidt=1");
/// let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
/// assert_eq!(notes, ["R8.2: set-cookie replaced", "R6.2: strict-transport-security dropped"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn complete<B>(exchange: Exchange, response: Response<B>) -> (Response<B>, Vec<Note>) {
    let before = response.headers().clone();
    let rules = response::Rules::new(exchange.gateway());
    let response = exchange.complete(response);
    let notes = rules.explain(&before, response.headers());
    (response, notes)
}

/// The names of two maps, sorted, each once.
fn names<'h>(before: &'h HeaderMap, after: &'h HeaderMap) -> Vec<&'h HeaderName> {
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort_unstable_by_key(|name| name.as_str());
    names.dedup();
    names
}

fn values<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Vec<&'h HeaderValue> {
    headers.get_all(name).iter().collect()
}

fn is_connection_specific(name: &HeaderName) -> bool {
    CONNECTION_SPECIFIC.contains(&name.as_str())
}

fn note(rule: &'static str, subject: impl fmt::Display, action: Change) -> Note {
    Note { rule, subject: subject.to_string(), action }
}
