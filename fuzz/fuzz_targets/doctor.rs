//! The doctor: arbitrary answers, in any order, to whatever it asks (R11.4).
//!
//! Oracle: it comes to an end in time, and nothing that is told afterwards changes anything; each check
//! has one verdict, in order, with short texts, and a remedy where something is to be mended; no text
//! repeats what was answered; every request is for the integration, empty, and of a known method; few are
//! identification requests, and none if they are left out; where the first request is not answered
//! there is no second; equal answers give equal steps and verdicts.
//!
//! The first byte chooses what is known of the integration. Then come answers, parted by lines of
//! `===`: `addresses` and some; `failure` and its kind; or a status, fields line by line, an empty line
//! and a body, in which `{uri}` stands for the URI of the request. `cut` before a status says that the
//! body goes on. The answers come round again.

#![no_main]

use std::net::IpAddr;

use arbitrary::Arbitrary;
use bytes::Bytes;
use firstparty::Region;
use firstparty::doctor::{
    Answer, Check, Doctor, Integration, Outcome, ProbeFailure, Step, TlsFailure, Verdict,
};
use firstparty::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use firstparty_fuzz::input::Rest;
use libfuzzer_sys::fuzz_target;

/// A word that only answers have.
const SECRET: &str = "s3cret-t0ken";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    known: u8,
    entropy: u8,
    text: Rest<'a>,
}

impl Input<'_> {
    /// One input of eight is examined again, and looked at by `Debug`: by its length, which nearly every
    /// mutation changes.
    fn is_thorough(&self) -> bool {
        self.text.0.len() % 8 == 0
    }
}

fuzz_target!(|input: Input<'_>| {
    let Some(text) = input.text.text() else { return };
    let answers: Vec<_> = text.split("\n===\n").collect();
    let (requests, verdicts) = examine(&input, &answers);
    // Once more takes as long again, and what another examination changes, it changes in many inputs.
    if input.is_thorough() {
        assert_eq!(examine(&input, &answers), (requests.clone(), verdicts.clone()));
    }
    assert_verdicts(&verdicts);

    let identifications = requests.iter().filter(|line| line.starts_with("POST ")).count();
    assert!(identifications <= if input.known & 8 == 0 { 3 } else { 0 }, "{requests:?}");
    let is_unanswered = verdicts.iter().any(|verdict| {
        [Check::Reachable, Check::Tls].contains(&verdict.check())
            && verdict.outcome() == Outcome::Fail
    });
    let is_plain = input.known & 16 != 0;
    assert!(!is_unanswered || is_plain || requests.len() == 1, "{requests:?}");
});

fn integration(known: u8) -> Integration {
    let scheme = if known & 16 == 0 { "https" } else { "http" };
    let host = if known & 32 == 0 { "metrics.example.com" } else { "[2001:db8::1]" };
    let mut integration = Integration::new(&format!("{scheme}://{host}/ore54guier")).unwrap();
    if known & 1 == 0 {
        integration = integration.origin("https://www.example.com").unwrap();
    }
    if known & 2 == 0 {
        integration =
            integration.agent_path("a".parse().unwrap()).result_path("r".parse().unwrap());
    }
    if known & 4 == 0 {
        integration = integration.api_key("key/%\u{e9}");
    }
    if known & 8 != 0 {
        integration = integration.without_identification();
    }
    if known & 64 == 0 { integration } else { integration.region(Region::Ap) }
}

/// The requests, as lines, and the verdicts.
fn examine(input: &Input<'_>, answers: &[&str]) -> (Vec<String>, Vec<Verdict>) {
    let integration = integration(input.known);
    let base = format!("{}/", integration.url());
    let mut doctor = Doctor::new(integration, [input.entropy; 16]);
    let mut requests = Vec::new();
    for answer in answers.iter().cycle().take(Doctor::MAX_STEPS) {
        match doctor.step() {
            Step::Resolve(host) => assert!(host.ends_with(".example.com"), "{host}"),
            Step::Send(request) => requests.push(checked(&request, &base)),
            Step::Done => break,
            other => panic!("{other:?}"),
        }
        let uri = requests.last().map_or("", String::as_str);
        doctor.answer(read(answer, uri).unwrap_or(Answer::Failure(ProbeFailure::Protocol)));
    }
    assert!(matches!(doctor.step(), Step::Done));
    let verdicts = doctor.verdicts().to_vec();
    doctor.answer(Answer::Failure(ProbeFailure::Timeout));
    assert!(matches!(doctor.step(), Step::Done) && doctor.verdicts() == verdicts);
    let summary = doctor.summary();
    assert_eq!(summary.ok + summary.warn + summary.fail + summary.skipped, verdicts.len());
    assert!(!input.is_thorough() || !format!("{doctor:?}").contains(SECRET));
    (requests, verdicts)
}

fn checked(request: &Request<Bytes>, base: &str) -> String {
    let line = format!("{} {}", request.method(), request.uri());
    let known = [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];
    assert!(known.contains(request.method()) && request.body().is_empty(), "{line}");
    assert!(request.uri().to_string().starts_with(base), "{line}");
    assert!(!request.headers().contains_key("host") && !request.headers().contains_key("cookie"));
    line
}

fn assert_verdicts(verdicts: &[Verdict]) {
    let checks: Vec<_> = verdicts.iter().map(Verdict::check).collect();
    assert_eq!(checks, Check::ALL);
    for verdict in verdicts {
        let texts = [verdict.cause(), verdict.remedy().unwrap_or_default()];
        assert!(
            texts.iter().all(|text| text.len() <= 300 && !text.contains(SECRET)),
            "{verdict:?}"
        );
        assert!(texts.iter().all(|text| text.is_ascii()), "{verdict:?}");
        assert_eq!(verdict.remedy().is_some(), verdict.outcome() >= Outcome::Warn, "{verdict:?}");
    }
}

fn read(text: &str, uri: &str) -> Option<Answer> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(addresses) = first.strip_prefix("addresses") {
        let addresses = addresses.split_whitespace().filter_map(|one| one.parse::<IpAddr>().ok());
        return Some(Answer::Addresses(addresses.collect()));
    }
    if let Some(kind) = first.strip_prefix("failure ") {
        return Some(Answer::Failure(failure(kind)));
    }
    let (is_cut, status) =
        first.strip_prefix("cut ").map_or((false, first), |status| (true, status));
    let (head, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let mut response = Response::new(Bytes::from(body.replace("{uri}", uri)));
    *response.status_mut() = StatusCode::from_bytes(status.as_bytes()).ok()?;
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        response.headers_mut().append(name, HeaderValue::from_str(value).ok()?);
    }
    Some(if is_cut { Answer::Truncated(response) } else { Answer::Response(response) })
}

fn failure(kind: &str) -> ProbeFailure {
    match kind {
        "resolve" => ProbeFailure::Resolve,
        "connect" => ProbeFailure::Connect,
        "timeout" => ProbeFailure::Timeout,
        "head" => ProbeFailure::HeadTooLarge,
        "expired" => ProbeFailure::Tls(TlsFailure::Expired),
        "tls" => ProbeFailure::Tls(TlsFailure::Other),
        _ => ProbeFailure::Protocol,
    }
}
