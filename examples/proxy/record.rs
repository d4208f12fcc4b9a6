//! The record of one exchange: it becomes a line in the log when the exchange has ended. Its report is
//! counted (R11.3), also if the line is lost.

use std::time::{Instant, SystemTime};

use firstparty::http::Method;
use firstparty::{Report, RequestId};

use crate::line::{End, Line, bounded};
use crate::log::LogSender;
use crate::metrics::Counters;

/// Where exchanges are recorded.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) log: LogSender,
    pub(crate) counters: Counters,
}

impl Recorder {
    /// Begins the record of an exchange.
    pub(crate) fn begin(&self, method: &Method) -> Record {
        Record {
            log: self.log.clone(),
            counters: self.counters.clone(),
            start: Instant::now(),
            method: bounded(method),
            report: Report::default(),
            request_id: None,
            end: End::Abandoned,
        }
    }
}

/// It is counted and handed in when dropped, however the exchange ended.
pub(crate) struct Record {
    log: LogSender,
    counters: Counters,
    start: Instant,
    method: Method,
    report: Report,
    request_id: Option<String>,
    end: End,
}

impl Record {
    pub(crate) fn report(&mut self, report: Report) {
        self.report = report;
    }

    /// The browser is given this identifier.
    pub(crate) fn request_id(&mut self, id: RequestId) {
        self.request_id = Some(id.to_string());
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
        self.counters.count(self.report);
        self.log.hand_in(Line {
            time: SystemTime::now(),
            method: std::mem::take(&mut self.method),
            report: self.report,
            request_id: self.request_id.take(),
            end: self.end,
            micros: u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
    }
}
