//! What the adapter is told, for counting (contract R11).
//!
//! A [`Report`] is about one exchange.

mod exchange;

pub use self::exchange::{Generation, Outcome, Report};
