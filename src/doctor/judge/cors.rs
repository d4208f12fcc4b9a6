//! Whether pages of the site may read the answers (WHATWG Fetch, CORS protocol).

use bytes::Bytes;
use http::Response;
use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN};

use crate::doctor::case::Case;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;
use crate::doctor::request::ONE_ORIGIN;
use crate::doctor::speaker::Speaker;

/// What a page reads, and whether the agent asks for it with cookies.
const READ: &[(Probe, bool)] = &[
    (Probe::AgentV4, false),
    (Probe::IdentificationV4, true),
    (Probe::IdentificationV3, true),
    (Probe::BrowserCache, false),
];

/// R6.4: CORS as Fingerprint answers it.
pub(in crate::doctor) fn answers(case: &Case) -> Judged {
    if !case.integration.is_cross_origin() {
        return Err(Judgement::skipped(ONE_ORIGIN));
    }
    let mut is_answered = false;
    for (probe, with_cookies) in READ {
        let Ok(response) = case.response(*probe) else { continue };
        if !matches!(Speaker::of(response), Speaker::Upstream(_)) {
            continue;
        }
        if !may_read(case, response, *with_cookies) {
            return Err(Judgement::fail(
                "a page of the site may not read an answer, because the fields of CORS do not allow \
                 its origin",
                "pass origin on to Fingerprint, and the fields of CORS back as they are",
            ));
        }
        is_answered = true;
    }
    if is_answered {
        return Ok(Judgement::ok("pages of the site may read the answers"));
    }
    Err(Judgement::skipped("Fingerprint did not answer"))
}

fn may_read(case: &Case, response: &Response<Bytes>, with_cookies: bool) -> bool {
    let headers = response.headers();
    let mut origins = headers.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter();
    let (Some(allowed), None) = (origins.next(), origins.next()) else { return false };
    let allows_cookies =
        headers.get(ACCESS_CONTROL_ALLOW_CREDENTIALS).is_some_and(|value| value == "true");
    if with_cookies {
        return *allowed == *case.integration.site_origin() && allows_cookies;
    }
    *allowed == "*" || *allowed == *case.integration.site_origin()
}

/// R2.7: a preflight goes to Fingerprint like any other request. The agent's own requests need none.
pub(in crate::doctor) fn preflight(case: &Case) -> Judged {
    let response = case.answer(Probe::Preflight)?;
    if response.status().is_success() && may_read(case, response, true) {
        return Ok(Judgement::ok("the preflight is answered"));
    }
    Err(Judgement::warn(
        "a preflight is not answered so that a page of the site could go on",
        "pass OPTIONS on to Fingerprint, and the fields of CORS back as they are",
    ))
}
