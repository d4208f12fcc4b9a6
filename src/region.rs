//! The regions of Fingerprint's API (contract R3.3).

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

/// A region of Fingerprint's API.
///
/// ```
/// use firstparty::Region;
///
/// assert_eq!("eu".parse(), Ok(Region::Eu));
/// assert_eq!(Region::default(), Region::Us);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Region {
    /// The United States, and the region of a request that names no other.
    #[default]
    Us,
    /// The European Union.
    Eu,
    /// Asia and the Pacific.
    Ap,
}

impl Region {
    /// Every region.
    pub const ALL: &[Self] = &[Self::Us, Self::Eu, Self::Ap];

    /// The name of the region: `us`, `eu` or `ap`.
    ///
    /// ```
    /// assert_eq!(firstparty::Region::Ap.as_str(), "ap");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Ap => "ap",
        }
    }

    /// The labels that the region puts before the API host.
    ///
    /// ```
    /// use firstparty::Region;
    ///
    /// assert_eq!([Region::Us, Region::Eu].map(Region::host_prefix), ["", "eu."]);
    /// ```
    #[must_use]
    pub const fn host_prefix(self) -> &'static str {
        match self {
            Self::Us => "",
            Self::Eu => "eu.",
            Self::Ap => "ap.",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Reads the name of a region; case matters ([R3.3]).
    ///
    /// [R3.3]: crate::contract#R3.3
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut regions = Self::ALL.iter().copied();
        regions.find(|region| region.as_str() == text).ok_or(UnknownRegion)
    }
}

/// Text that is not the name of a [`Region`].
///
/// ```
/// use firstparty::{Region, UnknownRegion};
///
/// let error: UnknownRegion = "EU".parse::<Region>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown region: expected us, eu or ap");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("unknown region: expected us, eu or ap")]
#[non_exhaustive]
pub struct UnknownRegion;

#[cfg(test)]
mod tests {
    use super::*;

    /// R3.3: exactly the names, in lower case.
    #[test]
    fn names_are_read_back() {
        for &region in Region::ALL {
            assert_eq!(region.to_string().parse(), Ok(region));
            assert_eq!(region.to_string().to_uppercase().parse::<Region>(), Err(UnknownRegion));
        }
        for text in ["", "xx", "us ", "eu."] {
            assert_eq!(text.parse::<Region>(), Err(UnknownRegion), "{text}");
        }
    }
}
