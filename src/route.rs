//! Step 1: which part of the integration a path belongs to (contract R2).
//!
//! A path is the integration path followed by a route. Segments are compared whole and byte for
//! byte; runs of slashes count as one. What is forwarded is a slice of the path as it came.

mod segments;

use serde::Serialize;

use self::segments::{after, has_dot_segment, skip, with_one_slash};
use crate::config::{Config, Mount, RoutePath};
use crate::refusal::Refusal;

/// The part of the integration that a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Route<'p> {
    /// Agent v3: the download of the script.
    Agent,
    /// Agent v3: identification (POST) and browser cache (GET).
    Result {
        /// The rest of the path, `/` if there is none.
        suffix: &'p str,
    },
    /// The status page.
    Status,
    /// Agent v4, which has its own paths upstream.
    Api {
        /// The rest of the path, `/` if there is none.
        path: &'p str,
    },
}

impl Route<'_> {
    /// The route without the path.
    #[must_use]
    pub const fn kind(self) -> RouteKind {
        match self {
            Self::Agent => RouteKind::Agent,
            Self::Result { .. } => RouteKind::Result,
            Self::Status => RouteKind::Status,
            Self::Api { .. } => RouteKind::Api,
        }
    }
}

/// A route, without the path.
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
    /// A bit for the first byte of each route, modulo 64.
    initials: u64,
}

impl Routes {
    /// The routes that a configuration switches on.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let status = config.status_page.then_some("status");
        let v3 = [&config.agent_route, &config.result_route].into_iter().flatten();
        let routes = v3.map(RoutePath::as_str).chain(status);
        Self {
            initials: routes.fold(0, |bits, route| bits | initial(route)),
            mount: config.mount.clone(),
            agent: config.agent_route.clone(),
            result: config.result_route.clone(),
            status: config.status_page,
            v4: config.v4,
        }
    }

    /// Finds the route of a path (without query).
    ///
    /// # Errors
    ///
    /// [`Refusal::PathNotAbsolute`] (R2.0), [`Refusal::DotSegment`] (R2.5), and
    /// [`Refusal::NotFound`] for a path that is none of the integration's.
    pub fn classify<'p>(&self, path: &'p str) -> Result<Route<'p>, Refusal> {
        if !path.starts_with('/') {
            return Err(Refusal::PathNotAbsolute);
        }
        if has_dot_segment(path) {
            return Err(Refusal::DotSegment);
        }
        self.find(path).ok_or(Refusal::NotFound)
    }

    fn find<'p>(&self, path: &'p str) -> Option<Route<'p>> {
        let rest = match &self.mount {
            Mount::Depth(depth) => below_depth(path, *depth)?,
            Mount::Exact(prefix) => after(path, prefix.as_str())?,
            Mount::Anywhere => return self.route_anywhere(path),
            Mount::AnywhereOrDepth(depth) => {
                let below = || self.api(below_depth(path, *depth)?);
                return self.route_anywhere(path).or_else(below);
            }
        };
        self.route(rest).or_else(|| self.api(rest))
    }

    /// R2.2: the routes in their order; the agent route and `status` take nothing behind them.
    #[inline]
    fn route<'p>(&self, rest: &'p str) -> Option<Route<'p>> {
        let rest = skip(rest);
        if self.rules_out(rest) { None } else { self.route_at(rest) }
    }

    /// Of an application's own paths, the first byte alone rules nearly all out.
    #[inline]
    fn rules_out(&self, rest: &str) -> bool {
        self.initials & initial(rest) == 0
    }

    #[inline(never)]
    fn route_at<'p>(&self, rest: &'p str) -> Option<Route<'p>> {
        let is = |route: &str| after(rest, route).is_some_and(|rest| skip(rest).is_empty());
        if self.agent.as_ref().is_some_and(|agent| is(agent.as_str())) {
            return Some(Route::Agent);
        }
        if let Some(suffix) = self.result.as_ref().and_then(|result| after(rest, result.as_str())) {
            let suffix = with_one_slash(suffix);
            return Some(Route::Result { suffix });
        }
        (self.status && is("status")).then_some(Route::Status)
    }

    fn api<'p>(&self, rest: &'p str) -> Option<Route<'p>> {
        self.v4.then(|| Route::Api { path: with_one_slash(rest) })
    }

    /// R2.6: the first position from the left at which a route matches.
    fn route_anywhere<'p>(&self, path: &'p str) -> Option<Route<'p>> {
        let mut rest = path;
        while !skip(rest).is_empty() {
            if let Some(route) = self.route(rest) {
                return Some(route);
            }
            rest = segments::behind_first(rest)?;
        }
        None
    }
}

/// The bit of a path's first byte.
fn initial(path: &str) -> u64 {
    path.as_bytes().first().map_or(0, |byte| 1 << (byte % 64))
}

/// R2.1: what remains below the first `depth` segments; none if there are fewer.
#[inline]
fn below_depth(path: &str, depth: u8) -> Option<&str> {
    let mut rest = path;
    for _ in 0..depth {
        match segments::behind_first(rest) {
            Some(behind) => rest = behind,
            // With depth 1, the site's own root counts as the integration's.
            None => return (depth == 1).then_some("/"),
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests;
