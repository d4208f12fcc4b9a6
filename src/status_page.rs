//! The status page (contract R10): whether the integration is ready, which variables are set and by
//! which source, and advice. It shows no value of the configuration.
//!
//! It depends on the configuration and the platform, and on the host that the request names: the verdict
//! objects to upstream's own, and the v4 endpoint is an URL on it. It is made when it is asked for, so
//! that a cold start does not wait for it.

mod endpoint;
mod html;
mod json;
mod verdict;

use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Response, StatusCode, Uri};

use self::verdict::Verdict;
use crate::config::Config;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::reply::{JSON, respond};
use crate::request::query;
use crate::route::Routes;

/// The policy allows that style alone, by its SHA-256. A nonce would need entropy. A test computes
/// the hash again.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'sha256-rRIEvGzOfTC/D7ZpWuaQbIK9q65qaetWW8IBFektSAQ='; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const HARDENING: [(HeaderName, HeaderValue); 3] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// What the page is about.
#[derive(Clone, Copy)]
pub(crate) struct StatusPage<'g> {
    pub(crate) config: &'g Config,
    pub(crate) platform: Platform,
    pub(crate) routes: &'g Routes,
}

impl StatusPage<'_> {
    /// R10.2, or R10.4 with `format=json`.
    ///
    /// `host` is the browser's, with its port, or why a request under it would be refused (R5.7). That
    /// does not refuse the page (R10.1); the page then has no endpoint to show.
    pub(crate) fn respond(
        self,
        method: &Method,
        uri: &Uri,
        host: Result<&str, Refusal>,
    ) -> Response<Bytes> {
        let query = uri.query().unwrap_or_default();
        let (content_type, body) = match query::first(query, "format").as_deref() {
            Some("json") => (JSON, json::page(self.config, self.platform)),
            _ => (HeaderValue::from_static("text/html"), self.html(uri, host)),
        };
        let head = *method == Method::HEAD;
        let mut response = respond(StatusCode::OK, content_type, body, head);
        response.headers_mut().extend(HARDENING);
        response
    }

    fn html(self, uri: &Uri, host: Result<&str, Refusal>) -> String {
        let verdict = Verdict::of(self.config).asked_under(host);
        let endpoint = host.ok().and_then(|host| endpoint::v4(host, uri.path(), self.routes));
        html::page(self.config, self.platform, verdict, endpoint.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use sha2::{Digest, Sha256};

    use super::*;

    /// R10.3: the hash in the policy is the style's.
    #[test]
    fn the_policy_lets_the_style_in() {
        let style = include_str!("status_page/style.css");
        let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(style));
        let expected = format!("style-src 'sha256-{hash}'");
        assert!(POLICY.to_str().unwrap().contains(&expected), "{expected}");
    }
}
