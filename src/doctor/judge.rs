//! How a check judges what was observed: mechanism, a file a topic.

pub(super) mod agent;
pub(super) mod cache;
pub(super) mod cookie;
pub(super) mod cors;
pub(super) mod field;
pub(super) mod identification;
pub(super) mod reach;
pub(super) mod status;
pub(super) mod upstream;
