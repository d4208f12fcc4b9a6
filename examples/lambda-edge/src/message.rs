//! Events and responses from the texts of a message.

use firstparty::field::FieldUse;
use firstparty::http::header::CONNECTION;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri};
use firstparty_lambda_edge::{EdgeEvent, EdgeEventError};
use serde::Deserialize;

use crate::content::Content;
use crate::wire::Texts;
use crate::{DROPPED, KEPT, READ};

/// How many fields the gateway may add: three that identify it, and the length.
const ADDED: usize = 4;

/// An event of which only the fields have come that are read. Texts: method, path, query, address,
/// then names and values. Where `owns` says that its path is not one of the gateway's, only `host` and
/// `origin` matter for the answer (R2.9), and the others, such as long cookies, are left where they are.
pub(crate) fn event(
    mut texts: Texts<'_>,
    count: usize,
    mut owns: impl FnMut(&Uri) -> bool,
) -> Option<EdgeEvent<()>> {
    let mut event = EdgeEvent::new(texts.text()?, texts.text()?, texts.text()?);
    event.set_client_ip(texts.text()?);
    let fields = count.checked_sub(4)? / 2;
    event.reserve_fields(fields + ADDED);
    let mut owned = None;
    for _ in 0..fields {
        let (name, value) = (texts.text()?, texts.text()?);
        if matches!(name, "host" | "origin") || *owned.get_or_insert_with(|| owns(event.uri())) {
            event.append_field(name, value);
        }
    }
    Some(event)
}

/// An event from JSON, with the errors of [`EdgeEvent::from_json`]. That has code of its own for valid
/// events, which is faster: here, where they are rare, it would only make the module larger.
pub(crate) fn json_event(json: &[u8]) -> Result<EdgeEvent, EdgeEventError> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    EdgeEvent::deserialize(&mut deserializer)
        .and_then(|event| deserializer.end().map(|()| event))
        .map_err(|error| {
            if !error.is_data() {
                return EdgeEventError::Json(error);
            }
            let message = error.to_string();
            // JavaScript wrote the JSON: the place in it says nothing to anyone.
            let fault = message.rsplit_once(" at line ").map_or(&*message, |(fault, _)| fault);
            EdgeEventError::Member(fault.to_owned())
        })
}

/// A response. Texts: names and values.
pub(crate) fn response(
    texts: Texts<'_>,
    count: usize,
    status: u32,
    content: Content,
) -> Option<Response<Content>> {
    let mut response = Response::new(content);
    *response.status_mut() = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    *response.headers_mut() = fields(texts, count / 2)?;
    Some(response)
}

fn fields(mut texts: Texts<'_>, count: usize) -> Option<HeaderMap> {
    let mut headers = HeaderMap::try_with_capacity(count).ok()?;
    for _ in 0..count {
        let name = HeaderName::from_bytes(texts.next()?).ok()?;
        headers.try_append(name, HeaderValue::from_bytes(texts.next()?).ok()?).ok()?;
    }
    Some(headers)
}

/// Whether a `connection` field may name a field that the caller has kept. `close` is read, should a
/// field be called that.
pub(crate) fn may_name_a_kept_field(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CONNECTION).iter();
    let mut options = values.flat_map(|value| value.as_bytes().split(|&octet| octet == b','));
    options.any(|option| {
        let option = option.trim_ascii();
        !(option.eq_ignore_ascii_case(b"keep-alive") || option.eq_ignore_ascii_case(b"close"))
    })
}

/// The number by which the caller knows what is done with a field of this name; nothing for a text
/// that is not a name in lower case.
pub(crate) fn number_of_use(
    text: &str,
    field_use: impl FnOnce(&HeaderName) -> FieldUse,
) -> Option<u32> {
    let name = HeaderName::from_bytes(text.as_bytes()).ok()?;
    if name.as_str() != text {
        return None;
    }
    if name.as_str() == "close" {
        // `connection: close` names it.
        return Some(READ);
    }
    Some(match field_use(&name) {
        FieldUse::Kept => KEPT,
        FieldUse::Dropped => DROPPED,
        FieldUse::Read => READ,
    })
}
