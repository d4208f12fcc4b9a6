//! One request to Fingerprint, with its limits.

use std::error::Error;

use fastly::backend::BackendCreationError;
use fastly::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use fastly::http::request::{SendError, SendErrorCause};
use fastly::http::{HeaderValue, Url};
use fastly::{Backend, Body, Request, Response};
use firstparty::adapter::{CONNECT_TIMEOUT, FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT};
use firstparty::{Failure, http};

use crate::content::{Broken, Content, framing};
use crate::log;

/// Why there is no answer.
pub(crate) enum End {
    /// The browser's request has broken off.
    Browser,
    Upstream(Failure),
}

/// Sends it once, whatever the method: the SDK does not tell a kept connection that broke from a new one.
pub(crate) fn send(request: http::Request<Body>) -> Result<Response, End> {
    let (mut parts, body) = request.into_parts();
    let content = Content::begin(body).map_err(|_| End::Browser)?;
    if content.is_some() && !parts.headers.contains_key(CONTENT_LENGTH) {
        // As the browser has sent it, or HTTP/2 frames: else a GET would lose its content.
        parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    let url = Url::parse(&parts.uri.to_string()).map_err(|error| not_connected(&error))?;
    let backend = backend(url.host_str().unwrap_or_default())?;
    // Past the edge's cache, which could hand one visitor's answer to another.
    let mut request = Request::new(parts.method, url).with_pass(true);
    request.set_framing_headers_mode(framing(&parts.headers));
    for (name, value) in &parts.headers {
        request.append_header(name, value);
    }
    let response = match content {
        Some(content) => with_content(request, backend, content)?,
        None => request.send(backend).map_err(|error| failed(&error))?,
    };
    is_usable(&response).then_some(response).ok_or(End::Upstream(Failure::Protocol))
}

/// Nobody has asked for another protocol, which the SDK cannot hand on. A transfer coding that nobody takes off would
/// be taken for the content itself (RFC 9112 §6.1).
fn is_usable(response: &Response) -> bool {
    let is_chunked = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    let is_final = !response.get_status().is_informational();
    is_final && response.get_header_all(TRANSFER_ENCODING).all(is_chunked)
}

/// An upload that breaks off is left unfinished, so that upstream does not take it for the whole. Where upstream takes
/// no more of it there may be an answer already.
fn with_content(request: Request, backend: Backend, content: Content) -> Result<Response, End> {
    let (mut to, answer) = request.send_async_streaming(backend).map_err(|error| failed(&error))?;
    match content.pass(&mut to) {
        Ok(()) => drop(to.finish()),
        Err(Broken::Sender) => return Err(End::Browser),
        Err(Broken::Receiver) => {}
    }
    answer.wait().map_err(|error| failed(&error))
}

/// The service's backend that has the name of the host, or else a dynamic one.
fn backend(host: &str) -> Result<Backend, End> {
    match Backend::from_name(host).ok().filter(Backend::exists) {
        Some(backend) => Ok(backend),
        None => dynamic(host).map_err(|error| not_connected(&error)),
    }
}

fn dynamic(host: &str) -> Result<Backend, BackendCreationError> {
    Backend::builder(host, host)
        .connect_timeout(CONNECT_TIMEOUT)
        .first_byte_timeout(FIRST_BYTE_TIMEOUT)
        .between_bytes_timeout(IDLE_TIMEOUT)
        .enable_ssl()
        .sni_hostname(host)
        .check_certificate(host)
        .finish()
}

fn not_connected(error: &dyn Error) -> End {
    log(&format!("backend: {error}"));
    End::Upstream(Failure::Connect)
}

fn failed(error: &SendError) -> End {
    log(&format!("upstream: {}", error.root_cause()));
    End::Upstream(failure(error.root_cause()))
}

fn failure(cause: &SendErrorCause) -> Failure {
    use SendErrorCause as Cause;
    match cause {
        Cause::DnsTimeout
        | Cause::DnsError { .. }
        | Cause::DestinationNotFound
        | Cause::DestinationUnavailable
        | Cause::DestinationIpUnroutable
        | Cause::ConnectionRefused
        | Cause::ConnectionTimeout
        | Cause::ConnectionLimitReached
        | Cause::TlsProtocolError
        | Cause::TlsCertificateError
        | Cause::TlsAlertReceived { .. }
        | Cause::TlsConfigurationError => Failure::Connect,
        Cause::HttpResponseTimeout => Failure::Timeout,
        Cause::HttpResponseBodyTooLarge => Failure::BodyTooLarge,
        _ => Failure::Protocol,
    }
}
