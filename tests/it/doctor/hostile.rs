//! Servers that answer anything, and programs that tell anything (R11.4).

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use firstparty::doctor::{Answer, Doctor, Outcome, ProbeFailure, Step, TlsFailure, Verdict};
use firstparty::http::{HeaderMap, Response};
use proptest::prelude::*;
use proptest::sample::select;

use super::site::integration;
use super::{ENTROPY, examine, found, resolved, verdict, with_one};
use crate::support::{fields, response};

fn doctor() -> Doctor {
    Doctor::new(integration(), ENTROPY)
}

fn page(status: u16, pairs: &[(&str, &str)], body: &str) -> Answer {
    Answer::Response(response(status, pairs).map(|()| Bytes::copy_from_slice(body.as_bytes())))
}

/// R11.4: a server that does not answer is asked once, and the cause is told once.
#[test]
fn a_silent_server_is_asked_once() {
    use ProbeFailure::{Connect, HeadTooLarge, Protocol, Resolve, Timeout};
    for failure in [Resolve, Connect, Timeout, HeadTooLarge, Protocol] {
        let (doctor, count) = with_one(&Answer::Failure(failure));
        assert_eq!(count, 1);
        assert_eq!(found(&doctor), BTreeMap::from([("reachable", Outcome::Fail)]), "{failure:?}");
        assert_eq!(verdict(&doctor, "reachable").1, failure.to_string());
    }
}

/// R11.4: each failure of TLS is told in words of its own, once.
#[test]
fn failures_of_tls_are_told_apart() {
    use TlsFailure::{Expired, NotYetValid, Other, UnknownIssuer, WrongName};
    let mut remedies = Vec::new();
    for failure in [Expired, NotYetValid, UnknownIssuer, WrongName, Other] {
        let (doctor, count) = with_one(&Answer::Failure(ProbeFailure::Tls(failure)));
        assert_eq!((count, found(&doctor)), (1, BTreeMap::from([("tls", Outcome::Fail)])));
        assert!(verdict(&doctor, "tls").1.contains(&failure.to_string()));
        let verdicts = doctor.verdicts().iter();
        remedies.extend(verdicts.filter_map(Verdict::remedy));
    }
    remedies.sort_unstable();
    remedies.dedup();
    assert_eq!(remedies.len(), 5);
}

/// R11.4: without an address nothing is sent.
#[test]
fn a_host_without_address_is_not_asked() {
    for answer in [Answer::Addresses(Vec::new()), Answer::Failure(ProbeFailure::Resolve)] {
        let mut sent = 0;
        let doctor = examine(doctor(), |step| {
            sent += usize::from(matches!(step, Step::Send(_)));
            answer.clone()
        });
        assert_eq!((sent, found(&doctor)), (0, BTreeMap::from([("resolves", Outcome::Fail)])));
    }
}

/// R11.4, R16.1: redirects in circles are not followed, and are found once.
#[test]
fn redirects_are_found_once() {
    for (status, location, place) in [
        (301, "https://www.shop.example.com/ore54guier/status", "another host"),
        (302, "http://metrics.shop.example.com/ore54guier/status", "another scheme"),
        (303, "/login?next=x", "another path"),
        (307, "/ore54guier/status", "another path"),
        (308, "", "another path"),
        (308, "https://[", "another path"),
    ] {
        let (doctor, _) = with_one(&page(status, &[("location", location)], "<p>Moved"));
        assert_eq!(found(&doctor), BTreeMap::from([("redirects", Outcome::Fail)]), "{location}");
        let cause = format!("the status page is redirected to {place}");
        assert_eq!(verdict(&doctor, "redirects").1, cause);
    }
}

/// R11.4: a web server that has a page for every request.
#[test]
fn a_page_for_everything_is_no_integration() {
    let expected = [
        "agent-v3",
        "agent-v4",
        "browser-cache",
        "identification-v3",
        "identification-v4",
        "preflight",
        "status-page",
    ];
    for pairs in [&[("content-type", "text/html; charset=utf-8")][..], &[]] {
        let (doctor, _) = with_one(&page(200, pairs, "\n<!doctype html><title>Shop</title>"));
        let found = found(&doctor);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), expected);
        assert_eq!(found["preflight"], Outcome::Warn);
    }
}

/// R11.4: of a body that is cut, or longer than it is to be, no more than the limit is read.
#[test]
fn bodies_are_read_up_to_the_limit() {
    let mut body = "{\"error\":{\"code\":\"WrongRegion\"}}".to_owned();
    let (doctor, _) = with_one(&page(403, &[], &body));
    assert_eq!(verdict(&doctor, "region").0, Outcome::Fail);
    body.insert_str(1, &" ".repeat(Doctor::BODY_LIMIT));
    for cut in [body.len(), Doctor::BODY_LIMIT] {
        let answer = page(403, &[], &body[..cut]);
        let Answer::Response(response) = answer.clone() else { panic!() };
        for answer in [answer, Answer::Truncated(response)] {
            let (doctor, _) = with_one(&answer);
            assert_ne!(verdict(&doctor, "region").0, Outcome::Fail);
        }
    }
}

/// R11.4: an answer that does not fit the step counts as none, and one after the end as nothing.
#[test]
fn answers_of_the_wrong_kind_count_as_none() {
    let mut doctor = doctor();
    doctor.answer(page(200, &[], "x"));
    assert_eq!(found(&doctor), BTreeMap::from([("resolves", Outcome::Fail)]));
    let mut doctor = examine(doctor, |_| Answer::Addresses(vec![[192, 0, 2, 1].into()]));
    let verdicts = doctor.verdicts().to_vec();
    doctor.answer(page(200, &[], "x"));
    assert_eq!(doctor.verdicts(), verdicts);
}

fn any_fields() -> impl Strategy<Value = HeaderMap> {
    let names = [
        "content-type",
        "cache-control",
        "age",
        "vary",
        "location",
        "set-cookie",
        "x-cache",
        "content-encoding",
        "access-control-allow-origin",
        "fpjs-proxy-secret",
        "x-accel-expires",
        "strict-transport-security",
        "cache-tag",
        "cdn-cache-control",
    ];
    let values = select(vec![
        "text/html",
        "text/javascript",
        "application/json",
        "public, max-age=9999999999999999999999",
        "max-age=\"",
        "-1",
        "*",
        "accept-encoding",
        "//[",
        "a=1; Domain=fpjs.io",
        "; ;=;",
        "hit",
        "",
        "https://www.shop.example.com",
        "s3cret-0f-the-customer",
        "\u{e9}",
    ]);
    prop::collection::vec((select(names.to_vec()), values), 0..6).prop_map(|pairs| fields(&pairs))
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<Vec<u8>>(),
        "[<>{}\\[\\]\":, a-z]{0,40}".prop_map(String::into_bytes),
        "<p>integration status (fpjs_region|PROXY_SECRET|fpjs_) ?(is not|set|by|not set|is not valid)?"
            .prop_map(String::into_bytes),
        "\\{\"error\":(\"not found\"|\"s3cret-0f-the-customer\"|\\{\"code\":\"(wrong_region|IntegrationFailed|s3cret-0f-the-customer)\"\\})\\}"
            .prop_map(String::into_bytes),
        "\\{\"envInfo\":\\[(\\{\"envVarName\":\"fpjs_region\",\"isSet\":(true|3)\\}|1)\\]\\}"
            .prop_map(String::into_bytes),
    ]
}

fn any_response() -> impl Strategy<Value = Response<Bytes>> {
    let statuses = [100, 200, 204, 206, 302, 304, 308, 400, 403, 404, 405, 429, 500, 599, 999];
    let parts = (select(statuses.to_vec()), any_fields(), any_body());
    parts.prop_map(|(status, headers, body)| {
        let mut response = response(status, &[]).map(|()| body.into());
        *response.headers_mut() = headers;
        response
    })
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        1 => prop::collection::vec(any::<IpAddr>(), 0..3).prop_map(Answer::Addresses),
        4 => any_response().prop_map(Answer::Response),
        1 => any_response().prop_map(Answer::Truncated),
        1 => select(vec![ProbeFailure::Timeout, ProbeFailure::Tls(TlsFailure::Other)])
            .prop_map(Answer::Failure),
    ]
}

proptest! {
    /// R11.4: whatever is answered leads to an end, with each check once and no secret shown.
    #[test]
    fn everything_comes_to_an_end(
        answers in prop::collection::vec(any_answer(), 1..16),
        fits in any::<bool>(),
    ) {
        let mut answers = answers.iter().cycle();
        let doctor = examine(doctor(), |step| {
            let own = fits.then(|| resolved(&step)).flatten();
            own.unwrap_or_else(|| answers.next().unwrap().clone())
        });
        let summary = doctor.summary();
        let sum = summary.ok + summary.warn + summary.fail + summary.skipped;
        prop_assert_eq!(sum, doctor.verdicts().len());
    }
}
