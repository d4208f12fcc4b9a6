//! The end of all connections, in order: first each may finish what is open on it, for a limited
//! time or until the second signal; then those that are left are cut.

use std::time::Duration;

use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown, Watcher};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::server::open::Open;
use crate::server::signals::{Signal, Signals};
use crate::server::socket::Cut;
use crate::welcome;

/// How long the end may take for what cannot be interrupted, such as the look-up of a name.
pub(crate) const LAST_WAIT: Duration = Duration::from_secs(1);

/// All connections from browsers.
pub(crate) struct Connections {
    graceful: GracefulShutdown,
    /// Whether they are to be cut.
    cut: watch::Sender<bool>,
}

/// A connection's part in that.
pub(crate) struct Membership {
    graceful: Watcher,
    cut: watch::Receiver<bool>,
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self { graceful: GracefulShutdown::new(), cut: watch::Sender::new(false) }
    }

    pub(crate) fn join(&self) -> Membership {
        Membership { graceful: self.graceful.watcher(), cut: self.cut.subscribe() }
    }

    /// Ends all of them. Gives the signal that did not let them finish, if one came.
    pub(crate) async fn end(
        self,
        open: &Open,
        signals: &mut Signals,
        limit: Duration,
    ) -> Option<Signal> {
        announce(open.count(), limit);
        let impatient = tokio::select! {
            () = self.graceful.shutdown() => return None,
            () = sleep(limit) => None,
            signal = signals.next() => Some(signal),
        };
        self.cut.send_replace(true);
        let _ = timeout(LAST_WAIT, async {
            self.cut.closed().await;
            // An exchange over HTTP/2 notices a moment after its connection.
            open.all_ended().await;
        })
        .await;
        impatient
    }
}

impl Membership {
    /// Serves a connection to its end. Whatever goes wrong on it ends it and nothing else.
    pub(crate) async fn serve(self, connection: impl GracefulConnection, cut: Cut) {
        let Self { graceful, cut: mut all } = self;
        // The order has to come before the connection is dropped.
        let ordered = async {
            if all.wait_for(|is_cut| *is_cut).await.is_ok() {
                cut.order();
            }
        };
        tokio::select! {
            _ = graceful.watch(connection) => {}
            () = ordered => {}
        }
    }
}

/// On a thread that may block, because standard error may.
fn announce(count: usize, limit: Duration) {
    let line = match count {
        0 => "stopping".to_owned(),
        1 => waiting_for("1 open exchange", limit),
        _ => waiting_for(&format!("{count} open exchanges"), limit),
    };
    tokio::task::spawn_blocking(move || welcome::note(&line));
}

fn waiting_for(exchanges: &str, limit: Duration) -> String {
    format!("stopping: waiting for {exchanges}, at most {limit:?}; a second signal ends at once")
}
