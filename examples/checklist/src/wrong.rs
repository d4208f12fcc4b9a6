//! Why a check has not passed.

use std::fmt::Debug;
use std::io;

/// What a check says: nothing, or what it has seen; or why it has not passed.
pub(crate) type Judged = Result<Option<String>, Wrong>;

/// Why a check has not passed.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It has failed.
    Failed(String),
    /// It cannot be asked with these options.
    Skipped(String),
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Self {
        Self::Failed(format!("the connection: {error}"))
    }
}

impl From<h2::Error> for Wrong {
    fn from(error: h2::Error) -> Self {
        Self::Failed(format!("HTTP/2: {error}"))
    }
}

impl Wrong {
    pub(crate) fn failed(words: impl Into<String>) -> Self {
        Self::Failed(words.into())
    }

    pub(crate) fn skipped(words: impl Into<String>) -> Self {
        Self::Skipped(words.into())
    }

    /// The same, with words that say where it happened.
    pub(crate) fn at(self, place: impl AsRef<str>) -> Self {
        let place = place.as_ref();
        match self {
            Self::Failed(words) => Self::Failed(format!("{place}: {words}")),
            Self::Skipped(words) => Self::Skipped(words),
        }
    }
}

/// Passes if what was seen is what the contract asks for.
#[expect(clippy::needless_pass_by_value, reason = "most values are made for the comparison")]
pub(crate) fn equal<T, U>(what: &str, seen: T, expected: U) -> Result<(), Wrong>
where
    T: PartialEq<U> + Debug,
    U: Debug,
{
    if seen == expected {
        return Ok(());
    }
    let (seen, expected) = (short(&seen), short(&expected));
    Err(Wrong::failed(format!("{what}: {seen} instead of {expected}")))
}

/// Passes if a condition holds.
pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(Wrong::Failed(otherwise())) }
}

/// A value in a few words, however large it is.
pub(crate) fn short(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    if text.chars().count() <= 200 {
        return text;
    }
    let start: String = text.chars().take(160).collect();
    format!("{start}… ({} characters)", text.chars().count())
}
