//! Where the gateway runs: platforms as data (contract R12).
//!
//! A platform decides the name that upstream sees in `ii`, which fields its edge owns, where the
//! browser's address and host come from, and how its configuration variables are called. All of
//! it is one constant a file; no step of the gateway asks which platform it is on.

mod akamai;
mod azure;
mod cloudflare;
mod cloudfront;
mod fastly_compute;
mod fastly_vcl;
mod generic;
mod profile;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::profile::{AddressSource, HostSource, Names, Profile};

/// A platform that the gateway can run on.
///
/// ```
/// use firstparty::Platform;
///
/// let platform: Platform = "cloudfront".parse()?;
/// assert_eq!(platform, Platform::CloudFront);
/// assert_eq!(platform.profile().integration_name, "fingerprintjs-pro-cloudfront");
/// # Ok::<(), firstparty::platform::UnknownPlatform>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
#[non_exhaustive]
pub enum Platform {
    /// Any other host, for instance one's own server behind one's own load balancer.
    #[default]
    Generic,
    /// AWS CloudFront with Lambda@Edge.
    CloudFront,
    /// Cloudflare Workers.
    Cloudflare,
    /// Azure Functions behind Front Door.
    Azure,
    /// Fastly Compute.
    FastlyCompute,
    /// Fastly VCL services.
    FastlyVcl,
    /// Akamai Property Manager.
    Akamai,
}

impl Platform {
    /// Every platform.
    pub const ALL: &[Self] = &[
        Self::Generic,
        Self::CloudFront,
        Self::Cloudflare,
        Self::Azure,
        Self::FastlyCompute,
        Self::FastlyVcl,
        Self::Akamai,
    ];

    /// What is particular about this platform.
    #[must_use]
    pub const fn profile(self) -> &'static Profile {
        match self {
            Self::Generic => &generic::PROFILE,
            Self::CloudFront => &cloudfront::PROFILE,
            Self::Cloudflare => &cloudflare::PROFILE,
            Self::Azure => &azure::PROFILE,
            Self::FastlyCompute => &fastly_compute::PROFILE,
            Self::FastlyVcl => &fastly_vcl::PROFILE,
            Self::Akamai => &akamai::PROFILE,
        }
    }

    /// The platform's short name, as [`FromStr`] reads it: `generic`, `cloudfront`, `cloudflare`,
    /// `azure`, `fastly-compute`, `fastly-vcl` or `akamai`.
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
        let named = |platform: &&Self| platform.as_str() == text;
        Self::ALL.iter().find(named).copied().ok_or(UnknownPlatform)
    }
}

impl TryFrom<String> for Platform {
    type Error = UnknownPlatform;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Text that names no [`Platform`].
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
    use crate::field::names::Known;

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
                assert!(Known::of(name).is_some(), "{name} on {platform}");
            }
        }
    }
}
