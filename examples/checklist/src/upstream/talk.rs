//! A token, the script that it names, and the requests that carried it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::upstream::play::Play;
use crate::wire::head::{Framing, Head};
use crate::wrong::{Wrong, ensure, equal};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// How many requests that connection had served before.
    pub(crate) served: usize,
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<String>,
    pub(crate) state: State,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its head is here.
    Head,
    /// All of it is here.
    Whole,
    /// The connection ended in the middle, or while the stand-in kept silent behind it.
    Left,
}

impl Seen {
    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, Wrong> {
        self.head.get(name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What one request of a check is to meet, and what came of it.
#[derive(Clone)]
pub(crate) struct Talk {
    pub(crate) token: String,
    pub(crate) play: Arc<Play>,
    seen: watch::Sender<Vec<Seen>>,
    /// Longer than a request takes to get through.
    patience: Duration,
}

impl Talk {
    pub(crate) fn new(token: String, play: Play, patience: Duration) -> Self {
        Self { token, play: Arc::new(play), seen: watch::Sender::new(Vec::new()), patience }
    }

    /// Writes down a request; gives its place.
    pub(crate) fn begin(&self, seen: Seen) -> usize {
        let mut place = 0;
        self.seen.send_modify(|all| {
            place = all.len();
            all.push(seen);
        });
        place
    }

    /// Writes down more of it.
    pub(crate) fn go_on(&self, place: usize, change: impl FnOnce(&mut Seen)) {
        self.seen.send_modify(|all| {
            if let Some(seen) = all.get_mut(place) {
                change(seen);
            }
        });
    }

    /// How many requests have come.
    pub(crate) fn count(&self) -> usize {
        self.seen.borrow().len()
    }

    /// The only request, once it is whole.
    pub(crate) async fn only(&self) -> Result<Seen, Wrong> {
        let seen = self.when(|seen| seen.state == State::Whole).await?;
        equal("requests at upstream", self.count(), 1)?;
        // A request that two readers read differently must not leave an adapter.
        let framing = seen.head.framing();
        framing.map_err(|error| Wrong::from(error).at("the request for upstream"))?;
        Ok(seen)
    }

    /// The first request that something holds of.
    pub(crate) async fn when(&self, holds: impl Fn(&Seen) -> bool) -> Result<Seen, Wrong> {
        let mut receiver = self.seen.subscribe();
        let waiting = receiver.wait_for(|all| all.iter().any(&holds));
        let Ok(Ok(all)) = timeout(self.patience, waiting).await else {
            let seen = self.seen.borrow().iter().map(|seen| seen.state).collect::<Vec<_>>();
            return Err(Wrong::failed(format!("upstream did not see what it should: {seen:?}")));
        };
        let found = all.iter().find(|seen| holds(seen)).cloned();
        found.ok_or_else(|| Wrong::failed("upstream saw nothing"))
    }

    /// Passes if nothing came.
    pub(crate) fn none(&self) -> Result<(), Wrong> {
        ensure(self.count() == 0, || "it went upstream".to_owned())
    }

    /// Passes if a request came at most that often.
    pub(crate) fn at_most(&self, count: usize) -> Result<(), Wrong> {
        let seen = self.count();
        ensure(seen <= count, || format!("upstream saw it {seen} times"))
    }

    /// The only request had a body in chunks.
    pub(crate) fn is_chunked(seen: &Seen) -> bool {
        matches!(seen.head.framing(), Ok(Framing::Chunked))
    }
}
