//! R14 against a simulated cloud: Lambda and CloudFront on a virtual clock, hostile on request.

mod authorisation;
mod bad_input;
mod cloud;
mod concurrent;
mod driver;
mod exhaustive;
mod fault;
mod invariant;
mod plain;
mod plan;
mod random;
mod world;
