//! One request: from the browser's head to the answer's.

mod answer;
pub(crate) mod body;
pub(crate) mod upload;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use firstparty::http::header::CONNECTION;
use firstparty::http::{HeaderValue, Request, Response, Version};
use firstparty::{Action, Exchange, Failure, Gateway, RequestId};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::sync::watch;

use crate::exchange::answer::{Answer, Content};
use crate::exchange::body::Relay;
use crate::exchange::upload::{UPLOAD_TIMEOUT, Upload};
use crate::record::{Record, Recorder};
use crate::server::socket::Cut;
use crate::upstream::Upstream;

/// What all exchanges share.
pub(crate) struct Proxy {
    pub(crate) gateway: watch::Receiver<Gateway>,
    pub(crate) upstream: Upstream,
    pub(crate) recorder: Recorder,
}

/// Why there is no answer. To upstream it is no failure, and the gateway's report stays open (R11.3).
#[derive(Debug, Error)]
#[error("the browser left before it had sent all of its request")]
pub(crate) struct BrowserLeft;

impl Proxy {
    /// Answers a request, whatever it is.
    ///
    /// hyper has refused what is no HTTP, ambiguous framing among it (R16.4), and answers
    /// `expect: 100-continue` itself, when the body is first asked for (R16.3).
    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: IpAddr,
        cut: Cut,
    ) -> Result<Response<Answer>, BrowserLeft> {
        let mut record = self.recorder.begin(request.method(), cut.clone());
        let version = request.version();
        let cut = (version <= Version::HTTP_11).then_some(cut);
        // A gateway for the whole exchange, even if the settings change meanwhile (R16.6).
        let gateway = self.gateway.borrow().clone();
        let response = match gateway.handle(request, Some(peer)) {
            Action::Respond(response, report) => {
                record.report(report);
                response.map(Full::new).map(Either::Left)
            }
            Action::Forward(request, exchange) => {
                let upload = Upload::begin(version);
                record.report(exchange.report());
                record.upload(upload.clone());
                let sent = self.upstream.send(request, &upload).await;
                settle(sent, version, &exchange, &upload, &mut record)?
            }
        };
        Ok(response.map(|content| Answer { content, record, cut }))
    }
}

/// What the browser is given, once upstream has answered or failed.
fn settle(
    sent: Result<Response<Relay>, Failure>,
    version: Version,
    exchange: &Exchange,
    upload: &Upload,
    record: &mut Record,
) -> Result<Response<Content>, BrowserLeft> {
    let report = exchange.report();
    match sent {
        Ok(response) => {
            record.report(report.ended(response.status()));
            Ok(exchange.complete(response).map(Either::Right))
        }
        Err(_) if upload.is_broken() => Err(BrowserLeft),
        Err(_) if upload.has_stalled() => {
            record.report(report.answered(&UPLOAD_TIMEOUT));
            Ok(upload_timeout(exchange, version).map(Full::new).map(Either::Left))
        }
        Err(failure) => {
            let id = request_id();
            record.report(report.ended(failure));
            if report.authorised {
                // The answer to another request has none (R9.2).
                record.request_id(id);
            }
            Ok(exchange.fail(failure, id).map(Full::new).map(Either::Left))
        }
    }
}

/// R16.5: a browser that falls silent while it uploads is no failure of upstream's. The rest of its
/// request may still come, so over HTTP/1 its connection cannot be used again.
fn upload_timeout(exchange: &Exchange, version: Version) -> Response<Bytes> {
    let mut response = exchange.refuse(&UPLOAD_TIMEOUT);
    if version <= Version::HTTP_11 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The time, and entropy without a dependency: the standard library seeds its hashers at random.
/// It has to make identifiers differ, not to be unpredictable.
fn request_id() -> RequestId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let entropy = RandomState::new().build_hasher().finish();
    RequestId::new(u64::try_from(now.as_millis()).unwrap_or_default(), entropy)
}
