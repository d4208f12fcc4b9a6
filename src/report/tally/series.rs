//! The series of a tally: what is counted, by which labels, and in which order.

use std::fmt;

use super::label::{CauseLabel, Class, Label};
use crate::failure::Failure;
use crate::region::Region;
use crate::report::exchange::Report;
use crate::route::{Kind, RouteKind};

/// A counter: what it counts, and the values of its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Series {
    Forwarded(RouteKind, Kind, Option<Region>),
    Answered(CauseLabel),
    Failed(Kind, Failure),
    UpstreamResponse(Kind, Class),
    SecretSuspected,
}

/// The series that share a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
}

/// How many series stand before those of a family.
const ANSWERED: usize = RouteKind::COUNT * Kind::COUNT * Option::<Region>::COUNT;
const FAILED: usize = ANSWERED + CauseLabel::COUNT;
const UPSTREAM_RESPONSES: usize = FAILED + Kind::COUNT * Failure::COUNT;
const SECRET_SUSPECTED: usize = UPSTREAM_RESPONSES + Kind::COUNT * Class::COUNT;

impl Series {
    pub(super) const COUNT: usize = SECRET_SUSPECTED + 1;

    /// Every series, in the order in which they are printed.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let forwarded = pairs::<RouteKind, Kind>().flat_map(|(route, kind)| {
            Option::<Region>::all().map(move |region| Self::Forwarded(route, kind, region))
        });
        forwarded
            .chain(CauseLabel::all().map(Self::Answered))
            .chain(pairs().map(|(kind, failure)| Self::Failed(kind, failure)))
            .chain(pairs().map(|(kind, class)| Self::UpstreamResponse(kind, class)))
            .chain([Self::SecretSuspected])
    }

    /// The series that count an exchange with this report.
    pub(super) fn of(report: Report) -> impl Iterator<Item = Self> {
        let kind = report.kind();
        let series = match (report.cause, report.route) {
            (Some(cause), _) => [Some(Self::Answered(CauseLabel::of(cause))), None, None],
            // Nothing was forwarded, and no answer is known.
            (None, None | Some(RouteKind::Status)) => [None; 3],
            (None, Some(route)) => {
                let end = match (report.failure, report.status) {
                    (Some(failure), _) => Some(Self::Failed(kind, failure)),
                    (None, status) => {
                        status.map(|status| Self::UpstreamResponse(kind, Class::of(status)))
                    }
                };
                let suspected = report.secret_suspect.then_some(Self::SecretSuspected);
                [Some(Self::Forwarded(route, kind, report.region)), end, suspected]
            }
        };
        series.into_iter().flatten()
    }

    /// The place in the order of [`all`](Self::all).
    pub(super) fn index(self) -> Option<usize> {
        let (before, place) = match self {
            Self::Forwarded(route, kind, region) => {
                (0, place(place(place(0, route)?, kind)?, region)?)
            }
            Self::Answered(cause) => (ANSWERED, place(0, cause)?),
            Self::Failed(kind, failure) => (FAILED, place(place(0, kind)?, failure)?),
            Self::UpstreamResponse(kind, class) => {
                (UPSTREAM_RESPONSES, place(place(0, kind)?, class)?)
            }
            Self::SecretSuspected => (SECRET_SUSPECTED, 0),
        };
        Some(before + place)
    }

    pub(super) const fn family(self) -> Family {
        let (name, help) = match self {
            Self::Forwarded(..) => {
                ("firstparty_forwarded_total", "Requests sent upstream, failed ones included.")
            }
            Self::Answered(_) => {
                ("firstparty_answered_total", "Requests answered by the gateway itself.")
            }
            Self::Failed(..) => {
                ("firstparty_failed_total", "Requests to which upstream gave no response.")
            }
            Self::UpstreamResponse(..) => {
                ("firstparty_upstream_responses_total", "Responses of upstream.")
            }
            Self::SecretSuspected => (
                "firstparty_secret_suspected_total",
                "Responses of upstream that suggest a missing or wrong proxy secret.",
            ),
        };
        Family { name, help }
    }
}

/// As Prometheus writes it. No name of a label needs an escape.
impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family().name)?;
        match *self {
            Self::Forwarded(route, kind, region) => write!(
                f,
                r#"{{route="{}",kind="{}",region="{}"}}"#,
                route.name(),
                kind.name(),
                region.name()
            ),
            Self::Answered(cause) => write!(f, r#"{{cause="{}"}}"#, cause.name()),
            Self::Failed(kind, failure) => {
                write!(f, r#"{{kind="{}",failure="{}"}}"#, kind.name(), failure.name())
            }
            Self::UpstreamResponse(kind, class) => {
                write!(f, r#"{{kind="{}",class="{}"}}"#, kind.name(), class.name())
            }
            Self::SecretSuspected => Ok(()),
        }
    }
}

/// All pairs of values, the second one changing fastest.
fn pairs<A: Label, B: Label>() -> impl Iterator<Item = (A, B)> {
    A::all().flat_map(|first| B::all().map(move |second| (first, second)))
}

/// The place of a value among those that have the same values before it.
fn place<L: Label>(before: usize, label: L) -> Option<usize> {
    let place = L::all().position(|value| value == label)?;
    Some(before * L::COUNT + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11.3: the place of a series is the one at which it is printed.
    #[test]
    fn series_have_their_places() {
        let places: Vec<_> = Series::all().map(Series::index).collect();
        assert_eq!(places, (0..Series::COUNT).map(Some).collect::<Vec<_>>());
        assert_eq!(Series::Forwarded(RouteKind::Status, Kind::Plain, None).index(), None);
    }
}
