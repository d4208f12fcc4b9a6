//! Which hosts a domain covers (RFC 6265bis §5.1.3).

#[cfg(feature = "psl")]
use std::borrow::Cow;
use std::net::IpAddr;

use crate::octets::letters::equal_but_for_case;

/// R8.2: whether a `Domain` (without leading dot) makes a browser at this host accept the cookie.
/// The host itself is covered; any other domain needs an inner dot, so that `com` covers nothing.
pub(super) fn covers(domain: &[u8], host: &[u8]) -> bool {
    let rest = host.len().checked_sub(domain.len());
    let Some((before, end)) = rest.and_then(|rest| host.split_at_checked(rest)) else {
        return false;
    };
    // What stands before tells most foreign domains apart, and nearly all are in lower case.
    match before {
        [] | [.., b'.'] if equal_but_for_case(end, domain) => {
            let is_covered = before.is_empty() || has_inner_dot(domain) && !is_address(host);
            is_covered && !is_public_suffix(domain)
        }
        _ => false,
    }
}

fn has_inner_dot(mut domain: &[u8]) -> bool {
    while let [b'.', rest @ ..] | [rest @ .., b'.'] = domain {
        domain = rest;
    }
    // From the end, where the label is short.
    domain.iter().rev().any(|&byte| byte == b'.')
}

/// Whether a host is an IP address to a browser: it also takes any name whose last label is a
/// number for one (WHATWG URL §3.5).
fn is_address(host: &[u8]) -> bool {
    let name = host.strip_suffix(b".").unwrap_or(host);
    let last = name.iter().rposition(|&byte| byte == b'.').and_then(|dot| name.get(dot + 1..));
    let last = last.unwrap_or(name);
    // Nearly every host ends in letters, which spares the parsers.
    if last.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    let hexadecimal = last.strip_prefix(b"0x").or_else(|| last.strip_prefix(b"0X"));
    let is_parsed = || std::str::from_utf8(host).is_ok_and(|host| host.parse::<IpAddr>().is_ok());
    host.starts_with(b"[")
        || is_parsed()
        || hexadecimal.map_or_else(
            || last.iter().all(u8::is_ascii_digit),
            |digits| digits.iter().all(u8::is_ascii_hexdigit),
        )
}

/// Without the list, nothing is known to be a public suffix.
#[cfg(not(feature = "psl"))]
fn is_public_suffix(_: &[u8]) -> bool {
    false
}

/// R8.2 with the list: ICANN's section and the private one.
#[cfg(feature = "psl")]
fn is_public_suffix(domain: &[u8]) -> bool {
    let mut domain = Cow::Borrowed(domain.strip_suffix(b".").unwrap_or(domain));
    if domain.iter().any(u8::is_ascii_uppercase) {
        // The list is in lower case, and so are nearly all domains.
        domain.to_mut().make_ascii_lowercase();
    }
    let suffix = psl::suffix(&domain).filter(psl::Suffix::is_known);
    suffix.is_some_and(|suffix| suffix.as_bytes() == &*domain)
}

/// R8.3: the registrable domain of a host; none for an address or a public suffix, nor for a name
/// with an empty first label, which the list's own vectors give none, nor where the label before
/// the suffix is empty. It keeps a final dot of the host, without which it would not match the host
/// (RFC 6265bis §5.1.3).
#[cfg(feature = "psl")]
pub(super) fn registrable(host: &[u8]) -> Option<&[u8]> {
    let domain = psl::domain(host).filter(|_| !host.starts_with(b".") && !is_address(host))?;
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
            ("www.example.com.", Some("example.com.")),
            ("localhost", None),
            ("1.2.3.4", None),
            ("[::1]", None),
        ] {
            assert_eq!(registrable(host.as_bytes()), expected.map(str::as_bytes), "{host}");
        }
    }
}
