//! Fields that must not come back.

use http::{HeaderName, Response};

use crate::doctor::case::Case;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;
use crate::field::IDENTITY_FIELDS;
use crate::field::dropped::{CACHE_TAGS, FROM_RESPONSES};

const NO_ANSWER: &str = "there was no answer";

/// R6.3: what the integration sends to identify itself stays between it and Fingerprint.
pub(in crate::doctor) fn identity(case: &Case) -> Judged {
    let mut names = case.responses().flat_map(|(_, response)| response.headers().keys());
    if names.any(|name| IDENTITY_FIELDS.contains(name)) {
        return Err(Judgement::fail(
            "an answer has a field whose name begins with fpjs-proxy-: it may show the proxy secret to \
             every visitor",
            "remove such fields from answers, and replace the proxy secret",
        ));
    }
    if case.responses().next().is_none() {
        return Err(Judgement::skipped(NO_ANSWER));
    }
    Ok(Judgement::ok("no field shows how the integration identifies itself"))
}

/// R6.2: what acts on the whole site is the site's own.
pub(in crate::doctor) fn origin_wide(case: &Case) -> Judged {
    let Some(name) = foreign(case, origin_wide_name)? else {
        return Ok(Judgement::ok("no field of Fingerprint's acts on the whole site"));
    };
    Err(Judgement::fail(
        format!("an answer of Fingerprint's has a field that acts on the whole site: {name}"),
        "remove the field from answers below the integration path",
    ))
}

/// The name of a field that acts on the whole origin, or what such names begin with.
fn origin_wide_name(name: &HeaderName) -> Option<&'static str> {
    let rows = FROM_RESPONSES.iter().filter(|row| row.rule == "R6.2");
    let mut names = rows.clone().flat_map(|row| row.fields.names());
    let mut prefixes = rows.flat_map(|row| row.fields.prefixes());
    names
        .find(|own| *own == name.as_str())
        .or_else(|| prefixes.find(|prefix| name.as_str().starts_with(prefix)))
}

fn cache_tag(name: &HeaderName) -> Option<&'static str> {
    CACHE_TAGS.iter().copied().find(|tag| *tag == name.as_str())
}

/// R6.3: the tags of the site's caches are the site's own.
pub(in crate::doctor) fn cache_tags(case: &Case) -> Judged {
    let Some(name) = foreign(case, cache_tag)? else {
        return Ok(Judgement::ok("no cache tag of Fingerprint's comes back"));
    };
    Err(Judgement::warn(
        format!(
            "an answer of Fingerprint's has a field that caches of the site take for a tag: {name}"
        ),
        "remove the field from answers below the integration path",
    ))
}

/// The name of a field that came with an answer of Fingerprint's, but not with the status page, which
/// the integration makes itself. What both have comes from the site's own servers.
fn foreign(
    case: &Case,
    known: impl Fn(&HeaderName) -> Option<&'static str>,
) -> Result<Option<&'static str>, Judgement> {
    let page = case.page().and_then(|_| case.response(Probe::StatusPage)).ok();
    let own = page.map(Response::headers);
    let mut answers = case.responses().filter(|(probe, _)| *probe > Probe::StatusJson).peekable();
    if answers.peek().is_none() {
        return Err(Judgement::skipped(NO_ANSWER));
    }
    let fields = answers.flat_map(|(_, response)| response.headers());
    let mut foreign = fields.filter(|(name, value)| {
        own.is_none_or(|own| own.get_all(*name).iter().all(|own| own != *value))
    });
    Ok(foreign.find_map(|(name, _)| known(name)))
}
