//! The log: a line on standard error for each exchange.
//!
//! An exchange hands over a few plain bytes. A thread of its own turns them into text, so that no
//! exchange waits for the log, and rests between two writes, so that hardly any has to wake it.

use std::convert::Infallible;
use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use crate::record::line::Line;
use crate::record::text::Text;

/// How many lines may wait; with that many waiting, further ones are lost, not exchanges.
const WAITING: usize = 16 * 1024;

/// How long lines may wait, if there are few.
const REST: Duration = Duration::from_millis(10);

/// How many lines go out in one write.
const BATCH: usize = 1024;

/// How long the last lines may take: a terminal that stands still must not keep the proxy.
const LAST_LINES: Duration = Duration::from_secs(3);

/// The thread that writes.
pub(crate) struct Log {
    sender: LogSender,
    /// Nothing comes from there; it ends with the thread.
    thread: Option<Receiver<Infallible>>,
}

/// The way to that thread, unless nothing is to be written. The thread ends with the last of them.
#[derive(Clone)]
pub(crate) struct LogSender(Option<SyncSender<Line>>);

impl Log {
    pub(crate) fn start() -> Self {
        let (sender, lines) = sync_channel(WAITING);
        let thread = on_a_thread(move || write_lines(&lines));
        Self { sender: LogSender(Some(sender)), thread: Some(thread) }
    }

    /// A log that takes lines and writes none.
    pub(crate) fn silent() -> Self {
        Self { sender: LogSender(None), thread: None }
    }

    pub(crate) fn sender(&self) -> LogSender {
        self.sender.clone()
    }

    /// Waits until all is written, and says whether it was.
    pub(crate) fn close(self) -> bool {
        drop(self.sender);
        self.thread.is_none_or(|thread| ends_in_time(&thread))
    }
}

/// Writes the last of all, which is no exchange, unless that takes too long.
pub(crate) fn write_last(write: impl FnOnce() + Send + 'static) {
    ends_in_time(&on_a_thread(write));
}

/// Gives what ends with the thread.
fn on_a_thread(write: impl FnOnce() + Send + 'static) -> Receiver<Infallible> {
    let (alive, thread) = channel();
    thread::spawn(move || {
        write();
        drop(alive);
    });
    thread
}

fn ends_in_time(thread: &Receiver<Infallible>) -> bool {
    thread.recv_timeout(LAST_LINES) == Err(RecvTimeoutError::Disconnected)
}

impl LogSender {
    pub(crate) fn hand_in(&self, line: Line) {
        if let Some(sender) = &self.0 {
            let _ = sender.try_send(line);
        }
    }
}

fn write_lines(lines: &Receiver<Line>) {
    let (mut text, mut batch) = (Text::default(), String::new());
    while let Ok(line) = lines.recv() {
        let _ = text.write(line, &mut batch);
        thread::sleep(REST);
        for line in lines.try_iter().take(BATCH) {
            let _ = text.write(line, &mut batch);
        }
        // In one call, so that no other note comes between the parts of a line.
        let _ = std::io::stderr().write_all(batch.as_bytes());
        batch.clear();
    }
}
