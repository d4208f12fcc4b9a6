//! The decisions of a gateway with the rule behind each change (contract [R11.2]).
//!
//! Explaining compares a message before and after, and finds the rule for each difference. It is for
//! debugging and for comparing implementations. [`Gateway::handle`] and [`Exchange::complete`] know
//! nothing of it and pay nothing for it.
//!
//! [R11.2]: crate::contract#R11.2

mod note;
mod request;
mod response;

use std::net::IpAddr;

use http::{Request, Response};

pub use self::note::{Change, Note, Part};
use crate::exchange::Exchange;
use crate::gateway::{Action, Gateway};
use crate::refusal::Cause;

/// Does the same as [`Gateway::handle`], and says why.
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
///     [
///         "R4.2 (Path of v4 and of the result route): path replaced",
///         "R3.4 (Host and query agree): region replaced",
///         "R5.5 (Cookies): cookie dropped",
///         "R4.1 (Upstream's URI and host): host replaced",
///     ],
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
        Action::Respond(_, report) => report.cause.map(answered).into_iter().collect(),
    };
    (action, notes)
}

/// The note for a request that is answered here. An adapter that refuses a request itself, with a
/// [`Reply`](crate::reply::Reply), explains it with this function.
///
/// ```
/// use firstparty::{explain, refusal::Refusal};
///
/// assert_eq!(explain::answered(Refusal::Malformed.cause()).rule, "R13.3");
/// ```
#[must_use]
pub fn answered(cause: &Cause) -> Note {
    let (rule, subject) = (cause.rule(), "request".to_owned());
    Note { rule, subject, action: Change::Answered, part: Part::Request }
}

fn head_of<B>(request: &Request<B>) -> Request<()> {
    let mut head = Request::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    head
}

/// Does the same as [`Exchange::complete`], and says why.
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
/// let (response, notes) = explain::complete(&exchange, response);
/// assert_eq!(response.headers()["set-cookie"], "_iidt=1");
/// let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
/// assert_eq!(
///     notes,
///     [
///         "R8.2 (First party): set-cookie replaced",
///         "R6.2 (Fields that act on the whole origin): strict-transport-security dropped",
///     ],
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn complete<B>(exchange: &Exchange, response: Response<B>) -> (Response<B>, Vec<Note>) {
    let before = response.headers().clone();
    let response = exchange.complete(response);
    let notes = response::notes(exchange.response_steps(), &before, response.headers());
    (response, notes)
}
