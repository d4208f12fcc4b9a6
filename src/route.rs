//! Step 1: which part of the integration a path belongs to (contract [R2]).
//!
//! A path is the integration path followed by a route. Segments are compared whole and byte for
//! byte; runs of slashes count as one. The path that is forwarded is a slice of the one that came.
//!
//! [R2]: crate::contract#R2

mod segments;

use http::Method;
use serde::Serialize;

use self::segments::{after, has_dot_segment, with_one_slash, without_slashes};
use crate::config::{Config, Mount, RoutePath};
use crate::refusal::Refusal;

/// What the path of every v4 agent begins with, below the integration path; the public API key follows (R4.2).
pub(crate) const V4_AGENT: &str = "web/v4/";

/// The part of the integration that a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Route<'p> {
    /// Agent v3: the download of the script.
    Agent,
    /// Agent v3: identification (POST) and browser cache (GET).
    Result {
        /// The rest of the path, or `/` if nothing is left.
        suffix: &'p str,
    },
    /// The status page.
    Status,
    /// Agent v4, which has its own paths upstream.
    Api {
        /// The rest of the path, or `/` if nothing is left.
        path: &'p str,
    },
}

impl Route<'_> {
    /// The route without the path.
    ///
    /// ```
    /// use firstparty::route::{Route, RouteKind};
    ///
    /// assert_eq!(Route::Api { path: "/web/v4/key" }.kind(), RouteKind::Api);
    /// ```
    #[must_use]
    pub const fn kind(self) -> RouteKind {
        match self {
            Self::Agent => RouteKind::Agent,
            Self::Result { .. } => RouteKind::Result,
            Self::Status => RouteKind::Status,
            Self::Api { .. } => RouteKind::Api,
        }
    }

    /// What upstream answers on this route.
    ///
    /// ```
    /// use firstparty::route::{Route, Serves};
    ///
    /// assert_eq!(Route::Agent.serves(), Serves::Scripts);
    /// assert_eq!(Route::Api { path: "/web/v4/key" }.serves(), Serves::Scripts);
    /// assert_eq!(Route::Result { suffix: "/" }.serves(), Serves::Results);
    /// ```
    #[must_use]
    #[inline]
    pub fn serves(self) -> Serves {
        match self {
            Self::Agent => Serves::Scripts,
            Self::Api { path } if path.starts_with("/web/") => Serves::Scripts,
            Self::Result { .. } => Serves::Results,
            Self::Api { .. } | Self::Status => Serves::Other,
        }
    }
}

/// What upstream answers on a route, which decides whether the ages of a response are capped
/// ([R7.1]).
///
/// ```
/// use firstparty::route::{Route, Serves};
///
/// assert_eq!(Route::Api { path: "/" }.serves(), Serves::Other);
/// ```
///
/// [R7.1]: crate::contract#R7.1
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Serves {
    /// The script of an agent.
    Scripts,
    /// Results of identification, and helper calls beside it.
    Results,
    /// Anything else.
    #[default]
    Other,
}

/// What a request is for, as its method says ([R2.7]).
///
/// ```
/// use firstparty::route::Kind;
///
/// assert_eq!(Kind::default(), Kind::Plain);
/// ```
///
/// [R2.7]: crate::contract#R2.7
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a request is authorised or it is not")]
pub enum Kind {
    /// An identification request. It is *authorised*: it carries the proxy secret and the browser's
    /// identity to upstream.
    Identification,
    /// Any other request.
    #[default]
    Plain,
}

impl Kind {
    /// The kind of a request with this method, on a route where requests can be authorised:
    /// [`Targets::kind`](crate::request::target::Targets::kind) knows the routes where they cannot.
    #[must_use]
    #[inline]
    pub(crate) fn of(method: &Method) -> Self {
        if *method == Method::POST { Self::Identification } else { Self::Plain }
    }

    /// Whether the request is an identification request.
    ///
    /// ```
    /// use firstparty::route::Kind;
    ///
    /// assert!(Kind::Identification.is_authorised() && !Kind::Plain.is_authorised());
    /// ```
    #[must_use]
    #[inline]
    pub const fn is_authorised(self) -> bool {
        matches!(self, Self::Identification)
    }
}

/// A route, without the path.
///
/// ```
/// use firstparty::route::RouteKind;
///
/// assert_eq!(serde_json::to_string(&RouteKind::Api)?, r#""api""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RouteKind {
    /// The v3 agent download.
    Agent,
    /// v3 identification and browser cache.
    Result,
    /// The status page.
    Status,
    /// v4.
    Api,
}

/// The routes of a configuration.
///
/// ```
/// use firstparty::{Config, refusal::Refusal, route::{Route, Routes}};
///
/// let config = Config::builder().agent_download_path("agent").get_result_path("result").build()?;
/// let routes = Routes::new(&config);
/// assert_eq!(routes.classify("/fp/agent"), Ok(Route::Agent));
/// assert_eq!(routes.classify("/fp/result//a/b"), Ok(Route::Result { suffix: "/a/b" }));
/// assert_eq!(routes.classify("/fp/agentfoo"), Ok(Route::Api { path: "/agentfoo" }));
/// assert_eq!(routes.classify("/fp/%2e%2E/x"), Err(Refusal::DotSegment));
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Routes {
    mount: Mount,
    agent: Option<RoutePath>,
    result: Option<RoutePath>,
    status: bool,
    v4: bool,
    /// A Bloom filter of 64 bits over the first bytes of the routes.
    first_bytes: u64,
}

impl Routes {
    /// The routes that a configuration switches on.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let status = config.status_page.then_some("status");
        let v3 = [&config.agent_download_path, &config.get_result_path].into_iter().flatten();
        let routes = v3.map(RoutePath::as_str).chain(status);
        Self {
            first_bytes: routes.fold(0, |bits, route| bits | first_byte_bit(route)),
            mount: config.mount.clone(),
            agent: config.agent_download_path.clone(),
            result: config.get_result_path.clone(),
            status: config.status_page,
            v4: config.v4,
        }
    }

    /// Finds the route of a path, which is given without its query.
    ///
    /// ```
    /// use firstparty::config::Mount;
    /// use firstparty::{Config, refusal::Refusal, route::{Route, Routes}};
    ///
    /// let config = Config::builder().mount(Mount::Exact("fp".parse()?)).build()?;
    /// let routes = Routes::new(&config);
    /// assert_eq!(routes.classify("/fp/status"), Ok(Route::Status));
    /// assert_eq!(routes.classify("/login"), Err(Refusal::NotFound));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::PathNotAbsolute`] ([R2.0]), [`Refusal::DotSegment`] ([R2.5]), and
    /// [`Refusal::NotFound`] for a path that does not belong to the integration ([R2.2]).
    ///
    /// [R2.0]: crate::contract#R2.0
    /// [R2.5]: crate::contract#R2.5
    /// [R2.2]: crate::contract#R2.2
    pub fn classify<'p>(&self, path: &'p str) -> Result<Route<'p>, Refusal> {
        if !path.starts_with('/') {
            return Err(Refusal::PathNotAbsolute);
        }
        if has_dot_segment(path) {
            return Err(Refusal::DotSegment);
        }
        self.find(path).ok_or(Refusal::NotFound)
    }

    /// Whether endpoint and agent of v4 are served under an integration path, which is given without
    /// a slash at its end.
    pub(crate) fn serve_v4(&self, integration_path: &str) -> bool {
        ["/", "/web/v4/key"].into_iter().all(|below| {
            let path = format!("{integration_path}{below}");
            self.classify(&path) == Ok(Route::Api { path: below })
        })
    }

    fn find<'p>(&self, path: &'p str) -> Option<Route<'p>> {
        let rest = match &self.mount {
            Mount::Depth(depth) => below_depth(path, *depth)?,
            Mount::Exact(prefix) => after(path, prefix.as_str())?,
            Mount::Anywhere => return self.route_anywhere(path),
            Mount::AnywhereOrDepth(depth) => {
                return match self.route_anywhere(path) {
                    None => self.api(below_depth(path, *depth)?),
                    route => route,
                };
            }
        };
        match self.route(rest) {
            None => self.api(rest),
            route => route,
        }
    }

    /// R2.2: the v3 routes and `status`, in the order of the rule.
    #[inline]
    fn route<'p>(&self, rest: &'p str) -> Option<Route<'p>> {
        let rest = without_slashes(rest);
        if self.rules_out(rest) { None } else { self.route_at(rest) }
    }

    /// The first byte alone rules out nearly all paths of an application.
    #[inline]
    fn rules_out(&self, rest: &str) -> bool {
        self.first_bytes & first_byte_bit(rest) == 0
    }

    #[inline(never)]
    fn route_at<'p>(&self, rest: &'p str) -> Option<Route<'p>> {
        if self.agent.as_ref().is_some_and(|agent| is_route(rest, agent.as_str())) {
            return Some(Route::Agent);
        }
        if let Some(suffix) = self.result.as_ref().and_then(|result| after(rest, result.as_str())) {
            let suffix = with_one_slash(suffix);
            return Some(Route::Result { suffix });
        }
        (self.status && is_route(rest, "status")).then_some(Route::Status)
    }

    fn api<'p>(&self, rest: &'p str) -> Option<Route<'p>> {
        self.v4.then(|| Route::Api { path: with_one_slash(rest) })
    }

    /// R2.6: the route that matches at the first position from the left.
    // Kept apart from the usual mounts.
    #[inline(never)]
    fn route_anywhere<'p>(&self, path: &'p str) -> Option<Route<'p>> {
        let mut rest = path;
        while !without_slashes(rest).is_empty() {
            if let Some(route) = self.route(rest) {
                return Some(route);
            }
            rest = segments::behind_first(rest)?;
        }
        None
    }
}

/// Whether a path is a route that takes nothing behind it but slashes.
fn is_route(path: &str, route: &str) -> bool {
    after(path, route).is_some_and(|rest| without_slashes(rest).is_empty())
}

/// The bit of a path's first byte.
fn first_byte_bit(path: &str) -> u64 {
    path.as_bytes().first().map_or(0, |byte| 1 << (byte % 64))
}

/// R2.1: the path below its first `depth` segments, or `None` if it has fewer.
#[inline]
fn below_depth(path: &str, depth: u8) -> Option<&str> {
    let mut rest = path;
    for _ in 0..depth {
        match segments::behind_first(rest) {
            Some(behind) => rest = behind,
            // With depth 1, the root of the site counts as the root of v4.
            None => return (depth == 1).then_some("/"),
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests;
