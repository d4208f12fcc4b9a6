//! The status page (contract R10): which variables are set, by which source, and advice. It never
//! shows a value.

use std::fmt::Write;

use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Response, StatusCode};

use crate::advice::advise;
use crate::config::{Config, Resolution};
use crate::platform::Platform;
use crate::reply::{JSON, json, respond};
use crate::request::query;
use crate::variable::Variable;

/// The page's one style element.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:48em;margin:2em auto;\
padding:0 1em;color-scheme:light dark}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.3em .6em;border-bottom:1px solid #8884}\
code{font-size:.9em}li{margin:.3em 0}";

/// The policy allows that style alone, by its SHA-256. A nonce would need entropy. A test computes
/// the hash again.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'sha256-jHpWdwqVw2w/DSg0wW1YzA2iEjHGOFewEWHY7As/Qbc='; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const HARDENING: [(HeaderName, HeaderValue); 3] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// The variables that the page lists.
fn listed(platform: Platform) -> impl Iterator<Item = Variable> {
    let control_values = platform.profile().control_values;
    let variables = Variable::ALL.iter().copied();
    variables.filter(move |variable| control_values || !variable.is_control_value())
}

/// Both forms of the page. They depend on configuration and platform alone, so they are made once.
#[derive(Debug)]
pub(crate) struct StatusPage {
    html: Bytes,
    json: Bytes,
}

impl StatusPage {
    pub(crate) fn new(config: &Config, platform: Platform) -> Self {
        Self { html: html(config, platform).into(), json: json(config, platform).into() }
    }

    /// R10.2, or R10.4 with `format=json`.
    pub(crate) fn respond(&self, method: &Method, query: &str) -> Response<Bytes> {
        let (content_type, body) = match query::first(query, "format").as_deref() {
            Some("json") => (JSON, &self.json),
            _ => (HeaderValue::from_static("text/html"), &self.html),
        };
        let head = *method == Method::HEAD;
        let mut response = respond(StatusCode::OK, content_type, body.clone(), head);
        response.headers_mut().extend(HARDENING);
        response
    }
}

fn html(config: &Config, platform: Platform) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>Integration status</title><style>",
    );
    page.push_str(STYLE);
    page.push_str("</style></head><body><h1>Integration status</h1><p>");
    push_text(&mut page, config.integration_name_on(platform));
    page.push_str(", version ");
    push_text(&mut page, config.integration_version());
    page.push_str("</p><table><thead><tr><th>Variable<th>State</thead><tbody>");
    for variable in listed(platform) {
        page.push_str("<tr><td><code>");
        push_text(&mut page, platform.profile().variable_name(variable));
        page.push_str("</code><td>");
        push_state(&mut page, config.resolution(variable));
    }
    page.push_str("</tbody></table>");
    push_advice(&mut page, config, platform);
    page.push_str("</body></html>\n");
    page
}

fn push_state(page: &mut String, resolution: Resolution<'_>) {
    match resolution {
        Resolution::Source(name) => {
            page.push_str("set by ");
            push_text(page, name);
        }
        Resolution::Default => page.push_str("not set, the default is used"),
        Resolution::Unset => page.push_str("not set"),
    }
}

fn push_advice(page: &mut String, config: &Config, platform: Platform) {
    let advice = advise(config, platform);
    if advice.is_empty() {
        return;
    }
    page.push_str("<h2>Advice</h2><ul>");
    for advice in advice {
        page.push_str("<li><code>");
        page.push_str(advice.code());
        page.push_str("</code>: ");
        push_text(page, &advice.to_string());
        page.push_str("</li>");
    }
    page.push_str("</ul>");
}

/// Writes text, escaped for HTML elements and attributes.
fn push_text(page: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            other => page.push(other),
        }
    }
}

/// R10.4: the page as JSON.
fn json(config: &Config, platform: Platform) -> String {
    let mut text = String::from(r#"{"version":"#);
    json::push_string(&mut text, config.integration_version());
    text.push_str(r#","integration":"#);
    json::push_string(&mut text, config.integration_name_on(platform));
    text.push_str(r#","envInfo":["#);
    for (index, variable) in listed(platform).enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_variable(&mut text, config, platform, variable);
    }
    text.push_str("]}");
    text
}

fn push_variable(text: &mut String, config: &Config, platform: Platform, variable: Variable) {
    let source = match config.resolution(variable) {
        Resolution::Source(name) => Some(name),
        Resolution::Default | Resolution::Unset => None,
    };
    let is_set = source.is_some();
    let is_secret = variable == Variable::PreSharedSecret;
    let value = if is_set && is_secret { r#""********""# } else { "null" };
    let is_internal = variable.is_internal();
    text.push_str(r#"{"envVarName":"#);
    json::push_string(text, platform.profile().variable_name(variable));
    // Writing to a `String` cannot fail.
    let _ = write!(text, r#","value":{value},"isSet":{is_set},"isInternal":{is_internal},"#);
    text.push_str(r#""resolvedBy":"#);
    match source {
        Some(name) => json::push_string(text, name),
        None => text.push_str("null"),
    }
    text.push('}');
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

    /// R10.2: all text is escaped.
    #[test]
    fn text_is_escaped() {
        let mut page = String::new();
        push_text(&mut page, "<a href=\"x\">&'</a>");
        assert_eq!(page, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
    }
}
