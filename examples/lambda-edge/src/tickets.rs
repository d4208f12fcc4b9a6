//! What waits for the caller, by number.

use std::rc::Rc;

use firstparty::config::Source;
use firstparty_lambda_edge::Pending;

/// What waits for the caller.
pub(crate) enum Waiting {
    /// Custom headers, for their settings document.
    Document(Rc<Source>),
    /// A forwarded event, for upstream's response.
    Response(Box<Forwarded>),
}

/// A forwarded event.
pub(crate) struct Forwarded {
    pub(crate) pending: Pending,
    pub(crate) debug: bool,
    /// The settings for which the caller knows what is done with a name, if they are this event's.
    pub(crate) epoch: Option<u32>,
}

/// Numbers are used again, so that the table stays as small as the number of events that were ever
/// handled at once.
#[derive(Default)]
pub(crate) struct Tickets(Vec<Option<Waiting>>);

impl Tickets {
    pub(crate) fn issue(&mut self, waiting: Waiting) -> u32 {
        let free = self.0.iter().position(Option::is_none).unwrap_or(self.0.len());
        match self.0.get_mut(free) {
            Some(slot) => *slot = Some(waiting),
            None => self.0.push(Some(waiting)),
        }
        u32::try_from(free).unwrap_or(u32::MAX)
    }

    pub(crate) fn take(&mut self, ticket: u32) -> Option<Waiting> {
        self.0.get_mut(usize::try_from(ticket).ok()?)?.take()
    }

    pub(crate) fn forwarded(&self, ticket: u32) -> Option<&Forwarded> {
        match self.0.get(usize::try_from(ticket).ok()?)? {
            Some(Waiting::Response(forwarded)) => Some(forwarded),
            _ => None,
        }
    }

    pub(crate) fn take_forwarded(&mut self, ticket: u32) -> Option<Forwarded> {
        self.forwarded(ticket)?;
        match self.take(ticket) {
            Some(Waiting::Response(forwarded)) => Some(*forwarded),
            _ => None,
        }
    }
}
