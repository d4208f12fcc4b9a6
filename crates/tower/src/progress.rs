//! Whose turn it is while a browser uploads: what the upload writes, and what the rest of the
//! exchange reads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::clock::Instant;

/// How far an exchange has come.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<Facts>>);

struct Facts {
    turn: Turn,
    since: Instant,
    /// Who polls the upload, while it waits for the browser.
    waker: Waker,
}

/// Whom the exchange is waiting for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Upstream has all that there is, or takes no more.
    Upstream,
    /// Upstream could take more, and the browser has sent no more.
    Browser,
    /// Nobody: the browser has broken its request off.
    Broken,
    /// Nobody: the exchange is over.
    Over,
}

impl Progress {
    pub(crate) fn begin() -> Self {
        let (turn, since, waker) = (Turn::Upstream, Instant::now(), Waker::noop().clone());
        Self(Arc::new(Mutex::new(Facts { turn, since, waker })))
    }

    /// Whose turn it is, and since when.
    pub(crate) fn turn(&self) -> (Turn, Instant) {
        let facts = self.facts();
        (facts.turn, facts.since)
    }

    /// Whose turn it is from now on. A browser that goes on being silent has been so since before, and
    /// an exchange in which it is nobody's turn does not go on.
    pub(crate) fn pass_to(&self, turn: Turn) {
        let mut facts = self.facts();
        match (facts.turn, turn) {
            (Turn::Browser, Turn::Browser) | (Turn::Broken | Turn::Over, _) => {}
            _ => (facts.turn, facts.since) = (turn, Instant::now()),
        }
    }

    /// The browser has to send something. False if nobody wants it any more.
    pub(crate) fn wait(&self, waker: &Waker) -> bool {
        self.pass_to(Turn::Browser);
        let mut facts = self.facts();
        facts.waker.clone_from(waker);
        facts.turn != Turn::Over
    }

    /// The exchange is over. An upload that is not would wait for the browser without a limit.
    pub(crate) fn end(&self) {
        self.pass_to(Turn::Over);
        let waker = self.facts().waker.clone();
        waker.wake();
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
