//! One request to Fingerprint, with its limits.

use fastly::backend::BackendCreationError;
use fastly::http::Url;
use fastly::http::request::SendErrorCause;
use fastly::{Backend, Body, Request};
use firstparty::adapter::{CONNECT_TIMEOUT, FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT};
use firstparty::{Failure, http};

use crate::{framing, log};

/// Sends it once, whatever the method: the SDK does not tell a kept connection that broke from a new one.
pub(crate) fn send(request: http::Request<Body>) -> Result<http::Response<Body>, Failure> {
    let (parts, body) = request.into_parts();
    let url = Url::parse(&parts.uri.to_string()).map_err(|error| unreachable_by(&error))?;
    let backend = backend(url.host_str().unwrap_or_default())?;
    let mut request = Request::new(parts.method, url).with_body(body);
    for (name, value) in &parts.headers {
        request.append_header(name, value);
    }
    // Past the edge's cache, which could hand one visitor's answer to another.
    let request = framing::request(request.with_pass(true), &parts.headers);
    match request.send(backend) {
        // The SDK panics where it should hand one on, and no browser has asked for another protocol.
        Ok(response) if response.get_status().is_informational() => Err(Failure::Protocol),
        Ok(response) => Ok(response.into()),
        Err(error) => {
            log(&format!("upstream: {}", error.root_cause()));
            Err(failure(error.root_cause()))
        }
    }
}

/// The service's backend that has the name of the host, or else a dynamic one.
fn backend(host: &str) -> Result<Backend, Failure> {
    if let Some(named) = Backend::from_name(host).ok().filter(Backend::exists) {
        return Ok(named);
    }
    dynamic(host).map_err(|error| unreachable_by(&error))
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

fn unreachable_by(error: &dyn std::error::Error) -> Failure {
    log(&format!("backend: {error}"));
    Failure::Connect
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
