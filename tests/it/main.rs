//! Tests of the crate's public API, in one binary, a module for each topic.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a panic in a test is a failed test, also in the functions that tests share"
)]

#[cfg(feature = "management")]
mod management;
