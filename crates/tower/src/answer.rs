//! The answer on its way to the browser, to its last byte.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::body::{BoxBody, BoxError, poll_data};
use crate::clock::sleep;
use crate::ended::{End, Ticket};

/// Upstream's body, or one of the gateway's own.
struct Answer {
    body: BoxBody,
    /// How long it may be silent.
    idle: Duration,
    /// Ready when it was silent for too long.
    silence: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    is_empty: bool,
    /// Until the end.
    ticket: Option<Ticket>,
}

/// A body without trailers, which ends the exchange when it ends. Without a ticket, the exchange has
/// ended before.
pub(crate) fn answer(body: BoxBody, idle: Duration, ticket: Option<Ticket>) -> BoxBody {
    let is_empty = body.is_end_stream();
    let mut answer = Answer { body, idle, silence: None, is_empty, ticket };
    if is_empty {
        // Nobody asks for what is known to be nothing.
        answer.end(End::Complete);
    }
    BoxBody::new(answer)
}

impl Answer {
    fn end(&mut self, end: End) {
        if let Some(mut ticket) = self.ticket.take() {
            ticket.ended.end = end;
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Poll::Ready(polled) = poll_data(&mut self.body, cx) else {
            let idle = self.idle;
            let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(idle)));
            ready!(silence.as_mut().poll(cx));
            self.end(End::Cut);
            return Poll::Ready(Some(Err("upstream fell silent".into())));
        };
        self.silence = None;
        match &polled {
            Some(Err(_)) => self.end(End::Cut),
            // A body of known length is not asked again after its last byte.
            Some(Ok(_)) if !self.body.is_end_stream() => {}
            _ => self.end(End::Complete),
        }
        Poll::Ready(polled.map(|data| data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    /// The length of no content says nothing: to HEAD, or with 304, the head tells another one.
    fn size_hint(&self) -> SizeHint {
        if self.is_empty { SizeHint::default() } else { self.body.size_hint() }
    }
}
