//! The end of all connections, in order: first each may finish what is open on it, for a limited
//! time or until the second signal; then those that are left are cut.

use std::pin::pin;
use std::time::Duration;

use hyper_util::server::graceful::GracefulConnection;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::server::open::Open;
use crate::server::signals::{Signal, Signals};
use crate::server::socket::Cut;
use crate::welcome;

/// How long the end may take for what cannot be interrupted, such as the look-up of a name.
pub(crate) const LAST_WAIT: Duration = Duration::from_secs(1);

/// The stages, in order. A connection joins in the first, and hears of the others.
#[derive(Clone, Copy)]
enum Stage {
    Serve,
    /// Finish what is open, and take nothing new.
    Finish,
    Cut,
}

/// All connections from browsers.
pub(crate) struct Connections(watch::Sender<Stage>);

/// What a connection holds to hear of them.
pub(crate) struct Membership(watch::Receiver<Stage>);

impl Connections {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Stage::Serve))
    }

    pub(crate) fn join(&self) -> Membership {
        Membership(self.0.subscribe())
    }

    /// Ends all of them. Gives the signal that did not let them finish, if one came.
    pub(crate) async fn end(
        self,
        open: &Open,
        signals: &mut Signals,
        limit: Duration,
    ) -> Option<Signal> {
        announce(open.count(), limit);
        self.0.send_replace(Stage::Finish);
        let impatient = tokio::select! {
            () = self.0.closed() => return None,
            () = sleep(limit) => None,
            signal = signals.next() => Some(signal),
        };
        self.0.send_replace(Stage::Cut);
        let _ = timeout(LAST_WAIT, async {
            self.0.closed().await;
            // An exchange over HTTP/2 notices a moment after its connection.
            open.all_ended().await;
        })
        .await;
        impatient
    }
}

impl Membership {
    /// Serves a connection to its end. Whatever goes wrong on it ends it and nothing else.
    pub(crate) async fn serve(mut self, connection: impl GracefulConnection, cut: Cut) {
        let mut connection = pin!(connection);
        loop {
            // The stage first: a new connection then closes without reading a request.
            tokio::select! {
                biased;
                told = self.0.changed() => match told.map(|()| *self.0.borrow()) {
                    Ok(Stage::Serve) => {}
                    Ok(Stage::Finish) => connection.as_mut().graceful_shutdown(),
                    Ok(Stage::Cut) => {
                        // The order has to come before the connection is dropped.
                        cut.order();
                        return;
                    }
                    Err(_) => return,
                },
                _ = connection.as_mut() => return,
            }
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
