//! What stands for the timer without the feature `tokio`: no wait has a limit.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
pub(crate) use std::time::Instant;

#[derive(Default)]
pub(crate) struct Timer {}

impl Timer {
    #[expect(clippy::unused_self, reason = "the timer of the feature `tokio` needs it")]
    pub(crate) fn poll_deadline(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        _step: Duration,
        _deadline: impl Fn() -> Instant,
    ) -> Poll<()> {
        Poll::Pending
    }
}
