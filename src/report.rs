//! What the adapter is told, for counting (contract R11).
//!
//! A [`Report`] is about one exchange. A [`Tally`] adds reports up, and prints what came of it for
//! Prometheus.

mod exchange;
mod tally;

pub use self::exchange::{Generation, Outcome, Report};
pub use self::tally::Tally;
