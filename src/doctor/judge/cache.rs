//! What caches on the way do, as far as the fields of answers tell.

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};

use crate::doctor::case::Case;
use crate::doctor::json::Json;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;
use crate::doctor::request;
use crate::doctor::speaker::Speaker;

/// Fields by which caches say whether they had the answer (RFC 9211, and older ones).
const CACHE_STATUS: &[&str] = &[
    "cache-status",
    "cf-cache-status",
    "x-cache",
    "x-cache-status",
    "x-proxy-cache",
    "x-vercel-cache",
];

/// Whether an answer came out of a cache.
pub(in crate::doctor) fn is_hit(headers: &HeaderMap) -> bool {
    let mut statuses = CACHE_STATUS.iter().flat_map(|name| headers.get_all(*name));
    let has_hit = statuses.any(|value| {
        let value = value.as_bytes().to_ascii_lowercase();
        value.split(|byte| !byte.is_ascii_alphanumeric()).any(|word| word == b"hit")
    });
    has_hit || seconds_of(headers, AGE.as_str(), "").is_some_and(|age| age > 0)
}

/// Whether `cache-control` asks shared caches to keep an answer.
pub(in crate::doctor) fn is_invited(headers: &HeaderMap) -> bool {
    let ages = ["s-maxage=", "max-age="].map(|age| max_age(headers, age));
    let is_restricted = ["no-store", "no-cache", "private"].iter().any(|restriction| {
        members(headers, CACHE_CONTROL.as_str()).any(|member| member.starts_with(restriction))
    });
    !is_restricted && ages.iter().flatten().any(|age| *age > 0)
}

/// The first age of that directive in `cache-control`.
pub(in crate::doctor) fn max_age(headers: &HeaderMap, directive: &str) -> Option<u64> {
    seconds_of(headers, CACHE_CONTROL.as_str(), directive)
}

fn seconds_of(headers: &HeaderMap, field: &str, directive: &str) -> Option<u64> {
    members(headers, field)
        .find_map(|member| member.strip_prefix(directive)?.trim_matches('"').parse().ok())
}

/// The members of a list, in lower case.
fn members(headers: &HeaderMap, field: &str) -> impl Iterator<Item = String> {
    let values = headers.get_all(field).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|member| member.trim().to_ascii_lowercase())
}

/// R2.7: the same request twice gets two answers of Fingerprint's. Its request IDs are unique.
pub(in crate::doctor) fn identification(case: &Case) -> Judged {
    let first = case.response(request::repeated(&case.integration))?;
    let second = case.response(Probe::Repeat)?;
    let ids = [first, second].map(|response| {
        let id = Json::parse(response.body()).and_then(|json| json.member("requestId"));
        id.and_then(Json::as_text)
    });
    let are_upstream = [first, second]
        .into_iter()
        .all(|response| matches!(Speaker::of(response), Speaker::Upstream(_)));
    let is_repeated = matches!(&ids, [Some(first), Some(second)] if first == second);
    if are_upstream && is_repeated || is_hit(first.headers()) || is_hit(second.headers()) {
        return Err(Judgement::fail(
            "a cache answers identification requests",
            "switch caching off for POST below the integration path",
        ));
    }
    if are_upstream {
        return Ok(Judgement::ok("the same request twice has two answers"));
    }
    Err(Judgement::skipped("Fingerprint did not answer both requests"))
}
