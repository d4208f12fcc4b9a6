//! Notes, and how two maps are compared.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

/// Its headings are the titles of the rules.
const CONTRACT: &str = include_str!("../contract.md");

/// One change, and the rule of the [`contract`](crate::contract) that asks for it.
///
/// It is displayed with the title of the rule. Serialised, it has `rule`, `subject` and `action`.
///
/// ```
/// use firstparty::explain;
/// use firstparty::refusal::Refusal;
///
/// let note = explain::answered(Refusal::DotSegment.cause());
/// assert_eq!((note.rule, note.title()), ("R2.5", Some("No dot segments")));
/// assert_eq!(note.to_string(), "R2.5 (No dot segments): request answered");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The rule, like [`R5.3`].
    ///
    /// [`R5.3`]: crate::contract#R5.3
    pub rule: &'static str,
    /// What was changed: the name of a field or of a parameter, `path`, or `request` if the request
    /// was answered.
    pub subject: String,
    /// How it was changed.
    pub action: Change,
    /// What the subject is: a field and a parameter may have the same name.
    #[serde(skip)]
    pub part: Part,
}

/// A part of a message.
///
/// ```
/// use firstparty::explain::{self, Part};
/// use firstparty::refusal::Refusal;
///
/// assert_eq!(explain::answered(Refusal::DotSegment.cause()).part, Part::Request);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The request as a whole.
    Request,
    /// The path of the target.
    Path,
    /// A parameter of the query.
    Parameter,
    /// A field.
    Field,
}

/// How something was changed.
///
/// ```
/// use firstparty::explain::Change;
///
/// assert_eq!(serde_json::to_string(&Change::Dropped)?, r#""dropped""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
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

impl Note {
    /// The title of the rule in the [`contract`](crate::contract), or `None` for a rule of an
    /// adapter's own.
    ///
    /// ```
    /// use firstparty::explain;
    /// use firstparty::refusal::Refusal;
    ///
    /// let note = explain::answered(Refusal::TransferCoding.cause());
    /// assert_eq!(note.title(), Some("Framing"));
    /// ```
    #[must_use]
    pub fn title(&self) -> Option<&'static str> {
        let headings = CONTRACT.lines().filter(|line| line.starts_with('#'));
        let mut named =
            headings.filter_map(|line| line.trim_start_matches(['#', ' ']).split_once(' '));
        named.find(|(rule, _)| *rule == self.rule).map(|(_, title)| title)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule)?;
        if let Some(title) = self.title() {
            write!(f, " ({title})")?;
        }
        let action = match self.action {
            Change::Dropped => "dropped",
            Change::Replaced => "replaced",
            Change::Added => "added",
            Change::Answered => "answered",
        };
        write!(f, ": {} {action}", self.subject)
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

pub(super) fn field_note(rule: &'static str, name: &HeaderName, action: Change) -> Note {
    Note { rule, subject: name.to_string(), action, part: Part::Field }
}
