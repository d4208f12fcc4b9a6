//! Who gave an answer: Fingerprint, the integration itself, or something in front of it.

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::json::Json;
use crate::failure::Failure;
use crate::refusal::Refusal;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// Fingerprint, as far as one can tell.
    Upstream(Complaint),
    /// The integration: it had no answer of Fingerprint's, for this reason if it tells one.
    Failed(Option<Failure>),
    /// The integration: it refused the request, as this crate does.
    Refused(Refusal),
    /// The integration, or a server in front of it: an error in words of its own.
    Other,
    /// A page for people.
    Page,
}

/// What Fingerprint complains about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Complaint {
    None,
    /// The proxy secret is missing, wrong, or of another environment.
    Secret,
    /// The request came to a region that is not the application's.
    Region,
    Other,
}

/// Codes of errors, in the spelling that v3 and v4 have in common: lower case, no underscores.
const COMPLAINTS: &[(&str, Complaint)] = &[
    ("invalidproxyintegrationsecret", Complaint::Secret),
    ("invalidproxyintegrationheaders", Complaint::Secret),
    ("proxyintegrationsecretenvironmentmismatch", Complaint::Secret),
    ("wrongregion", Complaint::Region),
];

/// The code of R9.1 in the same spelling.
const FAILED: &str = "integrationfailed";

impl Speaker {
    pub(super) fn of(response: &Response<Bytes>) -> Self {
        if is_html(response) {
            return Self::Page;
        }
        let Some(json) = Json::parse(response.body()) else {
            let status = response.status();
            let is_error = status.is_client_error() || status.is_server_error();
            return if is_error { Self::Other } else { Self::Upstream(Complaint::None) };
        };
        match json.member("error") {
            None => Self::Upstream(Complaint::None),
            Some(error) => error.as_text().map_or_else(|| coded(error), |error| worded(&error)),
        }
    }
}

/// An error of the API, or of an integration that answers in its stead (R9.1).
fn coded(error: Json<'_>) -> Speaker {
    let Some(code) = error.member("code").and_then(Json::as_text) else {
        return Speaker::Upstream(Complaint::Other);
    };
    let code = code.replace('_', "").to_ascii_lowercase();
    if code == FAILED {
        let message = error.member("message").and_then(Json::as_text).unwrap_or_default();
        return Speaker::Failed(failure(&message));
    }
    let mut complaints = COMPLAINTS.iter().filter(|(known, _)| *known == code);
    Speaker::Upstream(complaints.next().map_or(Complaint::Other, |(_, complaint)| *complaint))
}

/// An error of an integration's own (R9.2, R9.3).
fn worded(error: &str) -> Speaker {
    let mut refusals = Refusal::ALL.iter().filter(|refusal| refusal.cause().sentence() == error);
    match (failure(error), refusals.next()) {
        (Some(failure), _) => Speaker::Failed(Some(failure)),
        (None, Some(refusal)) => Speaker::Refused(*refusal),
        (None, None) => Speaker::Other,
    }
}

fn failure(sentence: &str) -> Option<Failure> {
    let mut failures = Failure::ALL.iter().filter(|failure| failure.to_string() == sentence);
    failures.next().copied()
}

fn is_html(response: &Response<Bytes>) -> bool {
    let is_encoded = response.headers().contains_key(CONTENT_ENCODING);
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let says_html =
        media_type.is_some_and(|text| text.to_ascii_lowercase().starts_with("text/html"));
    let begins = response.body().trim_ascii_start().starts_with(b"<");
    begins && !is_encoded || says_html && !response.body().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11.4: a page is told by its media type, or by how it begins if nothing hides that.
    #[test]
    fn pages_are_told_from_scripts() {
        for (media_type, coding, body, expected) in [
            ("text/html; charset=utf-8", "", "Shop", true),
            ("Text/HTML", "gzip", "...", true),
            ("text/html", "", "", false),
            ("", "", "\n <!doctype html>", true),
            ("text/javascript", "", "<", true),
            ("text/javascript", "br", "<", false),
            ("text/javascript", "", "export", false),
        ] {
            let mut response = Response::new(Bytes::from_static(body.as_bytes()));
            for (name, value) in [(CONTENT_TYPE, media_type), (CONTENT_ENCODING, coding)] {
                if !value.is_empty() {
                    response.headers_mut().insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(is_html(&response), expected, "{media_type} {coding} {body}");
        }
    }
}
