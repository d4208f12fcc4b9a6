//! Where a request goes upstream (contract [R4]), and how its query is changed ([R3.4] to
//! [R3.6]).
//!
//! [R4]: crate::contract#R4
//! [R3.4]: crate::contract#R3.4
//! [R3.6]: crate::contract#R3.6

mod agent;
mod api_keys;
mod path;
mod segment;

use http::uri::{self, Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Method, Uri};

use self::agent::AgentPath;
use self::api_keys::ApiKeys;
use self::path::{Path, write_path_and_query};
use super::region::Agreement;
use crate::config::{AgentOrigin, Config, HostName};
use crate::octets::percent::push_encoded;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::region::Region;
use crate::route::{Kind, Route};

/// The places to which requests can go: the hosts of a configuration, and the name under which the
/// integration announces itself there.
///
/// ```
/// use firstparty::request::target::Targets;
/// use firstparty::route::{Kind, Route};
/// use firstparty::{Config, Platform};
///
/// let config = Config::builder().integration_version("1.2.3").build()?;
/// let targets = Targets::new(&config, Platform::CloudFront);
///
/// let result = Route::Result { suffix: "/a" };
/// let target = targets.resolve(result, Kind::Identification, Some("region=eu"))?;
/// assert_eq!(
///     target.uri.to_string(),
///     "https://eu.api.fpjs.io/a?region=eu&ii=fingerprintjs-pro-cloudfront%2F1.2.3%2Fingress",
/// );
///
/// let query = Some("apiKey=k&loaderVersion=3.8.0");
/// let target = targets.resolve(Route::Agent, Kind::Plain, query)?;
/// assert_eq!(target.uri.path(), "/web/v3/k/loader_v3.8.0.js");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Targets {
    /// The API hosts, in the order of [`Region::ALL`].
    api: [Endpoint; 3],
    cdn: Endpoint,
    agent_origin: AgentOrigin,
    /// The region of every request to the API, if it is fixed (R3.6).
    region: Option<Region>,
    api_keys: ApiKeys,
    /// The parameter `ii={name}/{version}/ingress`, encoded.
    ingress: Box<str>,
    /// The parameter `ii={name}/{version}/procdn`, encoded.
    procdn: Box<str>,
}

/// The place to which one request goes.
///
/// ```
/// use firstparty::request::target::Targets;
/// use firstparty::route::{Kind, Route};
/// use firstparty::{Config, Platform, Region};
///
/// let targets = Targets::new(&Config::default(), Platform::Generic);
/// let route = Route::Api { path: "/web/v4/key" };
/// let target = targets.resolve(route, Kind::Plain, Some("region=ap"))?;
/// assert_eq!(target.uri, "https://ap.api.fpjs.io/web/v4/key?region=ap");
/// assert_eq!(target.host, "ap.api.fpjs.io");
/// assert_eq!(target.region, Some(Region::Ap));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The whole URI.
    pub uri: Uri,
    /// The value of `host` that goes with the URI.
    pub host: HeaderValue,
    /// The region that was chosen, or `None` for a download from the CDN.
    pub region: Option<Region>,
}

/// A host of upstream's.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    authority: Authority,
    /// The value of `host`.
    pub(super) host: HeaderValue,
    /// The region of an API host.
    pub(super) region: Option<Region>,
}

impl Endpoint {
    fn new(host: &HostName, region: Option<Region>) -> Self {
        let (authority, host) = host.authority(region);
        Self { authority, host, region }
    }

    /// Completes a URI that has its path and query. R4.1: always HTTPS, and `host` says what the URI
    /// says.
    #[inline]
    fn complete(&self, mut parts: uri::Parts, uri: &mut Option<Uri>) -> Result<(), Refusal> {
        parts.scheme = Some(Scheme::HTTPS);
        parts.authority = Some(self.authority.clone());
        *uri = Some(Uri::from_parts(parts).map_err(|_| Refusal::TargetMalformed)?);
        Ok(())
    }
}

impl Targets {
    /// Computes what does not depend on the request.
    #[must_use]
    pub fn new(config: &Config, platform: Platform) -> Self {
        let api = &config.ingress_base_host;
        Self {
            api: [Region::Us, Region::Eu, Region::Ap]
                .map(|region| Endpoint::new(api, Some(region))),
            cdn: Endpoint::new(&config.cdn_url, None),
            agent_origin: config.agent_origin,
            region: config.region,
            api_keys: ApiKeys::new(config),
            ingress: monitoring(config, platform, "ingress"),
            procdn: monitoring(config, platform, "procdn"),
        }
    }

    /// The kind of a request with this method on this route ([R2.7]): the status page and downloads
    /// from the CDN are never authorised.
    ///
    /// ```
    /// use firstparty::http::Method;
    /// use firstparty::request::target::Targets;
    /// use firstparty::route::{Kind, Route};
    /// use firstparty::{Config, Platform};
    ///
    /// let targets = Targets::new(&Config::default(), Platform::Generic);
    /// let result = Route::Result { suffix: "/" };
    /// assert_eq!(targets.kind(result, &Method::POST), Kind::Identification);
    /// assert_eq!(targets.kind(result, &Method::GET), Kind::Plain);
    /// assert_eq!(targets.kind(Route::Status, &Method::POST), Kind::Plain);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R2.7]: crate::contract#R2.7
    #[must_use]
    pub fn kind(&self, route: Route<'_>, method: &Method) -> Kind {
        match route {
            Route::Agent if self.agent_origin == AgentOrigin::Cdn => Kind::Plain,
            Route::Agent | Route::Result { .. } | Route::Api { .. } => Kind::of(method),
            Route::Status => Kind::Plain,
        }
    }

    /// Builds the target of a request.
    ///
    /// ```
    /// use firstparty::request::target::Targets;
    /// use firstparty::route::{Kind, Route};
    /// use firstparty::{Config, Platform, refusal::Refusal};
    ///
    /// let targets = Targets::new(&Config::default(), Platform::Generic);
    /// let download = |query| targets.resolve(Route::Agent, Kind::Plain, Some(query));
    /// assert_eq!(download("apiKey=a%2Fb")?.uri.path(), "/web/v3/a%2Fb");
    /// assert_eq!(download("apikey=k").unwrap_err(), Refusal::ApiKeyMissing);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Refusal`] for an `apiKey` or another value that cannot stand in a path ([R4.4]), for a
    /// key that is not listed ([R4.7]), and for a target that is too long ([R4.6]).
    /// [`Refusal::NotFound`] for the status page, which has no target.
    ///
    /// [R4.4]: crate::contract#R4.4
    /// [R4.7]: crate::contract#R4.7
    /// [R4.6]: crate::contract#R4.6
    pub fn resolve(
        &self,
        route: Route<'_>,
        kind: Kind,
        query: Option<&str>,
    ) -> Result<Target, Refusal> {
        let mut uri = None;
        let endpoint = self.aim(&mut uri, route, kind, query)?;
        let uri = uri.ok_or(Refusal::TargetMalformed)?;
        Ok(Target { uri, host: endpoint.host.clone(), region: endpoint.region })
    }

    /// As [`Self::resolve`]: writes the URI, and lends the host to which it leads.
    pub(super) fn aim(
        &self,
        uri: &mut Option<Uri>,
        route: Route<'_>,
        kind: Kind,
        query: Option<&str>,
    ) -> Result<&Endpoint, Refusal> {
        let query = query.unwrap_or_default();
        let mut parts = uri::Parts::default();
        let target = &mut parts.path_and_query;
        let endpoint = match route {
            Route::Agent if self.agent_origin == AgentOrigin::Cdn => {
                let mut path = AgentPath::new("/v");
                self.read_agent(&mut path, query, None)?;
                write_path_and_query(&path, query.as_bytes(), Some(&self.procdn), target)?;
                &self.cdn
            }
            Route::Agent => {
                let mut regions = Agreement::new(query, self.region);
                let mut path = AgentPath::new("/web/v");
                self.read_agent(&mut path, query, Some(&mut regions))?;
                self.api(&path, kind, &mut regions, target)?
            }
            Route::Result { suffix: path } | Route::Api { path } => {
                self.api_keys.check_path(path)?;
                let mut regions = Agreement::new(query, self.region);
                regions.read();
                self.api(&path, kind, &mut regions, target)?
            }
            Route::Status => return Err(Refusal::NotFound),
        };
        endpoint.complete(parts, uri)?;
        Ok(endpoint)
    }

    #[inline]
    fn read_agent<'q>(
        &self,
        path: &mut AgentPath<'q>,
        query: &'q str,
        regions: Option<&mut Agreement<'_>>,
    ) -> Result<(), Refusal> {
        path.read(query, regions)?;
        self.api_keys.check_segment(path.key())
    }

    /// Writes path and query for the API host in the region that is agreed on.
    #[inline]
    fn api(
        &self,
        path: &impl Path,
        kind: Kind,
        regions: &mut Agreement<'_>,
        target: &mut Option<PathAndQuery>,
    ) -> Result<&Endpoint, Refusal> {
        let [us, eu, ap] = &self.api;
        let endpoint = match regions.region() {
            Region::Us => us,
            Region::Eu => eu,
            Region::Ap => ap,
        };
        let monitoring = kind.is_authorised().then_some(&*self.ingress);
        write_path_and_query(path, regions.finish(), monitoring, target)?;
        Ok(endpoint)
    }
}

/// R3.5: `ii={name}/{version}/{kind}`, encoded.
fn monitoring(config: &Config, platform: Platform, kind: &str) -> Box<str> {
    let name = config.integration_name_on(platform);
    let mut text = String::from("ii=");
    push_encoded(&mut text, &[name, config.integration_version(), kind].join("/"));
    text.into_boxed_str()
}

#[cfg(test)]
mod tests;
