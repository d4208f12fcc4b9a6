//! A body that leaves a copy.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use firstparty_sealed::bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;

/// A body that passes as it is. When it has ended, and is not longer than a limit, its copy is sent.
///
/// The copy is dropped as soon as it is longer, and with the body if that breaks off: then the receiver
/// gets an error instead.
pub(crate) struct Tee<B> {
    body: B,
    copy: Option<Copy>,
}

struct Copy {
    bytes: BytesMut,
    limit: usize,
    receiver: oneshot::Sender<Bytes>,
}

impl<B: Body<Data = Bytes>> Tee<B> {
    pub(crate) fn new(body: B, limit: usize) -> (Self, oneshot::Receiver<Bytes>) {
        let (receiver, copy) = oneshot::channel();
        let mut tee = Self { body, copy: Some(Copy { bytes: BytesMut::new(), limit, receiver }) };
        tee.send_at_end();
        (tee, copy)
    }

    /// Takes in what passes, or gives up.
    fn take(&mut self, data: &Bytes) {
        self.copy = self.copy.take().filter(|copy| data.len() <= copy.limit - copy.bytes.len());
        if let Some(copy) = &mut self.copy {
            copy.bytes.extend_from_slice(data);
        }
    }

    /// A server need not poll a body that says that it has ended, so the end is looked for after each
    /// frame.
    fn send_at_end(&mut self) {
        if self.body.is_end_stream() {
            self.send();
        }
    }

    fn send(&mut self) {
        if let Some(copy) = self.copy.take() {
            // Nobody may be waiting any more.
            let _ = copy.receiver.send(copy.bytes.freeze());
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Tee<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let tee = self.get_mut();
        let frame = ready!(Pin::new(&mut tee.body).poll_frame(context));
        match &frame {
            None => tee.send(),
            Some(Err(_)) => tee.copy = None,
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    tee.take(data);
                }
                tee.send_at_end();
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
