//! Layered sources of variables (contract R1.1).

use std::borrow::Cow;
use std::fmt;

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
mod tests {
    use super::*;

    /// R1.1: an empty value leaves a variable unset, and of two the first counts.
    #[test]
    fn the_first_value_counts() {
        let pairs = [("fpjs_cdn_url", ""), ("fpjs_cdn_url", "a.b"), ("FPJS_CDN_URL", "c.d")];
        let source = Source::from_pairs("s", pairs).with(Variable::CdnUrl, "e.f");
        assert_eq!(source.get(Variable::CdnUrl), Some("a.b"));
        assert_eq!(source.get(Variable::GetResultPath), None);
    }

    /// The value of a variable in an environment.
    fn get(platform: Platform, variable: Variable, pairs: &[(&str, &str)]) -> Option<String> {
        let source = Source::from_environment("env", platform, pairs.iter().copied());
        source.get(variable).map(str::to_owned)
    }

    fn assert_own_name_first(platform: Platform, variable: Variable, own: &str, canonical: &str) {
        let (upper, lower) = (canonical.to_ascii_uppercase(), own.to_ascii_lowercase());
        for (pairs, expected) in [
            ([(own, "a"), (canonical, "c")], "a"),
            ([(canonical, "c"), (own, "a")], "a"),
            ([(&*upper, "c"), (&*lower, "a")], "a"),
            ([(&*lower, "a"), (&*upper, "c")], "a"),
            ([(own, ""), (canonical, "c")], "c"),
            ([(canonical, "c"), (own, "")], "c"),
        ] {
            let value = get(platform, variable, &pairs);
            assert_eq!(value.as_deref(), Some(expected), "{platform} {pairs:?}");
        }
    }

    /// R1.1, R12: the platform's own name counts before the canonical one, in whatever order and
    /// case the environment lists them; where it is empty, the canonical one counts.
    #[test]
    fn a_platforms_own_name_comes_first() {
        let mut own_names = 0;
        for &platform in Platform::ALL {
            for &variable in Variable::ALL {
                let own = platform.profile().variable_name(variable);
                let canonical = variable.as_str();
                for name in [own, canonical] {
                    let value = get(platform, variable, &[(name, "v")]);
                    assert_eq!(value.as_deref(), Some("v"), "{platform} {name}");
                }
                if !own.eq_ignore_ascii_case(canonical) {
                    own_names += 1;
                    assert_own_name_first(platform, variable, own, canonical);
                }
            }
        }
        // Cloudflare's five but the API host, which is canonical but for its case, Akamai's nine,
        // Fastly Compute's three, and Fastly VCL's four.
        assert_eq!(own_names, 4 + 9 + 3 + 4);
    }

    /// R1.1, R12: a store that can only be asked gives the platform's own name first, and then the
    /// canonical one; an empty value is none. No name is asked twice, nor after its value is known.
    #[test]
    fn a_lookup_asks_for_the_platforms_own_name_first() {
        for &platform in Platform::ALL {
            for &variable in Variable::ALL {
                let (own, canonical) =
                    (platform.profile().variable_name(variable), variable.as_str());
                for (pairs, expected, last) in [
                    (&[][..], None, canonical),
                    (&[(own, "a")], Some("a"), own),
                    (&[(canonical, "c")], Some("c"), canonical),
                    (&[(own, "a"), (canonical, "c")], Some("a"), own),
                    (&[(canonical, ""), (own, "")], None, canonical),
                ] {
                    let (value, asked) = looked_up(platform, variable, pairs);
                    assert_eq!(value.as_deref(), expected, "{platform} {pairs:?}");
                    let expected = if last == own { vec![own] } else { vec![own, canonical] };
                    assert_eq!(asked, expected, "{platform} {pairs:?}");
                }
                if own != canonical {
                    let (value, _) = looked_up(platform, variable, &[(own, ""), (canonical, "c")]);
                    assert_eq!(value.as_deref(), Some("c"), "{platform} {own}");
                }
            }
        }
    }

    /// The value of a variable in a store, and by which of its names the store was asked for it.
    fn looked_up(
        platform: Platform,
        variable: Variable,
        pairs: &[(&str, &'static str)],
    ) -> (Option<String>, Vec<&'static str>) {
        let mut asked = Vec::new();
        let source = Source::from_lookup("store", platform, |name| {
            asked.push(name);
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
        });
        let (own, canonical) = (platform.profile().variable_name(variable), variable.as_str());
        asked.retain(|name| [own, canonical].contains(name));
        assert!(source.unknown_keys.is_empty() && source.name() == "store");
        (source.get(variable).map(str::to_owned), asked)
    }

    /// R1.1, R12: of a whole store, a lookup and a listing give the same.
    #[test]
    fn a_lookup_finds_what_a_listing_finds() {
        for &platform in Platform::ALL {
            let own = Variable::ALL.iter().map(|&v| platform.profile().variable_name(v));
            let canonical = Variable::ALL.iter().map(|v| v.as_str());
            let pairs: Vec<_> = own
                .chain(canonical)
                .map(|name| (name, name.len().to_string()))
                .chain([("PATH", "/usr/bin".to_owned())])
                .collect();
            let listed = Source::from_environment("env", platform, pairs.clone());
            let asked = Source::from_lookup("env", platform, |name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
            });
            for &variable in Variable::ALL {
                assert_eq!(asked.get(variable), listed.get(variable), "{platform} {variable}");
                assert!(asked.get(variable).is_some(), "{platform} {variable}");
            }
        }
    }

    /// R1.4: a source shows which variables it sets, and no value.
    #[test]
    fn debug_shows_names_only() {
        let source = Source::from_pairs("env", [("fpjs_pre_shared_secret", "s3cret"), ("x", "y1")]);
        let shown = format!("{source:?}");
        assert!(shown.contains("env") && shown.contains("PreSharedSecret"), "{shown}");
        assert!(shown.contains("\"x\"") && !shown.contains("s3cret") && !shown.contains("y1"));
        let asked = Source::from_lookup("store", Platform::Cloudflare, |_| Some("s3cret"));
        let shown = format!("{asked:?}");
        assert!(shown.contains("PreSharedSecret") && !shown.contains("s3cret"), "{shown}");
    }
}
