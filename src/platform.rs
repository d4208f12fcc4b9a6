//! Where the gateway runs: platforms as data (contract [R12]).
//!
//! A platform decides the name that upstream sees in `ii`, which fields its edge owns, where the
//! browser's address and host come from, and what its configuration variables are called. All of
//! this is one table, `platform/table.rs`. No step of the gateway asks which platform it runs on.
//!
//! [R12]: crate::contract#R12

mod cloudfront;
mod profile;
pub(crate) mod table;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

pub use self::profile::{AddressSource, HostSource, Profile};
pub(crate) use self::table::Platform;

impl Platform {
    /// The platform's short name, as [`FromStr`] reads it: `generic`, `cloudfront`, `cloudflare`,
    /// `azure`, `fastly-compute`, `fastly-vcl` or `akamai`.
    ///
    /// ```
    /// assert_eq!(firstparty::Platform::FastlyVcl.as_str(), "fastly-vcl");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.profile().platform
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Platform> for &'static str {
    fn from(platform: Platform) -> Self {
        platform.as_str()
    }
}

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().find(|platform| platform.as_str() == text).copied().ok_or(UnknownPlatform)
    }
}

impl TryFrom<String> for Platform {
    type Error = UnknownPlatform;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Text that is not the name of a [`Platform`].
///
/// ```
/// let error = "aws".parse::<firstparty::Platform>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown platform: expected generic, cloudfront"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "unknown platform: expected generic, cloudfront, cloudflare, azure, fastly-compute, \
     fastly-vcl or akamai"
)]
#[non_exhaustive]
pub struct UnknownPlatform;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Names;
    use crate::field::known_field::KnownField;

    #[test]
    fn names_are_read_back() {
        for &platform in Platform::ALL {
            assert_eq!(platform.to_string().parse(), Ok(platform));
            let json = serde_json::to_string(&platform).unwrap();
            assert_eq!(json, format!("\"{platform}\""));
            assert_eq!(serde_json::from_str::<Platform>(&json).unwrap(), platform);
        }
        for text in ["aws", "Azure", "CLOUDFRONT", " azure", ""] {
            assert_eq!(text.parse::<Platform>(), Err(UnknownPlatform), "{text}");
        }
    }

    /// R12: every name of every denylist is in the fast table.
    #[test]
    fn denied_names_are_known() {
        for platform in Platform::ALL {
            let profile = platform.profile();
            let lists = [&profile.request_denylist, &profile.response_denylist];
            for name in lists.into_iter().flat_map(Names::names) {
                let name = &http::HeaderName::from_static(name);
                assert!(KnownField::of(name).is_some(), "{name} on {platform}");
            }
        }
    }
}
