//! The status page (contract R10), and what it says of the configuration (R1).

mod endpoint;
mod verdict;

use firstparty::advice::advise;
use firstparty::config::{Document, Source, Variable};
use firstparty::http::Version;
use firstparty::{Config, Gateway, Platform};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{answered, fields, gateway, json, request, usual, values};

fn page(gateway: &Gateway) -> String {
    let response = answered(gateway, request("GET", "/fp/status", &[]));
    String::from_utf8(response.body().to_vec()).unwrap()
}

const SITE: [(&str, &str); 1] = [("host", "www.example.com")];

/// A request for the page, by its gateway, version, URI and fields, and what is expected of the page.
type Case<'c, E> = (&'c Gateway, Version, &'c str, &'c [(&'c str, &'c str)], E);

fn page_of(gateway: &Gateway, version: Version, uri: &str, pairs: &[(&str, &str)]) -> String {
    let mut request = request("GET", uri, &[]);
    *request.version_mut() = version;
    *request.headers_mut() = fields(pairs);
    String::from_utf8(answered(gateway, request).body().to_vec()).unwrap()
}

/// R10.1, R9.3: it is read and nothing else, as a 405 says, and can be off.
#[test]
fn the_page_is_only_read() {
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"] {
        let response = answered(&usual(), request(method, "/fp/status", &[]));
        assert_eq!(response.status(), 405);
        assert_eq!(values(response.headers(), "allow"), ["GET, HEAD"]);
    }
    let off = gateway(Platform::Generic, r#"{"status_page": false, "v4": false}"#);
    assert_eq!(answered(&off, request("GET", "/fp/status", &[])).status(), 404);
}

/// R10.1: the form of the hosts counts, and nothing else: health checks ask by address.
#[test]
fn the_page_is_for_every_well_formed_host() {
    let config = r#"{"hosts": ["www.example.com"], "trusted_host": "x-host"}"#;
    let gateways = [usual(), gateway(Platform::Generic, config), gateway(Platform::Azure, "{}")];
    let (uri, absolute) = ("/fp/status", "http://192.0.2.1:8080/fp/status");
    let (old, http1, http2) = (Version::HTTP_10, Version::HTTP_11, Version::HTTP_2);
    let cases: &[(Version, &str, &[&str], u16)] = &[
        (http1, uri, &["www.example.com"], 200),
        (http1, uri, &["192.0.2.1"], 200),
        (http1, uri, &["[::1]:8080"], 200),
        (http1, uri, &["api.fpjs.io"], 200),
        (http1, absolute, &["www.example.com"], 200),
        (http1, absolute, &[], 200),
        (http2, absolute, &[], 200),
        (http2, absolute, &["evil.example"], 200),
        (Version::HTTP_3, absolute, &["evil.example"], 200),
        (old, uri, &[], 200),
        (Version::HTTP_09, uri, &[], 200),
        (old, uri, &["192.0.2.1"], 200),
        (http1, uri, &[], 400),
        (http2, uri, &[], 400),
        (http1, uri, &[""], 400),
        (old, uri, &["a b"], 400),
        (old, uri, &["me@a.b"], 400),
        (old, uri, &["a.b", "a.b"], 400),
        (http1, absolute, &["a b"], 400),
        (http1, absolute, &["a.b", "a.b"], 400),
        (http1, "http://me@a.b/fp/status", &["a.b"], 400),
        (http2, "http://a,b/fp/status", &[], 400),
    ];
    for gateway in &gateways {
        for (version, uri, hosts, status) in cases {
            let trusted = [("x-host", "a b"), ("x-forwarded-host", "a b")];
            let mut request = request("GET", uri, &trusted);
            *request.version_mut() = *version;
            request.headers_mut().remove("host");
            for host in *hosts {
                request.headers_mut().append("host", host.parse().unwrap());
            }
            let found = answered(gateway, request).status();
            assert_eq!(found, *status, "{version:?} {uri} {hosts:?}");
        }
    }
}

/// R5.7, R10.1: a version that may leave the host out has to name it where upstream is told.
#[test]
fn forwarded_requests_name_a_host_in_every_version() {
    for version in [Version::HTTP_09, Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
        for (method, uri) in [
            ("GET", "/fp/web/v4/k"),
            ("POST", "/fp/"),
            ("GET", "/fp/result"),
            ("POST", "/fp/result"),
            ("GET", "/fp/agent?apiKey=k"),
        ] {
            let mut request = request(method, uri, &[]);
            *request.version_mut() = version;
            request.headers_mut().remove("host");
            assert_eq!(answered(&usual(), request).status(), 400, "{version:?} {method} {uri}");
        }
    }
}

/// R10.2, R1.1: which source set each variable, and never a value.
#[test]
fn the_page_shows_sources_and_no_values() {
    let text = r#"{"fpjs_pre_shared_secret": "s3cret", "fpjs_agent_download_path": "hidden-path"}"#;
    let document: Document = serde_json::from_str(text).unwrap();
    let config = Config::builder()
        .source(document.into_source("secret <b>"))
        .source(Source::new("headers").with(Variable::IngressBaseHost, "hidden.example"))
        .source(Source::from_pairs("pairs", [("<script>", "hidden")]))
        .integration_name("\"<name>\"")
        .integration_version("1&2")
        .build()
        .unwrap();
    let page = page(&Gateway::new(config, Platform::CloudFront));
    for expected in [
        "&quot;&lt;name&gt;&quot;, version 1&amp;2",
        "<code>fpjs_pre_shared_secret</code><td>set by secret &lt;b&gt;",
        "<code>fpjs_ingress_base_host</code><td>set by headers",
        "<code>fpjs_cdn_url</code><td>not set, the default is used",
        "<code>fpjs_get_result_path</code><td>not set",
        "<code>fpjs_region</code><td>not set<tr>",
        "<code>fpjs_api_keys</code><td>not set<tr>",
        "<code>fpjs_secret_name</code><td>not set",
        "the key &quot;&lt;script&gt;&quot; of pairs is not a known setting",
    ] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    for hidden in ["s3cret", "hidden", "<b>", "<name>", "<script>"] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
}

/// R10.2, R1.1: what decides the integration path shows, and a default that means nothing does not.
#[test]
fn the_page_shows_what_decides_the_path() {
    let depth = "<code>fpjs_integration_path_depth</code><td>not set";
    let shown = |config: &str| {
        let page = page(&gateway(Platform::CloudFront, config));
        page.split_once(depth).unwrap().1.starts_with(", the default is used")
    };
    assert!(shown("{}"));
    assert!(!shown(r#"{"mount": {"anywhere_or_depth": 1}}"#));
    assert!(!shown(r#"{"route_prefix": "fp"}"#));
}

/// R10.2, R1.5: the page gives the advice.
#[test]
fn the_page_gives_advice() {
    let page = page(&gateway(Platform::FastlyVcl, "{}"));
    assert!(page.contains("<code>no-secret</code>"));
    assert!(page.contains("<code>forgeable-address</code>"));
    let sound = r#"{"agent_download_path": "a1", "get_result_path": "b2", "hosts": ["www.example.com"],
        "pre_shared_secret": "s", "route_prefix": "x1", "drop_fields": ["authorization"],
        "api_keys": ["k"]}"#;
    let sound = answered(&gateway(Platform::Generic, sound), request("GET", "/x1/status", &[]));
    let sound = String::from_utf8(sound.body().to_vec()).unwrap();
    assert!(sound.contains("Integration status") && !sound.contains("Advice"), "{sound}");
}

/// R10.2: the page is a document that assistive technology finds its way through, and its text has no
/// marks that only a Markdown reader understands.
#[test]
fn the_page_is_well_structured() {
    let page = page(&gateway(Platform::FastlyVcl, r#"{"drop_fields": [], "v4": false}"#));
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    for (tag, count) in [("<title>", 1), ("<h1>", 1), ("<th scope=\"col\">", 2)] {
        assert_eq!(page.matches(tag).count(), count, "{tag}");
    }
    let levels = page.match_indices("<h").filter_map(|(at, _)| page.get(at + 2..at + 3));
    let levels: String = levels.filter(|level| level.parse::<u8>().is_ok()).collect();
    assert_eq!(levels, "122");
    let rows = page.matches("<tr").count() - 1;
    assert_eq!(page.matches("<th scope=\"row\"><code>").count(), rows);
    assert!(!page.contains('`'));
    let style = page.split_once("<style>").unwrap().1;
    assert!(style.starts_with(":root {\n  color-scheme: light dark;"), "{style}");
}

proptest! {
    /// R10.2, R10.4, R1.4: no value of a variable shows, in either form of the page.
    #[test]
    fn no_value_shows(values in prop::collection::hash_set("zq[a-z0-9]{6,12}", 5)) {
        let values: Vec<_> = values.into_iter().collect();
        let source = Source::new("s")
            .with(Variable::PreSharedSecret, &*values[0])
            .with(Variable::AgentDownloadPath, &*values[1])
            .with(Variable::GetResultPath, &*values[2])
            .with(Variable::IngressBaseHost, format!("{}.example", values[3]))
            .with(Variable::ApiKeys, &*values[4])
            .with(Variable::Region, "eu");
        let config = Config::builder().source(source).hosts(["www.example.com", "zq.example"]);
        let gateway = Gateway::new(config.build().unwrap(), Platform::CloudFront);
        let forms = ["/fp/status", "/fp/status?format=json"];
        for page in forms.map(|uri| page_of(&gateway, Version::HTTP_11, uri, &SITE)) {
            prop_assert!(page.contains("fpjs_pre_shared_secret") && !page.contains("zq"), "{}", page);
        }
    }
}

/// R10.3: further fields, one style, no entropy, no inline attribute.
#[test]
fn the_page_is_hardened() {
    let response = answered(&usual(), request("GET", "/fp/status", &[]));
    let headers = response.headers();
    assert_eq!(values(headers, "x-content-type-options"), ["nosniff"]);
    assert_eq!(values(headers, "referrer-policy"), ["no-referrer"]);
    assert_eq!(values(headers, "cache-control"), ["no-store"]);
    assert_eq!(values(headers, "content-type"), ["text/html"]);
    // Ready, and not ready with advice.
    for gateway in [usual(), gateway(Platform::FastlyVcl, r#"{"v4": false}"#)] {
        let page = page(&gateway);
        assert_eq!(page.matches("<style").count(), 1);
        assert!(!page.contains("<script"));
        // Attributes of every element: none is a style or a handler.
        let attributes =
            page.split('<').filter_map(|element| element.split_once('>')).map(|(tag, _)| tag);
        for attribute in attributes.flat_map(|tag| tag.split_whitespace().skip(1)) {
            assert!(!attribute.starts_with("style") && !attribute.starts_with("on"), "{attribute}");
        }
        assert_eq!(page, self::page(&gateway));
    }
}

/// R10.3: the policy lets in the style in the page, by its hash, and nothing else.
#[test]
fn the_hash_is_the_styles() {
    use base64::Engine;
    use sha2::{Digest, Sha256};

    let page = page(&usual());
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(style));
    let response = answered(&usual(), request("GET", "/fp/status", &[]));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    assert_eq!(values(response.headers(), "content-security-policy"), [policy]);
}

/// R10.4, R12: the page as JSON, with the platform's names.
#[test]
fn the_page_is_also_json() {
    let config = r#"{"pre_shared_secret": "s3cret", "get_result_path": "hidden",
        "integration_version": "1.2.3"}"#;
    let cloudflare = gateway(Platform::Cloudflare, config);
    for query in ["format=json", "a=1&form%61t=json&format=html"] {
        let uri = format!("/fp/status?{query}");
        let response = answered(&cloudflare, request("GET", &uri, &[]));
        assert_eq!(values(response.headers(), "content-type"), ["application/json"]);
        let status = json(&response);
        let members: Vec<_> = status.as_object().unwrap().keys().collect();
        assert_eq!(members, ["envInfo", "integration", "version"]);
        assert_eq!(status["version"], "1.2.3");
        assert_eq!(status["integration"], "fingerprintjs-pro-cloudflare");
        let variable = |name: &str| {
            let all = status["envInfo"].as_array().unwrap();
            all.iter().find(|variable| variable["envVarName"] == name).cloned().unwrap()
        };
        let row = |name: &str, value, is_set, is_internal, resolved_by: Value| {
            let expected = serde_json::json!({
                "envVarName": name, "value": value, "isSet": is_set, "isInternal": is_internal,
                "resolvedBy": resolved_by,
            });
            assert_eq!(variable(name), expected);
        };
        let configuration = Value::from("configuration");
        row("PROXY_SECRET", Value::from("********"), true, false, configuration.clone());
        row("GET_RESULT_PATH", Value::Null, true, false, configuration);
        row("AGENT_SCRIPT_DOWNLOAD_PATH", Value::Null, false, false, Value::Null);
        row("FPJS_INGRESS_BASE_HOST", Value::Null, false, true, Value::Null);
        assert!(!response.body().windows(6).any(|window| window == b"hidden"));
    }
    let bare = answered(
        &gateway(Platform::Cloudflare, "{}"),
        request("GET", "/fp/status?format=json", &[]),
    );
    let unset =
        json(&bare)["envInfo"].as_array().unwrap().iter().all(|row| {
            row["value"].is_null() && row["isSet"] == false && row["resolvedBy"].is_null()
        });
    assert!(unset, "{bare:?}");
    let html = answered(&cloudflare, request("GET", "/fp/status?format=JSON", &[]));
    assert_eq!(values(html.headers(), "content-type"), ["text/html"]);
}

/// R10.4: the verdict and the endpoint are for people; as JSON the page is the same under every host.
#[test]
fn the_json_depends_on_no_host() {
    let uri = "/fp/status?format=json";
    let [site, other] = ["www.example.com", "api.fpjs.io"]
        .map(|host| page_of(&usual(), Version::HTTP_11, uri, &[("host", host)]));
    assert!(site == other && site.starts_with(r#"{"version":"#), "{site}");
}

/// R10.4: of what is set, only the secret has a value, and that says nothing.
#[test]
fn values_are_not_shown() {
    let text = |variable| match variable {
        Variable::IngressBaseHost | Variable::CdnUrl => "hidden.example",
        Variable::IntegrationPathDepth | Variable::ProxySecretCacheTtlMs => "1",
        Variable::Region => "eu",
        Variable::Debug => "true",
        _ => "hidden",
    };
    let all = Variable::ALL.iter();
    let source =
        all.fold(Source::new("s"), |source, &variable| source.with(variable, text(variable)));
    let config = Config::builder().source(source).v4(true).build().unwrap();
    let gateway = Gateway::new(config, Platform::CloudFront);
    let page = answered(&gateway, request("GET", "/hidden/status?format=json", &[]));
    let status = json(&page);
    let rows = status["envInfo"].as_array().unwrap();
    assert_eq!(rows.len(), Variable::ALL.len());
    for row in rows {
        let is_secret = row["envVarName"] == "fpjs_pre_shared_secret";
        let expected = if is_secret { Value::from("********") } else { Value::Null };
        assert_eq!((&row["value"], &row["isSet"]), (&expected, &Value::Bool(true)), "{row}");
    }
}

/// R10.4, R1: what only CloudFront's adapter reads is listed there, and nowhere else.
#[test]
fn control_values_are_cloudfronts() {
    for platform in [Platform::Generic, Platform::Azure, Platform::CloudFront] {
        let uri = "/fp/status?format=json";
        let status = json(&answered(&gateway(platform, "{}"), request("GET", uri, &[])));
        let rows = status["envInfo"].as_array().unwrap().iter();
        let names: Vec<_> = rows.map(|row| row["envVarName"].as_str().unwrap()).collect();
        assert!(names.contains(&"fpjs_ingress_base_host"), "{platform}: {names:?}");
        for name in ["fpjs_secret_name", "fpjs_proxy_secret_cache_ttl_ms", "fpjs_debug"] {
            let listed = platform == Platform::CloudFront;
            assert_eq!(names.contains(&name), listed, "{platform}: {names:?}");
        }
    }
}

/// The names of R12's last paragraph, a row a platform.
const NAMES: &[(Platform, &[(&str, Variable)])] = &[
    (
        Platform::Cloudflare,
        &[
            ("AGENT_SCRIPT_DOWNLOAD_PATH", Variable::AgentDownloadPath),
            ("GET_RESULT_PATH", Variable::GetResultPath),
            ("PROXY_SECRET", Variable::PreSharedSecret),
            ("FPJS_INGRESS_BASE_HOST", Variable::IngressBaseHost),
            ("INTEGRATION_PATH_DEPTH", Variable::IntegrationPathDepth),
        ],
    ),
    (
        Platform::Azure,
        &[
            ("fpjs_route_prefix", Variable::RoutePrefix),
            ("FPJS_ROUTE_PREFIX", Variable::RoutePrefix),
            ("fpjs_pre_shared_secret", Variable::PreSharedSecret),
        ],
    ),
    (
        Platform::FastlyCompute,
        &[
            ("AGENT_SCRIPT_DOWNLOAD_PATH", Variable::AgentDownloadPath),
            ("GET_RESULT_PATH", Variable::GetResultPath),
            ("PROXY_SECRET", Variable::PreSharedSecret),
            ("fpjs_cdn_url", Variable::CdnUrl),
        ],
    ),
    (
        Platform::FastlyVcl,
        &[
            ("INTEGRATION_PATH", Variable::RoutePrefix),
            ("AGENT_SCRIPT_DOWNLOAD_PATH", Variable::AgentDownloadPath),
            ("GET_RESULT_PATH", Variable::GetResultPath),
            ("PROXY_SECRET", Variable::PreSharedSecret),
        ],
    ),
    (
        Platform::Akamai,
        &[
            ("PMUSER_FPJS_AGENT_DOWNLOAD_PATH", Variable::AgentDownloadPath),
            ("PMUSER_FPJS_GET_RESULT_PATH", Variable::GetResultPath),
            ("PMUSER_FPJS_PRE_SHARED_SECRET", Variable::PreSharedSecret),
            ("PMUSER_FPJS_INTEGRATION_PATH_DEPTH", Variable::IntegrationPathDepth),
            ("PMUSER_FPJS_ROUTE_PREFIX", Variable::RoutePrefix),
            ("PMUSER_FPJS_INGRESS_BASE_HOST", Variable::IngressBaseHost),
            ("PMUSER_FPJS_CDN_URL", Variable::CdnUrl),
            ("PMUSER_FPJS_REGION", Variable::Region),
            ("PMUSER_FPJS_API_KEYS", Variable::ApiKeys),
        ],
    ),
    (Platform::CloudFront, &[("fpjs_secret_name", Variable::SecretName)]),
];

/// R1.2, R1.3, R12: a platform's own names reach the configuration.
#[test]
fn platforms_name_their_variables() {
    let rows =
        NAMES.iter().flat_map(|(platform, names)| names.iter().map(move |n| (*platform, *n)));
    for (platform, (name, variable)) in rows {
        let value = match variable {
            Variable::IngressBaseHost | Variable::CdnUrl => "a.example",
            Variable::Region => "eu",
            _ => "7",
        };
        let pairs = [(name, value), ("HOME", "/")];
        let source = Source::from_environment("env", platform, pairs);
        let config = Config::builder().source(source).build().unwrap();
        let resolution = config.resolution(variable);
        assert_eq!(resolution, firstparty::config::Resolution::Source("env"), "{platform} {name}");
        assert!(advise(&config, platform).iter().all(|advice| advice.code() != "unknown-key"));
    }
}
