//! One request: from the browser's head to the last byte of the answer.

use std::convert::Infallible;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use firstparty::http::{Request, Response, Version};
use firstparty::{Action, Exchange, Gateway, RequestId};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::watch;

use crate::body::Relay;
use crate::record::{Record, Recorder};
use crate::socket::Cut;
use crate::upstream::Upstream;

/// What all exchanges share.
pub(crate) struct Proxy {
    pub(crate) gateway: watch::Receiver<Gateway>,
    pub(crate) upstream: Upstream,
    pub(crate) recorder: Recorder,
}

impl Proxy {
    /// Answers a request, whatever it is.
    ///
    /// hyper has refused what is no HTTP, ambiguous framing among it (R16.4), and answers
    /// `expect: 100-continue` itself, when the body is first asked for (R16.3).
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: IpAddr,
        cut: Cut,
    ) -> Result<Response<Answer>, Infallible> {
        let mut record = self.recorder.begin(request.method());
        let cut = (request.version() <= Version::HTTP_11).then_some(cut);
        // A gateway for the whole exchange, even if the settings change meanwhile (R16.6).
        let gateway = self.gateway.borrow().clone();
        let response = match gateway.handle(request, Some(peer)) {
            Action::Respond(response, report) => {
                record.report(report);
                response.map(Full::new).map(Either::Left)
            }
            Action::Forward(request, exchange) => {
                self.forward(request, exchange, &mut record).await
            }
        };
        Ok(response.map(|content| Answer { content, record, cut }))
    }

    async fn forward(
        &self,
        request: Request<Incoming>,
        exchange: Exchange,
        record: &mut Record,
    ) -> Response<Either<Full<Bytes>, Relay>> {
        let report = exchange.report();
        record.report(report);
        match self.upstream.send(request).await {
            Ok(response) => {
                record.report(report.ended(response.status()));
                exchange.complete(response).map(Either::Right)
            }
            Err(failure) => {
                let id = request_id();
                record.report(report.ended(failure));
                if report.authorised {
                    // The answer to another request has none (R9.2).
                    record.request_id(id);
                }
                exchange.fail(failure, id).map(Full::new).map(Either::Left)
            }
        }
    }
}

/// The time, and entropy without a dependency: the standard library seeds its hashers at random.
/// It has to make identifiers differ, not to be unpredictable.
fn request_id() -> RequestId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let entropy = RandomState::new().build_hasher().finish();
    RequestId::new(u64::try_from(now.as_millis()).unwrap_or_default(), entropy)
}

/// The body of an answer: the gateway's own, or upstream's as it comes.
pub(crate) struct Answer {
    content: Either<Full<Bytes>, Relay>,
    record: Record,
    /// How to cut the browser's connection, unless it is one that other exchanges share.
    cut: Option<Cut>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

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
