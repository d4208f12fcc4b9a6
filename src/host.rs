//! Host names (contract R1.3), and the other forms of a host in a URI (R5.7).

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use bytes::Bytes;
use http::HeaderValue;
use http::uri::Authority;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::octets::class::UNRESERVED;
use crate::region::Region;

/// A valid host name: no port, path or user, lower case, internationalised names in their ASCII
/// form.
///
/// ```
/// use firstparty::config::HostName;
///
/// let host: HostName = "API.fpjs.io".parse()?;
/// assert_eq!(host.as_str(), "api.fpjs.io");
/// for text in ["", "api.fpjs.io:443", "https://api.fpjs.io", "me@api.fpjs.io", "192.0.2.1"] {
///     assert!(text.parse::<HostName>().is_err());
/// }
/// # Ok::<(), firstparty::config::HostNameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct HostName(Box<str>);

/// RFC 1035 §2.3.4 gives a name 253 characters; three are left for a region and its dot.
const MAX_LENGTH: usize = 250;
const MAX_LABEL: usize = 63;

impl HostName {
    /// The name.
    ///
    /// ```
    /// let host: firstparty::config::HostName = "MÜNCHEN.example".parse()?;
    /// assert_eq!(host.as_str(), "xn--mnchen-3ya.example");
    /// # Ok::<(), firstparty::config::HostNameError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, in a region if there is one, as a URI and as `host` write it (R4.1).
    pub(crate) fn authority(&self, region: Option<Region>) -> (Authority, HeaderValue) {
        let name = Bytes::from([region.map_or("", Region::host_prefix), &self.0].concat());
        // Both hold one buffer. As it is shared, no clone of them allocates.
        let field = HeaderValue::from_maybe_shared(name.clone()).ok();
        let authority = Authority::from_maybe_shared(name).ok();
        #[expect(
            clippy::expect_used,
            reason = "both take 253 letters, digits, `-`, `_` and dots; the tests try names"
        )]
        authority.zip(field).expect("a host name fits a URI and a field")
    }
}

fn is_host_name(name: &str) -> bool {
    name.len() <= MAX_LENGTH && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let hyphen_at_end = label.starts_with('-') || label.ends_with('-');
    (1..=MAX_LABEL).contains(&label.len())
        && !hyphen_at_end
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl FromStr for HostName {
    type Err = HostNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let host =
            url::Host::parse(text).map_err(|source| HostNameError { source: Some(source) })?;
        match host {
            // `url` decodes percent-escapes; in a configuration they are a mistake.
            url::Host::Domain(name) if is_host_name(&name) && !text.contains('%') => {
                Ok(Self(name.into()))
            }
            _ => Err(HostNameError { source: None }),
        }
    }
}

impl TryFrom<String> for HostName {
    type Error = HostNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HostName> for String {
    fn from(host: HostName) -> Self {
        host.0.into()
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// R5.7: letters, digits and `-._~`, or an IPv6 address in brackets (RFC 3986 §3.2.2; there is no
/// other version of IP literals).
pub(crate) fn is_uri_host(host: &[u8]) -> bool {
    match host {
        [] => false,
        [b'[', literal @ .., b']'] => is_ip_literal(literal),
        name => UNRESERVED.contains_all(name),
    }
}

fn is_ip_literal(literal: &[u8]) -> bool {
    std::str::from_utf8(literal).is_ok_and(|literal| literal.parse::<Ipv6Addr>().is_ok())
}

/// Text that is not a [`HostName`]. The error does not repeat it.
///
/// ```
/// use firstparty::config::{HostName, HostNameError};
///
/// let error: HostNameError = "api.fpjs.io:443".parse::<HostName>().unwrap_err();
/// assert_eq!(error.to_string(), "expected a host name, without port, path or user");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected a host name, without port, path or user")]
#[non_exhaustive]
pub struct HostNameError {
    /// The objection of the URL standard, if it has one.
    pub source: Option<url::ParseError>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Authority and field value have the same, expected text.
    fn assert_fits(host: &HostName) {
        let regions = Region::ALL.iter().copied().map(Some).chain([None]);
        for region in regions {
            let (authority, field) = host.authority(region);
            let expected = format!("{}{host}", region.map_or("", Region::host_prefix));
            assert_eq!(authority.as_str(), expected);
            assert_eq!(authority.host(), expected);
            assert_eq!(field, expected);
        }
    }

    /// R4.1: the longest name has room for a region.
    #[test]
    fn the_longest_name_fits() {
        let long = "a".repeat(MAX_LABEL);
        let name = format!("{long}.{long}.{long}.{}", "a".repeat(MAX_LENGTH - 3 * 64));
        assert_fits(&name.parse().unwrap());
        assert!(format!("{name}a").parse::<HostName>().is_err());
    }

    proptest! {
        /// R1.3, R4.1: every host name fits a URI and a field, whatever the region.
        #[test]
        fn every_name_fits(
            text in prop_oneof![
                "[a-zA-Z0-9_-]{1,12}(\\.[a-zA-Z0-9_-]{1,12}){0,3}",
                "\\PC{1,20}(\\.\\PC{1,8})?",
            ],
        ) {
            if let Ok(host) = text.parse() {
                assert_fits(&host);
            }
        }
    }

    /// R1.3: serde reads names through the same check.
    #[test]
    fn names_are_written_as_they_are_read() {
        let host: HostName = serde_json::from_str(r#""API.example""#).unwrap();
        assert_eq!(serde_json::to_string(&host).unwrap(), r#""api.example""#);
        assert!(serde_json::from_str::<HostName>(r#""a.b:443""#).is_err());
    }

    /// R1.3: no port, path or userinfo, and no name that a URI parser could read differently.
    #[test]
    fn only_plain_host_names_pass() {
        for (text, expected) in [
            ("fpcdn.io", "fpcdn.io"),
            ("LOCALHOST", "localhost"),
            ("my_api.example", "my_api.example"),
            ("münchen.example", "xn--mnchen-3ya.example"),
        ] {
            assert_eq!(text.parse::<HostName>().unwrap().as_str(), expected);
        }
        let long = format!("{}.example", "a".repeat(64));
        let longer = ["abc"; 63].join(".");
        for text in [
            "a.b:443",
            "a.b/",
            "a.b/base",
            "u@a.b",
            "a..b",
            ".a.b",
            "a.b.",
            "%61.b",
            "a b",
            "[::1]",
            "1.2.3.4",
            "0x7f.1",
            "a.b?",
            "a.b#",
            "a*b.c",
            "-a.b",
            "a-.b",
            "a.b-",
            "ä\u{202e}",
            &long,
            &longer,
        ] {
            assert!(text.parse::<HostName>().is_err(), "{text}");
        }
    }
}
