//! Bodies handed on as they come, in either direction (R16.2): frame by frame, never decoded,
//! never gathered. Whoever reads slowly slows the sender down.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use thiserror::Error;
use tokio::time::{Instant, Sleep, sleep};

/// A body on its way from one side to the other, without trailers, and with a limit for standing
/// still.
pub(crate) struct Relay {
    /// None for a request without content.
    body: Option<Incoming>,
    idle: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether the timer runs: since the sender last fell silent.
    waiting: bool,
    progress: Option<Arc<Progress>>,
}

/// Why a body broke off.
#[derive(Debug, Error)]
pub(crate) enum BodyError {
    #[error("the body stood still")]
    Stalled,
    #[error("the body broke off")]
    Broken(#[source] hyper::Error),
}

impl Relay {
    pub(crate) fn new(body: Incoming, idle: Duration) -> Self {
        Self { body: Some(body), idle, timer: None, waiting: false, progress: None }
    }

    /// No content at all.
    pub(crate) fn empty() -> Self {
        Self { body: None, idle: Duration::ZERO, timer: None, waiting: false, progress: None }
    }

    /// Tells of everything that is handed on.
    pub(crate) fn telling(mut self, progress: Arc<Progress>) -> Self {
        self.progress = Some(progress);
        self
    }

    fn pass(&mut self, data: Bytes) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.waiting = false;
        if let Some(progress) = &self.progress {
            progress.tell();
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    /// R16.4: whoever sends the body may be silent for so long and no longer.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<BodyError> {
        let idle = self.idle;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(idle)));
        if !self.waiting {
            timer.as_mut().reset(Instant::now() + idle);
            self.waiting = true;
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(BodyError::Stalled)
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
                Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(BodyError::Broken(error)))),
                Poll::Ready(None) => Poll::Ready(None),
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

/// When something of a body was last handed on.
pub(crate) struct Progress {
    start: Instant,
    millis: AtomicU64,
}

impl Progress {
    pub(crate) fn begin() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), millis: AtomicU64::new(0) })
    }

    fn tell(&self) {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    pub(crate) fn last(&self) -> Instant {
        self.start + Duration::from_millis(self.millis.load(Ordering::Relaxed))
    }
}
