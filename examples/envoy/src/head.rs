//! Heads: Envoy's pairs, with pseudo-fields as in HTTP/2, and the types of `http`.

use firstparty::http::header::HOST;
use firstparty::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
};
use firstparty::refusal::{Cause, Refusal};
use firstparty::reply::Reply;

/// As `proxy-wasm` gives them, and takes them.
pub(crate) type Pairs = Vec<(String, Vec<u8>)>;
pub(crate) type Borrowed<'a> = Vec<(&'a str, &'a [u8])>;

/// What `http` cannot hold is answered 400 (R13.3).
type Held<T> = Result<T, &'static Cause>;

/// The route of the gateway's requests is chosen by this field, which names upstream's host.
pub(crate) const MARKER: &str = "x-firstparty-upstream";

/// Envoy has to name a host in HTTP/1.0, where there need not be one: this (`default_host_for_http_10`).
const NO_HOST: &[u8] = b"no-host.invalid";

/// Whose a request is that `http` has no URI for, the path alone says.
pub(crate) fn path(target: &[u8]) -> &[u8] {
    target.split(|byte| *byte == b'?').next().unwrap_or_default()
}

/// The value of a pseudo-field.
pub(crate) fn pseudo<'a>(pairs: &'a Pairs, name: &str) -> &'a [u8] {
    pairs.iter().find(|(key, _)| key == name).map_or(&[], |(_, value)| value)
}

/// The request without its body, which Envoy passes on.
pub(crate) fn request(pairs: &Pairs, uri: Uri, is_http_1: impl Fn() -> bool) -> Held<Request<()>> {
    let mut request = Request::new(());
    *request.uri_mut() = uri;
    *request.method_mut() = Method::from_bytes(pseudo(pairs, ":method")).map_err(malformed)?;
    *request.headers_mut() = fields(pairs)?;
    match authority(pairs, is_http_1) {
        NO_HOST => *request.version_mut() = Version::HTTP_10,
        host => {
            let host = HeaderValue::from_bytes(host).map_err(malformed)?;
            request.headers_mut().insert(HOST, host);
        }
    }
    Ok(request)
}

/// Envoy joins all that names a host. In HTTP/2 a `host` may repeat `:authority`; anything else is no host (R5.7).
fn authority(pairs: &Pairs, is_http_1: impl Fn() -> bool) -> &[u8] {
    let joined = pseudo(pairs, ":authority");
    let (first, second) = joined.split_at(joined.len() / 2);
    match second {
        [b',', second @ ..] if second.eq_ignore_ascii_case(first) && !is_http_1() => first,
        _ => joined,
    }
}

/// The request for upstream, as Envoy's router takes it.
pub(crate) fn forward(request: &Request<()>) -> Borrowed<'_> {
    let host = request.headers().get(HOST).map_or(&[][..], HeaderValue::as_bytes);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let mut pairs: Borrowed<'_> = vec![
        (":authority", host),
        (":path", path.as_bytes()),
        (":method", request.method().as_str().as_bytes()),
        (":scheme", b"https"),
        (MARKER, host),
    ];
    let is_own = |name: &str| [HOST.as_str(), MARKER].contains(&name);
    pairs.extend(borrowed(request.headers()).filter(|(name, _)| !is_own(name)));
    pairs
}

/// The response without its body.
pub(crate) fn response(pairs: &Pairs) -> Held<Response<()>> {
    let mut response = Response::new(());
    let status = StatusCode::from_bytes(pseudo(pairs, ":status"));
    *response.status_mut() = status.map_err(malformed)?;
    *response.headers_mut() = fields(pairs)?;
    Ok(response)
}

/// The same for the browser.
pub(crate) fn complete<'a>(status: &'a StatusCode, headers: &'a HeaderMap) -> Borrowed<'a> {
    let status = (":status", status.as_str().as_bytes());
    std::iter::once(status).chain(borrowed(headers)).collect()
}

fn fields(pairs: &Pairs) -> Held<HeaderMap> {
    let too_many = |_| Refusal::TooManyFields.cause();
    let mut headers = HeaderMap::try_with_capacity(pairs.len()).map_err(too_many)?;
    for (name, value) in pairs.iter().filter(|(name, _)| !name.starts_with(':')) {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(malformed)?;
        let value = HeaderValue::from_bytes(value).map_err(malformed)?;
        headers.try_append(name, value).map_err(too_many)?;
    }
    Ok(headers)
}

/// An answer to what cannot be handed to the gateway.
pub(crate) fn refuse(pairs: &Pairs, cause: &Cause) -> Response<impl AsRef<[u8]> + use<>> {
    let method = Method::from_bytes(pseudo(pairs, ":method")).unwrap_or_default();
    Reply::to(&method, &fields(pairs).unwrap_or_default()).refuse(cause)
}

pub(crate) fn borrowed(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
}

fn malformed<E>(_: E) -> &'static Cause {
    Refusal::Malformed.cause()
}
