//! The fields of the response (contract [R6]).
//!
//! [R6]: crate::contract#R6

use http::header::{AGE, CONTENT_LENGTH, EXPIRES};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::field::FieldUse;
use crate::field::connection_options::ConnectionOptions;
use crate::field::content_length::ContentLength;
use crate::field::dropped::{Dropped, FROM_RESPONSES, Row, TARGETED_CACHE_FIELDS};
use crate::field::known_field::KnownField;
use crate::field::known_set::KnownFieldSet;
use crate::field::removals::Removals;
use crate::octets::letters::equal_but_for_case;
use crate::platform::Platform;

/// The fields that the walk reads, unless they are dropped. All other fields are dropped or passed over.
const READ: KnownFieldSet = KnownFieldSet::EMPTY
    .and(&[
        KnownField::Connection,
        KnownField::TransferEncoding,
        KnownField::ContentLength,
        KnownField::ContentType,
        KnownField::CacheControl,
        KnownField::Expires,
        KnownField::Age,
        KnownField::SetCookie,
    ])
    .and(&TARGETED_CACHE_FIELDS);

/// The fields that the walk reads even though they are dropped.
const READ_THOUGH_DROPPED: &[KnownField] = &[KnownField::Connection, KnownField::TransferEncoding];

/// Edits the fields of a response: which are dropped.
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue, StatusCode};
/// use firstparty::{Platform, response::field::ResponseFields};
///
/// let fields = ResponseFields::new(Platform::Generic);
/// let mut headers = HeaderMap::new();
/// headers.insert("strict-transport-security", HeaderValue::from_static("max-age=63072000"));
/// headers.insert("keep-alive", HeaderValue::from_static("timeout=5"));
/// headers.append("set-cookie", HeaderValue::from_static("a=1"));
/// headers.append("set-cookie", HeaderValue::from_static("b=2"));
///
/// fields.filter(&mut headers, StatusCode::OK, |_cookie| {});
/// assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
/// assert_eq!(headers.keys_len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct ResponseFields {
    dropped: Dropped,
}

/// What the walk over the fields of a response found out, for the rules of caching ([R7]).
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue, StatusCode};
/// use firstparty::{Platform, response::field::ResponseFields};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("content-type", HeaderValue::from_static("text/javascript; charset=utf-8"));
/// let fields = ResponseFields::new(Platform::Generic);
/// let facts = fields.filter(&mut headers, StatusCode::OK, |_cookie| {});
/// assert_eq!((facts.script, facts.cache_control), (Some(true), false));
/// ```
///
/// [R7]: crate::contract#R7
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "fields that are there or not, in any combination"
)]
#[non_exhaustive]
pub struct ResponseFacts {
    /// Whether the content is JavaScript, by its media type or, if there are several, by one of
    /// them; `None` without `content-type`.
    pub script: Option<bool>,
    /// Whether there is a `cache-control` field.
    pub cache_control: bool,
    /// Whether there are several of them.
    pub(super) several_cache_controls: bool,
    /// Whether there is an `expires` field.
    pub(super) expires: bool,
    /// Whether there is an `age` field, which has to go from a response that
    /// [`is_capped`](super::cache_control::is_capped) ([R6.3]).
    ///
    /// [R6.3]: crate::contract#R6.3
    pub age: bool,
    /// Whether there is a cache field for certain caches (R7.5).
    pub(super) targeted: bool,
}

impl ResponseFields {
    /// Combines the fields that the contract and the platform drop.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        let of_platform = Row { rule: "R6.3", fields: &platform.profile().response_denylist };
        Self { dropped: Dropped::new(FROM_RESPONSES, of_platform, &[], &READ) }
    }

    /// Edits the fields in place. One walk reads and notes; then the noted fields are removed. Each
    /// `set-cookie` field is handed to `cookie`. Repeats of a field that is kept stay in order.
    ///
    /// The status decides on `content-length`: a 1xx and a 204 have none, and that of a 205 can
    /// only be 0 ([R6.5], RFC 9110 §8.6).
    ///
    /// [R6.5]: crate::contract#R6.5
    pub fn filter(
        &self,
        headers: &mut HeaderMap,
        status: StatusCode,
        mut cookie: impl FnMut(&mut HeaderValue),
    ) -> ResponseFacts {
        let mut walk = Walk::new();
        let table = KnownField::table();
        for (name, value) in headers.iter_mut() {
            let Some((known, is_dropped)) = self.dropped.note(table, name, &mut walk.removals)
            else {
                continue;
            };
            if is_dropped {
                walk.read_dropped(known, value);
            } else if known == KnownField::SetCookie {
                cookie(value);
            } else {
                walk.read_kept(known, value);
            }
        }
        walk.finish(headers, status)
    }

    /// What the walk does with a field.
    pub(super) fn use_of(&self, name: &HeaderName) -> FieldUse {
        self.dropped.use_of(name, |known, is_dropped| {
            if is_dropped { READ_THOUGH_DROPPED.contains(&known) } else { READ.contains(known) }
        })
    }

    /// The rule that drops a field, if one does whatever the rest of the response is.
    pub(crate) fn rule_that_drops(&self, name: &HeaderName) -> Option<&'static str> {
        self.dropped.rule(name)
    }
}

/// What a walk over the fields has found so far.
struct Walk {
    removals: Removals,
    options: ConnectionOptions,
    length: ContentLength,
    has_transfer_encoding: bool,
    facts: ResponseFacts,
}

impl Walk {
    fn new() -> Self {
        Self {
            removals: Removals::new(),
            options: ConnectionOptions::default(),
            length: ContentLength::default(),
            has_transfer_encoding: false,
            facts: ResponseFacts::default(),
        }
    }

    #[inline]
    fn read_dropped(&mut self, known: KnownField, value: &HeaderValue) {
        match known {
            KnownField::Connection => self.options.read(value),
            KnownField::TransferEncoding => self.has_transfer_encoding = true,
            _ => {}
        }
    }

    #[inline]
    fn read_kept(&mut self, known: KnownField, value: &HeaderValue) {
        let facts = &mut self.facts;
        match known {
            KnownField::ContentType => {
                facts.script = Some(facts.script.unwrap_or_default() | is_script(value));
            }
            KnownField::CacheControl => {
                facts.several_cache_controls = facts.cache_control;
                facts.cache_control = true;
            }
            KnownField::Expires => facts.expires = true,
            KnownField::Age => facts.age = true,
            KnownField::ContentLength => self.length.read(value),
            known => facts.targeted |= TARGETED_CACHE_FIELDS.contains(&known),
        }
    }

    #[inline]
    fn finish(&mut self, headers: &mut HeaderMap, status: StatusCode) -> ResponseFacts {
        match self.length {
            // RFC 9112 §6.3: the coding decides, and the length may be wrong.
            _ if self.has_transfer_encoding => self.removals.note(KnownField::ContentLength),
            ContentLength::One(length) | ContentLength::Repeated(length)
                if !may_state_length(status, length) =>
            {
                self.removals.note(KnownField::ContentLength);
            }
            ContentLength::Malformed => self.removals.note(KnownField::ContentLength),
            ContentLength::Repeated(length) => {
                // A map that is full refuses, even if it has the name already.
                if headers.try_insert(CONTENT_LENGTH, length.into()).is_err() {
                    self.removals.note(KnownField::ContentLength);
                }
            }
            ContentLength::Absent | ContentLength::One(_) => {}
        }
        self.removals.apply(headers);
        if self.options.remove_from(headers) {
            self.facts.expires = headers.contains_key(EXPIRES);
            self.facts.age = headers.contains_key(AGE);
        }
        self.facts
    }
}

/// R6.5: whether a response may state its length (RFC 9110 §8.6 and §15.3.6).
fn may_state_length(status: StatusCode, length: u64) -> bool {
    match status.as_u16() {
        100..=199 | 204 => false,
        205 => length == 0,
        _ => true,
    }
}

/// R7.1: whether the media type is JavaScript, in any case and with any parameters.
fn is_script(value: &HeaderValue) -> bool {
    let value = value.as_bytes().trim_ascii_start();
    begins_with_type(value, b"text/javascript")
        || begins_with_type(value, b"application/javascript")
}

fn begins_with_type<const N: usize>(value: &[u8], media_type: &[u8; N]) -> bool {
    value.split_first_chunk::<N>().is_some_and(|(start, behind)| {
        equal_but_for_case(start, media_type)
            && matches!(behind.trim_ascii_start(), [] | [b';', ..])
    })
}

#[cfg(test)]
mod tests;
