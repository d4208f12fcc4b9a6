//! Routes and integration paths of the configuration (contract R1.3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::{ConfigError, ConfigErrorKind};
use crate::octets::class::UNRESERVED;

/// One or more path segments of unreserved characters (RFC 3986 §2.3), without slashes at the
/// ends ([R1.3]). A run of slashes counts as one; `.` and `..` are refused.
///
/// ```
/// use firstparty::config::RoutePath;
///
/// let path: RoutePath = "/ore54guier//v1/".parse()?;
/// assert_eq!(path.as_str(), "ore54guier/v1");
/// for text in ["", "/", "a/../b", "a b", "a?b", "50%"] {
///     assert!(text.parse::<RoutePath>().is_err());
/// }
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
///
/// [R1.3]: crate::contract#R1.3
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RoutePath(Box<str>);

impl RoutePath {
    pub(crate) fn parse(setting: &'static str, text: &str) -> Result<Self, ConfigError> {
        let segments: Vec<_> = text.split('/').filter(|segment| !segment.is_empty()).collect();
        if segments.is_empty() || !segments.iter().copied().all(is_segment) {
            return Err(ConfigError::new(setting, ConfigErrorKind::Path));
        }
        Ok(Self(segments.join("/").into()))
    }

    /// The segments, joined by single slashes.
    ///
    /// ```
    /// let path: firstparty::config::RoutePath = "//a//b/".parse()?;
    /// assert_eq!(path.as_str(), "a/b");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

fn is_segment(segment: &str) -> bool {
    !matches!(segment, "." | "..") && UNRESERVED.contains_all(segment.as_bytes())
}

impl FromStr for RoutePath {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse("path", text)
    }
}

impl TryFrom<String> for RoutePath {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RoutePath> for String {
    fn from(path: RoutePath) -> Self {
        path.0.into()
    }
}

impl fmt::Display for RoutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1.3: unreserved characters only, no dot segments, runs of slashes as one.
    #[test]
    fn segments_are_unreserved() {
        for (text, expected) in
            [("agent", "agent"), ("/a//b/", "a/b"), ("...", "..."), ("~-._", "~-._")]
        {
            assert_eq!(text.parse::<RoutePath>().unwrap().as_str(), expected);
        }
        for text in [
            "", "//", ".", "a/.", "../b", "a:b", "a+b", "[ab]", "r*", "$", "^r", "é", "a\\b", "a|b",
        ] {
            assert!(text.parse::<RoutePath>().is_err(), "{text}");
        }
    }
}
