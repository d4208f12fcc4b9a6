//! The doctor (contract R11.4) against integrations in memory: sound ones, ones with a planted fault,
//! recorded ones of other builds, and servers that answer anything.

mod faults;
mod hostile;
mod recorded;
mod site;

use std::collections::BTreeMap;

use firstparty::Region;
use firstparty::doctor::{Answer, Check, Doctor, Outcome, Step, Verdict};
use firstparty::http::{Method, Request};

use self::site::{SECRET, Site, integration};

const ENTROPY: [u8; 16] = *b"sixteen bytes!!!";

/// Examines to the end, and asserts what holds of every examination.
fn examine(mut doctor: Doctor, mut answer: impl FnMut(Step) -> Answer) -> Doctor {
    for _ in 0..Doctor::MAX_STEPS {
        let step = doctor.step();
        if matches!(step, Step::Done) {
            break;
        }
        doctor.answer(answer(step));
    }
    assert!(matches!(doctor.step(), Step::Done));
    let checks: Vec<_> = doctor.verdicts().iter().map(Verdict::check).collect();
    assert_eq!(checks, Check::ALL);
    for verdict in doctor.verdicts() {
        let texts = [verdict.cause(), verdict.remedy().unwrap_or_default()];
        assert!(texts.iter().all(|text| text.len() <= 300 && !text.ends_with('.')), "{verdict:?}");
        assert!(texts.iter().all(|text| !text.contains(SECRET)), "{verdict:?}");
        assert!(!verdict.cause().is_empty());
        let is_to_mend = verdict.outcome() >= Outcome::Warn;
        assert_eq!(verdict.remedy().is_some(), is_to_mend, "{verdict:?}");
    }
    let shown = format!("{doctor:?}");
    assert!(shown.starts_with("Doctor { verdicts: [Verdict {") && !shown.contains(SECRET));
    doctor
}

fn resolved(step: &Step) -> Option<Answer> {
    matches!(step, Step::Resolve(_)).then(|| Answer::Addresses(vec![[192, 0, 2, 1].into()]))
}

/// Examines a server that gives one answer to all, and counts the requests.
fn with_one(answer: &Answer) -> (Doctor, usize) {
    let mut count = 0;
    let doctor = examine(Doctor::new(integration(), ENTROPY), |step| {
        resolved(&step).unwrap_or_else(|| {
            count += 1;
            answer.clone()
        })
    });
    (doctor, count)
}

/// What is to be mended, by check.
fn found(doctor: &Doctor) -> BTreeMap<&'static str, Outcome> {
    let verdicts = doctor.verdicts().iter().filter(|verdict| verdict.outcome() >= Outcome::Warn);
    verdicts.map(|verdict| (verdict.check().name(), verdict.outcome())).collect()
}

#[track_caller]
fn verdict(doctor: &Doctor, name: &str) -> (Outcome, String, Option<&'static str>) {
    let mut verdicts = doctor.verdicts().iter();
    let verdict = verdicts.find(|verdict| verdict.check().name() == name).unwrap();
    (verdict.outcome(), verdict.cause().to_owned(), verdict.rule())
}

/// R11.4: nothing is found in a sound integration, and every check can be made.
#[test]
fn a_sound_integration_passes_every_check() {
    let mut site = Site::sound();
    let doctor = site.examined();
    let others: Vec<_> =
        doctor.verdicts().iter().filter(|verdict| verdict.outcome() != Outcome::Ok).collect();
    assert!(others.is_empty(), "{others:#?}");
    let summary = doctor.summary();
    assert_eq!((summary.ok, summary.skipped), (Check::ALL.len(), 0));
}

/// R11.4: what was not given is not asked, and what is not asked is skipped.
#[test]
fn little_can_be_given() {
    let mut site = Site::sound();
    site.integration = site::new_integration("https://www.shop.example.com/ore54guier");
    let doctor = site.examined();
    assert_eq!(found(&doctor), BTreeMap::new());
    for (check, cause) in [
        ("agent-v4", "no public API key was given"),
        ("agent-v3-type", "there is no script"),
        ("browser-cache", "no v3 result path was given"),
        ("identification-v3", "no v3 result path was given"),
        ("cors", "the site and the integration have one origin"),
    ] {
        let (outcome, found, _) = verdict(&doctor, check);
        assert_eq!((outcome, &*found), (Outcome::Skipped, cause), "{check}");
    }
    let (outcome, cause, _) = verdict(&doctor, "addresses");
    assert_eq!((outcome, &*cause), (Outcome::Ok, "the site and the integration have one host"));
}

/// R11.4: at most three identification requests, with an empty body, and none if they are left out.
#[test]
fn identifications_are_few() {
    for (integration, expected) in [
        (integration(), 3),
        (site::new_integration("https://www.shop.example.com/ore54guier"), 2),
        (integration().without_identification(), 0),
    ] {
        let mut site = Site::sound();
        site.integration = integration;
        let doctor = site.examined();
        assert_eq!(found(&doctor), BTreeMap::new());
        let posts = site.requests.iter().filter(|request| request.method() == Method::POST);
        let posts: Vec<_> = posts.collect();
        assert_eq!(posts.len(), expected);
        assert!(posts.iter().all(|request| request.body().is_empty()));
        if expected == 0 {
            for check in ["identification-v4", "identification-v3", "secret", "cookie-domain"] {
                assert_eq!(verdict(&doctor, check).0, Outcome::Skipped, "{check}");
            }
        }
    }
}

/// R11.4: requests are those that a page of the site makes, with an absolute URI and no host field.
#[test]
fn requests_are_those_of_a_page() {
    let mut site = Site::sound();
    site.examined();
    let lines: Vec<_> = site.requests.iter().map(line).collect();
    let nonces = site.requests.iter().filter_map(|request| request.uri().path().split('/').nth(3));
    let nonce = nonces.last().unwrap();
    assert_eq!(nonce.len(), 10);
    let expected = [
        "GET /status",
        "HEAD /status",
        "GET /status?format=json",
        "GET /web/v4/k%2Fey?ci=jsl/4.1.5",
        "GET /vbcnkxb654?apiKey=k%2Fey&version=3&loaderVersion=3.12.15",
        "GET /vbcnkxb654?apiKey=NOBODY&version=3&loaderVersion=3.12.15",
        "GET /5yt489hgfj/NONCE?region=us&q=NONCE",
        "GET /NONCE?region=eu&q=NONCE%7e~%2F+%20;%c3%a9=.!*",
        "POST /?region=us",
        "POST /5yt489hgfj?region=us",
        "POST /5yt489hgfj?region=us",
        "OPTIONS /5yt489hgfj?region=us",
    ];
    let nobody = lines[5].split(['=', '&']).nth(1).unwrap();
    assert_ne!(nobody, nonce);
    let base = "https://metrics.shop.example.com/ore54guier";
    let shown = lines
        .iter()
        .map(|line| line.replace(base, "").replace(nonce, "NONCE").replace(nobody, "NOBODY"));
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    // And the addresses of two hosts.
    assert_eq!(Doctor::MAX_STEPS, expected.len() + 2);
    for request in &site.requests {
        let headers = request.headers();
        assert_eq!(headers["origin"], "https://www.shop.example.com");
        assert_eq!(headers.contains_key("accept-encoding"), request.method() == Method::GET);
        let is_preflight = request.method() == Method::OPTIONS;
        assert_eq!(headers.contains_key("access-control-request-method"), is_preflight);
        assert!(!headers.contains_key("host"));
    }
}

/// R11.4: what a page loads from its own origin says no origin, and what it posts does; the region is the
/// one that was given.
#[test]
fn requests_fit_what_is_known() {
    let mut site = Site::sound();
    site.integration =
        site::integration_at("https://www.shop.example.com/ore54guier").region(Region::Ap);
    assert_eq!(found(&site.examined()), BTreeMap::new());
    for request in &site.requests {
        let is_post = request.method() == Method::POST;
        assert_eq!(request.headers().contains_key("origin"), is_post, "{}", line(request));
        let query = request.uri().query().unwrap_or_default();
        assert_eq!(query.contains("region=ap"), is_post || query.contains("&q="), "{query}");
    }
}

/// R11.4: a host that is an address needs no name to be examined.
#[test]
fn an_address_is_examined() {
    let mut site = Site::sound();
    site.gateway = site::gateway_with(serde_json::json!({"hosts": ["192.0.2.1"]}));
    site.integration = site::new_integration("https://192.0.2.1/ore54guier");
    let doctor = site.examined();
    assert_eq!(found(&doctor), BTreeMap::new());
    assert_eq!(verdict(&doctor, "identification-v4").0, Outcome::Ok);
}

/// R8.2: a cookie may be for a parent domain of the host.
#[test]
fn cookies_of_the_site_fit() {
    let mut site = Site::sound();
    site.spoilt = Some((
        |request| request.method() == Method::POST,
        "set-cookie",
        "_iidt=x; Path=/; Domain=shop.example.com; Secure; SameSite=None",
    ));
    assert_eq!(verdict(&site.examined(), "cookie-domain").0, Outcome::Ok);
}

fn line<B>(request: &Request<B>) -> String {
    format!("{} {}", request.method(), request.uri())
}

/// R11.4: equal entropy and answers give equal steps and verdicts, other entropy other words.
#[test]
fn examinations_can_be_repeated() {
    let lines = [ENTROPY, ENTROPY, [0; 16]].map(|entropy| {
        let mut site = Site::sound();
        let doctor = site.examined_with(entropy);
        (site.requests.iter().map(line).collect::<Vec<_>>(), doctor.verdicts().to_vec())
    });
    let [first, again, other] = &lines;
    assert_eq!(first, again);
    assert_eq!(first.1, other.1);
    assert_ne!(first.0, other.0);
}

/// R11.4: verdicts are lines of JSON.
#[test]
fn verdicts_serialise() {
    let mut site = Site::sound();
    let lines: Vec<_> = site
        .examined()
        .verdicts()
        .iter()
        .map(|verdict| serde_json::to_string(verdict).unwrap())
        .collect();
    assert_eq!(
        lines[1],
        r#"{"check":"path","rule":"R1.5","verdict":"ok","cause":"no path has a term that content blockers match"}"#
    );
    for check in Check::ALL {
        assert!(check.rule().is_none_or(|rule| {
            crate::rules::all().any(|known| known == rule || known.starts_with(&format!("{rule}.")))
        }));
    }
}
