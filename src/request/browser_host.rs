//! The host that the browser asked for (contract [R5.7], [R12]).
//!
//! [R5.7]: crate::contract#R5.7
//! [R12]: crate::contract#R12

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, Version};

use crate::config::Config;
use crate::host::is_uri_host;
use crate::octets::class::UNRESERVED_LOWER;
use crate::platform::{HostSource, Platform};
use crate::refusal::Refusal;
use crate::region::Region;

/// Finds the browser's host: in a trusted field, or else in the URI, or else in `host` ([R5.7],
/// [R12]). It also knows which hosts are served.
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue, Uri, Version};
/// use firstparty::request::browser_host::HostReader;
/// use firstparty::{Config, Platform, refusal::Refusal};
///
/// let config = Config::builder().hosts(["www.example.com"]).build()?;
/// let reader = HostReader::new(&config, Platform::Generic);
///
/// let mut headers = HeaderMap::new();
/// headers.insert("host", HeaderValue::from_static("www.example.com:8443"));
/// let host = reader.read(&headers, &Uri::from_static("/"), Version::HTTP_11)?;
/// assert_eq!(host.as_str(), "www.example.com");
///
/// let elsewhere = Uri::from_static("https://elsewhere.example/");
/// let read = reader.read(&headers, &elsewhere, Version::HTTP_11);
/// assert_eq!(read, Err(Refusal::HostNotListed));
/// let read = reader.read(&headers, &elsewhere, Version::HTTP_2);
/// assert_eq!(read, Err(Refusal::Host), "two names");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [R5.7]: crate::contract#R5.7
/// [R12]: crate::contract#R12
#[derive(Clone, Debug)]
pub struct HostReader {
    /// Asked before the URI and `host`.
    trusted: Option<HeaderName>,
    /// The hosts that are served; if it is empty, every host is.
    listed: Vec<Box<str>>,
    /// The API host, plain and of each other region, and the CDN host: names that no site has.
    upstream: [Box<str>; 4],
}

impl HostReader {
    /// Reads the field of the platform's edge or, on one's own server, the one that the configuration
    /// trusts.
    #[must_use]
    pub fn new(config: &Config, platform: Platform) -> Self {
        let profile = platform.profile();
        let trusted = match profile.host {
            HostSource::Field(field) => Some(HeaderName::from_static(field)),
            HostSource::Request => config.trusted_host.clone().filter(|_| profile.own_server),
        };
        let [us, eu, ap] = [Region::Us, Region::Eu, Region::Ap]
            .map(|region| format!("{}{}", region.host_prefix(), config.ingress_base_host).into());
        let cdn = config.cdn_url.as_str().into();
        Self { trusted, listed: config.hosts.clone(), upstream: [us, eu, ap, cdn] }
    }

    /// The browser's host of a request with these fields, this URI and this version.
    ///
    /// ```
    /// use firstparty::http::{HeaderMap, Uri, Version};
    /// use firstparty::request::browser_host::HostReader;
    /// use firstparty::{Config, Platform, refusal::Refusal};
    ///
    /// let reader = HostReader::new(&Config::default(), Platform::Generic);
    /// let none = HeaderMap::new();
    /// let uri = Uri::from_static("https://Shop.example/fp/");
    /// assert_eq!(reader.read(&none, &uri, Version::HTTP_2)?.as_str(), "shop.example");
    /// let uri = Uri::from_static("/fp/");
    /// assert_eq!(reader.read(&none, &uri, Version::HTTP_11), Err(Refusal::Host));
    /// # Ok::<(), Refusal>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Host`] if no host is named, if a field that names it is malformed or comes twice,
    /// or if `host` and the authority of HTTP/2 name different ones; [`Refusal::HostOfUpstream`] if
    /// the host is upstream's own; [`Refusal::HostNotListed`] if it is not served.
    pub fn read(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        version: Version,
    ) -> Result<BrowserHost, Refusal> {
        let host = self.find(headers, uri, version)?;
        self.judge(host)
    }

    /// As [`HostReader::read`], but as it was written, and with its port.
    pub(crate) fn read_with_port<'r>(
        &self,
        headers: &'r HeaderMap,
        uri: &'r Uri,
        version: Version,
    ) -> Result<&'r str, Refusal> {
        self.read(headers, uri, version)?;
        let trusted = self.trusted.as_ref().and_then(|field| headers.get(field));
        match (trusted, uri.authority()) {
            (None, Some(authority)) => Some(authority.as_str()),
            (trusted, _) => trusted.or(headers.get(HOST)).and_then(|value| value.to_str().ok()),
        }
        .ok_or(Refusal::Host)
    }

    /// As [`HostReader::read`], whether or not the host is upstream's own and whether or not it is
    /// served.
    pub(crate) fn find(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        version: Version,
    ) -> Result<BrowserHost, Refusal> {
        let field = only(headers, &HOST)?;
        first(self.trusted(headers)?, uri, field, version)
    }

    /// The host in the trusted field, if there is one (R12). It has to be read before any field is
    /// removed (R5.0).
    pub(super) fn trusted(&self, headers: &HeaderMap) -> Result<Option<BrowserHost>, Refusal> {
        match &self.trusted {
            Some(field) => only(headers, field),
            None => Ok(None),
        }
    }

    /// As [`HostReader::read`], for a caller that has read the fields already. A malformed `host` is
    /// refused even where it does not decide (RFC 9112 §3.2).
    pub(super) fn choose(
        &self,
        trusted: Result<Option<BrowserHost>, Refusal>,
        uri: &Uri,
        field: Option<HeaderValue>,
        version: Version,
    ) -> Result<BrowserHost, Refusal> {
        let field = field.map(BrowserHost::from_value).transpose()?;
        let host = first(trusted?, uri, field, version)?;
        self.judge(host)
    }

    #[inline]
    fn judge(&self, host: BrowserHost) -> Result<BrowserHost, Refusal> {
        if self.is_upstreams(&host) {
            Err(Refusal::HostOfUpstream)
        } else if self.serves(&host) {
            Ok(host)
        } else {
            Err(Refusal::HostNotListed)
        }
    }

    /// Of names with different lengths, nothing else is compared.
    fn is_upstreams(&self, host: &BrowserHost) -> bool {
        let host = host.without_final_dot();
        self.upstream.iter().any(|name| name.as_bytes() == host)
    }

    fn serves(&self, host: &BrowserHost) -> bool {
        self.listed.is_empty() || self.listed.iter().any(|listed| **listed == *host.as_str())
    }
}

/// R5.7, R12: the trusted field, or else the URI's authority, or else `host`.
#[inline]
fn first(
    trusted: Option<BrowserHost>,
    uri: &Uri,
    field: Option<BrowserHost>,
    version: Version,
) -> Result<BrowserHost, Refusal> {
    let authority = uri.authority().map(BrowserHost::from_authority).transpose()?;
    match (trusted, authority, field) {
        (Some(trusted), _, _) => Ok(trusted),
        // In HTTP/1.1, the absolute form wins (RFC 9112 §3.2.2); later the two must agree
        // (RFC 9113 §8.3.1).
        (None, Some(authority), Some(field))
            if version > Version::HTTP_11 && authority != field =>
        {
            Err(Refusal::Host)
        }
        (None, Some(host), _) | (None, None, Some(host)) => Ok(host),
        (None, None, None) => Err(Refusal::Host),
    }
}

/// R10.1: whether the hosts that a request names are well-formed. HTTP/1.0 need not name any
/// (RFC 9112 §3.2).
pub(super) fn check_form(headers: &HeaderMap, uri: &Uri, version: Version) -> Result<(), Refusal> {
    let field = only(headers, &HOST)?;
    let authority = uri.authority().map(BrowserHost::from_authority).transpose()?;
    let is_named = field.is_some() || authority.is_some();
    if is_named || version < Version::HTTP_11 { Ok(()) } else { Err(Refusal::Host) }
}

/// The host in a field that must have a single value, or `None` if the field is absent.
fn only(headers: &HeaderMap, field: &HeaderName) -> Result<Option<BrowserHost>, Refusal> {
    let mut values = headers.get_all(field).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => BrowserHost::from_field(value).map(Some),
        _ => Err(Refusal::Host),
    }
}

/// The host that the browser asked for: in lower case and without its port, otherwise as it was
/// written. An IPv6 address stands in brackets.
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
    /// ```
    /// use firstparty::http::HeaderValue;
    /// use firstparty::request::browser_host::BrowserHost;
    ///
    /// assert!(BrowserHost::from_field(&HeaderValue::from_static("a.example:80")).is_ok());
    /// assert!(BrowserHost::from_field(&HeaderValue::from_static("a.example/path")).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Host`] for any other value ([R5.7]).
    ///
    /// [R5.7]: crate::contract#R5.7
    pub fn from_field(value: &HeaderValue) -> Result<Self, Refusal> {
        Self::from_value(value.clone())
    }

    /// Reads a field's value, and keeps it if nothing has to be changed, which is the usual case.
    pub(crate) fn from_value(value: HeaderValue) -> Result<Self, Refusal> {
        if is_plain(value.as_bytes()) {
            return Ok(Self(value));
        }
        Self::copy(host_of(value.as_bytes())?)
    }

    /// Reads the authority of a URI, which must not have userinfo.
    ///
    /// ```
    /// use firstparty::request::browser_host::BrowserHost;
    ///
    /// let host = BrowserHost::from_authority(&"Shop.Example.com:443".parse()?)?;
    /// assert_eq!(host.as_str(), "shop.example.com");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Host`] for an authority with a malformed host, or with userinfo ([R5.7]).
    ///
    /// [R5.7]: crate::contract#R5.7
    pub fn from_authority(authority: &Authority) -> Result<Self, Refusal> {
        Self::copy(host_of(authority.as_str().as_bytes())?)
    }

    fn copy(host: &[u8]) -> Result<Self, Refusal> {
        let lower = bytes::Bytes::from(host.to_ascii_lowercase());
        HeaderValue::from_maybe_shared(lower).map(Self).map_err(|_| Refusal::Host)
    }

    /// The host as text.
    ///
    /// ```
    /// use firstparty::http::HeaderValue;
    /// use firstparty::request::browser_host::BrowserHost;
    ///
    /// let host = BrowserHost::from_field(&HeaderValue::from_static("[2001:db8::1]:443"))?;
    /// assert_eq!(host.as_str(), "[2001:db8::1]");
    /// # Ok::<(), firstparty::refusal::Refusal>(())
    /// ```
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

    /// Whether this is the host with that name. Case and a final dot do not matter.
    ///
    /// ```
    /// use firstparty::http::HeaderValue;
    /// use firstparty::request::browser_host::BrowserHost;
    ///
    /// let host = BrowserHost::from_field(&HeaderValue::from_static("www.example.com.:443"))?;
    /// assert!(host.is_named("WWW.example.com"));
    /// assert!(!host.is_named("example.com"));
    /// # Ok::<(), firstparty::refusal::Refusal>(())
    /// ```
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.without_final_dot().eq_ignore_ascii_case(name.as_bytes())
    }

    fn without_final_dot(&self) -> &[u8] {
        let host = self.0.as_bytes();
        host.strip_suffix(b".").unwrap_or(host)
    }

    pub(crate) fn into_value(self) -> HeaderValue {
        self.0
    }
}

/// Whether a text is a name in lower case without a port, which is quicker to see than to find the
/// port.
fn is_plain(text: &[u8]) -> bool {
    !text.is_empty() && UNRESERVED_LOWER.contains_all(text)
}

/// The text without its port, if it is a valid host then.
fn host_of(text: &[u8]) -> Result<&[u8], Refusal> {
    // The only colon behind the bracket of an address, or in a name, begins the port.
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
