//! Whose turn it is while a browser uploads: what the upload writes, and what the rest of the
//! exchange reads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::timer::Instant;

/// How far an upload has come.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<Facts>>);

struct Facts {
    turn: Turn,
    since: Instant,
    /// Who polls the upload, while it waits for the browser.
    waker: Option<Waker>,
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
        let facts = Facts { turn: Turn::Upstream, since: Instant::now(), waker: None };
        Self(Arc::new(Mutex::new(facts)))
    }

    /// Whose turn it is, and since when.
    pub(crate) fn turn(&self) -> (Turn, Instant) {
        let facts = self.facts();
        (facts.turn, facts.since)
    }

    /// Something was handed on, or the upload has ended: now upstream has to do something.
    pub(crate) fn advance(&self) {
        let mut facts = self.facts();
        if matches!(facts.turn, Turn::Upstream | Turn::Browser) {
            (facts.turn, facts.since) = (Turn::Upstream, Instant::now());
        }
    }

    /// The browser has to send something. False if nobody wants it any more.
    pub(crate) fn wait(&self, waker: &Waker) -> bool {
        let mut facts = self.facts();
        if facts.turn == Turn::Upstream {
            (facts.turn, facts.since) = (Turn::Browser, Instant::now());
        }
        facts.waker.get_or_insert_with(|| waker.clone()).clone_from(waker);
        facts.turn != Turn::Over
    }

    pub(crate) fn break_off(&self) {
        self.facts().turn = Turn::Broken;
    }

    /// The exchange is over. An upload that is not would wait for the browser without a limit.
    pub(crate) fn end(&self) {
        let waker = {
            let mut facts = self.facts();
            facts.turn = Turn::Over;
            facts.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
