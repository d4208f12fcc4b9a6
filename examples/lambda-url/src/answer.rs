//! A response becomes what a function URL takes, streamed.

use firstparty::http::header::{CONTENT_LENGTH, SET_COOKIE};
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

/// A field as one line (RFC 9110 §5.3), unless it is not ASCII: Lambda's runtime writes no other values. A streamed
/// answer has no length, and a function URL would rename the field that states one.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<(HeaderName, HeaderValue)> {
    if [SET_COOKIE, CONTENT_LENGTH].contains(name) {
        return None;
    }
    let values: Result<Vec<_>, _> = headers.get_all(name).iter().map(HeaderValue::to_str).collect();
    Some((name.clone(), HeaderValue::from_str(&values.ok()?.join(", ")).ok()?))
}

#[cfg(test)]
mod tests {
    use firstparty::http::Response;

    /// A function URL renames `content-length`; the runtime would write a value that is not ASCII as an empty list.
    #[test]
    fn fields() {
        let response = Response::builder().header("content-length", "1").header("x-list", "1");
        let response = response.header("x-list", "2").header("x-raw", "\u{e9}");
        let response = response.header("set-cookie", "a=1").body(String::new()).unwrap();
        let head = super::answer(response).metadata_prelude;
        assert_eq!(head.headers.len(), 1);
        assert_eq!(head.headers["x-list"], "1, 2");
        assert_eq!(head.cookies, ["a=1"]);
    }
}
