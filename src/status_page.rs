//! The status page (contract R10): whether the integration is ready, which variables are set and by
//! which source, and advice. It shows no value of the configuration.
//!
//! Nearly all of it depends on the configuration and the platform alone, and is made once. The
//! request adds the host that it names: the verdict objects to upstream's own, and the v4 endpoint is
//! an URL on it.

mod endpoint;
mod html;
mod json;
mod verdict;

use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Response, StatusCode, Uri};

use self::html::Html;
use self::verdict::Verdict;
use crate::config::Config;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::reply::{JSON, respond};
use crate::request::query;
use crate::route::Routes;

/// The page's one style element.
const STYLE: &str = include_str!("status_page/style.css");

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

/// Both forms of the page, as far as the configuration decides them.
#[derive(Debug)]
pub(crate) struct StatusPage {
    verdict: Verdict,
    html: Html,
    json: Bytes,
}

impl StatusPage {
    pub(crate) fn new(config: &Config, platform: Platform) -> Self {
        Self {
            verdict: Verdict::of(config),
            html: Html::new(STYLE, config, platform),
            json: json::page(config, platform).into(),
        }
    }

    /// R10.2, or R10.4 with `format=json`.
    ///
    /// `host` is the browser's, with its port, or why a request under it would be refused (R5.7). That
    /// does not refuse the page (R10.1); the page then has no endpoint to show.
    pub(crate) fn respond(
        &self,
        method: &Method,
        uri: &Uri,
        host: Result<&str, Refusal>,
        routes: &Routes,
    ) -> Response<Bytes> {
        let query = uri.query().unwrap_or_default();
        let (content_type, body) = match query::first(query, "format").as_deref() {
            Some("json") => (JSON, self.json.clone()),
            _ => (HeaderValue::from_static("text/html"), self.html(uri, host, routes)),
        };
        let head = *method == Method::HEAD;
        let mut response = respond(StatusCode::OK, content_type, body, head);
        response.headers_mut().extend(HARDENING);
        response
    }

    fn html(&self, uri: &Uri, host: Result<&str, Refusal>, routes: &Routes) -> Bytes {
        let verdict = self.verdict.asked_under(host);
        let endpoint = host.ok().and_then(|host| endpoint::v4(host, uri.path(), routes));
        self.html.page(verdict, endpoint.as_deref()).into()
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
        let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(STYLE));
        let expected = format!("style-src 'sha256-{hash}'");
        assert!(POLICY.to_str().unwrap().contains(&expected), "{expected}");
    }
}
