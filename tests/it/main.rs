//! What the crate does, by topic. Every test names the rules of the contract that it checks.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a panic here is a failed test"
)]

mod answers;
mod doctor;
mod doctor_program;
mod exchange;
mod explain;
mod explain_page;
mod field_use;
mod guide;
mod monitoring;
mod options;
mod order;
mod program;
mod properties;
mod proxy;
mod purity;
mod rules;
mod security;
mod setup;
mod standards;
mod status;
mod support;
mod tally;
mod trust;
mod vectors;
