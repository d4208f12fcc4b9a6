//! A request that is the gateway's, from its head to its log line.

use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use fastly::{Body, Request, Response};
use firstparty::refusal::{Cause, Refusal};
use firstparty::{Action, Exchange, Failure, Gateway, Report, RequestId, http};

use crate::content::{Content, framing};
use crate::upstream::{self, End};
use crate::{log, request};

pub(crate) fn exchange(gateway: &Gateway, browser: Request, uri: http::Uri) {
    // `http` has no place for it.
    let address = browser.get_client_ip_addr();
    match gateway.handle(request::request(browser, uri), address) {
        Action::Respond(response, report) => answer(response, report),
        Action::Forward(request, exchange) => match upstream::send(request) {
            Ok(response) => complete(&exchange, response),
            Err(End::Upstream(failure)) => fail(&exchange, failure),
            Err(End::Browser) => {
                let cause = Refusal::Malformed.cause();
                answer(exchange.refuse(cause), exchange.report().answered(cause));
            }
        },
    }
}

/// R16.2: what breaks off after the head is not finished, so that Fastly cuts it.
fn complete(exchange: &Exchange, response: Response) {
    let (parts, body) = http::Response::from(response).into_parts();
    let Ok(content) = Content::begin(body) else { return fail(exchange, Failure::Protocol) };
    log_report(exchange.report().ended(parts.status));
    let response = exchange.complete(http::Response::from_parts(parts, Body::new()));
    let mode = framing(response.headers());
    let response = Response::from(response).with_framing_headers_mode(mode);
    let Some(content) = content else { return response.send_to_client() };
    let mut to = response.stream_to_client();
    if content.pass(&mut to).is_ok() {
        drop(to.finish());
    }
}

fn fail(exchange: &Exchange, failure: Failure) {
    answer(exchange.fail(failure, request_id()), exchange.report().ended(failure));
}

/// Answers what cannot be handed to the gateway.
pub(crate) fn refuse(browser: &Request, cause: &'static Cause) {
    answer(request::reply(browser).refuse(cause), Report::default().answered(cause));
}

/// An answer of the gateway's.
fn answer(response: http::Response<impl AsRef<[u8]>>, report: Report) {
    log_report(report);
    Response::from(response.map(|body| Body::from(body.as_ref()))).send_to_client();
}

/// R16.6: the report, and no field.
fn log_report(report: Report) {
    log(&format!("exchange {}", serde_json::to_string(&report).unwrap_or_default()));
}

/// It must be unique, not unpredictable.
fn request_id() -> RequestId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    RequestId::new(millis, RandomState::new().hash_one(now))
}
