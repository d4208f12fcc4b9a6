//! Checks of single settings (contract R1.3).

use http::HeaderName;

use super::error::{ConfigError, ConfigErrorKind, host_name};
use crate::field::IDENTITY_FIELDS;
use crate::host::is_uri_host;
use crate::region::Region;

/// R1.8: visible ASCII without `/`, at most 64 bytes.
pub(super) fn integration(
    setting: &'static str,
    text: Option<&str>,
) -> Result<Option<Box<str>>, ConfigError> {
    match text {
        Some(text) if !is_integration(text) => {
            Err(ConfigError::new(setting, ConfigErrorKind::Integration))
        }
        text => Ok(text.map(Into::into)),
    }
}

fn is_integration(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/')
}

/// Decimal digits, without a sign.
pub(super) fn number(setting: &'static str, text: &str, max: u64) -> Result<u64, ConfigError> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| is_decimal && *number <= max);
    number.ok_or(ConfigError::new(setting, ConfigErrorKind::Number { max }))
}

pub(super) fn boolean(setting: &'static str, text: &str) -> Result<bool, ConfigError> {
    text.parse().map_err(|_| ConfigError::new(setting, ConfigErrorKind::Boolean))
}

/// R3.6: the name of a region, in lower case.
pub(super) fn region(text: &str) -> Result<Region, ConfigError> {
    text.parse().map_err(|_| ConfigError::new("fpjs_region", ConfigErrorKind::Region))
}

/// R4.7: keys of visible ASCII with a comma between two of them; one more may end the list.
pub(super) fn api_keys(text: &str) -> Result<Vec<Box<str>>, ConfigError> {
    let keys =
        text.strip_suffix(',').unwrap_or(text).split(',').map(|key| key.trim_matches([' ', '\t']));
    keys.map(api_key).collect()
}

fn api_key(key: &str) -> Result<Box<str>, ConfigError> {
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    let error = ConfigError::new("fpjs_api_keys", ConfigErrorKind::ApiKeys);
    if is_key { Ok(key.into()) } else { Err(error) }
}

/// R5.8: any field except those that frame or route the message, and the gateway's own.
pub(super) fn droppable(name: &str) -> Result<HeaderName, ConfigError> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok();
    name.filter(|name| !is_needed(name))
        .ok_or(ConfigError::new("drop_fields", ConfigErrorKind::Field))
}

fn is_needed(name: &HeaderName) -> bool {
    matches!(name.as_str(), "host" | "content-length") || IDENTITY_FIELDS.contains(name)
}

/// RFC 6265bis §4.1.1: a cookie name is a token, as a field name is, but keeps its case.
pub(super) fn cookie_name(name: &str) -> Result<Box<str>, ConfigError> {
    let token = HeaderName::from_bytes(name.as_bytes());
    token.map(|_| name.into()).map_err(|_| ConfigError::new("cookies", ConfigErrorKind::CookieName))
}

/// R5.7: a host name, or an IP address as a URI writes it.
pub(super) fn listed_host(text: &str) -> Result<Box<str>, ConfigError> {
    let lower = text.to_ascii_lowercase();
    if is_uri_host(lower.as_bytes()) {
        return Ok(lower.into());
    }
    host_name("hosts", text).map(|host| host.as_str().into())
}
