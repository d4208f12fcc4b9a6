//! A tally as it is stored and sent: counters by name, so that no position can mean something else to
//! another version.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::label::Label;
use super::series::Series;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    forwarded: Named<Named<Named<u64>>>,
    answered: Named<u64>,
    failed: Named<Named<u64>>,
    upstream_responses: Named<Named<u64>>,
    secret_suspected: u64,
}

/// By the value of a label.
type Named<T> = BTreeMap<Cow<'static, str>, T>;

impl Form {
    /// The counter of a series; one that was missing is zero.
    pub(super) fn count(&mut self, series: Series) -> &mut u64 {
        match series {
            Series::Forwarded(route, kind, region) => {
                at(at(at(&mut self.forwarded, route), kind), region)
            }
            Series::Answered(cause) => at(&mut self.answered, cause),
            Series::Failed(kind, failure) => at(at(&mut self.failed, kind), failure),
            Series::UpstreamResponse(kind, class) => {
                at(at(&mut self.upstream_responses, kind), class)
            }
            Series::SecretSuspected => &mut self.secret_suspected,
        }
    }
}

fn at<T: Default>(named: &mut Named<T>, label: impl Label) -> &mut T {
    named.entry(Cow::Borrowed(label.name())).or_default()
}
