//! The end of an exchange, and who is told of it.

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
    /// The gateway's report, ended with upstream's status or failure. It stays open if the browser
    /// left before ([R11.3]).
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

/// How an exchange has ended.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// The server took all of the answer.
    Complete,
    /// Upstream broke off or fell silent in the middle of its answer.
    Cut,
    /// The browser left, or broke its request off.
    Abandoned,
}

/// An exchange that has not ended. Whoever drops it ends it.
pub(crate) struct Ticket<R: Fn(Ended)> {
    pub(crate) ended: Ended,
    pub(crate) progress: Option<Progress>,
    on_end: R,
}

impl<R: Fn(Ended)> Ticket<R> {
    pub(crate) fn new(report: Report, progress: Option<Progress>, on_end: R) -> Self {
        Self { ended: Ended { report, end: End::Abandoned, request_id: None }, progress, on_end }
    }

    pub(crate) fn complete(mut self) {
        self.ended.end = End::Complete;
    }

    /// The answer breaks off. If the browser broke its request off before, that is why.
    pub(crate) fn cut(mut self) {
        let has_left =
            self.progress.as_ref().is_some_and(|progress| progress.turn().0 == Turn::Broken);
        self.ended.end = if has_left { End::Abandoned } else { End::Cut };
    }
}

impl<R: Fn(Ended)> Drop for Ticket<R> {
    fn drop(&mut self) {
        if let Some(progress) = &self.progress {
            progress.end();
        }
        (self.on_end)(self.ended);
    }
}
