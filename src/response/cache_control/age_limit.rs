//! The largest value that an age may have.

use crate::octets::decimal::Digits;

/// The value, and its text, which nearly every rewritten field gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AgeLimit {
    pub(super) seconds: u32,
    pub(super) digits: Digits,
}

impl AgeLimit {
    pub(super) fn new(seconds: u32) -> Self {
        Self { seconds, digits: Digits::of(seconds) }
    }
}
