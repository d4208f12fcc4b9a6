//! Which hosts a domain covers (RFC 6265bis §5.1.3).

use std::net::IpAddr;

/// R8.2: whether a `Domain` (without leading dot) makes a browser at this host accept the cookie.
/// The host itself is covered; any other domain needs an inner dot, so that `com` covers nothing.
pub(super) fn covers(domain: &str, host: &str) -> bool {
    if domain.eq_ignore_ascii_case(host) {
        return !is_public_suffix(host);
    }
    let at_label = || {
        let rest = host.len().checked_sub(domain.len())?;
        let (before, end) = host.split_at_checked(rest)?;
        Some(before.ends_with('.') && end.eq_ignore_ascii_case(domain))
    };
    let inner_dot = || domain.trim_matches('.').contains('.');
    at_label() == Some(true) && inner_dot() && !is_address(host) && !is_public_suffix(domain)
}

/// Whether a host is an IP address to a browser: it also takes any name whose last label is a
/// number for one (WHATWG URL §3.5).
fn is_address(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.bytes().rposition(|byte| byte == b'.').and_then(|dot| name.get(dot + 1..));
    let last = last.unwrap_or(name);
    // Nearly every host ends in a name: looking at one byte of it spares the parsers.
    if last.starts_with(|first: char| first.is_ascii_lowercase()) && !last.contains(':') {
        return false;
    }
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let is_number = |digits: &str, radix| digits.chars().all(|digit| digit.is_digit(radix));
    host.starts_with('[')
        || host.parse::<IpAddr>().is_ok()
        || hexadecimal.map_or(!last.is_empty() && is_number(last, 10), |rest| is_number(rest, 16))
}

/// Without the list, nothing is known to be a public suffix.
#[cfg(not(feature = "psl"))]
fn is_public_suffix(_: &str) -> bool {
    false
}

/// R8.2 with the list: ICANN's section and the private one.
#[cfg(feature = "psl")]
fn is_public_suffix(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
    let suffix = psl::suffix(domain.as_bytes()).filter(psl::Suffix::is_known);
    suffix.is_some_and(|suffix| suffix.as_bytes() == domain.as_bytes())
}

/// R8.3: the registrable domain of a host; none for an address or a public suffix, nor for a name
/// with an empty first label, which the list's own vectors give none.
#[cfg(feature = "psl")]
pub(super) fn registrable(host: &str) -> Option<&str> {
    psl::domain_str(host).filter(|_| !host.starts_with('.') && !is_address(host))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("0.1", "127.0.0.1", false),
            ("0.0x1", "127.0.0x1", false),
            ("[::1]", "[::1]", true),
            ("b.c.", "a.b.c.", true),
            ("é.example", "www.example", false),
        ] {
            assert_eq!(covers(domain, host), expected, "{domain} {host}");
        }
    }

    /// R8.2, R8.3 with the public suffix list.
    #[cfg(feature = "psl")]
    #[test]
    fn public_suffixes_cover_nothing() {
        assert!(!covers("co.uk", "shop.co.uk"));
        assert!(!covers("github.io", "me.github.io"));
        assert!(covers("shop.co.uk", "www.shop.co.uk"));
        for (host, expected) in [
            ("www.shop.co.uk", Some("shop.co.uk")),
            ("me.github.io", Some("me.github.io")),
            ("example.com", Some("example.com")),
            ("co.uk", None),
            (".example.com", None),
            ("localhost", None),
            ("1.2.3.4", None),
            ("[::1]", None),
        ] {
            assert_eq!(registrable(host), expected, "{host}");
        }
    }
}
