//! The fields of a message, between JavaScript and `http`.

use bytes::Bytes;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue};
use worker::Result;
use worker::web_sys::Headers;

/// As JavaScript reads them: repeats are joined, and bytes that are not UTF-8 are replaced.
pub(crate) fn read(headers: &Headers) -> HeaderMap {
    let pairs = worker::Headers(headers.clone());
    let pairs = pairs.entries().filter_map(|(name, value)| {
        let value = HeaderValue::from_maybe_shared(Bytes::from(value)).ok()?;
        Some((name.parse::<HeaderName>().ok()?, value))
    });
    pairs.collect()
}

/// What the gateway has made of them. A field that it has left alone is copied without being read, so that its
/// bytes and its repeats stay.
pub(crate) fn write(from: &Headers, before: &HeaderMap, after: &HeaderMap) -> Result<Headers> {
    let headers = Headers::new_with_headers(from)?;
    let is_changed = |name: &&HeaderName| before.get_all(*name) != after.get_all(*name);
    for name in before.keys().filter(is_changed) {
        headers.delete(name.as_str())?;
    }
    for name in after.keys().filter(is_changed) {
        for value in after.get_all(name) {
            headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
        }
    }
    Ok(headers)
}
