//! The end of an exchange, and who is told of it.

use std::sync::Arc;

use firstparty::{Report, RequestId};

use crate::progress::{Progress, Turn};

/// What is known of an exchange when it has ended ([R16.6]). It holds no path, query, field or body.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use firstparty::report::Tally;
/// use firstparty_tower::Ended;
///
/// let tally = Arc::new(Mutex::new(Tally::default()));
/// let count = {
///     let tally = Arc::clone(&tally);
///     move |ended: Ended| tally.lock().unwrap().add(ended.report)
/// };
/// # let _ = count;
/// ```
///
/// [R16.6]: firstparty::contract#R16.6
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ended {
    /// The gateway's report: answered here, or ended with upstream's status or failure. It stays open if
    /// the browser left before ([R11.3]).
    ///
    /// [R11.3]: firstparty::contract#R11.3
    pub report: Report,
    /// How far the browser's answer came.
    pub end: End,
    /// The identifier in the error that the browser was given, if it was given one ([R9.1]).
    ///
    /// [R9.1]: firstparty::contract#R9.1
    pub request_id: Option<RequestId>,
}

/// How an exchange has ended ([R16.2], [R16.6]).
///
/// ```
/// use firstparty_tower::End;
///
/// fn word(end: End) -> &'static str {
///     match end {
///         End::Complete => "complete",
///         End::Cut => "cut",
///         _ => "abandoned",
///     }
/// }
/// assert_eq!(word(End::Cut), "cut");
/// ```
///
/// [R16.2]: firstparty::contract#R16.2
/// [R16.6]: firstparty::contract#R16.6
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// The server took all of the answer.
    Complete,
    /// Upstream broke off or fell silent in the middle of its answer.
    Cut,
    /// The browser left, fell silent in the middle of its request, or broke it off. So it seems, too, if
    /// the server stops before a body of upstream's client tells its end, by `is_end_stream` or by its
    /// last frame.
    Abandoned,
}

/// An exchange that has not ended. Whoever drops it ends it.
pub(crate) struct Ticket {
    pub(crate) ended: Ended,
    pub(crate) progress: Progress,
    on_end: OnEnd,
}

/// Who is told of the end.
pub(crate) type OnEnd = Arc<dyn Fn(Ended) + Send + Sync>;

impl Ticket {
    pub(crate) fn new(report: Report, on_end: OnEnd) -> Self {
        let ended = Ended { report, end: End::Abandoned, request_id: None };
        Self { ended, progress: Progress::begin(), on_end }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // The browser broke its request off before its answer was cut: that is why.
        if self.ended.end == End::Cut && self.progress.turn().0 == Turn::Broken {
            self.ended.end = End::Abandoned;
        }
        self.progress.end();
        (self.on_end)(self.ended);
    }
}
