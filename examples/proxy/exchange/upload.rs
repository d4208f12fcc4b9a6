//! What becomes of a browser's body on its way to upstream.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use firstparty::http::{StatusCode, Version};
use firstparty::refusal::Cause;
use tokio::time::Instant;

/// The browser fell silent in the middle of its request (RFC 9110 §15.5.9).
pub(crate) const UPLOAD_TIMEOUT: Cause = Cause::new(
    "upload_timeout",
    "R16.5",
    StatusCode::REQUEST_TIMEOUT,
    "the request did not arrive in time",
);

/// What is known of it. Whoever hands the body on writes here, and whoever waits for the answer
/// reads.
#[derive(Clone)]
pub(crate) struct Upload(Arc<Facts>);

struct Facts {
    version: Version,
    start: Instant,
    /// When it last advanced, in milliseconds since the start.
    advanced: AtomicU64,
    is_awaited: AtomicBool,
    has_stalled: AtomicBool,
    is_broken: AtomicBool,
}

impl Upload {
    pub(crate) fn begin(version: Version) -> Self {
        let start = Instant::now();
        let [is_awaited, has_stalled, is_broken] = [const { AtomicBool::new(false) }; 3];
        let advanced = AtomicU64::new(0);
        Self(Arc::new(Facts { version, start, advanced, is_awaited, has_stalled, is_broken }))
    }

    /// Something was handed on, or handing on begins or ends: it is upstream's turn.
    pub(crate) fn advance(&self) {
        let millis = u64::try_from(self.0.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.advanced.store(millis, Ordering::Relaxed);
        // Whoever sees this sees the time, too.
        self.0.is_awaited.store(false, Ordering::Release);
    }

    /// Upstream could take more, and the browser has sent no more: it is the browser's turn.
    pub(crate) fn wait(&self) {
        self.0.is_awaited.store(true, Ordering::Release);
    }

    /// Since when the exchange has been waiting for upstream: not before now, if it is waiting for the
    /// browser.
    pub(crate) fn upstreams_turn(&self) -> Instant {
        if self.0.is_awaited.load(Ordering::Acquire) {
            return Instant::now();
        }
        self.0.start + Duration::from_millis(self.0.advanced.load(Ordering::Relaxed))
    }

    /// The browser was silent for too long.
    pub(crate) fn stall(&self) {
        self.0.has_stalled.store(true, Ordering::Release);
    }

    pub(crate) fn has_stalled(&self) -> bool {
        self.0.has_stalled.load(Ordering::Acquire)
    }

    /// Whether a body that gives no more was there to its end. Over HTTP/2 hyper takes a reset for the
    /// end if its code is `NO_ERROR`, but only a server may send that before the end (RFC 9113 §8.1).
    /// Over HTTP/1 it reports what is missing, and may not know an end when it is there.
    pub(crate) fn is_whole(&self, is_end_known: bool) -> bool {
        self.0.version <= Version::HTTP_11 || is_end_known
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
