//! Explain (R11.2).
//!
//! Oracle: explaining decides as handling does; there is exactly one note for every difference
//! between what came and what left, none for anything else, and its rule is one that, by the model,
//! really asks for it.

#![no_main]

use std::collections::BTreeSet;

use firstparty::explain::{self, Change, Note};
use firstparty::http::{Request, Response, Uri};
use firstparty::route::RouteKind;
use firstparty::{Action, Exchange};
use firstparty_fuzz::input::Talk;
use firstparty_fuzz::model::fields::{self, CONNECTION_SPECIFIC, Fields, named_by_connection};
use firstparty_fuzz::model::response::{
    CACHE_TAGS, TARGETED, acts_outside, is_identity, loses_length,
};
use firstparty_fuzz::model::set_cookie::has_host_prefix;
use firstparty_fuzz::model::{cookie, platform, query, target};
use firstparty_fuzz::plan::{Domain, Plan};
use libfuzzer_sys::fuzz_target;

/// A note that has to be there: one of these rules, a subject, what was done.
type Expected<'e> = (Vec<&'static str>, &'e str, Change);

fuzz_target!(|input: Talk<'_>| {
    let Some((request, response)) = input.rest.exchange() else { return };
    let plan = input.setting.plan();
    let gateway = input.setting.gateway();
    let (explained, notes) = explain::handle(&gateway, request.clone(), input.peer());
    match (explained, gateway.handle(request.clone(), input.peer())) {
        (Action::Forward(upstream, exchange), Action::Forward(same, other)) => {
            assert_eq!((upstream.uri(), upstream.headers()), (same.uri(), same.headers()));
            assert_eq!(exchange.report(), other.report());
            assert_request_explained(&plan, &request, &upstream, &exchange, &notes);
            assert_response_explained(&plan, &response, exchange, other);
        }
        (Action::Respond(answer, report), Action::Respond(same, other)) => {
            assert_eq!((answer.headers(), answer.body()), (same.headers(), same.body()));
            assert_eq!(report, other);
            let rules = rules_of_status(answer.status().as_u16());
            assert_notes(&notes, vec![(rules, "request", Change::Answered)]);
        }
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
});

/// R9.3, and which rules ask for each status.
fn rules_of_status(status: u16) -> Vec<&'static str> {
    match status {
        200 => vec!["R10.1"],
        400 => vec!["R2.0", "R2.5", "R4.4", "R5.1", "R5.2", "R5.7"],
        403 => vec!["R4.7"],
        404 => vec!["R2.1", "R2.2", "R2.6"],
        405 => vec!["R2.7", "R10.1"],
        414 => vec!["R4.6"],
        501 => vec!["R5.2"],
        other => panic!("an answer that the contract does not know: {other}"),
    }
}

/// Exactly the expected notes, in any order.
fn assert_notes(notes: &[Note], mut expected: Vec<Expected<'_>>) {
    for note in notes {
        let fits = |(rules, subject, action): &Expected<'_>| {
            rules.contains(&note.rule) && note.subject == *subject && note.action == *action
        };
        let found = expected.iter().position(fits);
        expected.swap_remove(found.unwrap_or_else(|| panic!("{note}, expected {expected:?}")));
    }
    assert!(expected.is_empty(), "not explained: {expected:?}");
}

fn assert_request_explained(
    plan: &Plan,
    request: &Request<()>,
    upstream: &Request<()>,
    exchange: &Exchange,
    notes: &[Note],
) {
    let report = exchange.report();
    let (before, after) = (fields::read(request.headers()), fields::read(upstream.headers()));
    let mut expected = target_notes(plan, request.uri(), upstream.uri(), report.region.is_some());
    if report.authorised || report.region.is_none() {
        expected.push((vec!["R3.5"], "ii", Change::Added));
    }
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (old, new) = (before.get(name), after.get(name));
        if fields::is_identity(name) {
            expected.extend(old.map(|_| (vec!["R5.3"], name.as_str(), Change::Dropped)));
            expected.extend(new.map(|_| (vec!["R5.6"], name.as_str(), Change::Added)));
        } else if old.is_none() {
            expected.push((vec!["R4.1"], name, Change::Added));
        } else if new.is_none() {
            let rules = why_request_field_goes(plan, &before, name, report.authorised);
            expected.push((rules, name, Change::Dropped));
        } else if old != new {
            let rule = match name.as_str() {
                "host" => "R4.1",
                "content-length" => "R5.2",
                "cookie" => "R5.5",
                other => panic!("{other} was changed"),
            };
            expected.push((vec![rule], name, Change::Replaced));
        }
    }
    assert_notes(notes, expected);
}

/// Path and region. Downloads from the CDN have no region, and their query is not corrected.
fn target_notes(plan: &Plan, before: &Uri, after: &Uri, regional: bool) -> Vec<Expected<'static>> {
    let mut expected = Vec::new();
    if before.path() != after.path() {
        expected.push((vec!["R4.2", "R4.3", "R4.5"], "path", Change::Replaced));
    }
    let query = before.query().unwrap_or_default();
    let (_, changed) = query::corrected(query, target::region(plan, query));
    let changed = if regional { changed } else { 0 };
    let rule = if plan.upstream.region.is_some() { "R3.6" } else { "R3.4" };
    expected.extend(vec![(vec![rule], "region", Change::Replaced); changed]);
    expected
}

fn why_request_field_goes(
    plan: &Plan,
    before: &Fields,
    name: &str,
    authorised: bool,
) -> Vec<&'static str> {
    let mut rules = Vec::new();
    let named = named_by_connection(before).iter().any(|one| one == name);
    if named || name == "expect" || CONNECTION_SPECIFIC.contains(&name) {
        rules.push("R5.1");
    }
    if name == "content-length" && before.contains_key("transfer-encoding") {
        rules.push("R5.2");
    }
    if name == "strict-transport-security" || platform::denies_request(plan.platform, name) {
        rules.push("R5.4");
    }
    let pairs = || cookie::kept(plan.cookies, before["cookie"].iter().map(Vec::as_slice));
    if name == "cookie" && (!authorised || pairs().is_none()) {
        rules.push("R5.5");
    }
    if plan.drops(name) {
        rules.push("R5.8");
    }
    rules
}

fn assert_response_explained(
    plan: &Plan,
    response: &Response<()>,
    exchange: Exchange,
    other: Exchange,
) {
    let (after, notes) = explain::complete(&exchange, response.clone());
    let same = other.complete(response.clone());
    assert_eq!((after.status(), after.headers()), (same.status(), same.headers()));
    let (before, after) = (fields::read(response.headers()), fields::read(after.headers()));
    let status = response.status().as_u16();
    let may_be_capped =
        matches!(status, 200 | 304) && exchange.report().route != Some(RouteKind::Result);
    let mut expected = Vec::new();
    for (name, old) in &before {
        match (name.as_str(), after.get(name)) {
            (_, None) => expected.push((
                why_response_field_goes(plan, &before, name, (status, may_be_capped)),
                &**name,
                Change::Dropped,
            )),
            ("set-cookie", Some(new)) => {
                let changed = old.iter().zip(new).filter(|(old, new)| old != new);
                expected.extend(changed.map(|(cookie, _)| {
                    (vec![rule_of_cookie(plan, cookie)], "set-cookie", Change::Replaced)
                }));
            }
            ("content-length", Some(new)) if old != new => {
                expected.push((vec!["R6.5"], name, Change::Replaced));
            }
            ("cache-control", Some(new)) if old != new => {
                expected.push((vec!["R7.1", "R7.2", "R7.3"], name, Change::Replaced));
            }
            (_, Some(new)) => assert_eq!(old, new, "{name}"),
        }
    }
    assert_notes(&notes, expected);
}

fn rule_of_cookie(plan: &Plan, cookie: &[u8]) -> &'static str {
    match plan.domain {
        _ if has_host_prefix(cookie) => "R8.7",
        Domain::Preserve => "R8.1",
        Domain::FirstParty => "R8.2",
        #[cfg(feature = "psl")]
        Domain::Registrable => "R8.3",
        Domain::Map(_) => "R8.4",
    }
}

fn why_response_field_goes(
    plan: &Plan,
    before: &Fields,
    name: &str,
    (status, may_be_capped): (u16, bool),
) -> Vec<&'static str> {
    let mut rules = Vec::new();
    let named = named_by_connection(before).iter().take(100).any(|one| one == name);
    if named || CONNECTION_SPECIFIC.contains(&name) {
        rules.push("R6.1");
    }
    if acts_outside(name) {
        rules.push("R6.2");
    }
    let owned = platform::denies_response(plan.platform, name) || name == "age" && may_be_capped;
    if CACHE_TAGS.contains(&name) || is_identity(name) || owned {
        rules.push("R6.3");
    }
    if plan.cap.is_some() && may_be_capped && TARGETED.contains(&name) {
        rules.push("R7.5");
    }
    if name == "content-length" && loses_length(status, before) {
        rules.push("R6.5");
    }
    rules
}
