//! The text of a host (contract R5.6, R5.7).

use http::HeaderValue;
use http::uri::Authority;

use crate::host::is_uri_host;
use crate::octets::class::UNRESERVED_LOWER;
use crate::refusal::Refusal;

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
        let mut value = value.clone();
        settle(&mut value)?;
        Ok(Self(value))
    }

    /// Takes what [`settle`] or [`read_authority`] has left.
    pub(super) fn from_settled(value: HeaderValue) -> Self {
        Self(value)
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
        read_authority(authority).map(Self)
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
        without_final_dot(self.0.as_bytes()).eq_ignore_ascii_case(name.as_bytes())
    }

    pub(crate) fn into_value(self) -> HeaderValue {
        self.0
    }
}

/// Makes the browser's host of a field's value, in place. Usually nothing has to be changed.
#[inline]
pub(super) fn settle(field: &mut HeaderValue) -> Result<(), Refusal> {
    if !is_plain(field.as_bytes()) {
        *field = lowered(host_of(field.as_bytes())?)?;
    }
    Ok(())
}

/// The browser's host in the authority of a URI.
pub(super) fn read_authority(authority: &Authority) -> Result<HeaderValue, Refusal> {
    lowered(host_of(authority.as_str().as_bytes())?)
}

fn lowered(host: &[u8]) -> Result<HeaderValue, Refusal> {
    let lower = bytes::Bytes::from(host.to_ascii_lowercase());
    HeaderValue::from_maybe_shared(lower).map_err(|_| Refusal::Host)
}

/// A name without the dot that may end it.
pub(super) fn without_final_dot(host: &[u8]) -> &[u8] {
    host.strip_suffix(b".").unwrap_or(host)
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
