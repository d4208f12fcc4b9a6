//! Recorded answers of other builds (R11.4): none is taken for what it is not.

use bytes::Bytes;
use firstparty::doctor::{Answer, Doctor, Outcome, Step};
use firstparty::http::{HeaderName, HeaderValue, Response};
use serde_json::Value;

use super::site::Site;
use super::{ENTROPY, examine, found, verdict, with_one};

const RECORDED: [&str; 2] =
    [include_str!("../../data/cloudfront.jsonl"), include_str!("../../data/cloudflare.jsonl")];

/// Every answer that a peer gave to a browser, with the ID of its line.
fn answers() -> Vec<(String, Response<Bytes>)> {
    let lines = RECORDED.iter().flat_map(|lines| lines.lines());
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|line| Some((line["id"].as_str()?.to_owned(), answer(&line)?))).collect()
}

fn answer(line: &Value) -> Option<Response<Bytes>> {
    let out = &line["peer_out"];
    // The recording of a response that passed through has no body of its own.
    let (head, body) = match &out["respond"] {
        Value::Null => (&out["response"], &line["upstream"]["body"]),
        respond => (respond, &respond["body"]),
    };
    let status = u16::try_from(head["status"].as_u64()?).ok()?;
    let body = body.as_str().unwrap_or_default();
    let mut response =
        Response::builder().status(status).body(Bytes::from(body.to_owned())).ok()?;
    for field in head["headers"].as_array()? {
        let name = HeaderName::from_bytes(field[0].as_str()?.as_bytes()).ok()?;
        response.headers_mut().append(name, HeaderValue::from_str(field[1].as_str()?).ok()?);
    }
    Some(response)
}

fn recorded(id: &str) -> Response<Bytes> {
    let named = format!("{{\"id\":\"{id}\",");
    let mut lines = RECORDED.iter().flat_map(|lines| lines.lines());
    let line = lines.find(|line| line.replace(' ', "").starts_with(&named)).unwrap();
    answer(&serde_json::from_str(line).unwrap()).unwrap()
}

/// R11.4: each recorded answer, to every request.
#[test]
fn every_recorded_answer_leads_to_an_end() {
    let answers = answers();
    assert!(answers.len() > 800, "{}", answers.len());
    for (id, response) in answers {
        let (doctor, _) = with_one(&Answer::Response(response));
        // One answer for everything is never sound.
        assert!(doctor.summary().fail > 0, "{id}");
    }
}

/// R11.4, R10.2: the status pages of other builds tell which variables are missing.
#[test]
fn pages_of_other_builds_are_read() {
    use Outcome::{Fail, Warn};
    for (id, expected) in [
        ("cw-0015", None),
        ("cw-0547", Some(("status-secret", Fail))),
        ("cw-0548", Some(("status-routes", Fail))),
        ("cw-0549", Some(("status-routes", Fail))),
        ("cw-0551", Some(("status-variables", Warn))),
        ("cf-0019", None),
        ("cf-0569", Some(("status-secret", Fail))),
        ("cf-0570", None),
    ] {
        let page = recorded(id);
        let mut site = Site::sound();
        let doctor = Doctor::new(site.integration.clone(), ENTROPY);
        let doctor = examine(doctor, |step| match &step {
            Step::Send(request) if request.uri().path().ends_with("/status") => {
                let mut page = page.clone();
                if request.method() == "HEAD" {
                    *page.body_mut() = Bytes::new();
                }
                Answer::Response(page)
            }
            _ => site.answer(step),
        });
        assert_eq!(found(&doctor), expected.into_iter().collect(), "{id}");
    }
}

/// R11.4, R9.1: an error of an integration's own is not Fingerprint's.
#[test]
fn errors_of_other_builds_are_told_apart() {
    for (id, cause, rule) in [
        ("cw-0545", "the integration is reached, but has no answer of Fingerprint's", "R9.1"),
        ("cw-0086", "nothing answers under the path", "R2.7"),
        ("cw-0065", "a server in front of the integration does not allow the method", "R2.7"),
        ("cf-0009", "nothing answers under the path", "R2.7"),
    ] {
        let (doctor, _) = with_one(&Answer::Response(recorded(id)));
        let expected = (Outcome::Fail, cause.to_owned(), Some(rule));
        assert_eq!(verdict(&doctor, "identification-v3"), expected, "{id}");
    }
}
