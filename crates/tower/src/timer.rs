//! A time limit that is set late and seldom: only when there is something to wait for, and again
//! only when it has run out early.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
pub(crate) use tokio::time::Instant;
use tokio::time::{Sleep, sleep_until};

pin_project! {
    #[derive(Default)]
    pub(crate) struct Timer {
        #[pin]
        sleep: Option<Sleep>,
    }
}

impl Timer {
    /// Ready when the deadline has passed. The deadline may move while this waits: later at any time,
    /// and also earlier, but not to a moment that is nearer than `step`.
    pub(crate) fn poll_deadline(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        step: Duration,
        deadline: impl Fn() -> Instant,
    ) -> Poll<()> {
        let mut sleep = self.project().sleep;
        loop {
            if let Some(sleep) = sleep.as_mut().as_pin_mut() {
                ready!(sleep.poll(cx));
            }
            let (now, deadline) = (Instant::now(), deadline());
            if deadline <= now {
                return Poll::Ready(());
            }
            let next = deadline.min(now + step);
            match sleep.as_mut().as_pin_mut() {
                Some(sleep) => sleep.reset(next),
                None => sleep.set(Some(sleep_until(next))),
            }
        }
    }
}
