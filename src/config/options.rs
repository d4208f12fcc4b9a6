//! The choices a configuration offers beside its variables.

use std::num::NonZeroU8;

use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::error::{ConfigError, ConfigErrorKind, host_name};
use super::path::RoutePath;
use crate::host::HostName;

/// How the integration path is recognised (contract R2.1, R2.6).
///
/// ```
/// use firstparty::config::Mount;
///
/// let mount: Mount = serde_json::from_str(r#"{"exact": "/ore54guier"}"#)?;
/// assert_eq!(mount, Mount::Exact("ore54guier".parse()?));
/// assert_eq!(serde_json::from_str::<Mount>(r#"{"depth": 2}"#)?, Mount::Depth(2));
/// assert_eq!(serde_json::from_str::<Mount>(r#""anywhere""#)?, Mount::Anywhere);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mount {
    /// The first so many non-empty segments, whatever they are.
    Depth(u8),
    /// Exactly these segments.
    Exact(RoutePath),
    /// A v3 route or `status` may follow any prefix; nothing else belongs to the integration.
    Anywhere,
    /// As [`Mount::Anywhere`]; what matches none of these is v4 below so many segments.
    AnywhereOrDepth(u8),
}

impl Default for Mount {
    fn default() -> Self {
        Self::Depth(1)
    }
}

/// Where agent downloads are fetched from (contract R4.3, R4.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AgentOrigin {
    /// The API host.
    #[default]
    Api,
    /// The CDN host, as the CloudFront integration v2 does.
    Cdn,
}

/// What happens to `max-age` and `s-maxage` of downloaded scripts (contract R7).
///
/// ```
/// use firstparty::config::CachePolicy;
///
/// let policy: CachePolicy = serde_json::from_str(r#"{"max_age": 600}"#)?;
/// assert_eq!(policy, CachePolicy::Cap { max_age: 600, s_maxage: 60 });
/// assert_eq!(serde_json::from_str::<CachePolicy>(r#""preserve""#)?, CachePolicy::Preserve);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "CacheForm", into = "CacheForm")]
#[non_exhaustive]
pub enum CachePolicy {
    /// `cache-control` passes as it is.
    Preserve,
    /// Ages are capped, and added where they are missing.
    Cap {
        /// The largest `max-age`, in seconds. Default: 3600.
        max_age: u32,
        /// The largest `s-maxage`, in seconds. Default: 60.
        s_maxage: u32,
    },
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self::Cap { max_age: 3600, s_maxage: 60 }
    }
}

/// `"preserve"` or `{"max_age": …, "s_maxage": …}`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum CacheForm {
    Word(CacheWord),
    Cap(CacheAges),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CacheWord {
    Preserve,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CacheAges {
    #[serde(default = "default_max_age")]
    max_age: u32,
    #[serde(default = "default_s_maxage")]
    s_maxage: u32,
}

const fn default_max_age() -> u32 {
    3600
}

const fn default_s_maxage() -> u32 {
    60
}

impl From<CacheForm> for CachePolicy {
    fn from(form: CacheForm) -> Self {
        match form {
            CacheForm::Word(CacheWord::Preserve) => Self::Preserve,
            CacheForm::Cap(CacheAges { max_age, s_maxage }) => Self::Cap { max_age, s_maxage },
        }
    }
}

impl From<CachePolicy> for CacheForm {
    fn from(policy: CachePolicy) -> Self {
        match policy {
            CachePolicy::Preserve => Self::Word(CacheWord::Preserve),
            CachePolicy::Cap { max_age, s_maxage } => Self::Cap(CacheAges { max_age, s_maxage }),
        }
    }
}

/// What happens to the `Domain` attribute of `set-cookie` fields (contract R8).
///
/// ```
/// use firstparty::config::CookieDomain;
///
/// let map: CookieDomain = serde_json::from_str(r#"{"map": [["fpjs.io", "example.com"]]}"#)?;
/// assert!(matches!(map, CookieDomain::Map(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CookieDomain {
    /// It stays (R8.1).
    Preserve,
    /// On responses to authorised requests it stays if it covers the browser's host, and goes
    /// otherwise (R8.2).
    #[default]
    FirstParty,
    /// As [`CookieDomain::FirstParty`], but instead of going it becomes the registrable domain of
    /// the browser's host (R8.3).
    #[cfg(feature = "psl")]
    Registrable,
    /// It is replaced by a table, on every response (R8.4).
    Map(DomainMap),
}

/// Pairs of domains, *from* → *to*, asked in order (contract R8.4).
///
/// *From* `*` matches every domain; an empty *to* removes the attribute; a domain that matches no
/// pair stays. A leading dot means nothing.
///
/// ```
/// use firstparty::config::DomainMap;
///
/// let map = DomainMap::new([(".fpjs.io", "example.com"), ("*", "")])?;
/// assert!(DomainMap::new([("fpjs.io", "not a domain")]).is_err());
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Vec<(String, String)>", try_from = "Vec<(String, String)>")]
pub struct DomainMap(Vec<(Option<HostName>, Option<HostName>)>);

impl DomainMap {
    /// Builds the table.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Host`] for text that is neither a domain nor `*` (*from*) or empty (*to*).
    pub fn new<F: AsRef<str>, T: AsRef<str>>(
        pairs: impl IntoIterator<Item = (F, T)>,
    ) -> Result<Self, ConfigError> {
        let domain = |text: &str, none: &str| {
            let name = text.strip_prefix('.').unwrap_or(text);
            let parse = || host_name("cookie_domain", name);
            (text != none).then(parse).transpose()
        };
        let pair = |(from, to): (F, T)| Ok((domain(from.as_ref(), "*")?, domain(to.as_ref(), "")?));
        pairs.into_iter().map(pair).collect::<Result<_, _>>().map(Self)
    }

    /// What a domain becomes.
    pub(crate) fn get(&self, domain: &str) -> Mapped<'_> {
        let matches = |from: &Option<HostName>| {
            from.as_ref().is_none_or(|from| from.as_str().eq_ignore_ascii_case(domain))
        };
        match self.0.iter().find(|(from, _)| matches(from)) {
            Some((_, Some(to))) => Mapped::To(to.as_str()),
            Some((_, None)) => Mapped::Removed,
            None => Mapped::Unmatched,
        }
    }
}

/// What a [`DomainMap`] says of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapped<'m> {
    To(&'m str),
    Removed,
    Unmatched,
}

impl TryFrom<Vec<(String, String)>> for DomainMap {
    type Error = ConfigError;

    fn try_from(pairs: Vec<(String, String)>) -> Result<Self, Self::Error> {
        Self::new(pairs)
    }
}

impl From<DomainMap> for Vec<(String, String)> {
    fn from(map: DomainMap) -> Self {
        let text = |domain: Option<HostName>, none: &str| {
            domain.map_or_else(|| none.to_owned(), String::from)
        };
        let pair = |(from, to)| (text(from, "*"), text(to, ""));
        map.0.into_iter().map(pair).collect()
    }
}

/// A field from which a gateway behind one's own load balancer takes the browser's address
/// (contract R12, `generic`).
///
/// The field is a list to which every hop appends the address of its peer. With one trusted hop
/// the last address counts, with two the one before it, and so on.
///
/// ```
/// use firstparty::config::TrustedAddress;
///
/// let text = r#"{"field": "x-forwarded-for", "hops": 1}"#;
/// let trusted: TrustedAddress = serde_json::from_str(text)?;
/// assert_eq!(trusted.field(), "x-forwarded-for");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "TrustedForm", try_from = "TrustedForm")]
pub struct TrustedAddress {
    field: HeaderName,
    hops: NonZeroU8,
}

impl TrustedAddress {
    /// Trusts this number of hops.
    #[must_use]
    pub const fn new(field: HeaderName, hops: NonZeroU8) -> Self {
        Self { field, hops }
    }

    /// The field's name.
    #[must_use]
    pub fn field(&self) -> &HeaderName {
        &self.field
    }

    /// The number of trusted hops.
    #[must_use]
    pub fn hops(&self) -> NonZeroU8 {
        self.hops
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustedForm {
    field: String,
    hops: NonZeroU8,
}

impl TryFrom<TrustedForm> for TrustedAddress {
    type Error = ConfigError;

    fn try_from(form: TrustedForm) -> Result<Self, Self::Error> {
        let error = |_| ConfigError::new("trusted_address", ConfigErrorKind::Field);
        Ok(Self::new(HeaderName::try_from(form.field).map_err(error)?, form.hops))
    }
}

impl From<TrustedAddress> for TrustedForm {
    fn from(trusted: TrustedAddress) -> Self {
        Self { field: trusted.field.as_str().to_owned(), hops: trusted.hops }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    /// What is read is written as it was, and what is not given is the default.
    #[test]
    fn choices_are_written_as_they_are_read() {
        fn again<T: Serialize + DeserializeOwned>(text: &str) -> String {
            serde_json::to_string(&serde_json::from_str::<T>(text).unwrap()).unwrap()
        }
        for text in [r#"{"depth":3}"#, r#"{"exact":"a/b"}"#, r#""anywhere""#] {
            assert_eq!(again::<Mount>(text), text);
        }
        assert_eq!(Mount::default(), Mount::Depth(1));
        for text in [r#""preserve""#, r#"{"max_age":1,"s_maxage":2}"#] {
            assert_eq!(again::<CachePolicy>(text), text);
        }
        for (text, all) in [
            ("{}", r#"{"max_age":3600,"s_maxage":60}"#),
            (r#"{"s_maxage":1}"#, r#"{"max_age":3600,"s_maxage":1}"#),
            (r#"{"max_age":1}"#, r#"{"max_age":1,"s_maxage":60}"#),
        ] {
            assert_eq!(again::<CachePolicy>(text), all);
        }
        let map = r#"{"map":[["a.test","b.test"],["c.test",""],["*","d.test"]]}"#;
        assert_eq!(again::<CookieDomain>(map), map);
        let trusted = r#"{"field":"x-forwarded-for","hops":2}"#;
        assert_eq!(again::<TrustedAddress>(trusted), trusted);
    }

    /// R1.3: a bad choice is refused on the way in.
    #[test]
    fn bad_choices_are_refused() {
        for text in [r#"{"map":[["*","a b"]]}"#, r#"{"map":[["a b",""]]}"#, r#"{"map":[["",""]]}"#]
        {
            assert!(serde_json::from_str::<CookieDomain>(text).is_err(), "{text}");
        }
        for text in [r#"{"field":"a b","hops":1}"#, r#"{"field":"a","hops":0}"#] {
            assert!(serde_json::from_str::<TrustedAddress>(text).is_err(), "{text}");
        }
    }
}
