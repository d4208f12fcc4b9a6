//! How a check can end, before it is known which one asks.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// How a check ended, in the order of how much there is to mend.
///
/// ```
/// use firstparty::doctor::Outcome;
///
/// assert_eq!(Outcome::Skipped.to_string(), "skipped");
/// assert!(Outcome::Warn < Outcome::Fail);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "programs print all of them")]
pub enum Outcome {
    /// It could not be told: something that it needs was not given, or did not work.
    Skipped,
    /// What the check says holds.
    Ok,
    /// Identification works, but not as well as it could.
    Warn,
    /// Something does not work, or does harm.
    Fail,
}

impl Outcome {
    /// The name of the outcome. It serialises as this.
    ///
    /// ```
    /// assert_eq!(firstparty::doctor::Outcome::Ok.as_str(), "ok");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a check found, and how. It does not know which check asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) outcome: Outcome,
    pub(super) cause: Cow<'static, str>,
    pub(super) remedy: Option<&'static str>,
    pub(super) rule: Option<&'static str>,
}

/// A judgement that was reached at the end, or before it.
pub(super) type Judged = Result<Judgement, Judgement>;

impl Judgement {
    pub(super) fn ok(cause: impl Into<Cow<'static, str>>) -> Self {
        Self { outcome: Outcome::Ok, cause: cause.into(), remedy: None, rule: None }
    }

    pub(super) fn skipped(cause: impl Into<Cow<'static, str>>) -> Self {
        Self { outcome: Outcome::Skipped, ..Self::ok(cause) }
    }

    pub(super) fn warn(cause: impl Into<Cow<'static, str>>, remedy: &'static str) -> Self {
        Self { outcome: Outcome::Warn, remedy: Some(remedy), ..Self::ok(cause) }
    }

    pub(super) fn fail(cause: impl Into<Cow<'static, str>>, remedy: &'static str) -> Self {
        Self { outcome: Outcome::Fail, ..Self::warn(cause, remedy) }
    }

    /// Names a rule that tells more than the rule of the check.
    pub(super) fn by(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11.4: an outcome is shown and written by its name, and a worse one is greater.
    #[test]
    fn outcomes_have_names() {
        let outcomes = [Outcome::Skipped, Outcome::Ok, Outcome::Warn, Outcome::Fail];
        assert!(outcomes.is_sorted());
        for (outcome, name) in outcomes.into_iter().zip(["skipped", "ok", "warn", "fail"]) {
            assert_eq!((outcome.as_str(), outcome.to_string()), (name, name.to_owned()));
            assert_eq!(serde_json::json!(outcome), name);
        }
    }
}
