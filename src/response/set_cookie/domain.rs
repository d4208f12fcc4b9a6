//! Which hosts a domain covers (RFC 6265bis §5.1.3).

#[cfg(feature = "psl")]
use std::borrow::Cow;
use std::net::IpAddr;

use crate::octets::letters::equal_but_for_case;

/// Whether a browser at this host accepts a cookie with this `Domain`, which is given without its
/// leading dot (R8.2). The host itself is covered. Any other domain needs a dot inside, so that `com`
/// covers nothing.
#[inline]
pub(super) fn covers(domain: &[u8], host: &[u8]) -> bool {
    let rest = host.len().checked_sub(domain.len());
    let Some((before, end)) = rest.and_then(|rest| host.split_at_checked(rest)) else {
        return false;
    };
    // The text before the end of the host is looked at first, because it rules out most domains.
    match before {
        [] | [.., b'.'] if equal_but_for_case(end, domain) => {
            let is_covered = before.is_empty() || has_inner_dot(domain) && !is_address(host);
            is_covered && !is_public_suffix(domain)
        }
        _ => false,
    }
}

#[inline]
fn has_inner_dot(mut domain: &[u8]) -> bool {
    while let [b'.', rest @ ..] | [rest @ .., b'.'] = domain {
        domain = rest;
    }
    // The last label is usually the shortest.
    domain.iter().rev().any(|&byte| byte == b'.')
}

/// Whether a browser takes a host for an IP address, as it does with any name whose last label is a
/// number (WHATWG URL §3.5).
#[inline]
fn is_address(host: &[u8]) -> bool {
    // Nearly every host ends in a letter that ends neither a hexadecimal number nor `0x`.
    if let [.., b'g'..=b'w' | b'y' | b'z'] = host {
        return false;
    }
    let name = host.strip_suffix(b".").unwrap_or(host);
    let last = name.iter().rposition(|&byte| byte == b'.').and_then(|dot| name.get(dot + 1..));
    let last = last.unwrap_or(name);
    // Most others end in letters, too, and need not be parsed.
    if last.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    host.starts_with(b"[")
        || is_number(last)
        || std::str::from_utf8(host).is_ok_and(|host| host.parse::<IpAddr>().is_ok())
}

/// Whether a label is a decimal or a hexadecimal number (WHATWG URL §3.5, "ends in a number").
fn is_number(label: &[u8]) -> bool {
    match label.strip_prefix(b"0x").or_else(|| label.strip_prefix(b"0X")) {
        Some(digits) => digits.iter().all(u8::is_ascii_hexdigit),
        None => label.iter().all(u8::is_ascii_digit),
    }
}

/// Without the list, no domain is known to be a public suffix.
#[cfg(not(feature = "psl"))]
fn is_public_suffix(_: &[u8]) -> bool {
    false
}

/// Whether the list has the domain as a public suffix, in ICANN's section or the private one (R8.2).
#[cfg(feature = "psl")]
fn is_public_suffix(domain: &[u8]) -> bool {
    let mut domain = Cow::Borrowed(domain.strip_suffix(b".").unwrap_or(domain));
    if domain.iter().any(u8::is_ascii_uppercase) {
        // The list is in lower case.
        domain.to_mut().make_ascii_lowercase();
    }
    let suffix = psl::suffix(&domain).filter(psl::Suffix::is_known);
    suffix.is_some_and(|suffix| suffix.as_bytes() == &*domain)
}

/// The registrable domain of a host (R8.3). There is none for an address, for a public suffix, and
/// for a name in which the first label or the label before the suffix is empty. There is none for a
/// name with a final dot either: the domain would not match the host without the dot
/// (RFC 6265bis §5.1.3), and a host-only cookie needs no match.
#[cfg(feature = "psl")]
pub(super) fn registrable(host: &[u8]) -> Option<&[u8]> {
    let has_outer_dot = host.starts_with(b".") || host.ends_with(b".");
    let domain = psl::domain(host).filter(|_| !has_outer_dot && !is_address(host))?;
    Some(domain.as_bytes()).filter(|domain| !domain.starts_with(b"."))
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "psl")]
    use super::registrable;

    fn covers(domain: &str, host: &str) -> bool {
        super::covers(domain.as_bytes(), host.as_bytes())
    }

    /// RFC 6265bis §5.1.3, and the inner dot of R8.2.
    #[test]
    fn domains_cover_their_hosts() {
        for (domain, host, expected) in [
            ("example.com", "example.com", true),
            ("EXAMPLE.com", "www.example.com", true),
            ("www.example.com", "www.example.com", true),
            ("www.example.com", "example.com", false),
            ("ample.com", "example.com", false),
            ("com", "example.com", false),
            (".com", "example.com", false),
            ("com.", "example.com.", false),
            ("localhost", "localhost", true),
            ("localhost", "a.localhost", false),
            ("", "example.com", false),
            ("", "", true),
            ("3.4", "1.2.3.4", false),
            ("1.2.3.4", "1.2.3.4", true),
            ("0.1", "0.1", true),
            ("0.1", "127.0.0.1", false),
            ("0.0x1", "127.0.0x1", false),
            ("[::1]", "[::1]", true),
            ("b.c.", "a.b.c.", true),
            ("é.example", "www.example", false),
            ("e.xample", "www.exAmple", false),
            ("..com", "a...com", false),
            (".a.com", "x..a.com", true),
            ("a..com", "x.a..com", true),
            ("com..", "a.com..", false),
            ("example.com", "wwwexample.com", false),
            ("example.org", "www.example.com", false),
            ("c.de1", "b.c.de1", true),
            ("c.xn--p1ai", "b.c.xn--p1ai", true),
            ("c.COM", "b.c.COM", true),
            ("c.1", "b.c.1", false),
            ("c.x:", "b.c.x:", true),
        ] {
            assert_eq!(covers(domain, host), expected, "{domain} {host}");
        }
    }

    /// R8.2, R8.3 with the public suffix list.
    #[cfg(feature = "psl")]
    #[test]
    fn public_suffixes_cover_nothing() {
        assert!(!covers("co.uk", "shop.co.uk"));
        assert!(!covers("Co.UK", "shop.co.uk"));
        assert!(!covers("github.io", "me.github.io"));
        assert!(covers("shop.co.uk", "www.shop.co.uk"));
        for (host, expected) in [
            ("www.shop.co.uk", Some("shop.co.uk")),
            ("me.github.io", Some("me.github.io")),
            ("example.com", Some("example.com")),
            ("co.uk", None),
            (".example.com", None),
            ("x..co.uk", None),
            ("x..shop.co.uk", Some("shop.co.uk")),
            ("www.example.com.", None),
            ("example.com.", None),
            ("www.example.com..", None),
            ("localhost.", None),
            ("localhost", None),
            ("1.2.3.4", None),
            ("[::1]", None),
        ] {
            assert_eq!(registrable(host.as_bytes()), expected.map(str::as_bytes), "{host}");
        }
    }
}
