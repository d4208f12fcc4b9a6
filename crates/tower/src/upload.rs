//! The browser's body on its way to upstream.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Buf;
use firstparty::http::header::CONTENT_LENGTH;
use firstparty::http::{Request, Version};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::data::{BoxError, poll_data};
use crate::progress::Progress;

pin_project! {
    /// The body of a request to upstream: the browser's, as it comes, without trailers ([R16.2],
    /// [R16.3]).
    ///
    /// It is an error if it ends early. Over HTTP/2 some bodies end in the same way whether the
    /// browser has finished or has reset its stream. So the end of such a body counts only if
    /// `content-length` says so or, if there is none, the body's `is_end_stream`.
    ///
    /// The default is no content at all, for requests that are sent again.
    ///
    /// ```
    /// use firstparty_tower::Upload;
    /// use http_body::Body;
    ///
    /// let nothing: Upload<axum::body::Body> = Upload::default();
    /// assert!(nothing.is_end_stream());
    /// ```
    ///
    /// [R16.2]: firstparty::contract#R16.2
    /// [R16.3]: firstparty::contract#R16.3
    pub struct Upload<B> {
        #[pin]
        body: Option<B>,
        // What is still missing, if the length is known.
        missing: Option<u64>,
        // Whether every end is the end of the content.
        ends_safely: bool,
        told: Told,
    }
}

/// Who is told of an upload's progress: nobody, if there is no content.
struct Told(Option<Progress>);

impl Drop for Told {
    fn drop(&mut self) {
        // All is handed on, or nobody takes any more.
        if let Some(progress) = &self.0 {
            progress.advance();
        }
    }
}

impl<B> Default for Upload<B> {
    fn default() -> Self {
        Self { body: None, missing: None, ends_safely: true, told: Told(None) }
    }
}

impl<B: Body> Upload<B> {
    /// Turns a request's body into an upload, whose progress can be read if there is content.
    pub(crate) fn begin(
        request: Request<B>,
        version: Version,
    ) -> (Request<Self>, Option<Progress>) {
        let (parts, body) = request.into_parts();
        let progress = (!body.is_end_stream()).then(Progress::begin);
        let length = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let upload = Self {
            body: Some(body),
            missing: length.and_then(|length| length.parse().ok()),
            ends_safely: version <= Version::HTTP_11,
            told: Told(progress.clone()),
        };
        (Request::from_parts(parts, upload), progress)
    }
}

impl<B: Body<Error: Into<BoxError>>> Body for Upload<B> {
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, BoxError>>> {
        let this = self.project();
        let Some(mut body) = this.body.as_pin_mut() else { return Poll::Ready(None) };
        let polled = poll_data(body.as_mut(), cx);
        let Some(progress) = &this.told.0 else {
            return polled.map_ok(Frame::data).map_err(Into::into);
        };
        match polled {
            Poll::Ready(Some(Ok(data))) => {
                let length = u64::try_from(data.remaining()).unwrap_or(u64::MAX);
                *this.missing = this.missing.map(|missing| missing.saturating_sub(length));
                progress.advance();
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(Some(Err(error))) => {
                progress.break_off();
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                let ends_safely = *this.ends_safely || body.is_end_stream();
                if this.missing.map_or(ends_safely, |missing| missing == 0) {
                    return Poll::Ready(None);
                }
                progress.break_off();
                Poll::Ready(Some(Err("the request ended too early".into())))
            }
            Poll::Pending if progress.wait(cx.waker()) => Poll::Pending,
            Poll::Pending => Poll::Ready(Some(Err("the exchange is over".into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}
