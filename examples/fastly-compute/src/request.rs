//! What the browser has sent, for the gateway.

use fastly::http::Url;
use fastly::http::header::HOST;
use fastly::{Body, Request};
use firstparty::http::{self, HeaderMap, Uri};
use firstparty::refusal::{Cause, Refusal};
use firstparty::reply::Reply;

/// The target, or why there is none. The SDK panics at a host that the URL standard does not know, so the host is
/// looked at before the SDK is asked.
pub(crate) fn target(browser: &Request) -> Result<Uri, &'static Cause> {
    let is_host = |host: &http::HeaderValue| {
        host.to_str().is_ok_and(|host| Url::parse(&format!("https://{host}/")).is_ok())
    };
    if !browser.get_header_all(HOST).all(is_host) {
        return Err(Refusal::Host.cause());
    }
    let target = browser.get_url_str();
    let is_long = target.len() > usize::from(u16::MAX - 1);
    let cause = if is_long { Refusal::TargetTooLong } else { Refusal::TargetMalformed };
    Uri::try_from(target).map_err(|_| cause.cause())
}

/// The request in the types of `http`. Where a field names the host, the target does not repeat it: in the SDK's URL
/// it may be written differently.
pub(crate) fn request(browser: Request, uri: Uri) -> http::Request<Body> {
    let mut request = http::Request::from(browser);
    let path = uri.path_and_query().filter(|_| request.headers().contains_key(HOST));
    *request.uri_mut() = path.cloned().map_or(uri, Uri::from);
    request
}

/// For answers to what cannot be handed to the gateway.
pub(crate) fn reply(browser: &Request) -> Reply {
    let fields = browser.get_headers().map(|(name, value)| (name.clone(), value.clone()));
    Reply::to(browser.get_method(), &fields.collect::<HeaderMap>())
}
