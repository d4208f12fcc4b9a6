//! What caches on the way do, as far as the fields of answers tell.

use http::header::AGE;
use http::{HeaderMap, HeaderValue};

use crate::doctor::case::Case;
use crate::doctor::json::Json;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;
use crate::doctor::request;
use crate::doctor::speaker::Speaker;
use crate::octets::decimal::{self, Decimal};
use crate::response::cache_control::stated::Stated;

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
    has_hit || age(headers) > 0
}

/// The seconds that an answer has been in caches. Of a list the first member counts, and what is no
/// number counts as nothing (RFC 9111 §5.1).
pub(in crate::doctor) fn age(headers: &HeaderMap) -> u64 {
    let age = headers.get(AGE).map(HeaderValue::as_bytes).unwrap_or_default();
    let first = age.split(|byte| *byte == b',').next().unwrap_or_default();
    match decimal::read(first.trim_ascii()) {
        Decimal::Number(seconds) => seconds,
        Decimal::TooLarge => u64::MAX,
        Decimal::Malformed => 0,
    }
}

/// Whether `cache-control` asks shared caches to keep an answer (RFC 9111 §5.2.2.10).
pub(in crate::doctor) fn is_invited(headers: &HeaderMap) -> bool {
    let stated = Stated::of(headers);
    let age = stated.s_maxage.or(stated.max_age);
    !stated.is_restricted && age.is_some_and(|age| age > 0)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    /// RFC 9211, RFC 9111 §5.1: an answer comes out of a cache if one says so, or if it has an age.
    #[test]
    fn hits_are_told_by_words_and_by_age() {
        for (fields, expected) in [
            (&[][..], false),
            (&[("x-cache", "Hit from edge")], true),
            (&[("x-cache", "HIT, MISS")], true),
            (&[("x-cache", "MISS"), ("x-cache", "hit")], true),
            (&[("cache-status", "edge; hit; ttl=5")], true),
            (&[("cache-status", "edge; fwd=miss; detail=white")], false),
            (&[("age", "0")], false),
            (&[("age", "1")], true),
            (&[("age", " 7 , 0")], true),
            (&[("age", "0"), ("age", "7")], false),
            (&[("age", "99999999999999999999999")], true),
            (&[("age", "-1")], false),
        ] {
            assert_eq!(is_hit(&headers(fields)), expected, "{fields:?}");
        }
    }

    /// RFC 9111 §5.2.2.10: `s-maxage` stands before `max-age` for caches that are shared.
    #[test]
    fn shared_caches_are_invited_by_an_age() {
        for (fields, expected) in [
            (&[][..], false),
            (&[("cache-control", "public")], false),
            (&[("cache-control", "max-age=600")], true),
            (&[("cache-control", "max-age=0, s-maxage=60")], true),
            (&[("cache-control", "max-age=600, s-maxage=0")], false),
            (&[("cache-control", "max-age=600"), ("cache-control", "no-store")], false),
            (&[("cache-control", "max-age=600, x=\"no-store, y\"")], true),
        ] {
            assert_eq!(is_invited(&headers(fields)), expected, "{fields:?}");
        }
    }
}
