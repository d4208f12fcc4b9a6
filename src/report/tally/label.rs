//! The labels of a tally's series, and all values that each of them can have.

use crate::failure::Failure;
use crate::refusal::{Cause, Refusal};
use crate::region::Region;
use crate::route::{Kind, RouteKind};

/// The values of a label.
pub(super) trait Label: Copy + PartialEq + 'static {
    const COUNT: usize;

    fn all() -> impl Iterator<Item = Self>;

    fn name(self) -> &'static str;
}

/// The routes whose requests are forwarded.
impl Label for RouteKind {
    const COUNT: usize = 3;

    fn all() -> impl Iterator<Item = Self> {
        [Self::Agent, Self::Result, Self::Api].into_iter()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Result => "result",
            Self::Api => "api",
            Self::Status => "status",
        }
    }
}

impl Label for Kind {
    const COUNT: usize = 2;

    fn all() -> impl Iterator<Item = Self> {
        [Self::Identification, Self::Plain].into_iter()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Identification => "identification",
            Self::Plain => "plain",
        }
    }
}

impl Label for Option<Region> {
    const COUNT: usize = Region::ALL.len() + 1;

    fn all() -> impl Iterator<Item = Self> {
        Region::ALL.iter().copied().map(Some).chain([None])
    }

    fn name(self) -> &'static str {
        self.map_or("none", Region::as_str)
    }
}

impl Label for Failure {
    const COUNT: usize = Self::ALL.len();

    fn all() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied()
    }

    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// Why a request was answered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CauseLabel {
    /// A refusal of the gateway's, or the status page.
    Gateway(&'static Cause),
    Adapter,
}

impl CauseLabel {
    /// A cause that is in no table is an adapter's, even if it has the name of a refusal.
    pub(super) fn of(cause: &'static Cause) -> Self {
        let label = Self::Gateway(cause);
        if Self::all().any(|known| known == label) { label } else { Self::Adapter }
    }
}

impl Label for CauseLabel {
    const COUNT: usize = Refusal::ALL.len() + 2;

    fn all() -> impl Iterator<Item = Self> {
        let refusals = Refusal::ALL.iter().map(|refusal| Self::Gateway(refusal.cause()));
        refusals.chain([Self::Gateway(Cause::STATUS_PAGE), Self::Adapter])
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gateway(cause) => cause.name(),
            Self::Adapter => "adapter",
        }
    }
}

/// The first digit of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Informational,
    Successful,
    Redirection,
    ClientError,
    ServerError,
}

impl Class {
    /// RFC 9110 §15: a status that is not valid is treated as a server error.
    pub(super) fn of(status: u16) -> Self {
        match status / 100 {
            1 => Self::Informational,
            2 => Self::Successful,
            3 => Self::Redirection,
            4 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

impl Label for Class {
    const COUNT: usize = 5;

    fn all() -> impl Iterator<Item = Self> {
        [
            Self::Informational,
            Self::Successful,
            Self::Redirection,
            Self::ClientError,
            Self::ServerError,
        ]
        .into_iter()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Informational => "1xx",
            Self::Successful => "2xx",
            Self::Redirection => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11.3: labels are called as in the report.
    #[test]
    fn labels_are_those_of_the_report() {
        fn assert_named<L: Label + serde::Serialize>() {
            assert_eq!(L::all().count(), L::COUNT);
            for value in L::all() {
                assert_eq!(serde_json::to_value(value).unwrap(), value.name());
            }
        }
        assert_named::<RouteKind>();
        assert_named::<Failure>();
        let regions = Region::ALL.iter().map(|region| serde_json::to_value(region).unwrap());
        let names = Option::<Region>::all().map(Label::name);
        assert_eq!(names.collect::<Vec<_>>(), ["us", "eu", "ap", "none"]);
        assert!(regions.eq(["us", "eu", "ap"]));
        for refusal in Refusal::ALL {
            assert_eq!(CauseLabel::of(refusal.cause()).name(), refusal.cause().name());
        }
    }
}
