//! Layered sources of variables (contract R1.1).

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;

use super::error::{ConfigError, ConfigErrorKind};
use crate::platform::{Platform, Profile};
use crate::variable::{UnknownVariable, Variable};

/// A named place that variables come from: a settings document, origin headers, the environment.
///
/// Sources are asked in the order in which [`Builder::source`](super::Builder::source) got them;
/// the first non-empty value counts. `Debug` shows no values, as one of them may be the secret.
///
/// ```
/// use firstparty::Config;
/// use firstparty::config::{Resolution, Source, Variable};
///
/// let secret = Source::new("secret").with(Variable::AgentDownloadPath, "vbcnkxb654");
/// let headers = Source::from_pairs(
///     "origin headers",
///     [("FPJS_AGENT_DOWNLOAD_PATH", "ignored"), ("FPJS_GET_RESULT_PATH", "5yt489hgfj")],
/// );
/// let config = Config::builder().source(secret).source(headers).build()?;
///
/// assert_eq!(config.resolution(Variable::AgentDownloadPath), Resolution::Source("secret"));
/// assert_eq!(config.resolution(Variable::GetResultPath), Resolution::Source("origin headers"));
/// assert_eq!(config.resolution(Variable::CdnUrl), Resolution::Default);
/// assert_eq!(config.resolution(Variable::PreSharedSecret), Resolution::Unset);
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Source {
    name: Cow<'static, str>,
    values: Vec<(Variable, String)>,
    unknown_keys: Vec<String>,
}

impl Source {
    /// An empty source. Status page and advice call it by its name.
    ///
    /// ```
    /// use firstparty::config::{Source, Variable};
    ///
    /// let source = Source::new("environment");
    /// assert_eq!(source.get(Variable::CdnUrl), None);
    /// ```
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// A source from keys and values, for instance origin headers. Case does not matter in the
    /// canonical names of variables; an unknown key becomes advice ([R1.5]).
    ///
    /// ```
    /// use firstparty::config::{Source, Variable};
    ///
    /// let source = Source::from_pairs("origin headers", [("FPJS_CDN_URL", "cdn.example")]);
    /// assert_eq!(source.get(Variable::CdnUrl), Some("cdn.example"));
    /// ```
    ///
    /// [R1.5]: crate::contract#R1.5
    #[must_use]
    pub fn from_pairs<K, V>(
        name: impl Into<Cow<'static, str>>,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self
    where
        K: AsRef<str>,
        V: Into<String>,
    {
        let mut source = Self::new(name);
        for (key, value) in pairs {
            source.insert(key.as_ref(), value);
        }
        source
    }

    /// A source from keys and values of which only some are settings, for instance the environment.
    /// The platform's name of a variable ([R12]) has precedence over the canonical one. Other keys
    /// are ignored.
    ///
    /// ```
    /// use firstparty::{Config, Platform, config::Source};
    ///
    /// let environment = [("GET_RESULT_PATH", "5yt489hgfj"), ("PATH", "/usr/bin")];
    /// let source = Source::from_environment("environment", Platform::Cloudflare, environment);
    /// let config = Config::builder().source(source).build()?;
    /// assert_eq!(config.get_result_path().map(|route| route.as_str()), Some("5yt489hgfj"));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R12]: crate::contract#R12
    #[must_use]
    pub fn from_environment<K, V>(
        name: impl Into<Cow<'static, str>>,
        platform: Platform,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self
    where
        K: AsRef<str>,
        V: Into<String>,
    {
        let profile: &Profile = platform.profile();
        let mut canonical = Self::new("");
        let mut source = Self::new(name);
        for (key, value) in pairs {
            let key = key.as_ref();
            if let Some(variable) = variable_of(profile, key) {
                source.set(variable, value.into());
            } else if let Ok(variable) = key.parse() {
                canonical.set(variable, value.into());
            }
        }
        // The platform's own name comes first, in whatever order the environment lists them.
        for (variable, value) in canonical.values {
            source.set(variable, value);
        }
        source
    }

    /// A source from the environment as the operating system has it. It reads what
    /// [`Source::from_environment`] does; other variables may hold any bytes.
    ///
    /// # Errors
    ///
    /// The value of a setting is not UTF-8 ([R1.3]).
    ///
    /// ```
    /// use firstparty::{Config, Platform, config::Source};
    ///
    /// let source = Source::from_vars_os("environment", Platform::Generic, std::env::vars_os())?;
    /// let config = Config::builder().source(source).build()?;
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// [R1.3]: crate::contract#R1.3
    pub fn from_vars_os(
        name: impl Into<Cow<'static, str>>,
        platform: Platform,
        vars: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let settings = vars.into_iter().filter_map(|(key, value)| {
            let setting = setting_of(platform.profile(), key.to_str()?)?;
            let not_text = |_| ConfigError::new(setting, ConfigErrorKind::Text);
            Some(value.into_string().map(|value| (setting, value)).map_err(not_text))
        });
        let settings = settings.collect::<Result<Vec<_>, _>>()?;
        Ok(Self::from_environment(name, platform, settings))
    }

    /// A source from a store that cannot be listed, only asked, for instance Workers bindings, a
    /// config or secret store of Fastly Compute, or single environment variables.
    ///
    /// `lookup` is asked for the platform's own name of each variable first and then, if that gives
    /// nothing, for the canonical name ([R12]). An empty value counts as nothing ([R1.1]). Names
    /// are asked exactly as they are written here; a closure that compares them without case has to
    /// do so itself.
    ///
    /// `None` means that the store does not have the name. Do not answer a failed read with `None`,
    /// because a gateway without its secret would be built: keep the error, and look at it before the
    /// configuration is built.
    ///
    /// ```
    /// use firstparty::config::Source;
    /// use firstparty::{Config, Platform};
    ///
    /// let source = Source::from_lookup("environment", Platform::Generic, |name| {
    ///     // Environment variables are usually in upper case.
    ///     std::env::var(name.to_ascii_uppercase()).ok()
    /// });
    /// let config = Config::builder().source(source).build()?;
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    ///
    /// A store that can fail:
    ///
    /// ```
    /// use firstparty::config::{Source, Variable};
    /// use firstparty::Platform;
    ///
    /// # fn get(name: &str) -> Result<Option<String>, std::io::Error> {
    /// #     Ok((name == "PROXY_SECRET").then(|| "s3cret".to_owned()))
    /// # }
    /// let mut failed = None;
    /// let source = Source::from_lookup("secret store", Platform::FastlyCompute, |name| {
    ///     get(name).unwrap_or_else(|error| {
    ///         failed = Some(error);
    ///         None
    ///     })
    /// });
    /// if let Some(error) = failed {
    ///     return Err(error);
    /// }
    /// assert_eq!(source.get(Variable::PreSharedSecret), Some("s3cret"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// [R12]: crate::contract#R12
    /// [R1.1]: crate::contract#R1.1
    #[must_use]
    pub fn from_lookup<V>(
        name: impl Into<Cow<'static, str>>,
        platform: Platform,
        mut lookup: impl FnMut(&'static str) -> Option<V>,
    ) -> Self
    where
        V: Into<String>,
    {
        let profile: &Profile = platform.profile();
        let mut source = Self::new(name);
        for &variable in Variable::ALL {
            let (own, canonical) = (profile.variable_name(variable), variable.as_str());
            let names = std::iter::once(own).chain((canonical != own).then_some(canonical));
            let mut values = names.filter_map(&mut lookup).map(Into::into);
            if let Some(value) = values.find(|value: &String| !value.is_empty()) {
                source.set(variable, value);
            }
        }
        source
    }

    /// Sets a variable. The first value of a variable stays, and an empty one leaves it unset.
    ///
    /// ```
    /// use firstparty::config::{Source, Variable};
    ///
    /// let source = Source::new("s").with(Variable::Debug, "true").with(Variable::Debug, "false");
    /// assert_eq!(source.get(Variable::Debug), Some("true"));
    /// ```
    #[must_use]
    pub fn with(mut self, variable: Variable, value: impl Into<String>) -> Self {
        self.set(variable, value.into());
        self
    }

    pub(super) fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// The source's name.
    ///
    /// ```
    /// assert_eq!(firstparty::config::Source::new("environment").name(), "environment");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds the value of a key, as [`Source::from_pairs`] does.
    ///
    /// ```
    /// use firstparty::config::{Source, Variable};
    ///
    /// let mut source = Source::new("origin headers");
    /// source.insert("FPJS_Secret_Name", "production/fingerprint");
    /// assert_eq!(source.get(Variable::SecretName), Some("production/fingerprint"));
    /// ```
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        match key.parse() {
            Ok(variable) => self.set(variable, value.into()),
            Err(UnknownVariable) => self.insert_unknown(key),
        }
    }

    /// The value of a variable, if the source sets it.
    ///
    /// ```
    /// use firstparty::config::{Source, Variable};
    ///
    /// let source = Source::new("s").with(Variable::CdnUrl, "cdn.example");
    /// assert_eq!(source.get(Variable::CdnUrl), Some("cdn.example"));
    /// assert_eq!(source.get(Variable::Debug), None);
    /// ```
    #[must_use]
    pub fn get(&self, variable: Variable) -> Option<&str> {
        let (_, value) = self.values.iter().find(|(set, _)| *set == variable)?;
        Some(value)
    }

    pub(super) fn set(&mut self, variable: Variable, value: String) {
        if !value.is_empty() && self.get(variable).is_none() {
            self.values.push((variable, value));
        }
    }

    pub(super) fn unset(&mut self, variable: Variable) {
        self.values.retain(|(set, _)| *set != variable);
    }

    pub(super) fn insert_unknown(&mut self, key: &str) {
        self.unknown_keys.push(key.to_owned());
    }

    pub(super) fn into_name_and_unknown_keys(self) -> (Cow<'static, str>, Vec<String>) {
        (self.name, self.unknown_keys)
    }
}

/// The variable that a platform calls by this name, compared without case (R12).
fn variable_of(profile: &Profile, key: &str) -> Option<Variable> {
    let mut variables = Variable::ALL.iter().copied();
    variables.find(|&variable| profile.variable_name(variable).eq_ignore_ascii_case(key))
}

/// The name of the variable that the key means: the platform's own, or else the canonical one (R12).
fn setting_of(profile: &Profile, key: &str) -> Option<&'static str> {
    match variable_of(profile, key) {
        Some(variable) => Some(profile.variable_name(variable)),
        None => key.parse().ok().map(Variable::as_str),
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<_> = self.values.iter().map(|(variable, _)| variable).collect();
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("variables", &variables)
            .field("unknown_keys", &self.unknown_keys)
            .finish()
    }
}

/// Which source gave a variable its value ([R1.1]).
///
/// ```
/// use firstparty::config::{Resolution, Variable};
///
/// let config = firstparty::Config::default();
/// assert_eq!(config.resolution(Variable::CdnUrl), Resolution::Default);
/// assert_eq!(config.resolution(Variable::GetResultPath), Resolution::Unset);
/// ```
///
/// [R1.1]: crate::contract#R1.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a value is given, a default, or missing")]
pub enum Resolution<'a> {
    /// The source with this name.
    Source(&'a str),
    /// No source; the default is used.
    Default,
    /// No source, and there is no default.
    Unset,
}

#[cfg(test)]
mod tests;
