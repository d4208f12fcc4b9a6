//! The fields of a message. Those that the gateway does not read stay in JavaScript: reading them there
//! would join repeats, and take bytes for UTF-8.

use firstparty::field::FieldUse;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue};
use wasm_bindgen::JsValue;
use worker::js_sys::{self, Array};
use worker::web_sys::Headers;

/// For the gateway: names of all fields, because `connection` may name them, but values only where it reads
/// them.
pub(crate) fn read(
    headers: &Headers,
    use_of: impl Fn(&HeaderName) -> FieldUse,
) -> Result<HeaderMap, JsValue> {
    let mut map = HeaderMap::new();
    for pair in js_sys::try_iter(&headers.entries())?.into_iter().flatten() {
        let pair = Array::from(&pair?);
        let Some(name) = pair.get(0).as_string().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let value = match use_of(&name) {
            FieldUse::Read => pair.get(1).as_string().unwrap_or_default(),
            FieldUse::Kept | FieldUse::Dropped => String::new(),
        };
        if let Ok(value) = HeaderValue::from_maybe_shared(bytes::Bytes::from(value)) {
            map.append(name, value);
        }
    }
    Ok(map)
}

/// The fields as the gateway has left them.
pub(crate) fn write(
    from: &Headers,
    map: &HeaderMap,
    use_of: impl Fn(&HeaderName) -> FieldUse,
) -> Result<Headers, JsValue> {
    let headers = Headers::new_with_headers(from)?;
    for name in js_sys::try_iter(&from.keys())?.into_iter().flatten() {
        let Some(text) = name?.as_string() else { continue };
        let stays = |name: HeaderName| use_of(&name) == FieldUse::Kept && map.contains_key(&name);
        if !text.parse().is_ok_and(stays) {
            headers.delete(&text)?;
        }
    }
    for (name, value) in map.iter().filter(|(name, _)| use_of(name) != FieldUse::Kept) {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    Ok(headers)
}
