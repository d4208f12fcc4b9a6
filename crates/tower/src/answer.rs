//! The answer on its way to the browser, to its last byte.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use firstparty::Failure;
use firstparty::http::Response;
use http_body::{Body, Frame, SizeHint};

use crate::body::{BoxBody, BoxError, poll_data, whole};
use crate::clock::sleep;
use crate::ended::{End, Ticket};
use crate::progress::Turn;

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

/// More than any script or answer of Fingerprint's.
const MOST: usize = 8 * 1024 * 1024;

/// R16.2: HTTP/1.0 ends a body of unknown length with its connection, so one that breaks off would look
/// whole. It is collected first, and has a length.
pub(crate) async fn framed(
    response: Response<BoxBody>,
    idle: Duration,
) -> Result<Response<BoxBody>, BoxError> {
    if response.body().size_hint().exact().is_some() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let mut body = answer(body, idle, None);
    let mut collected = Vec::new();
    while let Some(data) = poll_fn(|cx| poll_data(&mut body, cx)).await {
        collected.extend_from_slice(&data?);
        if collected.len() > MOST {
            return Err(Failure::BodyTooLarge.into());
        }
    }
    Ok(Response::from_parts(head, whole(collected.into())))
}

impl Answer {
    fn end(&mut self, end: End) {
        if let Some(mut ticket) = self.ticket.take() {
            ticket.ended.end = end;
        }
    }

    /// R16.5: upstream may be waiting for the rest of the request, too.
    fn fall_silent(&mut self) -> BoxError {
        let turn = self.ticket.as_ref().map(|ticket| ticket.progress.turn().0);
        if turn == Some(Turn::Browser) {
            self.end(End::Abandoned);
            return "the browser fell silent".into();
        }
        self.end(End::Cut);
        Failure::Timeout.into()
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
            return Poll::Ready(Some(Err(self.fall_silent())));
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
