//! A request on its way to upstream, until there is an answer for the browser.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use firstparty::http::header::CONNECTION;
use firstparty::http::{HeaderValue, Request, Response, StatusCode, Version};
use firstparty::refusal::Cause;
use firstparty::{Exchange, Failure, RequestId};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::answer::Answer;
use crate::data::BoxError;
use crate::failure::failure_of;
use crate::limits::Limits;
use crate::progress::{Progress, Turn};
use crate::shared::Shared;
use crate::ticket::{Ended, Ticket};
use crate::timer::{Instant, Timer};
use crate::upload::Upload;

/// The browser fell silent in the middle of its request (RFC 9110 §15.5.9).
const UPLOAD_TIMEOUT: Cause = Cause::new(
    "upload_timeout",
    "R16.5",
    StatusCode::REQUEST_TIMEOUT,
    "the request did not arrive in time",
);

/// The browser left, or what it sent could not be read.
const UPLOAD_BROKEN: Cause = Cause::new(
    "upload_broken",
    "R16.5",
    StatusCode::BAD_REQUEST,
    "the request did not arrive completely",
);

pin_project! {
    #[project = ForwardProjected]
    pub(crate) struct Forward<U: Service<Request<Upload<B>>>, B, R: Fn(Ended)> {
        upstream: U,
        // Until upstream is ready.
        request: Option<Request<Upload<B>>>,
        #[pin]
        sending: Option<U::Future>,
        #[pin]
        timer: Timer,
        waiting_since: Option<Instant>,
        exchange: Exchange,
        // Until there is an answer.
        ticket: Option<Ticket<R>>,
        limits: Limits,
        version: Version,
        request_id: fn() -> RequestId,
    }
}

impl<U, B, R> Forward<U, B, R>
where
    U: Service<Request<Upload<B>>> + Clone,
    B: Body,
    R: Fn(Ended) + Clone,
{
    pub(crate) fn new(
        request: Request<B>,
        version: Version,
        exchange: Exchange,
        shared: &Shared<U, R>,
    ) -> Self {
        let (request, progress) = Upload::begin(request, version);
        let ticket = Ticket::new(exchange.report(), progress, shared.on_end.clone());
        Self {
            upstream: shared.upstream.clone(),
            request: Some(request),
            sending: None,
            timer: Timer::default(),
            waiting_since: None,
            exchange,
            ticket: Some(ticket),
            limits: shared.limits,
            version,
            request_id: shared.request_id,
        }
    }
}

/// What came of a request: upstream's response, its client's error, or nothing in time.
type Outcome<Q, E> = Option<Result<Response<Q>, E>>;

impl<U, B, Q, R> Forward<U, B, R>
where
    U: Service<Request<Upload<B>>, Response = Response<Q>, Error: Into<BoxError>>,
    Q: Body,
    R: Fn(Ended),
{
    pub(crate) fn poll<P: Body>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Response<Answer<P, Q, R>>> {
        let outcome = match self.as_mut().poll_upstream(cx) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => {
                ready!(self.as_mut().poll_limits(cx));
                None
            }
        };
        let this = self.project();
        let Some(ticket) = this.ticket.take() else { return Poll::Pending };
        Poll::Ready(this.conclude(outcome, ticket))
    }

    fn poll_upstream(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Response<Q>, U::Error>> {
        let mut this = self.project();
        if this.request.is_some() {
            ready!(this.upstream.poll_ready(cx))?;
        }
        if let Some(request) = this.request.take() {
            this.sending.set(Some(this.upstream.call(request)));
        }
        this.sending.as_pin_mut().map_or(Poll::Pending, |sending| sending.poll(cx))
    }

    /// R16.4: upstream has so long from the moment at which the last of the request was handed over.
    /// So a long upload does not count as a failure, but an upstream that stops reading does. While
    /// the browser is silent, only the limit for silence runs.
    fn poll_limits(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let start = *this.waiting_since.get_or_insert_with(Instant::now);
        let Limits { first_byte, idle } = *this.limits;
        let progress = this.ticket.as_ref().and_then(|ticket| ticket.progress.as_ref());
        this.timer.poll_deadline(cx, idle.min(first_byte), || match progress.map(Progress::turn) {
            Some((Turn::Browser, since)) => since + idle,
            Some((_, since)) => since + first_byte,
            None => start + first_byte,
        })
    }
}

impl<U: Service<Request<Upload<B>>>, B, R: Fn(Ended)> ForwardProjected<'_, U, B, R> {
    /// What the browser is told.
    fn conclude<P: Body, Q: Body, E: Into<BoxError>>(
        self,
        outcome: Outcome<Q, E>,
        mut ticket: Ticket<R>,
    ) -> Response<Answer<P, Q, R>> {
        let report = ticket.ended.report;
        let turn = ticket.progress.as_ref().map_or(Turn::Upstream, |progress| progress.turn().0);
        match (outcome, turn) {
            (Some(Ok(response)), _) => {
                ticket.ended.report = report.ended(response.status());
                Answer::upstream(self.exchange.complete(response), self.limits.idle, ticket)
            }
            (_, Turn::Broken) => {
                // To upstream that is no failure, and the report stays open (R11.3).
                drop(ticket);
                Answer::own(self.refuse(&UPLOAD_BROKEN), None)
            }
            (None, Turn::Browser) => {
                ticket.ended.report = report.answered(&UPLOAD_TIMEOUT);
                Answer::own(self.refuse(&UPLOAD_TIMEOUT), Some(ticket))
            }
            (failed, _) => {
                let error = failed.and_then(Result::err);
                let failure = error.map_or(Failure::Timeout, |error| failure_of(&*error.into()));
                let id = (self.request_id)();
                ticket.ended.report = report.ended(failure);
                // The answer to another request has none (R9.2).
                ticket.ended.request_id = Some(id).filter(|_| report.authorised);
                Answer::own(self.exchange.fail(failure, id), Some(ticket))
            }
        }
    }

    /// R16.5: what the browser does is no failure of upstream's. The rest of its request may still
    /// come, so over HTTP/1 its connection cannot be used again.
    fn refuse(&self, cause: &Cause) -> Response<Bytes> {
        let mut response = self.exchange.refuse(cause);
        if *self.version <= Version::HTTP_11 {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
