//! Step 2e: who the browser is, and how upstream is told (contract R5.6, R5.7, R12).

use std::fmt::Write;
use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::TrustedAddress;
use crate::host::is_uri_host;
use crate::octets::class::UNRESERVED_LOWER;
use crate::octets::decimal::push_octet;
use crate::octets::stack_buffer::StackBuffer;
use crate::platform::AddressSource;
use crate::refusal::Refusal;

/// The host that the browser asked for: lower case, without port, otherwise as it was written; an
/// IPv6 address in brackets.
///
/// ```
/// use firstparty::http::HeaderValue;
/// use firstparty::refusal::Refusal;
/// use firstparty::request::identity::BrowserHost;
///
/// let host = BrowserHost::from_field(&HeaderValue::from_static("Shop.Example.com:8443"))?;
/// assert_eq!(host.as_str(), "shop.example.com");
///
/// let user = HeaderValue::from_static("me@example.com");
/// assert_eq!(BrowserHost::from_field(&user), Err(Refusal::Host));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserHost(HeaderValue);

impl BrowserHost {
    /// Reads a field whose value is `uri-host [":" port]` (RFC 9110 §7.2).
    ///
    /// # Errors
    ///
    /// [`Refusal::Host`] for anything else (R5.7).
    pub fn from_field(value: &HeaderValue) -> Result<Self, Refusal> {
        Self::from_value(value.clone())
    }

    /// Reads a field's value, and keeps it if it is as it has to be, which is the usual case.
    pub(crate) fn from_value(value: HeaderValue) -> Result<Self, Refusal> {
        if is_plain(value.as_bytes()) {
            return Ok(Self(value));
        }
        Self::copy(host_of(value.as_bytes())?)
    }

    /// Reads the authority of a URI, which must not have userinfo.
    ///
    /// # Errors
    ///
    /// [`Refusal::Host`] for a host that is none (R5.7).
    pub fn from_authority(authority: &Authority) -> Result<Self, Refusal> {
        Self::copy(host_of(authority.as_str().as_bytes())?)
    }

    fn copy(host: &[u8]) -> Result<Self, Refusal> {
        let lower = bytes::Bytes::from(host.to_ascii_lowercase());
        HeaderValue::from_maybe_shared(lower).map(Self).map_err(|_| Refusal::Host)
    }

    /// The host.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // A host is ASCII, so this is always `Ok`.
        self.0.to_str().unwrap_or_default()
    }

    /// The host as a field value.
    #[must_use]
    pub fn header_value(&self) -> &HeaderValue {
        &self.0
    }

    pub(crate) fn into_value(self) -> HeaderValue {
        self.0
    }
}

/// Whether a text is a name without port and without capitals. A third of what finding the port
/// costs.
fn is_plain(text: &[u8]) -> bool {
    !text.is_empty() && UNRESERVED_LOWER.contains_all(text)
}

/// Cuts the port; what is left is a host or an error.
fn host_of(text: &[u8]) -> Result<&[u8], Refusal> {
    // Behind the bracket of an address, or behind the name, the only colon begins the port.
    let bracket = memchr::memrchr(b']', text).unwrap_or(0);
    let colon = text.get(bracket..).and_then(|rest| memchr::memchr(b':', rest));
    let (host, port) = match colon.and_then(|colon| text.split_at_checked(bracket + colon)) {
        Some((host, [_, port @ ..])) => (host, port),
        _ => (text, &[][..]),
    };
    let valid = is_uri_host(host) && port.iter().all(u8::is_ascii_digit);
    if valid { Ok(host) } else { Err(Refusal::Host) }
}

/// The one value of a field that has to be the browser's host; none if the field is missing.
pub(crate) fn only_host(
    headers: &HeaderMap,
    field: &HeaderName,
) -> Result<Option<BrowserHost>, Refusal> {
    let mut values = headers.get_all(field).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => BrowserHost::from_field(value).map(Some),
        _ => Err(Refusal::Host),
    }
}

/// Where the browser's address comes from: the platform's field or a trusted one, else what the
/// adapter knows.
pub(crate) fn client_address(
    headers: &HeaderMap,
    source: AddressSource,
    trusted: Option<&TrustedAddress>,
    known: Option<IpAddr>,
) -> Option<IpAddr> {
    let field = match source {
        AddressSource::Adapter => trusted.and_then(|trusted| hop(headers, trusted)),
        AddressSource::Field(field) => only(headers, field),
        AddressSource::PseudoIpv4 { field, pseudo, real } => {
            let address = only(headers, field);
            let is_pseudo = address.is_some() && address == only(headers, pseudo);
            if is_pseudo { only(headers, real) } else { address }
        }
    };
    field.or(known)
}

/// The address in a field that has exactly one value; an IPv4-mapped one is the IPv4 address that
/// it stands for, so that two spellings of an address are equal (R12).
fn only(headers: &HeaderMap, field: &str) -> Option<IpAddr> {
    let mut values = headers.get_all(field).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    parse_address(value.as_bytes()).map(|address| address.to_canonical())
}

/// The address that the outermost trusted hop saw, in a list that each hop appends to.
fn hop(headers: &HeaderMap, trusted: &TrustedAddress) -> Option<IpAddr> {
    let fields = headers.get_all(trusted.field()).iter().rev();
    let members = fields.flat_map(|field| field.as_bytes().rsplit(|&byte| byte == b','));
    // RFC 9110 §5.6.1: empty members count for nothing.
    let mut members = members.filter(|member| !member.trim_ascii().is_empty());
    members.nth(usize::from(trusted.hops()) - 1).and_then(parse_address)
}

/// Reads an address with or without port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`,
/// `[2001:db8::1]:80`, and an uncompressed IPv6 address with a port behind its eighth group. What
/// stands for a port without being one spoils the address (R12).
///
/// ```
/// use firstparty::request::identity::parse_address;
///
/// assert_eq!(parse_address(b"192.0.2.1:80"), "192.0.2.1".parse().ok());
/// assert_eq!(parse_address(b"[2001:db8::1]:443"), "2001:db8::1".parse().ok());
/// assert_eq!(parse_address(b"192.0.2.1:65536"), None);
/// ```
#[must_use]
pub fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim_matches([' ', '\t']);
    let with_port = || {
        let (address, port) = text.rsplit_once(':')?;
        without_port(address).filter(|_| is_port(port))
    };
    without_port(text).or_else(with_port)
}

fn without_port(text: &str) -> Option<IpAddr> {
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    text.parse().ok().or_else(in_brackets)
}

/// Digits and nothing else: a number would be read with a sign, too.
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// The canonical text form of an address (RFC 5952), an IPv4-mapped one as IPv4 (R5.6).
pub(crate) fn address_value(address: IpAddr) -> Option<HeaderValue> {
    // 39 characters for IPv6, 45 with an embedded IPv4 address.
    let mut text = StackBuffer::<48>::new();
    match address.to_canonical() {
        IpAddr::V4(address) => {
            // Formatting took 1,300 of the 14,500 instructions of an identification request.
            for (index, octet) in address.octets().into_iter().enumerate() {
                if index > 0 {
                    text.push_byte(b'.');
                }
                push_octet(&mut text, octet);
            }
        }
        IpAddr::V6(address) => write!(text, "{address}").ok()?,
    }
    HeaderValue::from_bytes(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Result<String, Refusal> {
        let value = HeaderValue::from_str(text).unwrap();
        BrowserHost::from_field(&value).map(|host| host.as_str().to_owned())
    }

    /// What is plain is kept as it came.
    #[test]
    fn plain_hosts_are_known_as_such() {
        for host in ["www.example.com", "my_host~1", "a-b.", "127.1"] {
            assert!(is_plain(host.as_bytes()), "{host}");
        }
        for host in ["", "Example.com", "example.com:", "[::1]", "a b", "\u{e9}"] {
            assert!(!is_plain(host.as_bytes()), "{host}");
        }
    }

    /// R5.6, R5.7: `uri-host [":" port]`, lower case, without port.
    #[test]
    fn hosts_are_cut_and_lowered_never_canonicalised() {
        for (text, expected) in [
            ("www.example.com", "www.example.com"),
            ("WWW.Example.COM:443", "www.example.com"),
            ("LOCALHOST", "localhost"),
            ("example.com.", "example.com."),
            ("example.com:", "example.com"),
            ("my_host~1", "my_host~1"),
            ("127.1", "127.1"),
            ("[2001:DB8::1]", "[2001:db8::1]"),
            ("[::1]:8443", "[::1]"),
            ("[0:0::1]", "[0:0::1]"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "",
            ":443",
            "a:b",
            "a:80:80",
            "u@a.b",
            "u:p@a.b",
            "a b",
            "a/b",
            "a%2eb",
            "a,b",
            "::1",
            "[::1",
            "::1]",
            "[]",
            "[::1]x",
            "[::1]:x",
            "[1.2.3.4]",
            "[fe80::1%25eth0]",
            "[[::1]]",
            "a?b",
            "a#b",
            "ex*mple",
            "é.example",
        ] {
            assert_eq!(host(text), Err(Refusal::Host), "{text}");
        }
    }

    /// R5.7: the authority of a URI has no userinfo either.
    #[test]
    fn authorities_have_no_userinfo() {
        let read = |text: &'static str| BrowserHost::from_authority(&Authority::from_static(text));
        assert_eq!(read("A.example:1").unwrap().as_str(), "a.example");
        assert_eq!(read("u@a.example"), Err(Refusal::Host));
    }

    /// R5.6: canonical text, IPv4-mapped IPv6 as IPv4.
    #[test]
    fn addresses_are_canonical() {
        for (text, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            assert_eq!(address_value(text.parse().unwrap()).unwrap(), expected);
        }
    }

    /// R12: a port, a number up to 65,535, is cut; anything else does not count.
    #[test]
    fn ports_are_cut_from_addresses() {
        for (text, expected) in [
            ("203.0.113.7", Some("203.0.113.7")),
            (" 203.0.113.7:4711\t", Some("203.0.113.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("2001:db8:1:2:3:4:5:6:443", Some("2001:db8:1:2:3:4:5:6")),
            ("203.0.113.7:0", Some("203.0.113.7")),
            ("203.0.113.7:65535", Some("203.0.113.7")),
            ("203.0.113.7:00080", Some("203.0.113.7")),
            ("[2001:db8::1]:65535", Some("2001:db8::1")),
            ("2001:db8:1:2:3:4:5:6:65535", Some("2001:db8:1:2:3:4:5:6")),
            ("", None),
            ("unknown", None),
            ("203.0.113.7, 203.0.113.8", None),
            ("203.0.113.7:", None),
            ("203.0.113.7:x", None),
            ("203.0.113.7:+80", None),
            ("203.0.113.7: 80", None),
            ("203.0.113.7:80:80", None),
            ("203.0.113.7:65536", None),
            ("[2001:db8::1]:65536", None),
            ("[2001:db8::1]:", None),
            ("[2001:db8::1]443", None),
            ("2001:db8:1:2:3:4:5:6:65536", None),
            ("[2001:db8::1", None),
            ("2001:db8::1]:443", None),
            ("[fe80::1%1]:443", None),
            ("[203.0.113.7]", None),
            ("203.0.113", None),
        ] {
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(parse_address(text.as_bytes()), expected, "{text}");
        }
    }

    fn fields(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).fold(HeaderMap::new(), |mut headers, (name, value)| {
            headers.append(name, value);
            headers
        })
    }

    /// R12: trusted hops are counted from the right, over all fields.
    #[test]
    fn hops_are_counted_from_the_right() {
        let headers = fields(&[
            ("x-forwarded-for", "192.0.2.66, 192.0.2.3"),
            ("x-forwarded-for", "192.0.2.2,192.0.2.1"),
        ]);
        let known = "198.51.100.1".parse().ok();
        for (hops, expected) in [
            (1, "192.0.2.1"),
            (2, "192.0.2.2"),
            (3, "192.0.2.3"),
            (4, "192.0.2.66"),
            (5, "198.51.100.1"),
        ] {
            let trusted = TrustedAddress::new(HeaderName::from_static("x-forwarded-for"), hops);
            let address =
                client_address(&headers, AddressSource::Adapter, trusted.ok().as_ref(), known);
            assert_eq!(address, expected.parse().ok(), "{hops}");
        }
    }

    /// R12, cloudflare: a made-up IPv4 address gives way to the real one.
    #[test]
    fn pseudo_addresses_give_way() {
        let source = crate::platform::Platform::Cloudflare.profile().address;
        let known = "198.51.100.1".parse().ok();
        let address = |pairs: &[(&'static str, &str)]| {
            client_address(&fields(pairs), source, None, known).unwrap().to_string()
        };
        let (field, pseudo, real) = ("cf-connecting-ip", "cf-pseudo-ipv4", "cf-connecting-ipv6");
        assert_eq!(address(&[]), "198.51.100.1");
        assert_eq!(address(&[(field, "192.0.2.1")]), "192.0.2.1");
        assert_eq!(address(&[(field, "192.0.2.1"), (field, "192.0.2.2")]), "198.51.100.1");
        assert_eq!(
            address(&[(field, "240.0.0.1"), (pseudo, "240.0.0.1"), (real, "2001:db8::1")]),
            "2001:db8::1"
        );
        assert_eq!(
            address(&[(field, "2001:db8::1"), (pseudo, "240.0.0.1"), (real, "2001:db8::2")]),
            "2001:db8::1"
        );
        // R12: addresses are compared, however they are written.
        for (one, other) in [
            ("240.0.0.1:443", "240.0.0.1"),
            ("240.0.0.1", "240.0.0.1:443"),
            ("240.0.0.1:80", " 240.0.0.1:443"),
            ("::ffff:240.0.0.1", "240.0.0.1"),
            ("240.0.0.1", "::FFFF:f000:1"),
            ("[::ffff:240.0.0.1]:443", "240.0.0.1:443"),
            ("[2001:DB8::7]", "2001:db8:0:0::7"),
        ] {
            let fields = [(field, one), (pseudo, other), (real, "[2001:db8::1]:443")];
            assert_eq!(address(&fields), "2001:db8::1", "{one} {other}");
        }
        // A port that is none spoils either: then there is no address, or no made-up one.
        let real_one = (real, "2001:db8::1");
        let spoilt = [(field, "240.0.0.1:65536"), (pseudo, "240.0.0.1"), real_one];
        assert_eq!(address(&spoilt), "198.51.100.1");
        let spoilt = [(field, "240.0.0.1"), (pseudo, "240.0.0.1:65536"), real_one];
        assert_eq!(address(&spoilt), "240.0.0.1");
        // A made-up address is nobody's: without the real one, the adapter's counts.
        assert_eq!(address(&[(field, "240.0.0.1"), (pseudo, "240.0.0.1")]), "198.51.100.1");
    }
}
