//! Heads between Pingora and the gateway, and answers that upstream did not give.

use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use firstparty::adapter::IDLE_TIMEOUT;
use firstparty::http::header::{CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use firstparty::http::{Method, Request, Response, StatusCode, Uri, Version};
use firstparty::refusal::Cause;
use firstparty::{Exchange, RequestId};
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::proxy::Session;
use pingora::{Error, ErrorType, OrErr, Result};
use tokio::time::timeout;

/// The browser fell silent in the middle of its request (RFC 9110 §15.5.9).
pub(crate) const UPLOAD_TIMEOUT: Cause = Cause::new(
    "upload_timeout",
    "R16.5",
    StatusCode::REQUEST_TIMEOUT,
    "the request did not arrive in time",
);

/// The browser's head as the gateway reads it.
pub(crate) fn request_of(head: &RequestHeader) -> Request<()> {
    let mut parts = head.as_owned_parts();
    if parts.version <= Version::HTTP_11 {
        // Pingora's URI has only the path of an absolute target, and the target as it came stands beside
        // it. If no URI holds that, `*` is what the gateway gets, and refuses.
        parts.uri = Uri::try_from(head.raw_path()).unwrap_or(Uri::from_static("*"));
    }
    Request::from_parts(parts, ())
}

/// The gateway's head as it goes upstream. Methods that anticipate content say that there is none
/// (RFC 9110 §8.6).
pub(crate) fn head_of(request: Request<()>, has_body: bool) -> Result<RequestHeader> {
    let mut head = RequestHeader::from(request.into_parts().0);
    if !has_body && [Method::POST, Method::PUT, Method::PATCH].contains(&head.method) {
        head.insert_header(CONTENT_LENGTH, 0)?;
    }
    Ok(head)
}

/// R16.3 and R16.4: the browser goes on at once, no interim response of upstream's reaches it, and its
/// silence has a limit.
pub(crate) async fn go_on(session: &mut Session, has_body: bool) -> Result<()> {
    let head = session.req_header_mut();
    // Without the field, since Pingora passes on an interim response that a browser waits for.
    if head.remove_header(&EXPECT).is_some() && has_body && head.version >= Version::HTTP_11 {
        session.as_downstream_mut().write_continue_response().await?;
    }
    let browser = session.as_downstream_mut();
    browser.set_ignore_info_resp(true);
    browser.set_read_timeout(Some(IDLE_TIMEOUT));
    browser.set_write_timeout(Some(IDLE_TIMEOUT));
    Ok(())
}

/// Upstream's head becomes the browser's.
pub(crate) fn complete(
    exchange: &Exchange,
    request: &RequestHeader,
    head: &mut ResponseHeader,
) -> Result<()> {
    if head.status == StatusCode::SWITCHING_PROTOCOLS {
        return unusable("another protocol, which nobody asked for");
    }
    let mut codings = head.headers.get_all(TRANSFER_ENCODING).iter();
    if codings.any(|value| !value.as_bytes().eq_ignore_ascii_case(b"chunked")) {
        return unusable("a transfer coding that nobody takes off (RFC 9112 §6.1)");
    }
    let response = exchange.complete(Response::from_parts(head.as_owned_parts(), ()));
    *head = response.into_parts().0.into();
    // R16.2: there the connection's end would end the content, and a break would look like it.
    let has_content = request.method != Method::HEAD
        && !matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let has_length = head.headers.contains_key(CONTENT_LENGTH);
    if request.version < Version::HTTP_11 && has_content && !has_length {
        return unusable("content of unknown length for HTTP/1.0");
    }
    Ok(())
}

fn unusable(words: &'static str) -> Result<()> {
    Error::explain(ErrorType::InvalidHTTPHeader, words).into_up().into_err()
}

/// An answer of the gateway's own. A browser that takes nothing of it cannot hold it up (R16.4), and
/// Pingora closes the connection after it if the upload has not ended by then.
pub(crate) async fn send(session: &mut Session, response: Response<Bytes>) -> Result<()> {
    let sent = timeout(IDLE_TIMEOUT, write(session, response)).await;
    sent.or_err(ErrorType::WriteTimedout, "answer").map_err(Error::into_down)?
}

async fn write(session: &mut Session, response: Response<Bytes>) -> Result<()> {
    let (parts, body) = response.into_parts();
    let mut head = ResponseHeader::from(parts);
    if session.req_header().method != Method::HEAD {
        head.insert_header(CONTENT_LENGTH, body.len())?;
    }
    session.write_response_header(Box::new(head), body.is_empty()).await?;
    session.write_response_body(Some(body), true).await
}

/// The time, and entropy without a dependency: the standard library seeds its hashers at random.
/// It has to make identifiers differ, not to be unpredictable.
pub(crate) fn request_id() -> RequestId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    RequestId::new(millis, RandomState::new().hash_one(now))
}
