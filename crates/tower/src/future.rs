//! The future of a response, whoever gives it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use firstparty::http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::answer::Answer;
use crate::data::BoxError;
use crate::forward::Forward;
use crate::ticket::{Ended, Ticket};
use crate::upload::Upload;

pin_project! {
    /// The future of [`FirstParty`](crate::FirstParty): `F` is the site's, `U` the client, `B` the
    /// browser's body and `R` who is told of the end.
    ///
    /// Dropping it ends the exchange: the browser has left.
    pub struct ResponseFuture<F, U: Service<Request<Upload<B>>>, B, R: Fn(Ended)> {
        #[pin]
        by: By<F, U, B, R>,
    }
}

pin_project! {
    #[project = ByProjected]
    enum By<F, U: Service<Request<Upload<B>>>, B, R: Fn(Ended)> {
        Site { #[pin] future: F },
        Gateway { answer: Option<(Response<Bytes>, Ticket<R>)> },
        Upstream { #[pin] forward: Forward<U, B, R> },
    }
}

impl<F, U: Service<Request<Upload<B>>>, B, R: Fn(Ended)> ResponseFuture<F, U, B, R> {
    pub(crate) fn site(future: F) -> Self {
        Self { by: By::Site { future } }
    }

    pub(crate) fn own(response: Response<Bytes>, ticket: Ticket<R>) -> Self {
        Self { by: By::Gateway { answer: Some((response, ticket)) } }
    }

    pub(crate) fn forward(forward: Forward<U, B, R>) -> Self {
        Self { by: By::Upstream { forward } }
    }
}

impl<F, E, P, Q, U, B, R> Future for ResponseFuture<F, U, B, R>
where
    F: Future<Output = Result<Response<P>, E>>,
    U: Service<Request<Upload<B>>, Response = Response<Q>, Error: Into<BoxError>>,
    R: Fn(Ended),
    P: Body,
    Q: Body,
{
    type Output = Result<Response<Answer<P, Q, R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().by.project() {
            ByProjected::Site { future } => future.poll(cx).map_ok(Answer::site),
            ByProjected::Gateway { answer } => match answer.take() {
                Some((response, ticket)) => Poll::Ready(Ok(Answer::own(response, Some(ticket)))),
                None => Poll::Pending,
            },
            ByProjected::Upstream { forward } => forward.poll(cx).map(Ok),
        }
    }
}
