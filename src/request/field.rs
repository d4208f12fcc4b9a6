//! Step 2c: the fields of the request (contract R5.0 to R5.5, R5.8).

use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::cookie::{CookieFilter, Kept};
use crate::config::Config;
use crate::field::connection::Nominated;
use crate::field::length::ContentLength;
use crate::field::names::Known;
use crate::field::removal::Removals;
use crate::field::small::Small;
use crate::field::{CONNECTION_SPECIFIC, FieldSet, IDENTITY_PREFIX};
use crate::platform::{Platform, Profile};
use crate::refusal::Refusal;

/// What happens to the fields of a request: which go, and which cookies stay.
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue};
/// use firstparty::{Config, Platform, request::field::RequestFields};
///
/// let fields = RequestFields::new(&Config::default(), Platform::Generic);
/// let mut headers = HeaderMap::new();
/// headers.insert("host", HeaderValue::from_static("www.example.com"));
/// headers.insert("connection", HeaderValue::from_static("keep-alive, x-hop"));
/// headers.insert("x-hop", HeaderValue::from_static("1"));
/// headers.insert("fpjs-proxy-secret", HeaderValue::from_static("forged"));
/// headers.insert("cookie", HeaderValue::from_static("_ga=1; _iidt=2"));
///
/// let taken = fields.filter(&mut headers, true, &HeaderValue::from_static("api.fpjs.io"))?;
/// assert_eq!(taken.host.unwrap(), "www.example.com");
/// assert_eq!(headers["host"], "api.fpjs.io");
/// assert_eq!(headers["cookie"], "_iidt=2");
/// assert_eq!(headers.len(), 2);
/// # Ok::<(), firstparty::refusal::Refusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct RequestFields {
    /// What goes from every request.
    denied: FieldSet,
    cookies: CookieFilter,
}

/// What the walk took from a request (R5.0).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Taken {
    /// The `host` field as the browser sent it.
    pub host: Option<HeaderValue>,
    /// The `origin` field, if there was exactly one.
    pub origin: Option<HeaderValue>,
}

/// The same on its way into an exchange.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) host: Option<HeaderValue>,
    pub(super) origin: Option<Small>,
}

impl RequestFields {
    /// Combines what the contract, the platform and the configuration want to go.
    #[must_use]
    pub fn new(config: &Config, platform: Platform) -> Self {
        Self {
            denied: denied(config, platform.profile()),
            cookies: CookieFilter::new(&config.cookies),
        }
    }

    /// Edits the fields in place: one walk that reads, replaces and notes, then the removals.
    /// Repeats of what stays keep their order. `upstream` becomes `host`.
    ///
    /// # Errors
    ///
    /// The fields are then half edited, and only good for being dropped.
    ///
    /// A [`Refusal`] for framing that could be read in two ways (R5.2), more `connection` names
    /// than are looked at (R5.1), several `host` fields (R5.7), and a map that takes no more.
    pub fn filter(
        &self,
        headers: &mut HeaderMap,
        authorised: bool,
        upstream: &HeaderValue,
    ) -> Result<Taken, Refusal> {
        let read = self.walk(headers, authorised, upstream)?;
        Ok(Taken { host: read.host, origin: read.origin.and_then(Small::into_value) })
    }

    /// As [`Self::filter`], without making a value of what only a failure will need.
    pub(super) fn walk(
        &self,
        headers: &mut HeaderMap,
        authorised: bool,
        upstream: &HeaderValue,
    ) -> Result<Read, Refusal> {
        let mut walk = Walk::new();
        let mut cookies = CookieFields::new();
        let table = Known::table();
        for (name, value) in headers.iter_mut() {
            let Some(known) = table.find(name) else {
                walk.removals.note_other(name, &self.denied);
                continue;
            };
            if self.denied.contains_known(known) {
                walk.removals.note(known);
            }
            match known {
                Known::Host => walk.take_host(value, upstream)?,
                Known::Origin => walk.take_origin(value),
                Known::Connection => walk.nominated.read(value),
                Known::ContentLength => walk.length.read(value),
                Known::TransferEncoding => walk.take_transfer_encoding(value)?,
                Known::Cookie if authorised => cookies.take(&self.cookies, value),
                Known::Cookie => walk.removals.note(known),
                _ => {}
            }
        }
        walk.joined_cookies = cookies.settle(&mut walk.removals);
        walk.finish(headers, upstream)?;
        Ok(walk.read)
    }
}

fn denied(config: &Config, profile: &Profile) -> FieldSet {
    let always = ["expect", "strict-transport-security"];
    let set = FieldSet::new()
        .with_names(CONNECTION_SPECIFIC.iter().copied().chain(always))
        .with_prefixes([IDENTITY_PREFIX])
        .with_names(&config.drop_fields);
    profile.request_denylist.add_to(set)
}

/// What a walk over the fields has seen so far.
struct Walk {
    removals: Removals,
    nominated: Nominated,
    length: ContentLength,
    chunked: bool,
    hosts: usize,
    origins: usize,
    joined_cookies: Option<HeaderValue>,
    read: Read,
}

impl Walk {
    fn new() -> Self {
        Self {
            removals: Removals::new(),
            nominated: Nominated::default(),
            length: ContentLength::default(),
            chunked: false,
            hosts: 0,
            origins: 0,
            joined_cookies: None,
            read: Read::default(),
        }
    }

    /// R4.1, R5.7: there is one, and it becomes upstream's.
    fn take_host(
        &mut self,
        value: &mut HeaderValue,
        upstream: &HeaderValue,
    ) -> Result<(), Refusal> {
        self.hosts += 1;
        if self.hosts > 1 {
            return Err(Refusal::Host);
        }
        self.read.host = Some(std::mem::replace(value, upstream.clone()));
        Ok(())
    }

    fn take_origin(&mut self, value: &HeaderValue) {
        self.origins += 1;
        self.read.origin = (self.origins == 1).then(|| Small::copy(value));
    }

    /// R5.2: `chunked` and nothing else (RFC 9112 §6.1; names of codings have no case).
    fn take_transfer_encoding(&mut self, value: &HeaderValue) -> Result<(), Refusal> {
        if self.chunked || !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked") {
            return Err(Refusal::TransferCoding);
        }
        self.chunked = true;
        Ok(())
    }

    /// Refuses what has to be refused before anything is removed, then edits the map.
    fn finish(&mut self, headers: &mut HeaderMap, upstream: &HeaderValue) -> Result<(), Refusal> {
        if self.nominated.overflows() {
            return Err(Refusal::ConnectionNames);
        }
        match self.length {
            ContentLength::Malformed => return Err(Refusal::ContentLength),
            _ if self.chunked => self.removals.note(Known::ContentLength),
            ContentLength::Repeated(length) => replace(headers, CONTENT_LENGTH, length.into())?,
            ContentLength::Absent | ContentLength::One(_) => {}
        }
        if let Some(cookies) = self.joined_cookies.take() {
            replace(headers, COOKIE, cookies)?;
        }
        self.removals.apply(headers);
        self.nominated.remove_from(headers);
        if self.hosts == 0 {
            // HTTP/2 has an authority instead.
            replace(headers, HOST, upstream.clone())?;
        }
        Ok(())
    }
}

/// Sets a field to one value. A map that is full refuses, even where the name is there already.
fn replace(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), Refusal> {
    let replaced = headers.try_insert(name, value);
    replaced.map(drop).map_err(|_| Refusal::TooManyFields)
}

/// The `cookie` fields of an authorised request. Nearly every request has one, which is replaced
/// where it is; HTTP/2 may send each pair in a field of its own.
struct CookieFields<'h> {
    kept: Kept,
    count: usize,
    last: Option<&'h mut HeaderValue>,
}

impl<'h> CookieFields<'h> {
    fn new() -> Self {
        Self { kept: Kept::new(), count: 0, last: None }
    }

    fn take(&mut self, filter: &CookieFilter, value: &'h mut HeaderValue) {
        self.kept.add(filter, value);
        self.count += 1;
        self.last = Some(value);
    }

    /// Replaces the only field, or gives what all fields become; without pairs they go.
    fn settle(self, removals: &mut Removals) -> Option<HeaderValue> {
        match (self.kept.into_value(), self.last) {
            (Some(mut kept), Some(only)) if self.count == 1 => {
                kept.set_sensitive(only.is_sensitive());
                *only = kept;
                None
            }
            (None, Some(_)) => {
                removals.note(Known::Cookie);
                None
            }
            (kept, _) => kept,
        }
    }
}

#[cfg(test)]
mod tests;
