//! What becomes of a browser's body on its way to upstream.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// What is known of it. Whoever hands the body on writes here, and whoever waits for the answer
/// reads.
#[derive(Clone)]
pub(crate) struct Upload(Arc<Facts>);

struct Facts {
    start: Instant,
    /// When it last advanced, in milliseconds since the start.
    advanced: AtomicU64,
    is_broken: AtomicBool,
}

impl Upload {
    pub(crate) fn begin() -> Self {
        let start = Instant::now();
        let (advanced, is_broken) = (AtomicU64::new(0), AtomicBool::new(false));
        Self(Arc::new(Facts { start, advanced, is_broken }))
    }

    /// Something was handed on, or handing on begins.
    pub(crate) fn advance(&self) {
        let millis = u64::try_from(self.0.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.advanced.store(millis, Ordering::Relaxed);
    }

    pub(crate) fn last_advance(&self) -> Instant {
        self.0.start + Duration::from_millis(self.0.advanced.load(Ordering::Relaxed))
    }

    /// The browser left before its body had ended, or what it sent could not be read.
    pub(crate) fn break_off(&self) {
        self.0.is_broken.store(true, Ordering::Release);
    }

    /// Whether nobody is left who could want the answer.
    pub(crate) fn is_broken(&self) -> bool {
        self.0.is_broken.load(Ordering::Acquire)
    }
}
