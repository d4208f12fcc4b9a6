//! Bodies handed on as they come, in either direction (R16.2): frame by frame, never decoded,
//! never gathered. Whoever reads slowly slows the sender down.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use thiserror::Error;
use tokio::time::{Instant, Sleep, sleep};

use crate::exchange::upload::Upload;

/// A body on its way from one side to the other, without trailers, and with a limit for standing
/// still.
pub(crate) struct Relay {
    /// None for a request without content.
    body: Option<Incoming>,
    idle: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether the timer runs: since the sender last fell silent.
    waiting: bool,
    /// What is known of it, if it is the browser's.
    upload: Option<Upload>,
}

/// Why a body broke off.
#[derive(Debug, Error)]
pub(crate) enum BodyError {
    #[error("the body stood still")]
    Stalled,
    #[error("the body broke off")]
    Broken(#[source] hyper::Error),
    #[error("the body's stream ended before the body")]
    Unfinished,
}

impl Relay {
    pub(crate) fn new(body: Incoming, idle: Duration) -> Self {
        Self { body: Some(body), idle, timer: None, waiting: false, upload: None }
    }

    /// No content at all.
    pub(crate) fn empty() -> Self {
        Self { body: None, idle: Duration::ZERO, timer: None, waiting: false, upload: None }
    }

    /// Tells what becomes of it.
    pub(crate) fn telling(mut self, upload: Upload) -> Self {
        self.upload = Some(upload);
        self
    }

    fn pass(&mut self, data: Bytes) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.waiting = false;
        if let Some(upload) = &self.upload {
            upload.advance();
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn break_off(&self, error: BodyError) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(upload) = &self.upload {
            upload.break_off();
        }
        Poll::Ready(Some(Err(error)))
    }

    fn end(&self) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let is_whole =
            self.upload.as_ref().is_none_or(|upload| upload.is_whole(self.is_end_stream()));
        if is_whole { Poll::Ready(None) } else { self.break_off(BodyError::Unfinished) }
    }

    /// R16.4: whoever sends the body may be silent for so long and no longer.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<BodyError> {
        if let Some(upload) = &self.upload {
            upload.wait();
        }
        let idle = self.idle;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(idle)));
        if !self.waiting {
            timer.as_mut().reset(Instant::now() + idle);
            self.waiting = true;
        }
        ready!(timer.as_mut().poll(cx));
        if let Some(upload) = &self.upload {
            upload.stall();
        }
        Poll::Ready(BodyError::Stalled)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // All is handed on, or nobody takes any more.
        if let Some(upload) = &self.upload {
            upload.advance();
        }
    }
}

impl Body for Relay {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        loop {
            return match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => this.pass(data),
                    // R16.3: a trailer could bring back what the gateway has removed.
                    Err(_trailers) => continue,
                },
                Poll::Ready(Some(Err(error))) => this.break_off(BodyError::Broken(error)),
                Poll::Ready(None) => this.end(),
                Poll::Pending => this.wait(cx).map(|error| Some(Err(error))),
            };
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}
