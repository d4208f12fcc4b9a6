//! Which domain a cookie is for (contract [R8], RFC 6265bis §5).
//!
//! Only the `Domain` attribute is edited; every other byte of the field stays. A cookie without a
//! `=` before its first `;` has no name, and its attributes are edited nevertheless ([R8.6]).
//!
//! [R8]: crate::contract#R8
//! [R8.6]: crate::contract#R8.6

mod attribute;
mod domain;

use std::ops::Range;

use bytes::Bytes;
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use self::attribute::{DomainAttribute, for_each_domain};
use crate::config::{CookieDomain, DomainChange, DomainMap};
use crate::octets::letters::equal_but_for_case;
use crate::octets::stack_buffer::StackBuffer;
use crate::route::Kind;

/// The policy for the `Domain` attribute of cookies.
///
/// ```
/// use firstparty::config::CookieDomain;
/// use firstparty::http::HeaderValue;
/// use firstparty::response::set_cookie::DomainPolicy;
/// use firstparty::route::Kind;
///
/// let policy = DomainPolicy::new(CookieDomain::FirstParty);
/// let rewriter = policy.rewriter(Kind::Identification, "www.example.com");
///
/// let mut own = HeaderValue::from_static("_iidt=1; Domain=example.com; Secure");
/// rewriter.apply(&mut own);
/// assert_eq!(own, "_iidt=1; Domain=example.com; Secure");
///
/// let mut foreign = HeaderValue::from_static("_iidt=1; domain=.fpjs.io; Priority=High");
/// rewriter.apply(&mut foreign);
/// assert_eq!(foreign, "_iidt=1; Priority=High");
///
/// let mut host_only = HeaderValue::from_static("__Host-a=1; Domain=example.com; Secure; Path=/");
/// rewriter.apply(&mut host_only);
/// assert_eq!(host_only, "__Host-a=1; Secure; Path=/");
/// ```
#[derive(Clone, Debug)]
pub struct DomainPolicy(CookieDomain);

impl DomainPolicy {
    /// Takes the policy of a configuration.
    #[must_use]
    pub fn new(policy: CookieDomain) -> Self {
        Self(policy)
    }

    /// The policy for one exchange, which depends on the kind of the request and on the browser's
    /// host in lower case, without its port.
    ///
    /// ```
    /// use firstparty::config::CookieDomain;
    /// use firstparty::http::HeaderValue;
    /// use firstparty::response::set_cookie::DomainPolicy;
    /// use firstparty::route::Kind;
    ///
    /// let policy = DomainPolicy::new(CookieDomain::FirstParty);
    /// let mut cookie = HeaderValue::from_static("a=1; Domain=fpjs.io");
    /// policy.rewriter(Kind::Plain, "example.com").apply(&mut cookie);
    /// assert_eq!(cookie, "a=1; Domain=fpjs.io", "the request was not authorised");
    /// ```
    #[must_use]
    pub fn rewriter<'p>(&'p self, kind: Kind, host: &'p str) -> Rewriter<'p> {
        self.rewriter_at(kind, host.as_bytes())
    }

    /// The rule by which a cookie is edited, if it is.
    pub(crate) fn rule(&self, cookie: &HeaderValue) -> &'static str {
        match &self.0 {
            _ if is_host_only_by_name(cookie.as_bytes()) => "R8.7",
            #[cfg(feature = "psl")]
            CookieDomain::Registrable => "R8.3",
            CookieDomain::Map(_) => "R8.4",
            CookieDomain::Preserve | CookieDomain::FirstParty => "R8.2",
        }
    }

    pub(super) fn rewriter_at<'p>(&'p self, kind: Kind, host: &'p [u8]) -> Rewriter<'p> {
        Rewriter(match &self.0 {
            CookieDomain::FirstParty if kind.is_authorised() => Rewrite::Fit { host, to: None },
            #[cfg(feature = "psl")]
            CookieDomain::Registrable if kind.is_authorised() => {
                Rewrite::Fit { host, to: domain::registrable(host) }
            }
            CookieDomain::Map(map) => Rewrite::Map(map),
            _ => Rewrite::Keep,
        })
    }
}

/// A [`DomainPolicy`] for one exchange.
///
/// ```
/// use firstparty::config::{CookieDomain, DomainMap};
/// use firstparty::http::HeaderValue;
/// use firstparty::response::set_cookie::DomainPolicy;
/// use firstparty::route::Kind;
///
/// let map = DomainMap::new([("fpjs.io", "example.com")])?;
/// let policy = DomainPolicy::new(CookieDomain::Map(map));
/// let mut cookie = HeaderValue::from_static("a=1; Domain=fpjs.io");
/// policy.rewriter(Kind::Plain, "www.example.com").apply(&mut cookie);
/// assert_eq!(cookie, "a=1; Domain=example.com");
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rewriter<'p>(Rewrite<'p>);

#[derive(Clone, Copy, Debug)]
enum Rewrite<'p> {
    Keep,
    /// A domain that does not cover the host is removed, or replaced by another one.
    Fit {
        host: &'p [u8],
        to: Option<&'p [u8]>,
    },
    Map(&'p DomainMap),
}

/// How the `Domain` attributes of one cookie are edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit<'p> {
    Keep,
    Remove,
    Replace(&'p [u8]),
}

impl Rewriter<'_> {
    /// Edits one `set-cookie` field in place; allocates only if something changes.
    ///
    /// ```
    /// use firstparty::config::CookieDomain;
    /// use firstparty::http::HeaderValue;
    /// use firstparty::response::set_cookie::DomainPolicy;
    /// use firstparty::route::Kind;
    ///
    /// let policy = DomainPolicy::new(CookieDomain::FirstParty);
    /// let mut cookie = HeaderValue::from_static("a=1; Domain=com; Secure");
    /// policy.rewriter(Kind::Identification, "example.com").apply(&mut cookie);
    /// assert_eq!(cookie, "a=1; Secure", "a top-level domain covers nothing");
    /// ```
    pub fn apply(&self, cookie: &mut HeaderValue) {
        if matches!(self.0, Rewrite::Keep) {
            return;
        }
        // RFC 6265bis §5.6: of several attributes, the last one counts. All are edited alike.
        let (mut last, mut count) = (None, 0);
        for_each_domain(cookie.as_bytes(), |attribute| {
            last = Some(attribute);
            count += 1;
        });
        let Some(last) = last else {
            return;
        };
        let edit = if is_host_only_by_name(cookie.as_bytes()) {
            Edit::Remove
        } else {
            self.edit(last.domain())
        };
        if edit == Edit::Keep {
            return;
        }
        let value = match count {
            1 => edited_once(cookie.as_bytes(), &last, edit),
            _ => edited(cookie.as_bytes(), edit),
        };
        // Parts of a valid value, joined by valid bytes, are always a valid value.
        if let Ok(mut value) = value {
            value.set_sensitive(cookie.is_sensitive());
            *cookie = value;
        }
    }

    fn edit(&self, domain: &[u8]) -> Edit<'_> {
        match self.0 {
            Rewrite::Keep => Edit::Keep,
            Rewrite::Fit { host, to } => match to {
                _ if domain::covers(domain, host) => Edit::Keep,
                // An empty domain asks for a host-only cookie, and without the attribute it is one.
                Some(to) if !domain.is_empty() => Edit::Replace(to),
                _ => Edit::Remove,
            },
            Rewrite::Map(_) if domain.is_empty() => Edit::Keep,
            // Bytes that are not text equal no domain, but `*` matches them.
            Rewrite::Map(map) => match map.get(std::str::from_utf8(domain).unwrap_or_default()) {
                DomainChange::Replace(to) => Edit::Replace(to.as_bytes()),
                DomainChange::Remove => Edit::Remove,
                DomainChange::Keep => Edit::Keep,
            },
        }
    }
}

/// R8.7: whether the name of a cookie begins with `__Host-`, in any case. A browser refuses such a
/// cookie if it has a `Domain` (RFC 6265bis §4.1.3.2).
#[inline]
fn is_host_only_by_name(cookie: &[u8]) -> bool {
    // Two bytes rule nearly every cookie out.
    matches!(cookie, [b'_', b'_', ..] | [b' ' | b'\t', ..]) && has_host_prefix(cookie)
}

#[cold]
fn has_host_prefix(cookie: &[u8]) -> bool {
    let Some((start, rest)) = cookie.trim_ascii_start().split_first_chunk::<7>() else {
        return false;
    };
    // Without `=` before the first `;` the text is a value, and the cookie has no name (R8.6).
    equal_but_for_case(start, b"__Host-")
        && rest.iter().find(|byte| matches!(byte, b'=' | b';')) == Some(&b'=')
}

/// The new text of an attribute, as `=` and domain, and the range that it replaces. An attribute is
/// removed from its `;` up to the next one (R8.2), or its value is replaced while its name and its
/// blanks stay (R8.3, R8.4).
fn change<'t>(
    attribute: &DomainAttribute<'_>,
    edit: Edit<'t>,
) -> (&'t [u8], &'t [u8], Range<usize>) {
    match edit {
        Edit::Replace(domain) => {
            let equals: &[u8] = if attribute.has_equals { b"" } else { b"=" };
            (equals, domain, attribute.value.clone())
        }
        Edit::Keep | Edit::Remove => (b"", b"", attribute.range.clone()),
    }
}

/// The new value of a cookie with a single `Domain`, as nearly every cookie is. It is written into a
/// buffer of its exact size, which becomes the value.
fn edited_once(
    cookie: &[u8],
    attribute: &DomainAttribute<'_>,
    edit: Edit<'_>,
) -> Result<HeaderValue, InvalidHeaderValue> {
    let (equals, domain, old) = change(attribute, edit);
    let before = cookie.get(..old.start).unwrap_or_default();
    let after = cookie.get(old.end..).unwrap_or_default();
    let length = before.len() + equals.len() + domain.len() + after.len();
    let mut text = Vec::with_capacity(length);
    text.extend_from_slice(before);
    // Most edits remove the attribute. Then both are empty, and copying nothing is a call, too.
    if edit != Edit::Remove {
        text.extend_from_slice(equals);
        text.extend_from_slice(domain);
    }
    text.extend_from_slice(after);
    HeaderValue::from_maybe_shared(Bytes::from(text))
}

/// The same for any number of attributes. It is a function of its own because the buffer takes room
/// on the stack.
#[cold]
fn edited(cookie: &[u8], edit: Edit<'_>) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut text = StackBuffer::<512>::new();
    let mut written = 0;
    for_each_domain(cookie, |attribute| {
        let (equals, domain, old) = change(&attribute, edit);
        text.push(cookie.get(written..old.start).unwrap_or_default());
        text.push(equals);
        text.push(domain);
        written = old.end;
    });
    text.push(cookie.get(written..).unwrap_or_default());
    HeaderValue::from_bytes(text.as_bytes())
}

#[cfg(test)]
mod tests;
