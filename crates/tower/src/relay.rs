//! Upstream's body on its way to the browser.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::data::{BoxError, poll_data};
use crate::timer::{Instant, Timer};

pin_project! {
    /// A body as it comes, without trailers, and with a limit for upstream's silence (R16.2 to R16.4).
    pub(crate) struct Relay<Q> {
        #[pin]
        body: Q,
        #[pin]
        timer: Timer,
        idle: Duration,
        silent_since: Option<Instant>,
        is_empty: bool,
    }
}

impl<Q: Body> Relay<Q> {
    pub(crate) fn new(body: Q, idle: Duration) -> Self {
        let is_empty = body.is_end_stream();
        Self { body, timer: Timer::default(), idle, silent_since: None, is_empty }
    }
}

impl<Q: Body<Error: Into<BoxError>>> Body for Relay<Q> {
    type Data = Q::Data;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Q::Data>, BoxError>>> {
        let this = self.project();
        let polled = poll_data(this.body, cx);
        if polled.is_ready() {
            *this.silent_since = None;
            return polled.map_ok(Frame::data).map_err(Into::into);
        }
        let deadline = *this.silent_since.get_or_insert_with(Instant::now) + *this.idle;
        let silent = this.timer.poll_deadline(cx, *this.idle, || deadline);
        silent.map(|()| Some(Err("upstream fell silent".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    /// The length of no content says nothing: to HEAD, or with 304, the head tells another one.
    fn size_hint(&self) -> SizeHint {
        if self.is_empty { SizeHint::default() } else { self.body.size_hint() }
    }
}
