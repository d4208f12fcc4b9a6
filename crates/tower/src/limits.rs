//! How long to wait for what.

use std::time::Duration;

use firstparty::adapter::{FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT};

/// Rule R16.4, for one exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) first_byte: Duration,
    pub(crate) idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { first_byte: FIRST_BYTE_TIMEOUT, idle: IDLE_TIMEOUT }
    }
}

/// A limit that can be added to any time of a clock.
#[cfg(feature = "tokio")]
pub(crate) fn bounded(limit: Duration) -> Duration {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    limit.min(YEAR)
}
