//! How bodies are framed again.
//!
//! By itself Fastly takes the length from the body, which for HEAD is the wrong one, and forgets that a GET may have
//! a body. So the fields that the gateway has kept decide where there are any.

use fastly::http::FramingHeadersMode;
use fastly::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use fastly::{Body, Request, Response};
use firstparty::http::{self, HeaderMap};

pub(crate) fn request(request: Request, headers: &HeaderMap) -> Request {
    request.with_framing_headers_mode(mode(headers))
}

pub(crate) fn response(response: http::Response<Body>) -> Response {
    let mode = mode(response.headers());
    Response::from(response).with_framing_headers_mode(mode)
}

fn mode(headers: &HeaderMap) -> FramingHeadersMode {
    let is_framed =
        [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|name| headers.contains_key(name));
    if is_framed { FramingHeadersMode::ManuallyFromHeaders } else { FramingHeadersMode::Automatic }
}
