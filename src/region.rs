//! The regions of Fingerprint's API (contract R3.3).

use std::fmt;

use serde::Serialize;

/// A region of Fingerprint's API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Region {
    /// The United States, also the answer to anything that is no region.
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

    /// `us`, `eu` or `ap`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Ap => "ap",
        }
    }

    /// What stands before the API host.
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
