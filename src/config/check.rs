//! What a configuration accepts beside hosts, routes and numbers (contract R1.3).

use http::HeaderName;

use super::error::{ConfigError, host_name};
use crate::field::IDENTITY_PREFIX;
use crate::host::is_uri_host;

/// R1.8: visible ASCII without `/`, at most 64 bytes.
pub(super) fn integration(
    setting: &'static str,
    text: Option<&str>,
) -> Result<Option<Box<str>>, ConfigError> {
    let valid = |text: &str| {
        let visible = |byte: u8| byte.is_ascii_graphic() && byte != b'/';
        !text.is_empty() && text.len() <= 64 && text.bytes().all(visible)
    };
    match text {
        Some(text) if !valid(text) => Err(ConfigError::Integration { setting }),
        text => Ok(text.map(Into::into)),
    }
}

/// R5.8: any field but those that decide where and how the message is read, or are ours.
pub(super) fn droppable(name: &str) -> Result<HeaderName, ConfigError> {
    let kept = |name: &HeaderName| {
        let name = name.as_str();
        matches!(name, "host" | "content-length") || name.starts_with(IDENTITY_PREFIX)
    };
    let name = HeaderName::from_bytes(name.as_bytes()).ok();
    name.filter(|name| !kept(name)).ok_or(ConfigError::Field { setting: "drop_fields" })
}

/// RFC 6265bis §4.1.1: a cookie name is a token, as a field name is, but keeps its case.
pub(super) fn cookie_name(name: &str) -> Result<Box<str>, ConfigError> {
    let token = HeaderName::from_bytes(name.as_bytes());
    token.map(|_| name.into()).map_err(|_| ConfigError::CookieName { setting: "cookies" })
}

/// R5.7: a host name, or an address as a URI writes it.
pub(super) fn listed_host(text: &str) -> Result<Box<str>, ConfigError> {
    let lower = text.to_ascii_lowercase();
    if is_uri_host(lower.as_bytes()) {
        return Ok(lower.into());
    }
    host_name("hosts", text).map(|host| host.as_str().into())
}
