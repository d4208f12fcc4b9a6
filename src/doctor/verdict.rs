//! What the doctor found.

use std::borrow::Cow;

use serde::Serialize;

use super::check::Check;
use super::judgement::{Judgement, Outcome};

/// The result of one check.
///
/// It serialises as `{"check","rule"?,"verdict","cause","remedy"?}`. Its texts are short, and repeat
/// nothing that the integration answered but names that the crate knows.
///
/// ```
/// use firstparty::doctor::{Answer, Check, Doctor, Integration, Outcome};
///
/// let integration = Integration::new("https://www.example.com/ore54guier")?;
/// let mut doctor = Doctor::new(integration, [0; 16]);
/// doctor.answer(Answer::Addresses(Vec::new()));
///
/// let verdict = &doctor.verdicts()[0];
/// assert_eq!((verdict.check(), verdict.outcome()), (Check::Resolves, Outcome::Fail));
/// assert_eq!(verdict.cause(), "the host has no address");
/// assert!(verdict.remedy().is_some() && verdict.rule().is_none());
/// assert!(serde_json::to_string(verdict)?.starts_with(r#"{"check":"resolves","verdict":"fail","#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    check: Check,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(rename = "verdict")]
    outcome: Outcome,
    cause: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

impl Verdict {
    pub(super) fn new(check: Check, judgement: Judgement) -> Self {
        let Judgement { outcome, cause, remedy, rule } = judgement;
        Self { check, rule: rule.or(check.rule()), outcome, cause, remedy }
    }

    /// Which check it is.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/ore54guier")?, [0; 16]);
    /// assert_eq!(doctor.verdicts()[0].check().name(), "resolves");
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn check(&self) -> Check {
        self.check
    }

    /// The rule of the [`contract`](crate::contract) that it is about, if there is one. An answer of
    /// the integration's own may name a rule that tells more than the check's.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/ore54guier")?, [0; 16]);
    /// assert_eq!(doctor.verdicts()[1].rule(), Some("R1.5"));
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        self.rule
    }

    /// How it ended.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration, Outcome};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/beacon")?, [0; 16]);
    /// assert_eq!(doctor.verdicts()[1].outcome(), Outcome::Warn);
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// What was seen, in words for an operator.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/ore54guier")?, [0; 16]);
    /// assert_eq!(doctor.verdicts()[0].cause(), "the host is an address");
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// What to do, if anything is to be done.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/beacon")?, [0; 16]);
    /// assert_eq!(doctor.verdicts()[1].remedy(), Some("use a random path segment"));
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        self.remedy
    }
}

/// How many checks ended in which way.
///
/// ```
/// use firstparty::doctor::{Doctor, Integration};
///
/// let doctor = Doctor::new(Integration::new("https://192.0.2.1/ore54guier")?, [0; 16]);
/// let summary = doctor.summary();
/// assert_eq!((summary.ok, summary.warn, summary.fail), (3, 0, 0));
/// # Ok::<(), firstparty::doctor::IntegrationError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Checks that passed.
    pub ok: usize,
    /// Checks with something to improve.
    pub warn: usize,
    /// Checks that failed.
    pub fail: usize,
    /// Checks that could not be made.
    pub skipped: usize,
}

impl Summary {
    pub(super) fn of(verdicts: &[Verdict]) -> Self {
        let mut summary = Self::default();
        for verdict in verdicts {
            *match verdict.outcome {
                Outcome::Skipped => &mut summary.skipped,
                Outcome::Ok => &mut summary.ok,
                Outcome::Warn => &mut summary.warn,
                Outcome::Fail => &mut summary.fail,
            } += 1;
        }
        summary
    }
}
