//! What the adapter is told, for counting (contract [R11]).
//!
//! A [`Report`] is about one exchange. A [`Tally`] adds reports up and prints the sums
//! for Prometheus.
//!
//! [R11]: crate::contract#R11

pub(crate) mod exchange;
mod tally;

pub(crate) use self::exchange::Report;
pub use self::exchange::{Generation, Outcome};
pub use self::tally::Tally;
