//! One step of the doctor, carried out: a name is looked up, or a request sent and its answer read.
//! Nothing is waited for without an end, and nothing is kept beyond its limit.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use firstparty::doctor::{Answer, Doctor, ProbeFailure, Step};
use firstparty::http::header::{HOST, USER_AGENT};
use firstparty::http::uri::PathAndQuery;
use firstparty::http::{HeaderMap, HeaderValue, Request, Response};
use futures_util::future::{Either, select};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use tokio::time::{Instant, timeout_at};

use crate::dial::Dial;

/// How much of a head is read. Servers on the way have lower limits.
const MAX_HEAD: usize = 64 * 1024;

/// What the doctor calls itself. Some firewalls refuse what has no name.
const PRODUCT: &str = concat!("firstparty-doctor/", env!("CARGO_PKG_VERSION"));

/// All steps together may take as long as so many of them.
const WHOLE: u32 = 6;

/// Asks the integration.
pub(crate) struct Client {
    dial: Dial,
    limit: Duration,
    end: Instant,
}

impl Client {
    /// Its time runs from now.
    pub(crate) fn new(dial: Dial, limit: Duration) -> Self {
        Self { dial, limit, end: Instant::now() + limit * WHOLE }
    }

    pub(crate) async fn carry_out(&self, step: Step) -> Result<Answer, &'static str> {
        let until = self.end.min(Instant::now() + self.limit);
        let answer = match step {
            Step::Resolve(host) => timeout_at(until, self.resolve(&host)).await,
            Step::Send(request) => timeout_at(until, self.send(request)).await,
            _ => return Err("the doctor asks for what this program does not know"),
        };
        Ok(answer.unwrap_or(Err(ProbeFailure::Timeout)).unwrap_or_else(Answer::Failure))
    }

    async fn resolve(&self, host: &str) -> Result<Answer, ProbeFailure> {
        self.dial.addresses(host).await.map(Answer::Addresses)
    }

    /// Each request has a connection of its own, so that none suffers from what another one left
    /// behind. No redirect is followed: where it leads is for the doctor to judge.
    async fn send(&self, request: Request<Bytes>) -> Result<Answer, ProbeFailure> {
        let stream = self.dial.connect(request.uri()).await?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MAX_HEAD);
        let (sender, connection) = builder.handshake(stream).await.map_err(|error| kind(&error))?;
        let exchange = pin!(exchange(sender, on_the_wire(request)));
        let answer = match select(exchange, pin!(connection)).await {
            Either::Left((answer, _)) => answer,
            // The connection has ended; what came before is still to be read.
            Either::Right((_, exchange)) => exchange.await,
        };
        answer.map_err(|error| kind(&error))
    }
}

async fn exchange(
    mut sender: SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<Answer, hyper::Error> {
    let (head, body) = sender.send_request(request).await?.into_parts();
    let (body, is_whole) = read(body).await?;
    let response = Response::from_parts(head, body);
    Ok(if is_whole { Answer::Response(response) } else { Answer::Truncated(response) })
}

/// Reads a body up to the doctor's limit, and says whether that was all of it.
async fn read(mut body: Incoming) -> Result<(Bytes, bool), hyper::Error> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let mut data = frame?.into_data().unwrap_or_default();
        let room = Doctor::BODY_LIMIT.saturating_sub(bytes.len());
        let is_too_long = data.len() > room;
        data.truncate(room);
        bytes.extend_from_slice(&data);
        if is_too_long {
            return Ok((bytes.freeze(), false));
        }
    }
    Ok((bytes.freeze(), true))
}

/// The origin form, and the authority in `host`, which comes first (RFC 9110 §7.2, RFC 9112 §3.2.1).
fn on_the_wire(request: Request<Bytes>) -> Request<Full<Bytes>> {
    let (mut head, body) = request.into_parts();
    let mut fields = HeaderMap::new();
    if let Some(Ok(host)) = head.uri.authority().map(|host| HeaderValue::from_str(host.as_str())) {
        fields.insert(HOST, host);
    }
    fields.insert(USER_AGENT, HeaderValue::from_static(PRODUCT));
    fields.extend(head.headers);
    head.headers = fields;
    let target = head.uri.path_and_query().cloned();
    head.uri = target.unwrap_or_else(|| PathAndQuery::from_static("/")).into();
    Request::from_parts(head, Full::new(body))
}

fn kind(error: &hyper::Error) -> ProbeFailure {
    if error.is_parse_too_large() { ProbeFailure::HeadTooLarge } else { ProbeFailure::Protocol }
}
