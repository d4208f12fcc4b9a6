//! A check, and what it says.

use std::pin::Pin;
use std::time::Duration;

use crate::context::Context;
use crate::wrong::Judged;

/// What a check does while it runs.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Judged> + Send + 'a>>;

/// A row of the checklist.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// The rules of the contract.
    pub(crate) rule: &'static str,
    /// What holds if it passes.
    pub(crate) sentence: &'static str,
    pub(crate) turn: Turn,
    pub(crate) run: for<'a> fn(&'a Context) -> Running<'a>,
}

/// When a check runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Alone, while the adapter has done nothing yet.
    First,
    /// Together with others.
    Together,
    /// Alone, when all others have ended.
    Last,
}

/// A row, with the function that has the name of its module's check.
macro_rules! check {
    ($name:literal, $rule:literal, $sentence:literal, $function:path) => {
        $crate::check::Check {
            name: $name,
            rule: $rule,
            sentence: $sentence,
            turn: $crate::check::Turn::Together,
            run: |context| Box::pin($function(context)),
        }
    };
    ($name:literal, $rule:literal, $sentence:literal, $function:path, $turn:ident) => {
        $crate::check::Check {
            turn: $crate::check::Turn::$turn,
            ..check!($name, $rule, $sentence, $function)
        }
    };
}
pub(crate) use check;

/// What came of a check.
pub(crate) struct Outcome {
    pub(crate) check: &'static Check,
    pub(crate) verdict: Verdict,
    /// What was seen, or why it was not asked.
    pub(crate) seen: String,
    pub(crate) time: Duration,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Passed,
    Failed,
    /// The options leave nothing to ask.
    Skipped,
    /// It failed, and the platform is said to make it impossible.
    Impossible,
    /// It passed, and the platform was said to make it impossible.
    NoLongerImpossible,
}

impl Verdict {
    pub(crate) fn is_wrong(self) -> bool {
        matches!(self, Self::Failed | Self::NoLongerImpossible)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
            Self::Impossible => "impossible",
            Self::NoLongerImpossible => "NO LONGER IMPOSSIBLE",
        }
    }
}
