//! The strings that a site's own JavaScript is set up with, and whole snippets (contract [R1.7]).
//!
//! [R1.7]: crate::contract#R1.7

mod proposal;
mod snippet;

pub use self::proposal::propose_path_segment;
pub use self::snippet::{Fallback, Snippet};
use self::snippet::{Urls, escaped};
use crate::advice::{Advice, blocked_term};
use crate::config::{Config, ConfigError, ConfigErrorKind, Mount, RoutePath};
use crate::region::Region;
use crate::route::{Route, Routes, V4_AGENT};

/// The name of the setting in errors and advice.
const PATH: &str = "integration_path";

/// The strings that set up the browser's agent on one site ([R1.7]).
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
///
/// [R1.7]: crate::contract#R1.7
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
        let blocked = path.as_ref().and_then(|path| blocked_term(path.as_str()));
        let path = path.map_or("/".to_owned(), |path| format!("/{path}/"));
        let routes = Routes::new(config);
        check_v3(config, &routes, &path)?;
        Ok(Self {
            base: origin(site_origin)? + &path,
            agent_route: config.agent_download_path.clone(),
            result_route: config.get_result_path.clone(),
            v4: routes.serve_v4(path.trim_end_matches('/')),
            region: config.region,
            blocked,
        })
    }

    /// Advice on the integration path ([R1.5]), if content blockers match it. Under
    /// [`Mount::Exact`] the configuration knows that path too, and its own advice says the same.
    ///
    /// ```
    /// use firstparty::{Config, client_setup::ClientSetup};
    ///
    /// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "tracker")?;
    /// assert_eq!(setup.advice().map(|advice| advice.code()), Some("blocked-path"));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.5]: crate::contract#R1.5
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
    /// configuration fixes has precedence over the argument ([R3.6]).
    ///
    /// ```
    /// use firstparty::{Config, Region, client_setup::ClientSetup};
    ///
    /// let config = Config::builder().get_result_path("r").build()?;
    /// let setup = ClientSetup::new(&config, "https://www.example.com", "x")?;
    /// assert_eq!(setup.v3_endpoint(Region::Eu).unwrap(), "https://www.example.com/x/r?region=eu");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R3.6]: crate::contract#R3.6
    #[must_use]
    pub fn v3_endpoint(&self, region: Region) -> Option<String> {
        let route = self.result_route.as_ref()?;
        Some(format!("{}{route}?region={}", self.base, self.region.unwrap_or(region)))
    }

    /// v4: the endpoint, if v4 is on and no other route takes its place. A region that the
    /// configuration fixes has precedence over the argument ([R3.6]).
    ///
    /// ```
    /// use firstparty::{Config, Region, client_setup::ClientSetup};
    ///
    /// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "x")?;
    /// assert_eq!(setup.v4_endpoint(Region::Us).unwrap(), "https://www.example.com/x/?region=us");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R3.6]: crate::contract#R3.6
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
        self.v4.then(|| format!("{}{V4_AGENT}<apiKey>", self.base))
    }

    /// The JavaScript that starts the agent, or `None` where a route that it needs is off or hidden.
    ///
    /// `PUBLIC_API_KEY` is to be replaced; `<apiKey>` and the like are not, because the NPM package
    /// fills them in. A region that the configuration fixes has precedence over the argument
    /// ([R3.6]). An import itself has no fallback: where it fails, there is no agent.
    ///
    /// ```
    /// use firstparty::client_setup::{ClientSetup, Fallback, Snippet};
    /// use firstparty::{Config, Region};
    ///
    /// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "ore54guier")?;
    /// let code = setup.snippet(Snippet::V4Import, Fallback::Fingerprint, Region::Eu);
    /// assert_eq!(
    ///     code.unwrap(),
    ///     r#"const agentPromise = import("https://www.example.com/ore54guier/web/v4/PUBLIC_API_KEY")
    ///   .then((Fingerprint) => Fingerprint.start({
    ///     endpoints: "https://www.example.com/ore54guier/?region=eu",
    ///     region: "eu",
    ///   }));
    /// "#,
    /// );
    /// assert_eq!(setup.snippet(Snippet::V3Npm, Fallback::Fingerprint, Region::Eu), None);
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R3.6]: crate::contract#R3.6
    #[must_use]
    pub fn snippet(&self, snippet: Snippet, fallback: Fallback, region: Region) -> Option<String> {
        // Everything behind the base is safe inside a JavaScript string; a host may have quotes.
        let setup = Self { base: escaped(&self.base), ..self.clone() };
        let urls = Urls {
            script_url_pattern: setup.script_url_pattern(),
            v3_import: setup.v3_import(),
            v3_endpoint: setup.v3_endpoint(region),
            v4_import: setup.v4_import(),
            v4_endpoint: setup.v4_endpoint(region),
            region: self.region.unwrap_or(region),
        };
        urls.snippet(snippet, fallback)
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

/// Scheme, host and port as the URL standard writes an origin. Refuses anything more.
pub(crate) fn origin(text: &str) -> Result<String, ConfigError> {
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
mod tests;
