//! The table that replaces the domains of cookies (contract R8.4).

use serde::{Deserialize, Serialize};

use super::error::{ConfigError, host_name};
use crate::host::HostName;

/// Pairs of domains, *from* and *to*, asked in order ([R8.4]).
///
/// *From* `*` matches every domain. An empty *to* removes the attribute. A domain that matches no
/// pair stays. A leading dot has no meaning.
///
/// ```
/// use firstparty::config::DomainMap;
///
/// let map = DomainMap::new([(".fpjs.io", "example.com"), ("*", "")])?;
/// assert!(DomainMap::new([("fpjs.io", "not a domain")]).is_err());
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
///
/// [R8.4]: crate::contract#R8.4
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Vec<(String, String)>", try_from = "Vec<(String, String)>")]
pub struct DomainMap(Vec<(Option<HostName>, Option<HostName>)>);

impl DomainMap {
    /// Builds the table.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Host`](super::ConfigErrorKind::Host) for text that is neither a domain
    /// nor `*` (*from*) or empty (*to*).
    ///
    /// ```
    /// use firstparty::config::DomainMap;
    ///
    /// let error = DomainMap::new([("*", "example.com:443")]).unwrap_err();
    /// assert_eq!(error.setting(), "cookie_domain");
    /// ```
    pub fn new<F: AsRef<str>, T: AsRef<str>>(
        pairs: impl IntoIterator<Item = (F, T)>,
    ) -> Result<Self, ConfigError> {
        let pairs = pairs.into_iter().map(|(from, to)| {
            Ok((domain_unless(ANY, from.as_ref())?, domain_unless(REMOVED, to.as_ref())?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// What becomes of a domain.
    pub(crate) fn get(&self, domain: &str) -> DomainChange<'_> {
        let pair = self.0.iter().find(|(from, _)| {
            from.as_ref().is_none_or(|from| from.as_str().eq_ignore_ascii_case(domain))
        });
        match pair {
            Some((_, Some(to))) => DomainChange::Replace(to.as_str()),
            Some((_, None)) => DomainChange::Remove,
            None => DomainChange::Keep,
        }
    }
}

/// The *from* that matches every domain.
const ANY: &str = "*";
/// The *to* that removes the attribute.
const REMOVED: &str = "";

fn domain_unless(special: &str, text: &str) -> Result<Option<HostName>, ConfigError> {
    if text == special {
        return Ok(None);
    }
    host_name("cookie_domain", text.strip_prefix('.').unwrap_or(text)).map(Some)
}

/// What a [`DomainMap`] does to a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DomainChange<'m> {
    Replace(&'m str),
    Remove,
    Keep,
}

impl TryFrom<Vec<(String, String)>> for DomainMap {
    type Error = ConfigError;

    fn try_from(pairs: Vec<(String, String)>) -> Result<Self, Self::Error> {
        Self::new(pairs)
    }
}

impl From<DomainMap> for Vec<(String, String)> {
    fn from(map: DomainMap) -> Self {
        map.0.into_iter().map(|(from, to)| (text_or(ANY, from), text_or(REMOVED, to))).collect()
    }
}

fn text_or(special: &str, domain: Option<HostName>) -> String {
    domain.map_or_else(|| special.to_owned(), String::from)
}
