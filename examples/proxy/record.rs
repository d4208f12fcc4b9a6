//! The record of one exchange: while the exchange goes on it counts as open, and when it has ended it
//! becomes a line in the log. Its report is counted (R11.3), also if the line is lost.

mod line;
pub(crate) mod log;
mod text;

use std::time::{Instant, SystemTime};

use firstparty::http::Method;
use firstparty::{Report, RequestId};

use crate::exchange::upload::Upload;
use crate::metrics::Counters;
use crate::record::line::{End, Facts, Line, bounded};
use crate::record::log::LogSender;
use crate::server::open::{Open, Ticket};
use crate::server::socket::Cut;

/// Where exchanges are recorded.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) log: LogSender,
    pub(crate) counters: Counters,
    pub(crate) open: Open,
}

impl Recorder {
    /// Begins the record of an exchange on a connection that may be cut.
    pub(crate) fn begin(&self, method: &Method, cut: Cut) -> Record {
        Record {
            log: self.log.clone(),
            counters: self.counters.clone(),
            _ticket: self.open.ticket(),
            start: Instant::now(),
            method: bounded(method),
            report: Report::default(),
            request_id: None,
            upload: None,
            cut,
            end: None,
        }
    }
}

/// It is counted and handed in when dropped, however the exchange ended.
pub(crate) struct Record {
    log: LogSender,
    counters: Counters,
    _ticket: Ticket,
    start: Instant,
    method: Method,
    report: Report,
    request_id: Option<String>,
    upload: Option<Upload>,
    cut: Cut,
    /// None as long as nothing has ended the exchange itself.
    end: Option<End>,
}

impl Record {
    pub(crate) fn report(&mut self, report: Report) {
        self.report = report;
    }

    /// The request goes upstream.
    pub(crate) fn upload(&mut self, upload: Upload) {
        self.upload = Some(upload);
    }

    /// The browser is given this identifier.
    pub(crate) fn request_id(&mut self, id: RequestId) {
        self.request_id = Some(id.to_string());
    }

    pub(crate) fn complete(&mut self) {
        self.end = Some(End::Complete);
    }

    /// The answer breaks off. If the browser broke its request off before, that is why.
    pub(crate) fn cut(&mut self) {
        let has_left = self.upload.as_ref().is_some_and(Upload::is_broken);
        self.end = Some(if has_left { End::Abandoned } else { End::Cut });
    }

    /// How the exchange has ended, if by itself or with its connection.
    fn end(&self) -> End {
        let with_connection = if self.cut.is_ordered() { End::Cut } else { End::Abandoned };
        self.end.unwrap_or(with_connection)
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.counters.count(self.report);
        let facts = Facts {
            method: std::mem::take(&mut self.method),
            report: self.report,
            request_id: self.request_id.take(),
            end: self.end(),
        };
        self.log.hand_in(Line {
            time: SystemTime::now(),
            facts,
            micros: u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
    }
}
