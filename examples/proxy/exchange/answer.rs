//! The answer on its way to the browser, to its last byte.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, SizeHint};

use crate::exchange::body::Relay;
use crate::record::Record;
use crate::server::socket::Cut;

/// The body of an answer: the gateway's own, or upstream's as it comes.
pub(crate) type Content = Either<Full<Bytes>, Relay>;

/// A body that keeps the record of its exchange.
pub(crate) struct Answer {
    pub(crate) content: Content,
    pub(crate) record: Record,
    /// How to cut the browser's connection, unless it is one that other exchanges share.
    pub(crate) cut: Option<Cut>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.content).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Err(_))) => {
                this.record.cut();
                // R16.2: the browser has to notice. HTTP/2 resets the stream for the error alone.
                if let Some(cut) = &this.cut {
                    cut.order();
                }
            }
            Poll::Ready(None) => this.record.complete(),
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // A body of known length is not asked again after its last byte.
        if self.content.is_end_stream() {
            self.record.complete();
        }
    }
}
