//! What is examined.

use thiserror::Error;
use url::{Host, Url};

use crate::client_setup;
use crate::config::RoutePath;
use crate::region::Region;

/// Longer URLs are refused, so that every request that is made from one fits a URI.
const LONGEST_URL: usize = 2048;

/// An integration that is live, as the operator knows it, whoever built it.
///
/// Only the URL is needed. The more is known, the more is examined.
///
/// ```
/// use firstparty::Region;
/// use firstparty::doctor::Integration;
///
/// let integration = Integration::new("https://metrics.example.com/ore54guier")?
///     .api_key("PUBLIC_API_KEY")
///     .agent_path("vbcnkxb654".parse()?)
///     .result_path("5yt489hgfj".parse()?)
///     .region(Region::Eu)
///     .origin("https://www.example.com")?;
/// assert_eq!(integration.url(), "https://metrics.example.com/ore54guier");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Integration {
    url: Url,
    site: Url,
    pub(super) api_key: Option<String>,
    pub(super) agent_path: Option<RoutePath>,
    pub(super) result_path: Option<RoutePath>,
    pub(super) region: Option<Region>,
    pub(super) identifies: bool,
}

impl Integration {
    /// An integration by the URL of its integration path. The path may be empty (depth 0).
    ///
    /// # Errors
    ///
    /// [`IntegrationError::Url`] if the text is no URL of that kind or longer than 2048 bytes,
    /// [`IntegrationError::Extra`] if it has more than a scheme, a host, a port and a path.
    ///
    /// ```
    /// use firstparty::doctor::{Integration, IntegrationError};
    ///
    /// assert_eq!(Integration::new("https://a.example/x/")?.url(), "https://a.example/x");
    /// let error = Integration::new("https://a.example/x?region=eu").unwrap_err();
    /// assert_eq!(error, IntegrationError::Extra);
    /// # Ok::<(), IntegrationError>(())
    /// ```
    pub fn new(url: &str) -> Result<Self, IntegrationError> {
        let is_plain = !url.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
        let mut parsed =
            if is_plain { Url::parse(url).ok() } else { None }.ok_or(IntegrationError::Url)?;
        let is_web = matches!(parsed.scheme(), "https" | "http") && parsed.has_host();
        if !is_web || parsed.as_str().len() > LONGEST_URL {
            return Err(IntegrationError::Url);
        }
        if has_more(&parsed) {
            return Err(IntegrationError::Extra);
        }
        let path = parsed.path().trim_end_matches('/').to_owned();
        parsed.set_path(&path);
        Ok(Self {
            site: parsed.clone(),
            url: parsed,
            api_key: None,
            agent_path: None,
            result_path: None,
            region: None,
            identifies: true,
        })
    }

    /// The public API key of the site. Without it no agent is downloaded.
    ///
    /// ```
    /// use firstparty::doctor::Integration;
    ///
    /// let integration = Integration::new("https://a.example/x")?.api_key("PUBLIC_API_KEY");
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// The v3 agent route.
    ///
    /// ```
    /// use firstparty::doctor::Integration;
    ///
    /// let integration = Integration::new("https://a.example/x")?.agent_path("vbcnkxb654".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn agent_path(mut self, path: RoutePath) -> Self {
        self.agent_path = Some(path);
        self
    }

    /// The v3 result route.
    ///
    /// ```
    /// use firstparty::doctor::Integration;
    ///
    /// let integration = Integration::new("https://a.example/x")?.result_path("5yt489hgfj".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn result_path(mut self, path: RoutePath) -> Self {
        self.result_path = Some(path);
        self
    }

    /// The region of the site's endpoints ([R3.3]). Without it, requests name `us`.
    ///
    /// ```
    /// use firstparty::{Region, doctor::Integration};
    ///
    /// let integration = Integration::new("https://a.example/x")?.region(Region::Ap);
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    ///
    /// [R3.3]: crate::contract#R3.3
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// The origin of the site whose pages use the integration. Without it, that is the integration's
    /// own origin.
    ///
    /// # Errors
    ///
    /// [`IntegrationError::Origin`] if the text is not an origin.
    ///
    /// ```
    /// use firstparty::doctor::{Integration, IntegrationError};
    ///
    /// let integration = Integration::new("https://metrics.example.com/x")?;
    /// let error = integration.origin("www.example.com").unwrap_err();
    /// assert_eq!(error, IntegrationError::Origin);
    /// # Ok::<(), IntegrationError>(())
    /// ```
    pub fn origin(mut self, origin: &str) -> Result<Self, IntegrationError> {
        let origin = client_setup::origin(origin).map_err(|_| IntegrationError::Origin)?;
        self.site = Url::parse(&origin).map_err(|_| IntegrationError::Origin)?;
        Ok(self)
    }

    /// Leaves out the requests that Fingerprint counts as erroneous identifications.
    ///
    /// ```
    /// use firstparty::doctor::Integration;
    ///
    /// let integration = Integration::new("https://a.example/x")?.without_identification();
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn without_identification(mut self) -> Self {
        self.identifies = false;
        self
    }

    /// The URL of the integration path, without a final slash.
    ///
    /// ```
    /// use firstparty::doctor::Integration;
    ///
    /// assert_eq!(Integration::new("https://A.example:443")?.url(), "https://a.example");
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    pub(super) fn path(&self) -> &str {
        self.url.path()
    }

    pub(super) fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host as it is resolved, without the brackets of an IPv6 address.
    pub(super) fn host(&self) -> Option<Host<&str>> {
        self.url.host()
    }

    pub(super) fn site_host(&self) -> Option<Host<&str>> {
        self.site.host()
    }

    /// The host as cookies and URIs have it.
    pub(super) fn host_text(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(super) fn site_origin(&self) -> String {
        self.site.origin().ascii_serialization()
    }

    /// Whether the site's pages need CORS to read the answers.
    pub(super) fn is_cross_origin(&self) -> bool {
        self.site.origin() != self.url.origin()
    }
}

fn has_more(url: &Url) -> bool {
    let has_user = !url.username().is_empty() || url.password().is_some();
    has_user || url.query().is_some() || url.fragment().is_some()
}

/// Text that describes no [`Integration`]. The error does not repeat it.
///
/// ```
/// use firstparty::doctor::{Integration, IntegrationError};
///
/// assert_eq!(Integration::new("www.example.com").unwrap_err(), IntegrationError::Url);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IntegrationError {
    /// It is not the URL of an integration path.
    #[error("expected the URL of an integration path, such as https://www.example.com/ore54guier")]
    Url,
    /// The URL has a user, a query or a fragment.
    #[error("expected a URL without user, query and fragment")]
    Extra,
    /// It is not the origin of a site.
    #[error("expected the origin of a site, such as https://www.example.com")]
    Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11.4: only what every probe can be built from is taken.
    #[test]
    fn urls_of_integrations_are_read() {
        for (text, expected) in [
            ("https://www.example.com/ore54guier", Ok("https://www.example.com/ore54guier")),
            ("HTTPS://WWW.example.com/a//b//", Ok("https://www.example.com/a//b")),
            ("https://www.example.com", Ok("https://www.example.com")),
            ("http://127.0.0.1:8787/fp", Ok("http://127.0.0.1:8787/fp")),
            ("https://[::1]/fp", Ok("https://[::1]/fp")),
            ("", Err(IntegrationError::Url)),
            ("www.example.com/x", Err(IntegrationError::Url)),
            ("ftp://www.example.com/x", Err(IntegrationError::Url)),
            ("https://www.example.com/a b", Err(IntegrationError::Url)),
            ("https:\\\\www.example.com", Err(IntegrationError::Url)),
            ("https://me@www.example.com/", Err(IntegrationError::Extra)),
            ("https://www.example.com/?a", Err(IntegrationError::Extra)),
            ("https://www.example.com/#a", Err(IntegrationError::Extra)),
        ] {
            let integration = Integration::new(text);
            let url = integration.as_ref().map(Integration::url).map_err(|error| *error);
            assert_eq!(url, expected, "{text}");
        }
        let long = format!("https://www.example.com/{}", "a".repeat(LONGEST_URL));
        assert_eq!(Integration::new(&long).unwrap_err(), IntegrationError::Url);
    }
}
