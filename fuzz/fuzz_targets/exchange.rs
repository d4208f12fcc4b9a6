//! A whole exchange (R2 to R9, R11.1, R11.3).
//!
//! Oracle: a model of the whole contract says which request leaves, or with which status it is
//! answered, and which response comes back; `httparse` reads both as they are; and whatever the
//! model says: nothing forged, nothing of the hop, one `host`, a configured authority, and one count.

#![no_main]

use std::cell::RefCell;
use std::collections::HashSet;

use firstparty::http::{HeaderMap, Request, Response};
use firstparty::refusal::Cause;
use firstparty::report::{Generation, Tally};
use firstparty::route::RouteKind;
use firstparty::{Action, Exchange, Region, Report};
use firstparty_fuzz::input::Talk;
use firstparty_fuzz::judge;
use firstparty_fuzz::model::fields::{CONNECTION_SPECIFIC, is_identity, read};
use firstparty_fuzz::model::request::{Forward, Verdict, handle};
use firstparty_fuzz::model::response::{self, ORIGIN_WIDE};
use firstparty_fuzz::model::route::{Route, classify};
use firstparty_fuzz::model::set_cookie::is_met;
use firstparty_fuzz::plan::Plan;
use libfuzzer_sys::fuzz_target;

/// What stands for a body, which passes untouched.
const BODY: u8 = 42;

fuzz_target!(|input: Talk<'_>| {
    let Some((request, response)) = input.rest.exchange() else { return };
    let plan = input.setting.plan();
    let gateway = input.setting.gateway();
    assert_eq!(gateway.owns(request.uri()), classify(&plan, request.uri().path()).is_ok());
    let expected = handle(&plan, &request, input.peer());
    let verdict = gateway.handle(request.clone().map(|()| BODY), input.peer());
    match (verdict, expected) {
        (Action::Forward(upstream, exchange), Verdict::Forward(expected)) => {
            assert_forwarded(&plan, &request, &upstream, &expected);
            assert_reported(&plan, &exchange, &expected);
            let browser = exchange.complete(response.clone().map(|()| BODY));
            assert_completed(&plan, &expected, &response, &browser);
            assert_counted(exchange.report().ended(response.status()), "forwarded");
        }
        (Action::Respond(answer, report), Verdict::StatusPage) => {
            assert_eq!((answer.status().as_u16(), report.status), (200, Some(200)));
            assert_counted(report, "answered");
            judge::assert_response_parses(&answer);
        }
        (Action::Respond(answer, report), Verdict::Refused((status, rule))) => {
            assert_eq!(report.cause.map(Cause::rule), Some(rule));
            assert_eq!(answer.status().as_u16(), status);
            assert_eq!(report.status, Some(answer.status().as_u16()));
            assert!(!report.secret_sent && report.region.is_none());
            assert_counted(report, "answered");
            judge::assert_response_parses(&answer);
        }
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
});

fn assert_forwarded(plan: &Plan, before: &Request<()>, after: &Request<u8>, expected: &Forward) {
    assert_eq!(after.uri().scheme_str(), Some("https"));
    assert_eq!(after.uri().authority().unwrap().as_str(), expected.target.authority);
    assert_eq!(after.uri().path(), expected.target.path);
    assert_eq!(after.uri().query(), expected.target.query.as_deref());
    assert_eq!(read(after.headers()), expected.fields);
    assert_eq!((after.method(), *after.body()), (before.method(), BODY));
    assert_eq!(after.version(), Request::new(()).version());
    judge::assert_request_parses(after);
    assert_clean(plan, after, expected.authorised);
}

/// What holds whatever a model says.
fn assert_clean(plan: &Plan, after: &Request<u8>, authorised: bool) {
    let authority = after.uri().authority().unwrap().as_str();
    let api = ["", "eu.", "ap."].map(|region| format!("{region}{}", plan.api()));
    assert!(api.iter().any(|host| host == authority) || plan.cdn() == authority);
    let values = |name: &str| after.headers().get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(values("host"), [authority]);
    assert_none(after.headers(), CONNECTION_SPECIFIC);
    for name in after.headers().keys().filter(|name| is_identity(name.as_str())) {
        let ours = ["fpjs-proxy-secret", "fpjs-proxy-client-ip", "fpjs-proxy-forwarded-host"];
        assert!(authorised && ours.contains(&name.as_str()) && values(name.as_str()).len() == 1);
    }
    for secret in values("fpjs-proxy-secret") {
        assert!(secret.is_sensitive());
        assert_eq!(Some(secret.as_bytes()), plan.secret.map(str::as_bytes));
    }
}

fn assert_none(headers: &HeaderMap, names: &[&str]) {
    for name in names {
        assert!(!headers.contains_key(*name), "{name}");
    }
}

fn assert_reported(plan: &Plan, exchange: &Exchange, expected: &Forward) {
    let report = exchange.report();
    let (route, generation) = match expected.route {
        Route::Agent => (RouteKind::Agent, Generation::V3),
        Route::Result(_) => (RouteKind::Result, Generation::V3),
        Route::Api(_) => (RouteKind::Api, Generation::V4),
        Route::Status => unreachable!("the status page is not forwarded"),
    };
    assert_eq!((report.route, report.generation), (Some(route), Some(generation)));
    assert_eq!(report.authorised, expected.authorised);
    assert_eq!(report.region.map(Region::as_str), expected.target.region);
    assert_eq!(report.secret_sent, expected.authorised && plan.secret.is_some());
}

/// An exchange counts once, and if it was forwarded, its end does, too. What counts depends on the
/// report alone, and there are few: each is checked when it is new.
fn assert_counted(report: Report, family: &'static str) {
    thread_local!(static SEEN: RefCell<HashSet<(Report, &'static str)>> = RefCell::default());
    if SEEN.with_borrow_mut(|seen| seen.insert((report, family))) {
        assert_counts_once(report, family);
    }
}

fn assert_counts_once(report: Report, family: &str) {
    let mut tally = Tally::default();
    tally.add(report);
    let counts = serde_json::to_value(tally).expect("a tally is plain data");
    for (name, expected) in [
        (family, 1),
        ("upstream_responses", u64::from(family == "forwarded")),
        ("failed", 0),
        ("secret_suspected", u64::from(report.secret_suspect)),
    ] {
        assert_eq!(sum(&counts[name]), expected, "{name} of {report:?}");
    }
    assert_eq!(sum(&counts["forwarded"]) + sum(&counts["answered"]), 1, "{report:?}");
}

fn sum(counts: &serde_json::Value) -> u64 {
    match counts.as_object() {
        Some(counts) => counts.values().map(sum).sum(),
        None => counts.as_u64().expect("a count"),
    }
}

fn assert_completed(plan: &Plan, request: &Forward, before: &Response<()>, after: &Response<u8>) {
    let (expected, cookies) = response::complete(plan, request, before);
    let mut found = read(after.headers());
    let set = found.remove("set-cookie").unwrap_or_default();
    assert_eq!(found, expected);
    assert_eq!(set.len(), cookies.len());
    for ((before, outcome), after) in cookies.iter().zip(&set) {
        assert!(is_met(outcome, before, after), "{before:?} became {after:?}, not {outcome:?}");
    }
    assert_eq!((after.status(), *after.body()), (before.status(), BODY));
    assert_eq!(after.version(), Response::new(()).version());
    assert_none(after.headers(), CONNECTION_SPECIFIC);
    assert_none(after.headers(), ORIGIN_WIDE);
    assert!(!after.headers().keys().any(|name| response::is_identity(name.as_str())));
    judge::assert_response_parses(after);
}
