//! The answer on its way to the browser, to its last byte.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use firstparty::http::Response;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::data::BoxError;
use crate::relay::Relay;
use crate::ticket::{Ended, Ticket};

pin_project! {
    /// The body of every response: the site's as it is, the gateway's own, or upstream's without its
    /// trailers.
    ///
    /// If upstream breaks off, this body ends in an error, for which servers cut the browser's
    /// connection or stream ([R16.2]). `P` is the body of the site, `Q` that of upstream.
    ///
    /// ```
    /// use axum::body::Body;
    /// use firstparty_tower::{Answer, Ended};
    ///
    /// fn to_axum(answer: Answer<Body, Body, fn(Ended)>) -> Body {
    ///     Body::new(answer)
    /// }
    /// # let _ = to_axum;
    /// ```
    ///
    /// [R16.2]: firstparty::contract#R16.2
    pub struct Answer<P, Q, R: Fn(Ended)> {
        #[pin]
        content: Content<P, Q>,
        // Until the end, unless the answer is the site's.
        ticket: Option<Ticket<R>>,
    }
}

pin_project! {
    #[project = ContentProjected]
    enum Content<P, Q> {
        Site { #[pin] body: P },
        Own { data: Option<Bytes> },
        Upstream { #[pin] body: Relay<Q> },
    }
}

impl<P: Body, Q: Body, R: Fn(Ended)> Answer<P, Q, R> {
    pub(crate) fn site(response: Response<P>) -> Response<Self> {
        response.map(|body| Self { content: Content::Site { body }, ticket: None })
    }

    /// Without a ticket, the exchange has ended before its answer.
    pub(crate) fn own(response: Response<Bytes>, ticket: Option<Ticket<R>>) -> Response<Self> {
        response.map(|data| {
            let data = Some(data).filter(|data| !data.is_empty());
            Self::begin(data.is_none(), Content::Own { data }, ticket)
        })
    }

    pub(crate) fn upstream(
        response: Response<Q>,
        idle: Duration,
        ticket: Ticket<R>,
    ) -> Response<Self> {
        response.map(|body| {
            let (is_empty, body) = (body.is_end_stream(), Relay::new(body, idle));
            Self::begin(is_empty, Content::Upstream { body }, Some(ticket))
        })
    }

    /// Nobody asks for what is known to be nothing.
    fn begin(is_empty: bool, content: Content<P, Q>, mut ticket: Option<Ticket<R>>) -> Self {
        if let Some(ticket) = ticket.take_if(|_| is_empty) {
            ticket.complete();
        }
        Self { content, ticket }
    }
}

impl<P, Q, R> Body for Answer<P, Q, R>
where
    P: Body<Data: From<Bytes>, Error: Into<BoxError>>,
    Q: Body<Data = P::Data, Error: Into<BoxError>>,
    R: Fn(Ended),
{
    type Data = P::Data;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<P::Data>, BoxError>>> {
        let polled = match self.as_mut().project().content.project() {
            ContentProjected::Site { body } => return body.poll_frame(cx).map_err(Into::into),
            ContentProjected::Own { data } => {
                Poll::Ready(data.take().map(|data| Ok(Frame::data(data.into()))))
            }
            ContentProjected::Upstream { body } => body.poll_frame(cx),
        };
        let end = match &polled {
            Poll::Ready(Some(Err(_))) => Ticket::cut,
            Poll::Ready(None) => Ticket::complete,
            // A body of known length is not asked again after its last byte.
            Poll::Ready(Some(Ok(_))) if self.is_end_stream() => Ticket::complete,
            _ => return polled,
        };
        if let Some(ticket) = self.project().ticket.take() {
            end(ticket);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Site { body } => body.is_end_stream(),
            Content::Own { data } => data.is_none(),
            Content::Upstream { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Site { body } => body.size_hint(),
            Content::Own { data } => length(data.as_ref()),
            Content::Upstream { body } => body.size_hint(),
        }
    }
}

fn length(data: Option<&Bytes>) -> SizeHint {
    let length = data.map(|data| u64::try_from(data.len()).unwrap_or(u64::MAX));
    length.map_or_else(SizeHint::default, SizeHint::with_exact)
}
