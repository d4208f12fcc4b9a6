//! What the fuzz targets share: how bytes become messages and configurations, models of the
//! contract that care for nothing but being plain, and independent judges.
//!
//! | file | idea |
//! |---|---|
//! | `input.rs` | text becomes the head of a request or of a response |
//! | `grammar.rs` | bytes become text with the names and the forms of values that a rule knows |
//! | `plan.rs` | a few bytes become a configuration, as plain data and as a `Config` |
//! | `model.rs`, `model/…` | what the contract says, in its own words, a rule a function |
//! | `judge.rs` | other crates read what the library wrote |
//!
//! The models are written from the contract, split and join text wherever they can, and know
//! nothing of how the library does it.

pub mod grammar;
pub mod input;
pub mod judge;
pub mod model;
pub mod plan;
