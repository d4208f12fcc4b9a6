//! The clock. Without the feature `tokio` no wait ends, so no wait has a limit.

#[cfg(not(feature = "tokio"))]
pub(crate) use std::time::Instant;

#[cfg(feature = "tokio")]
pub(crate) use tokio::time::{Instant, sleep};

#[cfg(not(feature = "tokio"))]
pub(crate) async fn sleep(_: std::time::Duration) {
    std::future::pending::<()>().await;
}
