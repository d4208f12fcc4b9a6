//! R15 against sealed results of an independent implementation, and against input that is not a sealed
//! result.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

mod damage;
mod limits;
mod program;
mod round_trip;
mod seal;
mod secrecy;
mod tee;
mod vectors;
