//! Other crates read what the library wrote.

use firstparty::http::{HeaderMap, Request, Response};
use firstparty::refusal::Refusal;

use crate::model::Refused;

/// The answer that a refusal becomes, as the models say it.
pub fn answer_of(refusal: Refusal) -> Refused {
    (refusal.cause().status().as_u16(), refusal.cause().rule())
}

/// `httparse` reads the head of a request as it is, and finds nothing more in it.
pub fn assert_request_parses<B>(request: &Request<B>) {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut text = format!("{} {target} HTTP/1.1\r\n", request.method()).into_bytes();
    write_fields(&mut text, request.headers());
    let mut fields = vec![httparse::EMPTY_HEADER; request.headers().len() + 1];
    let mut parsed = httparse::Request::new(&mut fields);
    let read = parsed.parse(&text);
    assert_eq!(read, Ok(httparse::Status::Complete(text.len())));
    assert_eq!(parsed.method, Some(request.method().as_str()));
    assert_eq!(parsed.path, Some(target));
    assert_same(parsed.headers, request.headers());
}

/// `httparse` reads the head of a response as it is, and finds nothing more in it.
pub fn assert_response_parses<B>(response: &Response<B>) {
    let mut text = format!("HTTP/1.1 {}\r\n", response.status().as_u16()).into_bytes();
    write_fields(&mut text, response.headers());
    let mut fields = vec![httparse::EMPTY_HEADER; response.headers().len() + 1];
    let mut parsed = httparse::Response::new(&mut fields);
    let read = parsed.parse(&text);
    assert_eq!(read, Ok(httparse::Status::Complete(text.len())));
    assert_eq!(parsed.code, Some(response.status().as_u16()));
    assert_same(parsed.headers, response.headers());
}

fn write_fields(text: &mut Vec<u8>, headers: &HeaderMap) {
    for (name, value) in headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
}

fn assert_same(parsed: &[httparse::Header<'_>], headers: &HeaderMap) {
    assert_eq!(parsed.len(), headers.len());
    for (parsed, (name, value)) in parsed.iter().zip(headers) {
        assert_eq!(parsed.name, name.as_str());
        assert_eq!(parsed.value.trim_ascii(), value.as_bytes().trim_ascii(), "{name}");
    }
}
