//! Notes, and how two maps are compared.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

/// One change, and the rule of the contract that asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The rule, like `R5.3`.
    pub rule: &'static str,
    /// What was changed: the name of a field or of a parameter, `path`, or `request` if the request
    /// was answered.
    pub subject: String,
    /// How it was changed.
    pub action: Change,
}

/// How something was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Change {
    /// It did not pass.
    Dropped,
    /// Something else passed in its place.
    Replaced,
    /// It was not there before.
    Added,
    /// The request was answered here.
    Answered,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match self.action {
            Change::Dropped => "dropped",
            Change::Replaced => "replaced",
            Change::Added => "added",
            Change::Answered => "answered",
        };
        write!(f, "{}: {} {action}", self.rule, self.subject)
    }
}

/// The names of two maps, sorted, each once.
pub(super) fn names<'h>(before: &'h HeaderMap, after: &'h HeaderMap) -> Vec<&'h HeaderName> {
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort_unstable_by_key(|name| name.as_str());
    names.dedup();
    names
}

pub(super) fn values<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Vec<&'h HeaderValue> {
    headers.get_all(name).iter().collect()
}

pub(super) fn note(rule: &'static str, subject: impl fmt::Display, action: Change) -> Note {
    Note { rule, subject: subject.to_string(), action }
}
