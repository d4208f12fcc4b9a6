//! What can be wrong with a configuration.

use thiserror::Error;

use crate::host::{HostName, HostNameError};

/// A configuration that cannot be used: which setting, and what was expected instead
/// (contract R1.3). Values are never repeated, one of them being the secret.
///
/// ```
/// use firstparty::Config;
///
/// let error = Config::builder().ingress_base_host("api.fpjs.io:443").build().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "fpjs_ingress_base_host: expected a host name, without port, path or user",
/// );
/// assert_eq!(error.setting(), "fpjs_ingress_base_host");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not a host name.
    #[error("{setting}: expected a host name, without port, path or user")]
    Host {
        /// The setting at fault.
        setting: &'static str,
        /// What the URL standard objects to, where it does.
        source: Option<url::ParseError>,
    },
    /// Not a route or an integration path.
    #[error("{setting}: expected path segments of letters, digits, `-`, `.`, `_` or `~`")]
    Path {
        /// The setting at fault.
        setting: &'static str,
    },
    /// Not a number in the range.
    #[error("{setting}: expected decimal digits, at most {max}")]
    Number {
        /// The setting at fault.
        setting: &'static str,
        /// The largest number that is accepted.
        max: u64,
    },
    /// Neither `true` nor `false`.
    #[error("{setting}: expected `true` or `false`")]
    Boolean {
        /// The setting at fault.
        setting: &'static str,
    },
    /// Text that cannot be sent as the secret.
    #[error("{setting}: expected visible ASCII without blanks at its ends")]
    Secret {
        /// The setting at fault.
        setting: &'static str,
    },
    /// Text that cannot name the integration.
    #[error("{setting}: expected 1 to 64 bytes of visible ASCII without `/`")]
    Integration {
        /// The setting at fault.
        setting: &'static str,
    },
    /// Not a field name, or the name of a field that must stay.
    #[error("{setting}: expected field names, not `host`, `content-length` or `fpjs-proxy-…`")]
    Field {
        /// The setting at fault.
        setting: &'static str,
    },
    /// Not a cookie name.
    #[error("{setting}: expected cookie names (RFC 6265 tokens)")]
    CookieName {
        /// The setting at fault.
        setting: &'static str,
    },
    /// Not the origin of a site.
    #[error("{setting}: expected a site's origin, like https://www.example.com")]
    Origin {
        /// The setting at fault.
        setting: &'static str,
    },
    /// Not a number of hops.
    #[error("{setting}: expected one hop or more")]
    Hops {
        /// The setting at fault.
        setting: &'static str,
    },
    /// An integration path that is not the one of the mount.
    #[error("{setting}: expected the integration path that the gateway is mounted under")]
    Mount {
        /// The setting at fault.
        setting: &'static str,
    },
    /// An integration path under which a v3 route is not reached, as another one matches first.
    #[error("{setting}: expected an integration path under which each route is reached")]
    Shadowed {
        /// The setting at fault.
        setting: &'static str,
    },
    /// An integration path that does not have as many segments as the mount wants.
    #[error("{setting}: expected an integration path with {segments} segments")]
    Depth {
        /// The setting at fault.
        setting: &'static str,
        /// How many segments the mount wants.
        segments: usize,
    },
}

impl ConfigError {
    /// The name of the setting at fault.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Host { setting, .. }
            | Self::Path { setting }
            | Self::Number { setting, .. }
            | Self::Boolean { setting }
            | Self::Secret { setting }
            | Self::Integration { setting }
            | Self::Field { setting }
            | Self::CookieName { setting }
            | Self::Origin { setting }
            | Self::Hops { setting }
            | Self::Mount { setting }
            | Self::Shadowed { setting }
            | Self::Depth { setting, .. } => setting,
        }
    }
}

/// Reads a host name; an error names the setting.
pub(super) fn host_name(setting: &'static str, text: &str) -> Result<HostName, ConfigError> {
    text.parse().map_err(|HostNameError { source }| ConfigError::Host { setting, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1.3: whatever is wrong, the setting is named, in the sentence and to the program.
    #[test]
    fn every_error_names_its_setting() {
        let setting = "x";
        for error in [
            ConfigError::Host { setting, source: None },
            ConfigError::Path { setting },
            ConfigError::Number { setting, max: 1 },
            ConfigError::Boolean { setting },
            ConfigError::Secret { setting },
            ConfigError::Integration { setting },
            ConfigError::Field { setting },
            ConfigError::CookieName { setting },
            ConfigError::Origin { setting },
            ConfigError::Hops { setting },
            ConfigError::Mount { setting },
            ConfigError::Shadowed { setting },
            ConfigError::Depth { setting, segments: 1 },
        ] {
            assert_eq!(error.setting(), setting);
            assert!(error.to_string().starts_with("x: expected "), "{error}");
        }
    }
}
