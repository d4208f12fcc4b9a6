//! A request on its way to upstream, until there is an answer for the browser.

use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use firstparty::http::header::CONNECTION;
use firstparty::http::{HeaderValue, Response, StatusCode, Version};
use firstparty::refusal::Cause;
use firstparty::{Exchange, Failure, RequestId};

use crate::answer::{answer, framed};
use crate::body::{BoxBody, BoxError, whole};
use crate::clock::sleep;
use crate::ended::Ticket;
use crate::failure::failure_of;
use crate::layer::{Limits, Sending};
use crate::progress::{Progress, Turn};

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

/// What an exchange with upstream needs. Dropping it ends the exchange: the browser has left.
pub(crate) struct Forward {
    pub(crate) limits: Limits,
    pub(crate) exchange: Exchange,
    pub(crate) version: Version,
    pub(crate) is_head: bool,
    pub(crate) ticket: Ticket,
}

/// The future of an answer. Dropping it ends the exchange: the browser has left.
pub(crate) type Answering<E> = Pin<Box<dyn Future<Output = Result<Response<BoxBody>, E>> + Send>>;

/// What came of a request: upstream's response, its client's error, or nothing in time.
type Outcome = Option<Result<Response<BoxBody>, BoxError>>;

impl Forward {
    /// Boxed here, for a future within a future would move all of this once more.
    pub(crate) fn send<E>(self, mut sending: Sending) -> Answering<E> {
        Box::pin(async move {
            let (outcome, turn) = {
                let progress = &self.ticket.progress;
                let mut limit = pin!(limit(progress, self.limits));
                let outcome = poll_fn(|cx| match sending.as_mut().poll(cx) {
                    // Asked before the upload is dropped, which passes the turn on.
                    Poll::Ready(result) => Poll::Ready((Some(result), progress.turn().0)),
                    Poll::Pending => limit.as_mut().poll(cx).map(|turn| (None, turn)),
                });
                outcome.await
            };
            let outcome = match outcome {
                Some(Ok(response)) if self.version <= Version::HTTP_10 => {
                    Some(framed(response, self.limits.idle).await)
                }
                outcome => outcome,
            };
            Ok(self.conclude(outcome, turn))
        })
    }

    /// What the browser is told.
    fn conclude(self, outcome: Outcome, turn: Turn) -> Response<BoxBody> {
        let Self { limits, exchange, version, is_head, mut ticket } = self;
        let report = ticket.ended.report;
        let (response, ticket) = match (outcome, turn) {
            (Some(Ok(response)), _) => {
                let status = response.status();
                let has_content = !is_head
                    && !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
                ticket.ended.report = report.ended(status);
                let response = exchange.complete(response);
                // Not every client's body knows that it is nothing.
                let response =
                    if has_content { response } else { response.map(|_| whole(Bytes::new())) };
                (response, Some(ticket))
            }
            // To upstream that is no failure, and the report stays open (R11.3).
            (_, Turn::Broken) => (refuse(&exchange, &UPLOAD_BROKEN, version), None),
            (None, Turn::Browser) => {
                ticket.ended.report = report.answered(&UPLOAD_TIMEOUT);
                (refuse(&exchange, &UPLOAD_TIMEOUT, version), Some(ticket))
            }
            (failed, _) => {
                let error = failed.and_then(Result::err);
                let failure = error.map_or(Failure::Timeout, |error| failure_of(&*error));
                let id = request_id();
                ticket.ended.report = report.ended(failure);
                // The answer to another request has none (R9.2).
                ticket.ended.request_id = Some(id).filter(|_| report.authorised);
                (exchange.fail(failure, id).map(whole), Some(ticket))
            }
        };
        response.map(|body| answer(body, limits.idle, ticket))
    }
}

/// R16.4: upstream has so long from the moment at which the last of the request was handed over. So a
/// long upload does not count as a failure, but an upstream that stops reading does. While the browser
/// is silent, only the limit for silence runs. Tells whose limit is over: the turn may pass on at once.
async fn limit(progress: &Progress, Limits { first_byte, idle }: Limits) -> Turn {
    loop {
        let (turn, since) = progress.turn();
        let limit = if turn == Turn::Browser { idle } else { first_byte };
        let left = limit.saturating_sub(since.elapsed());
        if left.is_zero() {
            return turn;
        }
        // Meanwhile a shorter limit may begin.
        sleep(left.min(idle).min(first_byte)).await;
    }
}

/// R16.5: what the browser does is no failure of upstream's. The rest of its request may still come,
/// so over HTTP/1 its connection cannot be used again.
fn refuse(exchange: &Exchange, cause: &Cause, version: Version) -> Response<BoxBody> {
    let mut response = exchange.refuse(cause).map(whole);
    if version <= Version::HTTP_11 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The time, and entropy without a dependency: the standard library seeds its hashers at random.
/// It has to make identifiers differ, not to be unpredictable.
fn request_id() -> RequestId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    RequestId::new(millis, RandomState::new().hash_one(now))
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use std::task::Waker;
    use std::time::Duration;

    use super::limit;
    use crate::layer::Limits;
    use crate::progress::{Progress, Turn};

    /// R16.5: the limit names the side that was silent, for the turn may pass on before anybody asks.
    #[tokio::test(start_paused = true)]
    async fn a_limit_names_the_side_that_was_silent() {
        let (first_byte, idle) = (Duration::from_secs(15), Duration::from_secs(10));
        let limits = Limits { first_byte, idle };
        let progress = Progress::begin();
        assert!(limit(&progress, limits).await == Turn::Upstream);
        assert!(progress.wait(Waker::noop()));
        let silent = limit(&progress, limits).await;
        progress.pass_to(Turn::Upstream);
        assert!(silent == Turn::Browser);
    }
}
