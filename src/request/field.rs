//! The fields of the request (contract [R5.0] to [R5.5], [R5.8]).
//!
//! [R5.0]: crate::contract#R5.0
//! [R5.5]: crate::contract#R5.5
//! [R5.8]: crate::contract#R5.8

use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::cookie::{CookieFilter, KeptCookies};
use crate::config::Config;
use crate::field::FieldUse;
use crate::field::connection_options::ConnectionOptions;
use crate::field::content_length::ContentLength;
use crate::field::dropped::{Dropped, FROM_REQUESTS, Row};
use crate::field::known_field::KnownField;
use crate::field::known_set::KnownFieldSet;
use crate::field::removals::Removals;
use crate::field::stored_value::StoredValue;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::route::Kind;

/// The fields that the walk reads. All other fields are dropped or passed over.
const READ: KnownFieldSet = KnownFieldSet::EMPTY.and(&[
    KnownField::Host,
    KnownField::Origin,
    KnownField::Connection,
    KnownField::ContentLength,
    KnownField::TransferEncoding,
    KnownField::Cookie,
]);

/// Edits the fields of a request: which are dropped, and which cookies are kept.
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue};
/// use firstparty::{Config, Platform, request::field::RequestFields, route::Kind};
///
/// let fields = RequestFields::new(&Config::default(), Platform::Generic);
/// let mut headers = HeaderMap::new();
/// headers.insert("host", HeaderValue::from_static("www.example.com"));
/// headers.insert("connection", HeaderValue::from_static("keep-alive, x-hop"));
/// headers.insert("x-hop", HeaderValue::from_static("1"));
/// headers.insert("fpjs-proxy-secret", HeaderValue::from_static("forged"));
/// headers.insert("cookie", HeaderValue::from_static("_ga=1; _iidt=2"));
///
/// let upstream = HeaderValue::from_static("api.fpjs.io");
/// let browser = fields.filter(&mut headers, Kind::Identification, &upstream)?;
/// assert_eq!(browser.host.unwrap(), "www.example.com");
/// assert_eq!(headers["host"], "api.fpjs.io");
/// assert_eq!(headers["cookie"], "_iidt=2");
/// assert_eq!(headers.len(), 2);
/// # Ok::<(), firstparty::refusal::Refusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct RequestFields {
    dropped: Dropped,
    cookies: CookieFilter,
}

/// The fields of the browser that are needed later, as they came ([R5.0]).
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue};
/// use firstparty::{Config, Platform, request::field::RequestFields, route::Kind};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("origin", HeaderValue::from_static("https://www.example.com"));
/// let fields = RequestFields::new(&Config::default(), Platform::Generic);
/// let upstream = HeaderValue::from_static("api.fpjs.io");
/// let browser = fields.filter(&mut headers, Kind::Plain, &upstream)?;
/// assert_eq!(browser.origin.unwrap(), "https://www.example.com");
/// # Ok::<(), firstparty::refusal::Refusal>(())
/// ```
///
/// [R5.0]: crate::contract#R5.0
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BrowserFields {
    /// The `host` field as the browser sent it.
    pub host: Option<HeaderValue>,
    /// The `origin` field, if there was exactly one.
    pub origin: Option<HeaderValue>,
}

impl RequestFields {
    /// Combines the fields that the contract, the platform and the configuration drop.
    #[must_use]
    pub fn new(config: &Config, platform: Platform) -> Self {
        let of_platform = Row { rule: "R5.4", fields: &platform.profile().request_denylist };
        Self {
            dropped: Dropped::new(FROM_REQUESTS, of_platform, &config.drop_fields, &READ),
            cookies: CookieFilter::new(&config.cookies),
        }
    }

    /// Edits the fields in place. One walk reads, replaces and notes; then the noted fields are
    /// removed. Repeats of a field that is kept stay in order. `host` becomes `upstream`.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] for framing that could be read in two ways ([R5.2]), for too many names in
    /// `connection` ([R5.1]), for several `host` fields ([R5.7]), and for a map that takes no more
    /// fields. The map is then half edited and must not be used.
    ///
    /// [R5.2]: crate::contract#R5.2
    /// [R5.1]: crate::contract#R5.1
    /// [R5.7]: crate::contract#R5.7
    pub fn filter(
        &self,
        headers: &mut HeaderMap,
        kind: Kind,
        upstream: &HeaderValue,
    ) -> Result<BrowserFields, Refusal> {
        let mut origin = None;
        let mut walk = Walk::new(&mut origin);
        self.walk(headers, kind, upstream, &mut walk)?;
        let host = walk.host()?.take();
        walk.edit(headers, upstream)?;
        Ok(BrowserFields { host, origin: origin.and_then(StoredValue::into_value) })
    }

    /// The walk of [`Self::filter`]: reads, replaces and notes, and refuses what R5.1 and R5.2 do
    /// not let pass. No field is removed before [`Walk::edit`].
    pub(super) fn walk(
        &self,
        headers: &mut HeaderMap,
        kind: Kind,
        upstream: &HeaderValue,
        walk: &mut Walk<'_>,
    ) -> Result<(), Refusal> {
        let mut cookies = CookieFields::new();
        let table = KnownField::table();
        for (name, value) in headers.iter_mut() {
            let Some((known, _)) = self.dropped.note(table, name, &mut walk.removals) else {
                continue;
            };
            match known {
                KnownField::Host => walk.read_host(value, upstream),
                KnownField::Origin => walk.read_origin(value),
                KnownField::Connection => walk.options.read(value),
                KnownField::ContentLength => walk.length.read(value),
                KnownField::TransferEncoding => walk.read_transfer_encoding(value),
                KnownField::Cookie if kind.is_authorised() => cookies.take(&self.cookies, value),
                KnownField::Cookie => walk.removals.note(known),
                _ => {}
            }
        }
        cookies.settle(walk);
        walk.judge_framing()
    }

    /// What the walk does with a field. It reads a field of its list even where that is dropped, but
    /// for the cookies of a plain request, which go unread (R5.5).
    pub(super) fn use_of(&self, kind: Kind, name: &HeaderName) -> FieldUse {
        if *name == COOKIE && !kind.is_authorised() {
            return FieldUse::Dropped;
        }
        self.dropped.use_of(name, |known, _| READ.contains(known))
    }

    /// The rule that drops a field, if one does whatever the rest of the request is.
    pub(crate) fn rule_that_drops(&self, name: &HeaderName) -> Option<&'static str> {
        self.dropped.rule(name)
    }
}

/// What a walk over the fields has found so far.
pub(super) struct Walk<'w> {
    removals: Removals,
    options: ConnectionOptions,
    length: ContentLength,
    coding: Coding,
    hosts: usize,
    origins: usize,
    joined_cookies: Option<HeaderValue>,
    host: Option<HeaderValue>,
    /// The browser's `origin`, if there was exactly one.
    origin: &'w mut Option<StoredValue>,
}

/// What the `transfer-encoding` fields of a request say (R5.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Absent,
    Chunked,
    Other,
}

impl<'w> Walk<'w> {
    pub(super) fn new(origin: &'w mut Option<StoredValue>) -> Self {
        Self {
            removals: Removals::new(),
            options: ConnectionOptions::default(),
            length: ContentLength::default(),
            coding: Coding::Absent,
            hosts: 0,
            origins: 0,
            joined_cookies: None,
            host: None,
            origin,
        }
    }

    /// R4.1: it becomes upstream's.
    fn read_host(&mut self, value: &mut HeaderValue, upstream: &HeaderValue) {
        self.hosts += 1;
        self.host = Some(std::mem::replace(value, upstream.clone()));
    }

    fn read_origin(&mut self, value: &HeaderValue) {
        self.origins += 1;
        if self.origins == 1 {
            StoredValue::copy_to(self.origin, value);
        } else {
            *self.origin = None;
        }
    }

    /// R5.2: `chunked` and nothing else, in any case (RFC 9112 §6.1).
    fn read_transfer_encoding(&mut self, value: &HeaderValue) {
        let chunked = value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
        let first = self.coding == Coding::Absent;
        self.coding = if first && chunked { Coding::Chunked } else { Coding::Other };
    }

    /// Refuses a request by what all its fields say together, in the order of R2.9.
    fn judge_framing(&self) -> Result<(), Refusal> {
        if self.options.overflows() {
            Err(Refusal::ConnectionNames)
        } else if self.coding == Coding::Other {
            Err(Refusal::TransferCoding)
        } else if self.length == ContentLength::Malformed {
            Err(Refusal::ContentLength)
        } else {
            Ok(())
        }
    }

    /// The browser's `host`: there is at most one (R5.7).
    pub(super) fn host(&mut self) -> Result<&mut Option<HeaderValue>, Refusal> {
        if self.hosts > 1 { Err(Refusal::Host) } else { Ok(&mut self.host) }
    }

    pub(super) fn take_host(&mut self) -> Option<HeaderValue> {
        self.host.take()
    }

    /// Removes what was noted.
    pub(super) fn edit(
        &mut self,
        headers: &mut HeaderMap,
        upstream: &HeaderValue,
    ) -> Result<(), Refusal> {
        match self.length {
            _ if self.coding == Coding::Chunked => self.removals.note(KnownField::ContentLength),
            ContentLength::Repeated(length) => replace(headers, CONTENT_LENGTH, length.into())?,
            ContentLength::Absent | ContentLength::One(_) | ContentLength::Malformed => {}
        }
        if let Some(cookies) = self.joined_cookies.take() {
            replace(headers, COOKIE, cookies)?;
        }
        self.removals.apply(headers);
        self.options.remove_from(headers);
        if self.hosts == 0 {
            // An HTTP/2 request has an authority instead of the field.
            replace(headers, HOST, upstream.clone())?;
        }
        Ok(())
    }
}

/// Sets a field to one value. A map that is full refuses, even if it has the name already.
fn replace(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), Refusal> {
    let replaced = headers.try_insert(name, value);
    replaced.map(drop).map_err(|_| Refusal::TooManyFields)
}

/// The `cookie` fields of an authorised request. Nearly every request has a single one, which is
/// replaced where it is. HTTP/2 may send each pair in a field of its own.
struct CookieFields<'h> {
    kept: KeptCookies,
    count: usize,
    /// Whether one of them must not be indexed (RFC 7541 §6.2.3). Neither must their pairs, then.
    is_sensitive: bool,
    last: Option<&'h mut HeaderValue>,
}

impl<'h> CookieFields<'h> {
    fn new() -> Self {
        Self { kept: KeptCookies::new(), count: 0, is_sensitive: false, last: None }
    }

    fn take(&mut self, filter: &CookieFilter, value: &'h mut HeaderValue) {
        self.kept.add(filter, value);
        self.count += 1;
        self.is_sensitive |= value.is_sensitive();
        self.last = Some(value);
    }

    /// Replaces a single field in place. Leaves to the walk the value that takes the place of several
    /// fields. Without a pair that is kept, the field is dropped.
    fn settle(&mut self, walk: &mut Walk<'_>) {
        let Some(last) = &mut self.last else { return };
        let Some(mut kept) = self.kept.value() else {
            return walk.removals.note(KnownField::Cookie);
        };
        kept.set_sensitive(self.is_sensitive);
        if self.count == 1 {
            **last = kept;
        } else {
            walk.joined_cookies = Some(kept);
        }
    }
}

#[cfg(test)]
mod tests;
