//! The example proxy, end to end: a process in front of an upstream made here, on loopback, so
//! that both sides see the very bytes on the wire.
#![cfg(test)]

mod advice;
mod choices;
mod document;
mod empty;
mod ending;
mod failures;
mod fields;
mod forms;
mod help;
mod http2;
mod leaving;
mod lifecycle;
mod lines;
mod listen;
mod log;
mod metrics;
pub(crate) mod process;
mod repeats;
mod routes;
mod settings;
pub(crate) mod upstream;
pub(crate) mod wire;
