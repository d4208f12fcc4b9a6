//! The tests of the crate from outside, one module a topic; each names the rules it checks.

mod proxy;
