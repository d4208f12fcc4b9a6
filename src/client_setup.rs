//! What the site's own JavaScript needs to know (contract R1.7).

mod proposal;

pub use self::proposal::propose_path_segment;
use crate::advice::{Advice, blocked_term};
use crate::config::{Config, ConfigError, ConfigErrorKind, Mount, RoutePath};
use crate::region::Region;
use crate::route::{Route, Routes};

/// The setting that errors name.
const PATH: &str = "integration_path";

/// The strings that the browser's agent is configured with, for one site.
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
    /// A term in the integration path that content blockers match.
    blocked: Option<&'static str>,
}

impl ClientSetup {
    /// Combines a site's origin (`https://www.example.com`), the integration path on it (empty
    /// with depth 0) and the configuration of the gateway there.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Origin`] if the origin is none, [`ConfigErrorKind::Path`] if the integration
    /// path is none, [`ConfigErrorKind::Depth`] or [`ConfigErrorKind::Mount`] if it is not the one the
    /// gateway is mounted under, and [`ConfigErrorKind::Shadowed`] if a v3 route under it is taken by
    /// another one.
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
            base: site(site_origin)? + &path,
            agent_route: config.agent_download_path.clone(),
            result_route: config.get_result_path.clone(),
            v4: reaches_v4(&routes, &path),
            blocked,
        })
    }

    /// What works but will hurt (R1.5): an integration path that content blockers match. Under
    /// [`Mount::Exact`] the configuration knows that path, too, and its own advice says the same.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        self.blocked.map(|term| Advice::BlockedPath { setting: PATH, term })
    }

    /// v3: the script URL pattern for the NPM package; none while the agent route is off.
    #[must_use]
    pub fn script_url_pattern(&self) -> Option<String> {
        let import = self.v3_import()?;
        Some(import + "&version=<version>&loaderVersion=<loaderVersion>")
    }

    /// v3: the URL to import the agent from, as from the CDN; none while the agent route is off.
    #[must_use]
    pub fn v3_import(&self) -> Option<String> {
        let route = self.agent_route.as_ref()?;
        Some(format!("{}{route}?apiKey=<apiKey>", self.base))
    }

    /// v3: the endpoint for identification; none while the result route is off.
    #[must_use]
    pub fn v3_endpoint(&self, region: Region) -> Option<String> {
        let route = self.result_route.as_ref()?;
        Some(format!("{}{route}?region={region}", self.base))
    }

    /// v4: the endpoint; none where v4 is off, or another route is in its way.
    #[must_use]
    pub fn v4_endpoint(&self, region: Region) -> Option<String> {
        self.v4.then(|| format!("{}?region={region}", self.base))
    }

    /// v4: the URL to import the agent from, as from the CDN; none where v4 is off, or another
    /// route is in its way.
    #[must_use]
    pub fn v4_import(&self) -> Option<String> {
        self.v4.then(|| format!("{}web/v4/<apiKey>", self.base))
    }
}

/// Whether the gateway is mounted under the path.
fn check_mount(mount: &Mount, path: Option<&RoutePath>) -> Result<(), ConfigError> {
    let segments = path.map_or(0, |path| path.segments().count());
    match mount {
        Mount::Depth(depth) if segments != usize::from(*depth) => {
            Err(ConfigError::new(PATH, ConfigErrorKind::Depth { segments: usize::from(*depth) }))
        }
        Mount::Exact(exact) if path != Some(exact) => {
            Err(ConfigError::new(PATH, ConfigErrorKind::Mount))
        }
        _ => Ok(()),
    }
}

/// Whether what is below the path is what it is meant to be, as the gateway reads it.
fn check_v3(config: &Config, routes: &Routes, path: &str) -> Result<(), ConfigError> {
    let reaches = |route: &Option<RoutePath>, expected| {
        let url = |route| routes.classify(&format!("{path}{route}")) == Ok(expected);
        route.as_ref().is_none_or(url)
    };
    let is_sound = reaches(&config.agent_download_path, Route::Agent)
        && reaches(&config.get_result_path, Route::Result { suffix: "/" });
    if is_sound { Ok(()) } else { Err(ConfigError::new(PATH, ConfigErrorKind::Shadowed)) }
}

fn reaches_v4(routes: &Routes, path: &str) -> bool {
    ["/", "/web/v4/key"].into_iter().all(|below| {
        let url = format!("{}{below}", path.trim_end_matches('/'));
        routes.classify(&url) == Ok(Route::Api { path: below })
    })
}

/// Scheme, host and port as the URL standard writes an origin; anything more is refused.
fn site(text: &str) -> Result<String, ConfigError> {
    let error = ConfigError::new("site_origin", ConfigErrorKind::Origin);
    // The URL standard forgives what would be a mistake here: blanks, backslashes, empty users, and
    // slashes that are missing behind the scheme.
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let is_web =
        |scheme: &str| ["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let more = |authority: &str| authority.contains(['/', '\\', '?', '#', '@']);
    let is_origin = text.split_once("://").is_some_and(|(scheme, authority)| {
        is_web(scheme) && !more(authority.strip_suffix('/').unwrap_or(authority))
    });
    if !is_origin || text.contains(blank) {
        return Err(error);
    }
    let url = url::Url::parse(text).ok();
    url.map(|url| url.origin().ascii_serialization()).ok_or(error)
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

    /// R1.7: with depth 0 the base is the site itself.
    #[test]
    fn depth_decides_the_base() {
        let builder = || Config::builder().agent_download_path("a").get_result_path("r");
        let zero =
            setup(builder().integration_path_depth(0), "https://a.example:8443/", "").unwrap();
        assert_eq!(zero.v3_import().unwrap(), "https://a.example:8443/a?apiKey=<apiKey>");
        assert_eq!(zero.v4_endpoint(Region::Ap).unwrap(), "https://a.example:8443/?region=ap");
        let two = setup(builder().integration_path_depth(2), "http://a.example", "/x/y/").unwrap();
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
        let anywhere = builder().mount(Mount::Anywhere);
        let anywhere = setup(anywhere, "https://a.example", "any/where").unwrap();
        assert_eq!(
            anywhere.script_url_pattern().unwrap(),
            "https://a.example/any/where/a?apiKey=<apiKey>&version=<version>\
             &loaderVersion=<loaderVersion>",
        );
    }

    /// R1.5: the integration path is first known here.
    #[test]
    fn a_blocked_integration_path_is_advised_against() {
        let advice = |path| setup(Config::builder(), "https://a.example", path).unwrap().advice();
        assert_eq!(advice("ore54guier"), None);
        let blocked = advice("my-fingerprint").unwrap();
        assert_eq!(blocked.code(), "blocked-path");
        assert!(blocked.to_string().starts_with("integration_path contains a term"));
    }

    /// R1.7, R2.6: what the browser is told reaches the route that it is meant for.
    #[test]
    fn routes_do_not_take_each_others_place() {
        let routes = || Config::builder().agent_download_path("a").get_result_path("r");
        let anywhere = || routes().mount(Mount::Anywhere);
        for (builder, path, is_sound) in [
            (anywhere(), "x", true),
            (anywhere(), "r", false),
            (anywhere(), "x/r/y", false),
            (anywhere(), "a", true),
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
        let exact = || Config::builder().mount(Mount::Exact("p/q".parse().unwrap()));
        assert!(setup(exact(), "https://a.example", "p/q").is_ok());
        for (builder, path, kind) in [
            (exact(), "p", ConfigErrorKind::Mount),
            (exact(), "p/r", ConfigErrorKind::Mount),
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
