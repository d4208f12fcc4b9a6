//! The strings that a site's own JavaScript is set up with (contract R1.7).

mod proposal;

pub use self::proposal::propose_path_segment;
use crate::advice::{Advice, blocked_term};
use crate::config::{Config, ConfigError, ConfigErrorKind, Mount, RoutePath};
use crate::region::Region;
use crate::route::{Route, Routes};

/// The name of the setting in errors and advice.
const PATH: &str = "integration_path";

/// The strings that set up the browser's agent on one site (R1.7).
///
/// ```
/// use firstparty::client_setup::ClientSetup;
/// use firstparty::{Config, Region};
///
/// let config = Config::builder()
///     .agent_download_path("vbcnkxb654")
///     .get_result_path("5yt489hgfj")
///     .build()?;
/// let setup = ClientSetup::new(&config, "https://www.example.com", "ore54guier")?;
///
/// assert_eq!(
///     setup.script_url_pattern().as_deref(),
///     Some(
///         "https://www.example.com/ore54guier/vbcnkxb654\
///          ?apiKey=<apiKey>&version=<version>&loaderVersion=<loaderVersion>"
///     ),
/// );
/// assert_eq!(
///     setup.v3_endpoint(Region::Eu).as_deref(),
///     Some("https://www.example.com/ore54guier/5yt489hgfj?region=eu"),
/// );
/// assert_eq!(
///     setup.v4_endpoint(Region::Us).as_deref(),
///     Some("https://www.example.com/ore54guier/?region=us"),
/// );
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSetup {
    /// The site and the integration path, ending with a slash.
    base: String,
    agent_route: Option<RoutePath>,
    result_route: Option<RoutePath>,
    v4: bool,
    /// The region of every endpoint, if the configuration fixes it (R3.6).
    region: Option<Region>,
    /// A term in the integration path that content blockers match.
    blocked: Option<&'static str>,
}

impl ClientSetup {
    /// Combines the configuration of a gateway, the origin of the site (`https://www.example.com`)
    /// and the integration path on it, which is empty with depth 0.
    ///
    /// # Errors
    ///
    /// * [`ConfigErrorKind::Origin`]: the text is not an origin.
    /// * [`ConfigErrorKind::Path`]: the text is not an integration path.
    /// * [`ConfigErrorKind::Depth`], [`ConfigErrorKind::Mount`]: the gateway is mounted elsewhere.
    /// * [`ConfigErrorKind::Shadowed`]: another route takes the place of a v3 route under the path.
    ///
    /// ```
    /// use firstparty::{Config, client_setup::ClientSetup, config::ConfigErrorKind};
    ///
    /// let config = Config::builder().integration_path_depth(2).build()?;
    /// let error = ClientSetup::new(&config, "https://www.example.com", "ore54guier").unwrap_err();
    /// assert_eq!(error.kind(), ConfigErrorKind::Depth { segments: 2 });
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn new(
        config: &Config,
        site_origin: &str,
        integration_path: &str,
    ) -> Result<Self, ConfigError> {
        let path = match integration_path.trim_matches('/') {
            "" => None,
            path => Some(RoutePath::parse(PATH, path)?),
        };
        check_mount(&config.mount, path.as_ref())?;
        let blocked = path.as_ref().and_then(blocked_term);
        let path = path.map_or("/".to_owned(), |path| format!("/{path}/"));
        let routes = Routes::new(config);
        check_v3(config, &routes, &path)?;
        Ok(Self {
            base: origin(site_origin)? + &path,
            agent_route: config.agent_download_path.clone(),
            result_route: config.get_result_path.clone(),
            v4: reaches_v4(&routes, &path),
            region: config.region,
            blocked,
        })
    }

    /// Advice on the integration path (R1.5), if content blockers match it. Under
    /// [`Mount::Exact`] the configuration knows that path too, and its own advice says the same.
    ///
    /// ```
    /// use firstparty::{Config, client_setup::ClientSetup};
    ///
    /// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "tracker")?;
    /// assert_eq!(setup.advice().map(|advice| advice.code()), Some("blocked-path"));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        self.blocked.map(|term| Advice::BlockedPath { setting: PATH, term })
    }

    /// v3: the script URL pattern for the NPM package, if the agent route is on.
    ///
    /// ```
    /// use firstparty::{Config, client_setup::ClientSetup};
    ///
    /// let config = Config::builder().agent_download_path("a").build()?;
    /// let setup = ClientSetup::new(&config, "https://www.example.com", "x")?;
    /// assert_eq!(
    ///     setup.script_url_pattern().unwrap(),
    ///     "https://www.example.com/x/a\
    ///      ?apiKey=<apiKey>&version=<version>&loaderVersion=<loaderVersion>",
    /// );
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn script_url_pattern(&self) -> Option<String> {
        let import = self.v3_import()?;
        Some(import + "&version=<version>&loaderVersion=<loaderVersion>")
    }

    /// v3: the URL from which a page imports the agent, if the agent route is on.
    ///
    /// ```
    /// use firstparty::{Config, client_setup::ClientSetup};
    ///
    /// let config = Config::builder().agent_download_path("a").build()?;
    /// let setup = ClientSetup::new(&config, "https://www.example.com", "x")?;
    /// assert_eq!(setup.v3_import().unwrap(), "https://www.example.com/x/a?apiKey=<apiKey>");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn v3_import(&self) -> Option<String> {
        let route = self.agent_route.as_ref()?;
        Some(format!("{}{route}?apiKey=<apiKey>", self.base))
    }

    /// v3: the endpoint for identification, if the result route is on. A region that the
    /// configuration fixes has precedence over the argument (R3.6).
    ///
    /// ```
    /// use firstparty::{Config, Region, client_setup::ClientSetup};
    ///
    /// let config = Config::builder().get_result_path("r").build()?;
    /// let setup = ClientSetup::new(&config, "https://www.example.com", "x")?;
    /// assert_eq!(setup.v3_endpoint(Region::Eu).unwrap(), "https://www.example.com/x/r?region=eu");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn v3_endpoint(&self, region: Region) -> Option<String> {
        let route = self.result_route.as_ref()?;
        Some(format!("{}{route}?region={}", self.base, self.region.unwrap_or(region)))
    }

    /// v4: the endpoint, if v4 is on and no other route takes its place. A region that the
    /// configuration fixes has precedence over the argument (R3.6).
    ///
    /// ```
    /// use firstparty::{Config, Region, client_setup::ClientSetup};
    ///
    /// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "x")?;
    /// assert_eq!(setup.v4_endpoint(Region::Us).unwrap(), "https://www.example.com/x/?region=us");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn v4_endpoint(&self, region: Region) -> Option<String> {
        self.v4.then(|| format!("{}?region={}", self.base, self.region.unwrap_or(region)))
    }

    /// v4: the URL from which a page imports the agent, if v4 is on and no other route takes its
    /// place.
    ///
    /// ```
    /// use firstparty::{Config, client_setup::ClientSetup};
    ///
    /// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "x")?;
    /// assert_eq!(setup.v4_import().unwrap(), "https://www.example.com/x/web/v4/<apiKey>");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn v4_import(&self) -> Option<String> {
        self.v4.then(|| format!("{}web/v4/<apiKey>", self.base))
    }
}

/// Refuses a path that the gateway is not mounted under.
fn check_mount(mount: &Mount, path: Option<&RoutePath>) -> Result<(), ConfigError> {
    let segments = path.map_or(0, |path| path.segments().count());
    let kind = match mount {
        Mount::Depth(depth) if segments != usize::from(*depth) => {
            ConfigErrorKind::Depth { segments: usize::from(*depth) }
        }
        Mount::Exact(exact) if path != Some(exact) => ConfigErrorKind::Mount,
        _ => return Ok(()),
    };
    Err(ConfigError::new(PATH, kind))
}

/// Refuses a path under which the gateway would take a v3 route for another route.
fn check_v3(config: &Config, routes: &Routes, path: &str) -> Result<(), ConfigError> {
    for (route, expected) in [
        (config.agent_download_path(), Route::Agent),
        (config.get_result_path(), Route::Result { suffix: "/" }),
    ] {
        if route.is_some_and(|route| routes.classify(&format!("{path}{route}")) != Ok(expected)) {
            return Err(ConfigError::new(PATH, ConfigErrorKind::Shadowed));
        }
    }
    Ok(())
}

/// Whether the v4 endpoint and the v4 agent under the path are v4 requests.
fn reaches_v4(routes: &Routes, path: &str) -> bool {
    ["/", "/web/v4/key"].into_iter().all(|below| {
        let url = format!("{}{below}", path.trim_end_matches('/'));
        routes.classify(&url) == Ok(Route::Api { path: below })
    })
}

/// Scheme, host and port as the URL standard writes an origin. Refuses anything more.
fn origin(text: &str) -> Result<String, ConfigError> {
    let url = if is_origin(text) { url::Url::parse(text).ok() } else { None };
    url.map(|url| url.origin().ascii_serialization())
        .ok_or(ConfigError::new("site_origin", ConfigErrorKind::Origin))
}

/// Refuses what the URL standard would accept: blanks, backslashes, empty users, and slashes that
/// are missing after the scheme.
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    ["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web))
        && !authority.contains(['/', '\\', '?', '#', '@'])
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(
        builder: crate::config::Builder,
        site: &str,
        path: &str,
    ) -> Result<ClientSetup, ConfigError> {
        ClientSetup::new(&builder.build().unwrap(), site, path)
    }

    fn routes() -> crate::config::Builder {
        Config::builder().agent_download_path("a").get_result_path("r")
    }

    /// R1.7: with depth 0 the base is the site itself.
    #[test]
    fn depth_decides_the_base() {
        let zero =
            setup(routes().integration_path_depth(0), "https://a.example:8443/", "").unwrap();
        assert_eq!(zero.v3_import().unwrap(), "https://a.example:8443/a?apiKey=<apiKey>");
        assert_eq!(zero.v4_endpoint(Region::Ap).unwrap(), "https://a.example:8443/?region=ap");
        let two = setup(routes().integration_path_depth(2), "http://a.example", "/x/y/").unwrap();
        assert_eq!(two.v3_endpoint(Region::Us).unwrap(), "http://a.example/x/y/r?region=us");
        assert_eq!(two.v4_import().unwrap(), "http://a.example/x/y/web/v4/<apiKey>");
        let off = setup(Config::builder().v4(false), "https://a.example", "x").unwrap();
        assert_eq!((off.script_url_pattern(), off.v3_endpoint(Region::Us)), (None, None));
        assert_eq!((off.v4_import(), off.v4_endpoint(Region::Us)), (None, None));
        for (mount, v4) in [
            (Mount::Anywhere, false),
            (Mount::AnywhereOrDepth(2), true),
            (Mount::AnywhereOrDepth(1), false),
        ] {
            let setup = setup(Config::builder().mount(mount), "https://a.example", "x/y").unwrap();
            assert_eq!(setup.v4_import().is_some(), v4);
        }
        let anywhere = routes().mount(Mount::Anywhere);
        let anywhere = setup(anywhere, "https://a.example", "any/where").unwrap();
        assert_eq!(
            anywhere.script_url_pattern().unwrap(),
            "https://a.example/any/where/a?apiKey=<apiKey>&version=<version>\
             &loaderVersion=<loaderVersion>",
        );
    }

    /// R1.7, R3.6: a fixed region is the endpoints', whichever is asked for.
    #[test]
    fn endpoints_have_the_fixed_region() {
        let fixed = setup(routes().region(Region::Eu), "https://a.example", "x").unwrap();
        for &region in Region::ALL {
            assert_eq!(fixed.v3_endpoint(region).unwrap(), "https://a.example/x/r?region=eu");
            assert_eq!(fixed.v4_endpoint(region).unwrap(), "https://a.example/x/?region=eu");
        }
    }

    /// R1.5: the integration path is first known here.
    #[test]
    fn a_blocked_integration_path_is_advised_against() {
        let sound = setup(Config::builder(), "https://a.example", "ore54guier").unwrap();
        assert_eq!(sound.advice(), None);
        let blocked = setup(Config::builder(), "https://a.example", "my-fingerprint").unwrap();
        let blocked = blocked.advice().unwrap();
        assert_eq!(blocked.code(), "blocked-path");
        assert!(blocked.to_string().starts_with("integration_path contains a term"));
    }

    /// R1.7, R2.6: each string for the browser leads to the route that it is meant for.
    #[test]
    fn routes_do_not_take_each_others_place() {
        let anywhere = routes().mount(Mount::Anywhere);
        for (builder, path, is_sound) in [
            (anywhere.clone(), "x", true),
            (anywhere.clone(), "r", false),
            (anywhere.clone(), "x/r/y", false),
            (anywhere, "a", true),
            (routes(), "r", true),
            (routes().get_result_path("a"), "x", false),
            (routes().agent_download_path("r/a"), "x", true),
            (routes().get_result_path("status"), "x", true),
        ] {
            let setup = setup(builder, "https://a.example", path);
            let expected = if is_sound { None } else { Some(ConfigErrorKind::Shadowed) };
            assert_eq!(setup.err().map(|error| error.kind()), expected, "{path}");
        }
        let web = setup(routes().get_result_path("web"), "https://a.example", "x").unwrap();
        assert_eq!((web.v4_import(), web.v4_endpoint(Region::Us)), (None, None));
    }

    #[test]
    fn what_does_not_fit_the_mount_is_refused() {
        let exact = Config::builder().mount(Mount::Exact("p/q".parse().unwrap()));
        assert!(setup(exact.clone(), "https://a.example", "p/q").is_ok());
        for (builder, path, kind) in [
            (exact.clone(), "p", ConfigErrorKind::Mount),
            (exact, "p/r", ConfigErrorKind::Mount),
            (Config::builder(), "p/q", ConfigErrorKind::Depth { segments: 1 }),
            (Config::builder(), "..", ConfigErrorKind::Path),
        ] {
            let error = setup(builder, "https://a.example", path).unwrap_err();
            assert_eq!((error.setting(), error.kind()), ("integration_path", kind), "{path}");
        }
        for origin in [
            "",
            "a.example",
            "ftp://a.example",
            "https://a.example/x",
            "https://u@a.example",
            "https://a.example/?q",
            "https://a.example/#f",
            "  https://a.example",
            "https:a.example",
            "https://a.example ",
            "https://a.example\u{1}",
            "https:x.example://a.example",
            "http:evil.test://a.example",
            "https:8://a",
            "https://",
            "https://a.example/x/..",
            "https://@a.example",
            "https://a.ex\nample",
            "https:\\\\a.example",
        ] {
            let error = setup(Config::builder(), origin, "p").unwrap_err();
            let expected = ("site_origin", ConfigErrorKind::Origin);
            assert_eq!((error.setting(), error.kind()), expected, "{origin}");
        }
    }
}
