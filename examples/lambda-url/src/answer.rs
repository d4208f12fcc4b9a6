//! A response becomes what a function URL takes, streamed.

use firstparty::http::header::SET_COOKIE;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::BodyDataStream;
use lambda_http::lambda_runtime::{MetadataPrelude, StreamResponse};

/// It has one value for each name, and a list of cookies, all of them text.
pub(crate) fn answer<B>(response: Response<B>) -> StreamResponse<BodyDataStream<B>> {
    let (parts, body) = response.into_parts();
    let cookies = parts.headers.get_all(SET_COOKIE).iter();
    let cookies = cookies.map(|cookie| String::from_utf8_lossy(cookie.as_bytes()).into_owned());
    let metadata_prelude = MetadataPrelude {
        status_code: parts.status,
        cookies: cookies.collect(),
        headers: parts.headers.keys().filter_map(|name| joined(&parts.headers, name)).collect(),
    };
    StreamResponse { metadata_prelude, stream: BodyDataStream::new(body) }
}

/// A field as one line (RFC 9110 §5.3), or none if it is no text.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<(HeaderName, HeaderValue)> {
    if name == SET_COOKIE {
        return None;
    }
    let values: Result<Vec<_>, _> = headers.get_all(name).iter().map(HeaderValue::to_str).collect();
    Some((name.clone(), HeaderValue::from_str(&values.ok()?.join(", ")).ok()?))
}
