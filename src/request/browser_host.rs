//! Step 2e: the host that the browser asked for (contract R5.7, R12).

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::config::Config;
use crate::host::is_uri_host;
use crate::octets::class::UNRESERVED_LOWER;
use crate::platform::{HostSource, Platform};
use crate::refusal::Refusal;

/// Where the browser's host comes from, and which hosts are served.
#[derive(Debug)]
pub(super) struct HostReader {
    /// Looked at before the URI and `host`.
    trusted: Option<HeaderName>,
    /// Empty: any host.
    listed: Vec<Box<str>>,
}

impl HostReader {
    pub(super) fn new(config: &Config, platform: Platform) -> Self {
        let profile = platform.profile();
        let trusted = match profile.host {
            HostSource::Field(field) => Some(HeaderName::from_static(field)),
            HostSource::Request => config.trusted_host.clone().filter(|_| profile.own_server),
        };
        Self { trusted, listed: config.hosts.clone() }
    }

    /// What the trusted field says, if there is one (R12). It has to be read before fields go (R5.0).
    pub(super) fn trusted(&self, headers: &HeaderMap) -> Result<Option<BrowserHost>, Refusal> {
        match &self.trusted {
            Some(field) => only(headers, field),
            None => Ok(None),
        }
    }

    /// R5.7, R12: the trusted field, else the URI's authority, else `host`; and the allow-list. A
    /// `host` field that is malformed is refused even where it is not read (RFC 9112 §3.2).
    pub(super) fn choose(
        &self,
        trusted: Option<BrowserHost>,
        uri: &Uri,
        field: Option<HeaderValue>,
    ) -> Result<BrowserHost, Refusal> {
        let field = field.map(BrowserHost::from_value).transpose()?;
        self.first_listed(trusted, uri, field)
    }

    /// R5.7 for a request that is not forwarded: the allow-list holds for it, too.
    pub(super) fn check(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
        if self.listed.is_empty() {
            return Ok(());
        }
        let field = only(headers, &HOST)?;
        let trusted = self.trusted(headers)?;
        self.first_listed(trusted, uri, field).map(drop)
    }

    fn first_listed(
        &self,
        trusted: Option<BrowserHost>,
        uri: &Uri,
        field: Option<BrowserHost>,
    ) -> Result<BrowserHost, Refusal> {
        let authority = uri.authority().map(BrowserHost::from_authority).transpose()?;
        let host = trusted.or(authority).or(field).ok_or(Refusal::Host)?;
        let is_listed = || self.listed.iter().any(|listed| **listed == *host.as_str());
        if self.listed.is_empty() || is_listed() { Ok(host) } else { Err(Refusal::HostNotListed) }
    }
}

/// The one value of a field that has to be the browser's host; none if the field is missing.
fn only(headers: &HeaderMap, field: &HeaderName) -> Result<Option<BrowserHost>, Refusal> {
    let mut values = headers.get_all(field).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => BrowserHost::from_field(value).map(Some),
        _ => Err(Refusal::Host),
    }
}

/// The host that the browser asked for: lower case, without port, otherwise as it was written; an
/// IPv6 address in brackets.
///
/// ```
/// use firstparty::http::HeaderValue;
/// use firstparty::refusal::Refusal;
/// use firstparty::request::browser_host::BrowserHost;
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
}
