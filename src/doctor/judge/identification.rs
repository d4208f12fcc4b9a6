//! Whether what the agent sends comes to Fingerprint.
//!
//! The body is empty, so Fingerprint refuses the request. That it does proves the way.

use http::StatusCode;

use crate::doctor::case::Case;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;
use crate::doctor::speaker::Speaker;
use crate::failure::Failure;
use crate::refusal::Refusal;

pub(super) const NOT_ROUTED: &str =
    "route all paths and methods below the integration path to the integration";

/// R2.7: the identification request of v4.
pub(in crate::doctor) fn v4(case: &Case) -> Judged {
    identification(case, Probe::IdentificationV4)
}

/// R2.7: the identification request of v3.
pub(in crate::doctor) fn v3(case: &Case) -> Judged {
    identification(case, Probe::IdentificationV3)
}

fn identification(case: &Case, probe: Probe) -> Judged {
    let response = case.answer(probe)?;
    match (Speaker::of(response), response.status()) {
        (Speaker::Upstream(_), status) if !status.is_server_error() => Ok(Judgement::ok(
            "Fingerprint answers; its dashboard counts this probe as an erroneous identification",
        )),
        (Speaker::Refused(Refusal::NotFound) | Speaker::Other, StatusCode::NOT_FOUND)
            if probe == Probe::IdentificationV4 && case.integration.result_path.is_some() =>
        {
            Err(Judgement::warn("v4 is not served", "switch v4 on, with a mount at a path"))
        }
        (speaker, status) => Err(why_not(speaker, status)),
    }
}

/// R2.2: the browser-cache request, which is a GET on the result path.
pub(in crate::doctor) fn browser_cache(case: &Case) -> Judged {
    let response = case.answer(Probe::BrowserCache)?;
    match (Speaker::of(response), response.status()) {
        (Speaker::Upstream(_), status) if !status.is_server_error() => {
            Ok(Judgement::ok("Fingerprint answers"))
        }
        // What is made up here is nothing that Fingerprint knows.
        (Speaker::Other, StatusCode::NOT_FOUND) => Err(unclear(StatusCode::NOT_FOUND)),
        (speaker, status) => Err(why_not(speaker, status)),
    }
}

/// Why an answer is not Fingerprint's.
fn why_not(speaker: Speaker, status: StatusCode) -> Judgement {
    match (speaker, status) {
        (Speaker::Failed(failure), _) => why_failed(failure),
        (Speaker::Refused(refusal), _) => why_refused(refusal),
        (Speaker::Page, _) => Judgement::fail("a page answers in place of Fingerprint", NOT_ROUTED),
        (_, StatusCode::NOT_FOUND) => Judgement::fail("nothing answers under the path", NOT_ROUTED),
        (_, StatusCode::METHOD_NOT_ALLOWED) => Judgement::fail(
            "a server in front of the integration does not allow the method",
            "allow every method below the integration path",
        ),
        (_, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS) => Judgement::fail(
            "a server in front of the integration limits the requests",
            "raise its limits below the integration path",
        ),
        (_, status) if status.is_server_error() => Judgement::fail(
            format!(
                "the answer is an error of a server on the way, with status {}",
                status.as_u16()
            ),
            "look at the log of the integration and of the servers in front of it",
        ),
        (_, status) => unclear(status),
    }
}

/// An error without the form that Fingerprint's errors have.
fn unclear(status: StatusCode) -> Judgement {
    Judgement::warn(
        format!("it cannot be told whose the answer with status {} is", status.as_u16()),
        "look in the log of the integration whether it has seen the request",
    )
}

/// R9.1, R9.2: the integration has no answer of Fingerprint's.
pub(super) fn why_failed(failure: Option<Failure>) -> Judgement {
    let Some(failure) = failure else {
        return Judgement::fail(
            "the integration is reached, but has no answer of Fingerprint's",
            "look at the log of the integration",
        )
        .by("R9.1");
    };
    let remedy = match failure {
        Failure::Connect => {
            "let the integration resolve Fingerprint's hosts and connect to port 443"
        }
        Failure::Timeout => {
            "look whether the network of the integration drops packets to Fingerprint"
        }
        Failure::Protocol => "look whether a proxy stands between the integration and Fingerprint",
        Failure::BodyTooLarge => "raise the limit of bodies of the integration",
    };
    Judgement::fail(format!("the integration is reached, but {failure}"), remedy).by("R9.1")
}

/// R9.3: the integration does not pass the request on.
pub(super) fn why_refused(refusal: Refusal) -> Judgement {
    let cause = refusal.cause();
    let remedy = match refusal {
        Refusal::NotFound => {
            "look whether the integration path, its depth and the routes are right"
        }
        Refusal::ApiKeyNotListed => "add the public API key to the list of keys",
        Refusal::HostNotListed => "add the host to the list of hosts",
        Refusal::HostOfUpstream | Refusal::Host => {
            "let the server in front forward the browser's host"
        }
        Refusal::ApiKeyMissing => "let the server in front forward the query",
        _ => "look at what the server in front changes, and at the rule",
    };
    // The sentence for upstream's host has advice of its own.
    let sentence = cause.sentence().split(':').next().unwrap_or_default();
    Judgement::fail(format!("the integration refuses the request: {sentence}"), remedy)
        .by(cause.rule())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R9.3: what can be done about a refusal is told beside its own sentence.
    #[test]
    fn advice_fits_the_refusal() {
        for (refusal, advice) in [
            (Refusal::NotFound, "its depth and the routes"),
            (Refusal::ApiKeyNotListed, "the list of keys"),
            (Refusal::HostNotListed, "the list of hosts"),
            (Refusal::HostOfUpstream, "the browser's host"),
            (Refusal::Host, "the browser's host"),
            (Refusal::ApiKeyMissing, "forward the query"),
            (Refusal::TooManyFields, "at the rule"),
        ] {
            let judgement = why_refused(refusal);
            let remedy = judgement.remedy.unwrap_or_default();
            assert!(remedy.contains(advice), "{refusal:?}: {remedy}");
            assert_eq!(judgement.rule, Some(refusal.cause().rule()));
        }
    }
}
