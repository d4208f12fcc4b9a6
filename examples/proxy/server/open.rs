//! How many exchanges are open, and when the last of them has ended.

use tokio::sync::watch;

/// The exchanges that are open, each of which holds a [`Ticket`].
#[derive(Clone)]
pub(crate) struct Open(watch::Sender<()>);

/// Counts for as long as it lives.
pub(crate) struct Ticket {
    _receiver: watch::Receiver<()>,
}

impl Open {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    pub(crate) fn ticket(&self) -> Ticket {
        Ticket { _receiver: self.0.subscribe() }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.receiver_count()
    }

    /// Waits until none is open.
    pub(crate) async fn all_ended(&self) {
        self.0.closed().await;
    }
}
