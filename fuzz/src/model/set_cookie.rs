//! R8: cookie domains.

use super::cookie::trimmed;
use crate::plan::{Domain, Plan};

/// A cookie between its semicolons.
fn parts(cookie: &[u8]) -> Vec<&[u8]> {
    cookie.split(|&byte| byte == b';').collect()
}

/// The value of a `Domain` attribute, blanks and a leading dot cut. Browsers ignore an attribute
/// whose value is longer than 1024 bytes (RFC 6265bis §5.6), so it does not count.
pub fn domain(part: &[u8]) -> Option<&[u8]> {
    let equals = part.iter().position(|&byte| byte == b'=').unwrap_or(part.len());
    let (name, value) = part.split_at(equals);
    let value = trimmed(value.strip_prefix(b"=").unwrap_or(value));
    let counts = trimmed(name).eq_ignore_ascii_case(b"domain") && value.len() <= 1024;
    counts.then(|| value.strip_prefix(b".").unwrap_or(value))
}

/// Without any `Domain` attribute.
pub fn host_only(cookie: &[u8]) -> Vec<u8> {
    let kept: Vec<_> = parts(cookie)
        .into_iter()
        .enumerate()
        .filter(|(index, part)| *index == 0 || domain(part).is_none())
        .map(|(_, part)| part)
        .collect();
    kept.join(&b";"[..])
}

/// What has to become of a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Untouched,
    HostOnly,
    /// Every `Domain` says this.
    Moved(String),
    /// `url` cannot tell whether the host is an address, so that either may happen.
    Unknown,
}

pub fn outcome(plan: &Plan, authorised: bool, host: &str, cookie: &[u8]) -> Outcome {
    let attributes = parts(cookie);
    let Some(last) = attributes[1..].iter().rev().find_map(|part| domain(part)) else {
        return Outcome::Untouched;
    };
    // A rule cannot name a domain that is not text.
    let last = String::from_utf8(last.to_ascii_lowercase()).unwrap_or("\u{fffd}".to_owned());
    let acts = match plan.domain {
        Domain::Preserve => false,
        Domain::Map(_) => true,
        _ => authorised,
    };
    if acts && has_host_prefix(cookie) {
        return Outcome::HostOnly;
    }
    match plan.domain {
        Domain::Preserve => Outcome::Untouched,
        Domain::FirstParty => fitted(authorised, host, &last, None),
        #[cfg(feature = "psl")]
        Domain::Registrable => fitted(authorised, host, &last, registrable(host)),
        Domain::Map(_) if last.is_empty() => Outcome::Untouched,
        Domain::Map(pairs) => match pairs.iter().find(|(from, _)| *from == "*" || *from == last) {
            None => Outcome::Untouched,
            Some((_, "")) => Outcome::HostOnly,
            Some((_, to)) => Outcome::Moved((*to).to_owned()),
        },
    }
}

/// R8.7: the name begins with `__Host-`. Without `=` there is no name.
pub fn has_host_prefix(cookie: &[u8]) -> bool {
    let pair = parts(cookie)[0];
    let equals = pair.iter().position(|&byte| byte == b'=');
    let name = trimmed(&pair[..equals.unwrap_or_default()]).to_ascii_lowercase();
    name.starts_with(b"__host-")
}

/// R8.2, R8.3.
fn fitted(authorised: bool, host: &str, domain: &str, registrable: Option<String>) -> Outcome {
    if !authorised {
        return Outcome::Untouched;
    }
    match covers(domain, host) {
        None => Outcome::Unknown,
        Some(true) => Outcome::Untouched,
        Some(false) => match registrable.filter(|_| !domain.is_empty()) {
            Some(to) => Outcome::Moved(to),
            None => Outcome::HostOnly,
        },
    }
}

/// RFC 6265bis §5.1.3, with the inner dot of R8.2; none where `url` finds no host at all.
fn covers(domain: &str, host: &str) -> Option<bool> {
    if domain == host {
        return Some(!is_public_suffix(host));
    }
    let below = host.ends_with(&format!(".{domain}")) && domain.trim_matches('.').contains('.');
    if !below || is_public_suffix(domain) {
        return Some(false);
    }
    match url::Host::parse(host) {
        Ok(url::Host::Domain(_)) => Some(true),
        Ok(_) => Some(false),
        Err(_) => None,
    }
}

#[cfg(not(feature = "psl"))]
fn is_public_suffix(_: &str) -> bool {
    false
}

#[cfg(feature = "psl")]
fn is_public_suffix(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    psl::suffix_str(domain) == Some(domain)
        && psl::suffix(domain.as_bytes()).is_some_and(|s| s.is_known())
}

#[cfg(feature = "psl")]
fn registrable(host: &str) -> Option<String> {
    let dotted = host.starts_with('.') || host.ends_with('.');
    let name = matches!(url::Host::parse(host), Ok(url::Host::Domain(_))) && !dotted;
    let domain = psl::domain(host.as_bytes()).filter(|_| name)?;
    let domain = String::from_utf8(domain.as_bytes().to_vec()).ok()?;
    // With an empty label before it, it would be a public suffix to a browser.
    (!domain.starts_with('.')).then_some(domain)
}

/// Whether an edited cookie is what the outcome says.
pub fn is_met(outcome: &Outcome, before: &[u8], after: &[u8]) -> bool {
    match outcome {
        Outcome::Untouched => before == after,
        Outcome::HostOnly => after == host_only(before),
        Outcome::Moved(to) => is_moved(to, before, after),
        Outcome::Unknown => before == after || after == host_only(before),
    }
}

/// R8.5: every `Domain` says the new one, and nothing else differs.
fn is_moved(to: &str, before: &[u8], after: &[u8]) -> bool {
    let (old, new) = (parts(before), parts(after));
    let moved = |old: &[u8], new: &[u8]| {
        let name = |part: &[u8]| {
            let end = part.iter().position(|&byte| byte == b'=').unwrap_or(part.len());
            trimmed(&part[..end]).to_vec()
        };
        domain(new) == Some(to.as_bytes()) && name(old) == name(new)
    };
    old.len() == new.len()
        && old[0] == new[0]
        && old[1..].iter().zip(&new[1..]).all(|(&old, &new)| match domain(old) {
            Some(_) => moved(old, new),
            None => old == new,
        })
}
