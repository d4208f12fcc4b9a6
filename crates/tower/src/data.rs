//! The data of a body, without its trailers.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::Body;

/// What may go wrong with a body. The browser is shown none of it.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The next data of a body. Trailers are dropped: one could bring back a field that the gateway has
/// removed (R16.3).
pub(crate) fn poll_data<B: Body>(
    mut body: Pin<&mut B>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<B::Data, B::Error>>> {
    loop {
        return match body.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => Poll::Ready(Some(Ok(data))),
                Err(_trailers) => continue,
            },
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        };
    }
}
