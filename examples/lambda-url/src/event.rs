//! What a function URL sends (payload format 2.0) becomes a request.
//!
//! `lambda_http` would do it, too, but panics on a target that `http` cannot hold. The path and the query are
//! taken as they stand in the event.

use std::net::IpAddr;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use firstparty::http::header::{CONTENT_LENGTH, COOKIE, HOST};
use firstparty::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use firstparty::refusal::{Cause, Refusal};
use firstparty::reply::Reply;
use firstparty_tower::{BoxBody, ClientAddress};
use http_body::Body;
use http_body_util::Full;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest as Event;

/// The request did not come through the distribution that knows the key.
static FOREIGN: Cause = Cause::new(
    "not_through_the_edge",
    "R12",
    StatusCode::FORBIDDEN,
    "this is not the site's address",
);

/// Fields that the distribution sends, and whose values are believed with the right key.
const KEY: &str = "x-firstparty-edge";
const ADDRESS: &str = "cloudfront-viewer-address";
const SITE: &str = "x-forwarded-host";

/// The distribution in front, as far as the function knows it.
pub(crate) struct Edge {
    key: Option<String>,
}

/// A request that cannot be handed to the gateway, or may not.
pub(crate) struct Refused {
    reply: Reply,
    pub(crate) cause: &'static Cause,
}

impl Refused {
    pub(crate) fn response(self) -> Response<Full<Bytes>> {
        self.reply.refuse(self.cause).map(Full::new)
    }
}

impl Edge {
    pub(crate) fn new(key: Option<String>) -> Self {
        Self { key }
    }

    pub(crate) fn request(&self, event: Event) -> Result<Request<Full<Bytes>>, Refused> {
        let reply = Reply::to(&event.request_context.http.method, &event.headers);
        self.read(event).map_err(|cause| Refused { reply, cause })
    }

    fn read(&self, event: Event) -> Result<Request<Full<Bytes>>, &'static Cause> {
        let mut headers = event.headers;
        let source = event.request_context.http.source_ip;
        let mut address = source.and_then(|source| source.parse().ok());
        if let Some(key) = &self.key {
            if headers.get(KEY).is_none_or(|sent| sent != key.as_str()) {
                return Err(&FOREIGN);
            }
            address = headers.get(ADDRESS).and_then(visitor);
            // Without it there is no host: the URL's own is not the site's.
            headers.remove(HOST);
            if let Some(site) = headers.remove(SITE) {
                headers.insert(HOST, site);
            }
        }
        let cookies = event.cookies.unwrap_or_default().join("; ");
        if !cookies.is_empty() {
            let cookies = HeaderValue::from_str(&cookies).map_err(|_| malformed())?;
            headers.insert(COOKIE, cookies);
        }
        let body = body(event.body, event.is_base64_encoded)?;
        let target = target(event.raw_path, event.raw_query_string);
        build(event.request_context.http.method, &target, without_edge(headers), body, address)
    }
}

fn build(
    method: Method,
    target: &str,
    headers: HeaderMap,
    body: Bytes,
    address: Option<IpAddr>,
) -> Result<Request<Full<Bytes>>, &'static Cause> {
    let is_long = target.len() > usize::from(u16::MAX - 1);
    let cause = if is_long { Refusal::TargetTooLong } else { Refusal::TargetMalformed };
    let mut request = Request::new(Full::new(body));
    *request.uri_mut() = target.parse().map_err(|_| cause.cause())?;
    *request.method_mut() = method;
    *request.headers_mut() = headers;
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    Ok(request)
}

fn target(path: Option<String>, query: Option<String>) -> String {
    let mut target = path.unwrap_or_default();
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        target.push('?');
        target.push_str(&query);
    }
    target
}

fn body(text: Option<String>, is_base64: bool) -> Result<Bytes, &'static Cause> {
    let text = text.unwrap_or_default();
    if is_base64 {
        BASE64_STANDARD.decode(text).map(Bytes::from).map_err(|_| malformed())
    } else {
        Ok(text.into())
    }
}

/// R13.5: the body is whole, so its length is known. The gateway has removed what CloudFront wrote.
pub(crate) fn with_length(mut request: Request<BoxBody>) -> Request<BoxBody> {
    if let Some(length @ 1..) = request.body().size_hint().exact() {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    request
}

/// What CloudFront and the function URL have written is not the browser's.
fn without_edge(headers: HeaderMap) -> HeaderMap {
    let mut last = None;
    let pairs = headers.into_iter().filter_map(move |(name, value)| {
        last = name.or_else(|| last.take());
        Some((last.clone()?, value))
    });
    pairs
        .filter(|(name, _)| {
            let name = name.as_str();
            let of_edge = name.starts_with("x-amzn-") || name.starts_with("cloudfront-");
            !of_edge && ![KEY, "x-forwarded-host", "x-forwarded-port"].contains(&name)
        })
        .collect()
}

/// CloudFront writes the port behind the last colon, and no brackets around IPv6: `2001:db8::1:443`.
fn visitor(field: &HeaderValue) -> Option<IpAddr> {
    let text = field.to_str().ok()?;
    text.rsplit_once(':').map_or(text, |(address, _)| address).parse().ok()
}

fn malformed() -> &'static Cause {
    Refusal::Malformed.cause()
}
