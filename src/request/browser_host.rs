//! The host that the browser asked for (contract [R5.7], [R12]).
//!
//! [R5.7]: crate::contract#R5.7
//! [R12]: crate::contract#R12

mod host;

use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, Version};

pub use self::host::BrowserHost;
use self::host::{read_authority, settle, without_final_dot};
use crate::config::Config;
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
        let [us, eu, ap] = [Region::Us, Region::Eu, Region::Ap].map(|region| {
            [region.host_prefix(), config.ingress_base_host.as_str()].concat().into()
        });
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
        self.judge(host.header_value())?;
        Ok(host)
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
        let (mut host, mut trusted) = (None, None);
        read_only(headers, &HOST, &mut host)?;
        self.read_trusted(headers, &mut trusted)?;
        settle_first(trusted, uri, version, &mut host)?;
        host.map(BrowserHost::from_settled).ok_or(Refusal::Host)
    }

    /// Whether this is the trusted field.
    pub(super) fn trusts(&self, name: &HeaderName) -> bool {
        self.trusted.as_ref() == Some(name)
    }

    /// Reads the trusted field, if there is one (R12), before any field is removed (R5.0).
    pub(super) fn read_trusted(
        &self,
        headers: &HeaderMap,
        trusted: &mut Option<HeaderValue>,
    ) -> Result<(), Refusal> {
        match &self.trusted {
            Some(field) => read_only(headers, field, trusted),
            None => Ok(()),
        }
    }

    /// As [`HostReader::read`], for a caller that has read the fields already: `host` holds the field
    /// of that name, and then the browser's host. A malformed field is refused even where it does not
    /// decide (RFC 9112 §3.2).
    pub(super) fn choose(
        &self,
        trusted: Option<HeaderValue>,
        uri: &Uri,
        version: Version,
        host: &mut Option<HeaderValue>,
    ) -> Result<(), Refusal> {
        settle_first(trusted, uri, version, host)?;
        host.as_ref().map_or(Err(Refusal::Host), |host| self.judge(host))
    }

    #[inline]
    fn judge(&self, host: &HeaderValue) -> Result<(), Refusal> {
        if self.is_upstreams(host) {
            Err(Refusal::HostOfUpstream)
        } else if self.serves(host) {
            Ok(())
        } else {
            Err(Refusal::HostNotListed)
        }
    }

    /// Of names with different lengths, nothing else is compared.
    fn is_upstreams(&self, host: &HeaderValue) -> bool {
        let host = without_final_dot(host.as_bytes());
        self.upstream.iter().any(|name| name.as_bytes() == host)
    }

    fn serves(&self, host: &HeaderValue) -> bool {
        self.listed.is_empty() || self.listed.iter().any(|listed| listed.as_bytes() == host)
    }
}

/// R5.7, R12: the trusted field, or else the URI's authority, or else `host`, which is read last and
/// keeps what counts.
#[inline]
fn settle_first(
    trusted: Option<HeaderValue>,
    uri: &Uri,
    version: Version,
    host: &mut Option<HeaderValue>,
) -> Result<(), Refusal> {
    if let Some(field) = host {
        settle(field)?;
    }
    if let Some(authority) = uri.authority() {
        let authority = read_authority(authority)?;
        // In HTTP/1.1, the absolute form wins (RFC 9112 §3.2.2); later the two must agree
        // (RFC 9113 §8.3.1).
        let must_agree = trusted.is_none() && version > Version::HTTP_11;
        if must_agree && host.as_ref().is_some_and(|field| *field != authority) {
            return Err(Refusal::Host);
        }
        *host = Some(authority);
    }
    if trusted.is_some() {
        *host = trusted;
    }
    Ok(())
}

/// R10.1: whether the hosts that a request names are well-formed. HTTP/1.0 need not name any
/// (RFC 9112 §3.2).
pub(super) fn check_form(headers: &HeaderMap, uri: &Uri, version: Version) -> Result<(), Refusal> {
    let mut host = None;
    read_only(headers, &HOST, &mut host)?;
    let authority = uri.authority().map(read_authority).transpose()?;
    let is_named = host.is_some() || authority.is_some();
    if is_named || version < Version::HTTP_11 { Ok(()) } else { Err(Refusal::Host) }
}

/// Reads the host in a field that must have a single value, if the field is there.
fn read_only(
    headers: &HeaderMap,
    field: &HeaderName,
    host: &mut Option<HeaderValue>,
) -> Result<(), Refusal> {
    let mut values = headers.get_all(field).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(()),
        (Some(value), None) => settle(host.insert(value.clone())),
        _ => Err(Refusal::Host),
    }
}
