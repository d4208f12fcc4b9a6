//! What a function URL sends (payload format 2.0) becomes a request.
//!
//! The function reads the path and the query itself, so that they stay byte for byte as they are in the event.

use std::net::IpAddr;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use firstparty::http::header::{CONTENT_LENGTH, COOKIE, HOST};
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri};
use firstparty::refusal::{Cause, Refusal};
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
const ADDRESS: &str = "x-firstparty-address";
const SITE: &str = "x-forwarded-host";

/// The request of an event, for the gateway. `key` is the distribution's.
pub(crate) fn request(
    event: Event,
    key: Option<&str>,
) -> Result<Request<Full<Bytes>>, &'static Cause> {
    let http = event.request_context.http;
    let mut headers = event.headers;
    let address = match key {
        Some(key) => visitor(&mut headers, key)?,
        None => http.source_ip.and_then(|source| source.parse().ok()),
    };
    remove_edge(&mut headers);
    let cookies = event.cookies.unwrap_or_default().join("; ");
    if !cookies.is_empty() {
        headers.insert(COOKIE, HeaderValue::try_from(cookies).map_err(|_| malformed())?);
    }
    let mut request = Request::new(body(event.body, event.is_base64_encoded)?);
    *request.method_mut() = http.method;
    *request.uri_mut() = target(event.raw_path, event.raw_query_string)?;
    *request.headers_mut() = headers;
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    Ok(request)
}

/// The address that CloudFront has seen; the host that it has been asked for takes the place of the URL's own.
fn visitor(headers: &mut HeaderMap, key: &str) -> Result<Option<IpAddr>, &'static Cause> {
    if !headers.get(KEY).is_some_and(|sent| is_same(sent.as_bytes(), key.as_bytes())) {
        return Err(&FOREIGN);
    }
    headers.remove(HOST);
    if let Some(site) = headers.remove(SITE) {
        headers.insert(HOST, site);
    }
    let address = headers.get(ADDRESS).and_then(|field| field.to_str().ok()?.parse().ok());
    if address.is_none() {
        println!("{ADDRESS} is missing or not an address: Fingerprint is not told the visitor's");
    }
    Ok(address)
}

/// In a time that does not tell how many bytes are right.
fn is_same(sent: &[u8], key: &[u8]) -> bool {
    let differences = sent.iter().zip(key).fold(0, |found, (sent, key)| found | (sent ^ key));
    sent.len() == key.len() && differences == 0
}

/// What CloudFront and the function URL have written is not the browser's.
fn remove_edge(headers: &mut HeaderMap) {
    let is_edge = |name: &&HeaderName| {
        let name = name.as_str();
        let is_own = name.starts_with("x-amzn-") || name.starts_with("cloudfront-");
        is_own || [KEY, ADDRESS, SITE, "x-forwarded-port"].contains(&name)
    };
    let names: Vec<_> = headers.keys().filter(is_edge).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// As it stands in the event. `http` would cut a fragment silently (R13.3).
fn target(path: Option<String>, query: Option<String>) -> Result<Uri, &'static Cause> {
    let query = query.filter(|query| !query.is_empty());
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let target = path.unwrap_or_default() + &query;
    if !target.starts_with('/') || target.contains('#') {
        return Err(Refusal::TargetMalformed.cause());
    }
    let is_long = target.len() > usize::from(u16::MAX - 1);
    let cause = if is_long { Refusal::TargetTooLong } else { Refusal::TargetMalformed };
    target.try_into().map_err(|_| cause.cause())
}

fn body(text: Option<String>, is_base64: bool) -> Result<Full<Bytes>, &'static Cause> {
    let text = text.unwrap_or_default();
    let bytes = if is_base64 { BASE64_STANDARD.decode(text) } else { Ok(text.into()) };
    bytes.map(Full::from).map_err(|_| malformed())
}

/// R13.5: the body is whole, so its length is known. The gateway has removed what CloudFront wrote.
pub(crate) fn with_length(mut request: Request<BoxBody>) -> Request<BoxBody> {
    if let Some(length @ 1..) = request.body().size_hint().exact() {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    request
}

fn malformed() -> &'static Cause {
    Refusal::Malformed.cause()
}

#[cfg(test)]
mod tests {
    use firstparty_tower::ClientAddress;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest as Event;
    use serde_json::json;

    fn event(address: &str, path: &str) -> Event {
        let event = json!({
            "headers": {
                "host": "id.lambda-url.eu-central-1.on.aws", "x-forwarded-host": "www.example.com",
                "x-firstparty-edge": "key", "x-firstparty-address": address,
            },
            "rawPath": path, "rawQueryString": "a=%zz&&b=+", "cookies": ["a=1", "_iidt=\u{e9}"],
            "requestContext": { "http": { "method": "POST", "sourceIp": "198.51.100.9" } },
            "isBase64Encoded": true, "body": "e30=",
        });
        serde_json::from_value(event).unwrap()
    }

    /// R12: only a distribution that knows the key is believed.
    #[test]
    fn visitors() {
        for address in ["203.0.113.7", "2001:db8::1"] {
            let request = super::request(event(address, "/fp/"), Some("key")).unwrap();
            let peer: Option<&ClientAddress> = request.extensions().get();
            assert_eq!(peer.unwrap().0.to_string(), address);
            assert_eq!(request.headers()["host"], "www.example.com");
            assert_eq!(request.headers().len(), 2);
        }
        let request = super::request(event("203.0.113.7:443", "/fp/"), Some("key")).unwrap();
        assert!(request.extensions().get::<ClientAddress>().is_none());
        for key in ["other", "kez", "ke", "keys"] {
            let refused = super::request(event("203.0.113.7", "/fp/"), Some(key)).unwrap_err();
            assert_eq!(refused.name(), "not_through_the_edge");
        }
        let request = super::request(event("203.0.113.7", "/fp/"), None).unwrap();
        let peer: Option<&ClientAddress> = request.extensions().get();
        assert_eq!(peer.unwrap().0.to_string(), "198.51.100.9");
        assert_eq!(request.headers()["host"], "id.lambda-url.eu-central-1.on.aws");
    }

    /// R3.1, R13.3: the target stays byte for byte, or the request is refused.
    #[test]
    fn targets() {
        let path = |path| super::request(event("", path), Some("key"));
        let request = path("/fp/%2f//x").unwrap();
        assert_eq!(request.uri(), "/fp/%2f//x?a=%zz&&b=+");
        assert_eq!(request.headers()["cookie"].as_bytes(), "a=1; _iidt=\u{e9}".as_bytes());
        for (wrong, cause) in
            [("/a#b", "target_malformed"), ("a", "target_malformed"), ("/ ", "target_malformed")]
        {
            assert_eq!(path(wrong).unwrap_err().name(), cause);
        }
        assert_eq!(path(&"/a".repeat(40_000)).unwrap_err().name(), "target_too_long");
    }
}
