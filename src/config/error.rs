//! Errors of a configuration (contract R1.3).

use std::error::Error;
use std::fmt;

use crate::host::{HostName, HostNameError};

/// A configuration that cannot be used: the setting at fault, and what it should hold instead
/// ([R1.3]).
///
/// It never repeats the value, which may be the secret.
///
/// ```
/// use firstparty::{Config, config::ConfigErrorKind};
///
/// let error = Config::builder().debug(true).agent_download_path("a b").build().unwrap_err();
/// assert_eq!(error.setting(), "fpjs_agent_download_path");
/// assert_eq!(error.kind(), ConfigErrorKind::Path);
/// assert_eq!(
///     error.to_string(),
///     "fpjs_agent_download_path: \
///      expected path segments of letters, digits, `-`, `.`, `_` or `~`",
/// );
/// ```
///
/// [R1.3]: crate::contract#R1.3
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigError {
    setting: &'static str,
    kind: ConfigErrorKind,
}

impl ConfigError {
    pub(crate) const fn new(setting: &'static str, kind: ConfigErrorKind) -> Self {
        Self { setting, kind }
    }

    /// The name of the setting at fault.
    ///
    /// ```
    /// let error = firstparty::Config::builder().hosts(["a b"]).build().unwrap_err();
    /// assert_eq!(error.setting(), "hosts");
    /// ```
    #[must_use]
    pub const fn setting(&self) -> &'static str {
        self.setting
    }

    /// What is wrong with its value.
    ///
    /// ```
    /// use firstparty::{Config, config::ConfigErrorKind};
    ///
    /// let error = Config::builder().pre_shared_secret(" padded ").build().unwrap_err();
    /// assert_eq!(error.kind(), ConfigErrorKind::Secret);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> ConfigErrorKind {
        self.kind
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.kind)
    }
}

impl Error for ConfigError {
    /// The text of the kind is part of this error's own, so the source is the kind's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

/// What is wrong with the value of a setting. Its `Display` says what was expected.
///
/// ```
/// use firstparty::config::ConfigErrorKind;
///
/// let kind = ConfigErrorKind::Number { max: 255 };
/// assert_eq!(kind.to_string(), "expected decimal digits, at most 255");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// Not a host name.
    #[error(transparent)]
    Host(HostNameError),
    /// Bytes that are not text.
    #[error("expected UTF-8")]
    Text,
    /// Not a route or an integration path.
    #[error("expected path segments of letters, digits, `-`, `.`, `_` or `~`")]
    Path,
    /// Not a number in the range.
    #[error("expected decimal digits, at most {max}")]
    Number {
        /// The largest number that is accepted.
        max: u64,
    },
    /// Neither `true` nor `false`.
    #[error("expected `true` or `false`")]
    Boolean,
    /// Not the name of a region.
    #[error("expected `us`, `eu` or `ap`")]
    Region,
    /// Not a list of public API keys.
    #[error("expected public API keys of visible ASCII, separated by commas")]
    ApiKeys,
    /// Text that cannot be sent as the secret.
    #[error("expected visible ASCII without blanks at its ends")]
    Secret,
    /// Text that cannot name the integration.
    #[error("expected 1 to 64 bytes of visible ASCII without `/`")]
    Integration,
    /// Not a field name, or the name of a field that must stay.
    #[error("expected field names, not `host`, `content-length` or `fpjs-proxy-…`")]
    Field,
    /// Not a cookie name.
    #[error("expected cookie names (RFC 6265 tokens)")]
    CookieName,
    /// Not the origin of a site.
    #[error("expected a site's origin, like https://www.example.com")]
    Origin,
    /// Not the integration path that the gateway is mounted under.
    #[error("expected the integration path that the gateway is mounted under")]
    Mount,
    /// An integration path under which a v3 route is not reached, as another one matches first.
    #[error("expected an integration path under which each route is reached")]
    Shadowed,
    /// An integration path with more or fewer segments than the depth of the mount.
    #[error("expected an integration path with {segments} segments")]
    Depth {
        /// The depth of the mount.
        segments: usize,
    },
}

/// Reads a host name; an error names the setting.
pub(super) fn host_name(setting: &'static str, text: &str) -> Result<HostName, ConfigError> {
    text.parse().map_err(|error| ConfigError::new(setting, ConfigErrorKind::Host(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1.3: whatever is wrong, the setting is named, in the sentence and to the program.
    #[test]
    fn every_error_names_its_setting() {
        for (kind, expected) in [
            (
                ConfigErrorKind::Host("a b".parse::<HostName>().unwrap_err()),
                "x: expected a host name, without port, path or user",
            ),
            (ConfigErrorKind::Text, "x: expected UTF-8"),
            (
                ConfigErrorKind::Path,
                "x: expected path segments of letters, digits, `-`, `.`, `_` or `~`",
            ),
            (ConfigErrorKind::Number { max: 1 }, "x: expected decimal digits, at most 1"),
            (ConfigErrorKind::Boolean, "x: expected `true` or `false`"),
            (ConfigErrorKind::Region, "x: expected `us`, `eu` or `ap`"),
            (
                ConfigErrorKind::ApiKeys,
                "x: expected public API keys of visible ASCII, separated by commas",
            ),
            (ConfigErrorKind::Secret, "x: expected visible ASCII without blanks at its ends"),
            (
                ConfigErrorKind::Integration,
                "x: expected 1 to 64 bytes of visible ASCII without `/`",
            ),
            (
                ConfigErrorKind::Field,
                "x: expected field names, not `host`, `content-length` or `fpjs-proxy-…`",
            ),
            (ConfigErrorKind::CookieName, "x: expected cookie names (RFC 6265 tokens)"),
            (ConfigErrorKind::Origin, "x: expected a site's origin, like https://www.example.com"),
            (
                ConfigErrorKind::Mount,
                "x: expected the integration path that the gateway is mounted under",
            ),
            (
                ConfigErrorKind::Shadowed,
                "x: expected an integration path under which each route is reached",
            ),
            (
                ConfigErrorKind::Depth { segments: 1 },
                "x: expected an integration path with 1 segments",
            ),
        ] {
            let error = ConfigError::new("x", kind);
            assert_eq!((error.setting(), error.kind()), ("x", kind));
            assert_eq!(error.to_string(), expected);
        }
    }

    /// R1.3: what the URL standard objects to is the source; nothing else has one.
    #[test]
    fn the_objection_to_a_host_name_is_the_source() {
        let error = host_name("x", "").unwrap_err();
        let objection = error.source().unwrap().downcast_ref();
        assert_eq!(objection, Some(&url::ParseError::EmptyHost));
        assert!(host_name("x", "192.0.2.1").unwrap_err().source().is_none());
        assert!(ConfigError::new("x", ConfigErrorKind::Path).source().is_none());
    }
}
