//! How long scripts are cached (contract [R7], RFC 9111 §5.2).
//!
//! [R7]: crate::contract#R7

mod age_limit;
mod directive;
mod rewrite;
pub(crate) mod stated;

use http::header::{CACHE_CONTROL, EXPIRES};
use http::{HeaderMap, HeaderValue, StatusCode};

use self::age_limit::AgeLimit;
use self::directive::Kind;
use self::rewrite::FieldRewrite;
use super::field::ResponseFacts;
use crate::config::CachePolicy;
use crate::field::dropped::TARGETED_CACHE_FIELDS;
use crate::field::known_field::KnownField;
use crate::route::Serves;

/// Caps the ages in `cache-control`, adds them where they are missing, and removes the fields by which
/// certain caches would overrule them.
///
/// ```
/// use firstparty::config::CachePolicy;
/// use firstparty::http::{HeaderMap, HeaderValue};
/// use firstparty::response::cache_control::AgeCap;
///
/// let cap = AgeCap::new(CachePolicy::default()).unwrap();
/// let mut headers = HeaderMap::new();
/// headers.insert("cache-control", HeaderValue::from_static("public, max-age=40400"));
/// headers.insert("cdn-cache-control", HeaderValue::from_static("max-age=604800"));
/// cap.apply(&mut headers);
/// assert_eq!(headers["cache-control"], "public, max-age=3600, s-maxage=60");
/// assert_eq!(headers.len(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeCap {
    max_age: AgeLimit,
    s_maxage: AgeLimit,
}

impl AgeCap {
    /// The cap of a policy, or `None` if it preserves ages.
    ///
    /// ```
    /// use firstparty::config::CachePolicy;
    /// use firstparty::response::cache_control::AgeCap;
    ///
    /// assert_eq!(AgeCap::new(CachePolicy::Preserve), None);
    /// ```
    #[must_use]
    pub fn new(policy: CachePolicy) -> Option<Self> {
        match policy {
            CachePolicy::Preserve => None,
            CachePolicy::Cap { max_age, s_maxage } => {
                Some(Self { max_age: AgeLimit::new(max_age), s_maxage: AgeLimit::new(s_maxage) })
            }
        }
    }

    /// Caps every `max-age` and `s-maxage`; an age that is not a number counts as 0 ([R7.3]). Adds
    /// the missing ones to the last field with a directive, unless a directive is `no-store`,
    /// `no-cache` or `private`, or `expires` stands in for `max-age` ([R7.1], [R7.2]). Fields
    /// without a directive stay as they are, and so do all other directives, byte for byte. Removes
    /// the cache fields that are meant for certain caches, also where there is no `cache-control`
    /// ([R7.5]).
    ///
    /// ```
    /// use firstparty::config::CachePolicy;
    /// use firstparty::http::{HeaderMap, HeaderValue};
    /// use firstparty::response::cache_control::AgeCap;
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("cache-control", HeaderValue::from_static("no-cache, max-age=7200"));
    /// AgeCap::new(CachePolicy::default()).unwrap().apply(&mut headers);
    /// assert_eq!(headers["cache-control"], "no-cache, max-age=3600");
    /// ```
    ///
    /// [R7.3]: crate::contract#R7.3
    /// [R7.1]: crate::contract#R7.1
    /// [R7.2]: crate::contract#R7.2
    /// [R7.5]: crate::contract#R7.5
    pub fn apply(self, headers: &mut HeaderMap) {
        let facts = ResponseFacts {
            several_cache_controls: headers.get_all(CACHE_CONTROL).iter().nth(1).is_some(),
            expires: headers.contains_key(EXPIRES),
            ..ResponseFacts::default()
        };
        self.apply_to(headers, facts);
        remove_all(headers, &TARGETED_CACHE_FIELDS);
    }

    /// The part of [`AgeCap::apply`] that edits `cache-control`, for a caller that has walked over the
    /// fields already.
    pub(super) fn apply_to(&self, headers: &mut HeaderMap, facts: ResponseFacts) {
        let expires = facts.expires;
        if facts.several_cache_controls {
            // `entry` would give all values, but it makes room for one more field first. That
            // allocates if the map has no spare room, and fails if the map is full.
            let fields = headers.iter_mut().filter(|(name, _)| *name == CACHE_CONTROL);
            self.cap(fields.map(|(_, field)| field), expires);
        } else {
            self.cap(headers.get_mut(CACHE_CONTROL), expires);
        }
    }

    fn cap<'h>(&'h self, fields: impl IntoIterator<Item = &'h mut HeaderValue>, expires: bool) {
        let mut summary = Summary { expires, ..Summary::default() };
        let mut rewrite = FieldRewrite::new();
        for field in fields {
            rewrite.read(field, |kind| self.limit(kind), |kind, age| summary.add(kind, age));
        }
        for (name, seconds) in self.additions(&summary).into_iter().flatten() {
            rewrite.add(name, seconds);
        }
        rewrite.finish();
    }

    /// R7.1, R7.2: the missing directives, each as name and seconds.
    fn additions(&self, summary: &Summary) -> [Option<(&'static str, u32)>; 2] {
        if summary.restricted || summary.max_age.is_none() && summary.expires {
            return [None, None];
        }
        let max_age = summary.max_age.unwrap_or(self.max_age.seconds);
        [
            summary.max_age.is_none().then_some(("max-age=", max_age)),
            (!summary.has_s_maxage).then(|| ("s-maxage=", self.s_maxage.seconds.min(max_age))),
        ]
    }

    /// The largest value of an age.
    fn limit(&self, kind: Kind) -> Option<&AgeLimit> {
        match kind {
            Kind::MaxAge => Some(&self.max_age),
            Kind::SMaxage => Some(&self.s_maxage),
            Kind::Restriction | Kind::Other => None,
        }
    }
}

/// Removes the fields that R6.3 and R7.5 keep from a response which is capped, or would be if the cap
/// were on. Hardly any response has one of them.
#[cold]
pub(super) fn remove_outranking(headers: &mut HeaderMap, cap_is_on: bool) {
    remove_all(headers, &[KnownField::Age]);
    if cap_is_on {
        remove_all(headers, &TARGETED_CACHE_FIELDS);
    }
}

fn remove_all(headers: &mut HeaderMap, fields: &[KnownField]) {
    for field in fields {
        headers.remove(field.name());
    }
}

/// Whether the cap applies to a response ([R7.1]): to a script, which its media type tells, and to
/// a 304 without a media type on a route that serves scripts. It never applies to results.
///
/// The `age` of such a response goes, also where the policy is to preserve ages ([R6.3]).
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue, StatusCode};
/// use firstparty::response::{cache_control::is_capped, field::ResponseFields};
/// use firstparty::{Platform, route::Serves};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("age", HeaderValue::from_static("628000"));
/// let status = StatusCode::NOT_MODIFIED;
/// let fields = ResponseFields::new(Platform::Generic);
/// let facts = fields.filter(&mut headers, status, |_cookie| {});
/// assert!(is_capped(status, facts, Serves::Scripts) && facts.age);
/// assert!(!is_capped(status, facts, Serves::Results));
/// ```
///
/// [R7.1]: crate::contract#R7.1
/// [R6.3]: crate::contract#R6.3
#[must_use]
#[inline]
pub fn is_capped(status: StatusCode, facts: ResponseFacts, serves: Serves) -> bool {
    let is_script = match (status, facts.script) {
        (StatusCode::OK | StatusCode::NOT_MODIFIED, Some(script)) => script,
        (StatusCode::NOT_MODIFIED, None) => serves == Serves::Scripts,
        _ => false,
    };
    is_script && serves != Serves::Results
}

/// What all `cache-control` fields of a response say together.
#[derive(Default)]
struct Summary {
    /// The smallest `max-age`, capped.
    max_age: Option<u32>,
    has_s_maxage: bool,
    /// Whether a directive is `no-store`, `no-cache` or `private`.
    restricted: bool,
    /// Whether there is an `expires` field.
    expires: bool,
}

impl Summary {
    fn add(&mut self, kind: Kind, capped: Option<u32>) {
        match kind {
            Kind::MaxAge => self.max_age = self.max_age.into_iter().chain(capped).min(),
            Kind::SMaxage => self.has_s_maxage = true,
            Kind::Restriction => self.restricted = true,
            Kind::Other => {}
        }
    }
}

#[cfg(test)]
mod tests;
