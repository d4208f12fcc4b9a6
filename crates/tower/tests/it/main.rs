//! The duties of an adapter (contract R16), each kept by the layer and its client. The clock is
//! tokio's, which jumps to the next deadline when nothing else is left to do, so no test waits.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic here is a failed test"
)]

mod bodies;
#[cfg(feature = "client")]
mod client;
mod ends;
mod failures;
#[cfg(feature = "tokio")]
mod limits;
mod routes;
mod support;
