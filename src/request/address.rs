//! The browser's address, and how upstream is told (contract [R5.6], [R12]).
//!
//! [R5.6]: crate::contract#R5.6
//! [R12]: crate::contract#R12

use std::fmt::Write;
use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::{Config, TrustedAddress};
use crate::octets::decimal::DottedOctets;
use crate::octets::stack_buffer::StackBuffer;
use crate::platform::{AddressSource, Platform};

/// Finds the browser's address: in a field of the platform's edge, or in a field that the
/// configuration trusts, or else in what the adapter knows ([R12]).
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue};
/// use firstparty::request::address::AddressReader;
/// use firstparty::{Config, Platform};
///
/// let reader = AddressReader::new(&Config::default(), Platform::Akamai);
/// let peer = "198.51.100.1".parse().ok();
/// let mut headers = HeaderMap::new();
/// assert_eq!(reader.read(&headers, peer), peer);
/// headers.insert("true-client-ip", HeaderValue::from_static("203.0.113.7"));
/// assert_eq!(reader.read(&headers, peer), "203.0.113.7".parse().ok());
/// ```
///
/// [R12]: crate::contract#R12
#[derive(Clone, Debug)]
pub struct AddressReader {
    source: AddressSource,
    trusted: Option<TrustedAddress>,
}

impl AddressReader {
    /// Reads the field of the platform's edge or, on one's own server, the one that the configuration
    /// trusts.
    #[must_use]
    pub fn new(config: &Config, platform: Platform) -> Self {
        let profile = platform.profile();
        let trusted = config.trusted_address.clone().filter(|_| profile.own_server);
        Self { source: profile.address, trusted }
    }

    /// The address of the browser that sent these fields. `known` is the address of the adapter's
    /// peer, if the adapter knows it.
    ///
    /// ```
    /// use firstparty::config::TrustedAddress;
    /// use firstparty::http::{HeaderMap, HeaderValue};
    /// use firstparty::request::address::AddressReader;
    /// use firstparty::{Config, Platform};
    ///
    /// let trusted: TrustedAddress =
    ///     serde_json::from_str(r#"{"field": "x-forwarded-for", "hops": 1}"#)?;
    /// let config = Config::builder().trusted_address(trusted).build()?;
    /// let reader = AddressReader::new(&config, Platform::Generic);
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("x-forwarded-for", HeaderValue::from_static("10.0.0.1, 203.0.113.7"));
    /// assert_eq!(reader.read(&headers, None), "203.0.113.7".parse().ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn read(&self, headers: &HeaderMap, known: Option<IpAddr>) -> Option<IpAddr> {
        let field = match self.source {
            AddressSource::Adapter => {
                self.trusted.as_ref().and_then(|trusted| hop(headers, trusted))
            }
            AddressSource::Field(field) => only(headers, field),
            AddressSource::PseudoIpv4 { field, pseudo, real } => {
                let address = only(headers, field);
                let is_pseudo = address.is_some() && address == only(headers, pseudo);
                if is_pseudo { only(headers, real) } else { address }
            }
        };
        field.or(known)
    }

    /// Whether the address may be read in this field.
    pub(super) fn reads(&self, name: &HeaderName) -> bool {
        match self.source {
            AddressSource::Adapter => {
                self.trusted.as_ref().is_some_and(|trusted| trusted.field() == name)
            }
            AddressSource::Field(field) => name == field,
            AddressSource::PseudoIpv4 { field, pseudo, real } => {
                [field, pseudo, real].iter().any(|field| name == field)
            }
        }
    }
}

/// The address in a field that has exactly one value. An IPv4-mapped address becomes the IPv4 address
/// that it stands for, so that two spellings of one address are equal (R12).
fn only(headers: &HeaderMap, field: &str) -> Option<IpAddr> {
    let mut values = headers.get_all(field).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    parse_address(value.as_bytes()).map(|address| address.to_canonical())
}

/// The address that the outermost trusted hop saw, in a list to which each hop appends one.
fn hop(headers: &HeaderMap, trusted: &TrustedAddress) -> Option<IpAddr> {
    let fields = headers.get_all(trusted.field()).iter().rev();
    let members = fields.flat_map(|field| field.as_bytes().rsplit(|&byte| byte == b','));
    // RFC 9110 §5.6.1: empty members count for nothing.
    let mut members = members.filter(|member| !member.trim_ascii().is_empty());
    members.nth(usize::from(trusted.hops().get()) - 1).and_then(parse_address)
}

/// Reads an address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`,
/// `[2001:db8::1]`, `[2001:db8::1]:80`, and an uncompressed IPv6 address with a port behind its
/// eighth group. Text in the place of a port that is not a port makes the address invalid ([R12]).
///
/// ```
/// use firstparty::request::address::parse_address;
///
/// assert_eq!(parse_address(b"192.0.2.1:80"), "192.0.2.1".parse().ok());
/// assert_eq!(parse_address(b"[2001:db8::1]:443"), "2001:db8::1".parse().ok());
/// assert_eq!(parse_address(b"192.0.2.1:65536"), None);
/// ```
///
/// [R12]: crate::contract#R12
#[must_use]
pub fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim_matches([' ', '\t']);
    if let Some(address) = address_without_port(text) {
        return Some(address);
    }
    let (address, port) = text.rsplit_once(':')?;
    address_without_port(address).filter(|_| is_port(port))
}

fn address_without_port(text: &str) -> Option<IpAddr> {
    match text.strip_prefix('[') {
        Some(literal) => literal.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// The digits are checked apart, because parsing a number accepts a sign.
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// The canonical text form of an address (RFC 5952), an IPv4-mapped one as IPv4 (R5.6).
pub(super) fn field_value(address: IpAddr) -> Option<HeaderValue> {
    match address.to_canonical() {
        // Faster than formatting.
        IpAddr::V4(address) => {
            HeaderValue::from_bytes(DottedOctets::of(address.octets()).as_bytes()).ok()
        }
        IpAddr::V6(address) => {
            // At most 39 characters, or 45 with an embedded IPv4 address.
            let mut text = StackBuffer::<48>::new();
            write!(text, "{address}").ok()?;
            HeaderValue::from_bytes(text.as_bytes()).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R5.6: canonical text, IPv4-mapped IPv6 as IPv4.
    #[test]
    fn addresses_are_canonical() {
        for (text, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            assert_eq!(field_value(text.parse().unwrap()).unwrap(), expected);
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
            let field = HeaderName::from_static("x-forwarded-for");
            let trusted = TrustedAddress::new(field, hops.try_into().unwrap());
            let config = Config::builder().trusted_address(trusted).build().unwrap();
            let reader = AddressReader::new(&config, Platform::Generic);
            assert_eq!(reader.read(&headers, known), expected.parse().ok(), "{hops}");
        }
    }

    /// R12: only fields that an address comes from may be read.
    #[test]
    fn fields_of_an_address_are_known() {
        let trusted =
            TrustedAddress::new(HeaderName::from_static("x-real-ip"), 1.try_into().unwrap());
        let config = Config::builder().trusted_address(trusted).build().unwrap();
        for (config, platform, expected) in [
            (Config::default(), Platform::Generic, &[][..]),
            (config, Platform::Generic, &["x-real-ip"]),
            (
                Config::default(),
                Platform::Cloudflare,
                &["cf-connecting-ip", "cf-pseudo-ipv4", "cf-connecting-ipv6"],
            ),
        ] {
            let reader = AddressReader::new(&config, platform);
            for name in
                ["cf-connecting-ip", "cf-pseudo-ipv4", "cf-connecting-ipv6", "x-real-ip", "accept"]
            {
                let is_read = reader.reads(&HeaderName::from_static(name));
                assert_eq!(is_read, expected.contains(&name), "{platform:?} {name}");
            }
        }
    }

    /// R12, cloudflare: a made-up IPv4 address gives way to the real one.
    #[test]
    fn pseudo_addresses_give_way() {
        let reader = AddressReader::new(&Config::default(), Platform::Cloudflare);
        let known = "198.51.100.1".parse().ok();
        let address = |pairs: &[(&'static str, &str)]| {
            reader.read(&fields(pairs), known).unwrap().to_string()
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
        // Where a port is malformed, its whole field does not count.
        let real_one = (real, "2001:db8::1");
        let spoilt = [(field, "240.0.0.1:65536"), (pseudo, "240.0.0.1"), real_one];
        assert_eq!(address(&spoilt), "198.51.100.1");
        let spoilt = [(field, "240.0.0.1"), (pseudo, "240.0.0.1:65536"), real_one];
        assert_eq!(address(&spoilt), "240.0.0.1");
        // The other field counts only in place of a made-up address.
        assert_eq!(address(&[(real, "2001:db8::1")]), "198.51.100.1");
        assert_eq!(address(&[(pseudo, "240.0.0.1"), (real, "2001:db8::1")]), "198.51.100.1");
        assert_eq!(address(&[(field, "no"), (pseudo, "no"), (real, "::1")]), "198.51.100.1");
        // A made-up address is nobody's: without the real one, the adapter's counts.
        assert_eq!(address(&[(field, "240.0.0.1"), (pseudo, "240.0.0.1")]), "198.51.100.1");
    }
}
