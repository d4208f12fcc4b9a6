//! R14 against a simulated cloud: Lambda and CloudFront with a virtual clock and faults.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

mod authorisation;
mod bad_input;
mod busy;
mod cloud;
mod concurrent;
mod driver;
mod exhaustive;
mod fault;
mod invariant;
mod patience;
mod plain;
mod plan;
mod random;
mod world;
