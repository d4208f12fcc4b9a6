//! firstparty
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub use http;

#[cfg(feature = "management")]
pub mod management;
