//! The browser's body on its way to upstream.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use firstparty::http::header::CONTENT_LENGTH;
use firstparty::http::{Request, Version};
use http_body::{Body, Frame, SizeHint};

use crate::body::{BoxBody, BoxError, boxed, poll_data};
use crate::progress::{Progress, Turn};

/// A request's content.
struct Upload {
    body: BoxBody,
    /// What is still missing, if the length is known.
    missing: Option<u64>,
    /// Whether every end is the end of the content.
    ends_safely: bool,
    progress: Progress,
}

/// Turns a request's body into one that tells of its progress.
pub(crate) fn upload<B>(
    request: Request<B>,
    version: Version,
    progress: Progress,
) -> Request<BoxBody>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let missing = length.and_then(|length| length.parse().ok());
    let ends_safely = version <= Version::HTTP_11;
    request.map(|body| BoxBody::new(Upload { body: boxed(body), missing, ends_safely, progress }))
}

impl Upload {
    fn is_whole(&self) -> bool {
        let ends = || self.ends_safely || self.body.is_end_stream();
        self.missing.map_or_else(ends, |missing| missing == 0)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // All is handed on, or nobody takes any more.
        self.progress.pass_to(Turn::Upstream);
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = match poll_data(&mut self.body, cx) {
            Poll::Pending if self.progress.wait(cx.waker()) => return Poll::Pending,
            Poll::Pending => Some(Err("the exchange is over".into())),
            Poll::Ready(None) if !self.is_whole() => {
                Some(Err("the request ended too early".into()))
            }
            Poll::Ready(polled) => polled,
        };
        if let (Some(Ok(data)), Some(missing)) = (&polled, &mut self.missing) {
            *missing = missing.saturating_sub(u64::try_from(data.len()).unwrap_or(u64::MAX));
        }
        let is_broken = matches!(polled, Some(Err(_)));
        self.progress.pass_to(if is_broken { Turn::Broken } else { Turn::Upstream });
        Poll::Ready(polled.map(|data| data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.missing.unwrap_or(0) == 0 && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.missing.map_or_else(|| self.body.size_hint(), SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// R16.5: whoever drops the content takes no more of it, so the browser has nothing to send.
    #[test]
    fn a_dropped_upload_waits_for_nobody() {
        let progress = Progress::begin();
        let request = Request::new(String::new());
        let request = upload(request, Version::HTTP_11, progress.clone());
        assert!(progress.wait(Waker::noop()));
        assert!(progress.turn().0 == Turn::Browser);
        drop(request);
        assert!(progress.turn().0 == Turn::Upstream);
    }
}
