//! What Fingerprint's side tells of the requests that came to it.

use bytes::Bytes;
use http::Response;

use crate::doctor::case::Case;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::page::State;
use crate::doctor::probe::Probe;
use crate::doctor::request::{DELICATE, region_of_query};
use crate::doctor::speaker::{Complaint, Speaker};
use crate::region::Region;
use crate::report::exchange::Report;
use crate::variable::Variable;

const NO_ANSWER: &str = "Fingerprint did not answer an identification request";
const NOT_TOLD: &str = "Fingerprint does not say what came to it";

/// What Fingerprint answered to identification requests.
fn complaints(case: &Case) -> impl Iterator<Item = (Complaint, &Response<Bytes>)> {
    Probe::IDENTIFICATIONS.iter().filter_map(|probe| {
        let response = case.response(*probe).ok()?;
        match Speaker::of(response) {
            Speaker::Upstream(complaint) => Some((complaint, response)),
            _ => None,
        }
    })
}

/// R11.1: Fingerprint's answer does not suggest that the secret is missing or wrong.
pub(in crate::doctor) fn secret(case: &Case) -> Judged {
    if complaints(case).next().is_none() {
        return Err(Judgement::skipped(NO_ANSWER));
    }
    if complaints(case).any(|(complaint, response)| is_suspect(complaint, response)) {
        return Err(Judgement::fail(
            "Fingerprint's answer suggests that the proxy secret is missing or wrong",
            "set the proxy secret that Fingerprint's dashboard shows for this application, and look \
             whether it is still active",
        ));
    }
    Ok(Judgement::ok("Fingerprint's answer does not suggest a wrong proxy secret"))
}

/// As a report has it, or as Fingerprint says it.
fn is_suspect(complaint: Complaint, response: &Response<Bytes>) -> bool {
    let report = Report { authorised: true, ..Report::default() };
    complaint == Complaint::Secret || report.ended(response.status()).secret_suspect
}

/// R3.3: the request came to the region that it names.
pub(in crate::doctor) fn region(case: &Case) -> Judged {
    if complaints(case).any(|(complaint, _)| complaint == Complaint::Region) {
        return Err(Judgement::fail(
            "Fingerprint says that this is not the region of the application",
            "name the application's region in the site's endpoints, and pass the query on",
        ));
    }
    let (_, shown) = shown(case).ok_or(Judgement::skipped(NOT_TOLD))?;
    let region = region_of_query(&case.integration);
    let host = Region::ALL.iter().find(|region| shows_host(shown, **region));
    match host {
        None => Err(Judgement::skipped(NOT_TOLD)),
        Some(host) if *host == region => Ok(Judgement::ok("the request goes to its region")),
        Some(_) if is_fixed(case) => Ok(Judgement::ok("the integration fixes the region")),
        Some(_) => Err(Judgement::fail(
            "the request goes to another region than it names",
            "pass the query on to the integration, and let the region choose the host",
        )),
    }
}

/// Whether a text has the API host of a region, and no longer name that ends in it.
fn shows_host(text: &str, region: Region) -> bool {
    let host = format!("{}api.fpjs.io", region.host_prefix());
    text.match_indices(&host).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        !before.ends_with(|c: char| c == '.' || c == '-' || c.is_ascii_alphanumeric())
    })
}

/// R3.6: the configuration chooses the region.
fn is_fixed(case: &Case) -> bool {
    case.page().is_ok_and(|page| page.state(Variable::Region) == Some(State::Set))
}

/// R3.1: every byte of the query arrives.
pub(in crate::doctor) fn query(case: &Case) -> Judged {
    let (nonce, shown) = shown(case).ok_or(Judgement::skipped(NOT_TOLD))?;
    if shown.contains(&format!("{nonce}{DELICATE}")) {
        return Ok(Judgement::ok("the query arrives byte for byte"));
    }
    Err(Judgement::fail(
        "the query arrives changed, so that Fingerprint cannot read what the agent wrote",
        "let no server on the way decode the query and write it anew",
    ))
}

/// What Fingerprint's side shows of a request, if its answer repeats the query: stand-ins do.
fn shown(case: &Case) -> Option<(&str, &str)> {
    let [nonce, _] = &case.nonces;
    let body = case.response(Probe::Query).ok()?.body();
    let shown = std::str::from_utf8(body).ok()?;
    shown.contains(&format!("q={nonce}")).then_some((nonce, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R3.3: a host is found as a whole name only.
    #[test]
    fn hosts_are_whole_names() {
        for (text, region, expected) in [
            ("https://api.fpjs.io/x", Region::Us, true),
            ("api.fpjs.io", Region::Us, true),
            ("https://eu.api.fpjs.io/x", Region::Us, false),
            ("https://eu.api.fpjs.io/x", Region::Eu, true),
            ("my-api.fpjs.io", Region::Us, false),
            ("myapi.fpjs.io", Region::Us, false),
            ("my-api.fpjs.io, api.fpjs.io", Region::Us, true),
        ] {
            assert_eq!(shows_host(text, region), expected, "{text}");
        }
    }
}
