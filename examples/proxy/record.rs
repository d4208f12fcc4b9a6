//! One line for each exchange: the gateway's report, never a field, a query or the secret (R16.6). The
//! same report is counted (R11.3), also if the line is lost.
//!
//! An exchange hands over a few plain bytes. A thread of its own writes them as text, so that no
//! exchange waits for the log, and rests between two writes, so that hardly any has to wake it:
//! that took a tenth of the processor's time.

use std::io::{BufWriter, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use firstparty::Report;
use serde::Serialize;

use crate::metrics::Counters;

/// How many lines may wait; with that many waiting, further ones are lost, not exchanges.
const WAITING: usize = 16 * 1024;

/// How long lines may wait, if there are few.
const REST: Duration = Duration::from_millis(10);

/// What is written of an exchange, as JSON.
#[derive(Clone, Copy, Serialize)]
struct Line {
    #[serde(flatten)]
    report: Option<Report>,
    end: End,
    micros: u64,
}

/// How an exchange ended.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum End {
    /// The browser was given all of the answer.
    Complete,
    /// Upstream broke off, or stood still, in the middle of its answer.
    Cut,
    /// The browser left before the end, or the proxy did.
    Abandoned,
}

/// The thread that writes.
pub(crate) struct Log {
    sender: LogSender,
    thread: JoinHandle<()>,
}

/// The way to that thread; nothing ends it.
#[derive(Clone)]
pub(crate) struct LogSender(SyncSender<Option<Line>>);

impl Log {
    pub(crate) fn start() -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let thread = thread::spawn(move || write_lines(&receiver));
        Self { sender: LogSender(sender), thread }
    }

    pub(crate) fn sender(&self) -> LogSender {
        self.sender.clone()
    }

    /// Writes what waits.
    pub(crate) fn close(self) {
        let _ = self.sender.0.send(None);
        let _ = self.thread.join();
    }
}

fn write_lines(receiver: &Receiver<Option<Line>>) {
    let mut stderr = BufWriter::new(std::io::stderr());
    while let Ok(Some(line)) = receiver.recv() {
        write_line(&mut stderr, line);
        thread::sleep(REST);
        // What waits already goes out in the same write.
        for line in receiver.try_iter() {
            match line {
                Some(line) => write_line(&mut stderr, line),
                None => return,
            }
        }
        let _ = stderr.flush();
    }
}

fn write_line(out: &mut impl Write, line: Line) {
    let _ = out.write_all(b"exchange ");
    let _ = serde_json::to_writer(&mut *out, &line);
    let _ = out.write_all(b"\n");
}

/// The record of one exchange; it is counted and handed in when dropped, however the exchange ended.
pub(crate) struct Record {
    log: LogSender,
    counters: Counters,
    start: Instant,
    report: Option<Report>,
    end: End,
}

impl Record {
    pub(crate) fn begin(log: &LogSender, counters: &Counters) -> Self {
        Self {
            log: log.clone(),
            counters: counters.clone(),
            start: Instant::now(),
            report: None,
            end: End::Abandoned,
        }
    }

    pub(crate) fn report(&mut self, report: Report) {
        self.report = Some(report);
    }

    pub(crate) fn complete(&mut self) {
        self.end = End::Complete;
    }

    pub(crate) fn cut(&mut self) {
        self.end = End::Cut;
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(report) = self.report {
            self.counters.count(report);
        }
        let micros = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let line = Line { report: self.report, end: self.end, micros };
        let _ = self.log.0.try_send(Some(line));
    }
}
