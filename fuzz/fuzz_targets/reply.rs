//! Status and error replies (R9, R10).
//!
//! Oracle: `serde_json` reads every body as the contract writes it out; the fields are the
//! contract's, exactly; HEAD gets the fields of GET and no body. The status page depends on no
//! value: other values with the same advice, and with v4 served or not alike, give the same page,
//! byte for byte; all its tags are its own.

#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use firstparty::advice::advise;
use firstparty::config::{Mount, Source, Variable};
use firstparty::http::header::ORIGIN;
use firstparty::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use firstparty::refusal::Refusal;
use firstparty::reply::Reply;
use firstparty::route::{Route, Routes};
use firstparty::{Action, Config, Failure, Gateway, Platform, RequestId};
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::judge;
use firstparty_fuzz::plan::{Setting, choose};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    platform: u8,
    method: u8,
    which: u8,
    millis: u64,
    entropy: u64,
    /// The browser's origin, the name of a source, then its `key: value` lines.
    text: Rest<'a>,
}

const METHODS: &[&str] = &["GET", "HEAD", "POST", "OPTIONS", "PUT"];

const REFUSALS: &[(Refusal, u16)] = &[
    (Refusal::Malformed, 400),
    (Refusal::PathNotAbsolute, 400),
    (Refusal::DotSegment, 400),
    (Refusal::NotFound, 404),
    (Refusal::MethodNotForwarded, 405),
    (Refusal::StatusMethod, 405),
    (Refusal::ApiKeyMissing, 400),
    (Refusal::ApiKeyDots, 400),
    (Refusal::ControlCharacter, 400),
    (Refusal::ApiKeyNotListed, 403),
    (Refusal::TargetTooLong, 414),
    (Refusal::TargetMalformed, 400),
    (Refusal::ConnectionNames, 400),
    (Refusal::ContentLength, 400),
    (Refusal::TransferCoding, 501),
    (Refusal::Host, 400),
    (Refusal::HostOfUpstream, 400),
    (Refusal::HostNotListed, 400),
    (Refusal::TooManyFields, 400),
];

const FAILURES: &[Failure] =
    &[Failure::Connect, Failure::Timeout, Failure::Protocol, Failure::BodyTooLarge];

fuzz_target!(|input: Input<'_>| {
    let Some(text) = input.text.text() else { return };
    let mut lines = text.split('\n');
    let origin = lines.next().and_then(|line| HeaderValue::from_str(line).ok());
    let origin = origin.filter(|origin| !origin.is_empty());
    let method = choose(METHODS, input.method);
    // One part of an input: together they take four times as long, and none depends on another.
    match input.which >> 5 & 3 {
        0 => Page::new(input.platform, lines).shows_environment(),
        1 => Page::new(input.platform, lines).shows_no_value(),
        2 => fails(&input, method, origin.as_ref()),
        _ => {
            let (refusal, status) = choose(REFUSALS, input.which);
            refuses(refusal, status, origin, method == "HEAD");
        }
    }
});

type Body = Vec<u8>;

/// The answer with its body as plain bytes.
fn plain<B: AsRef<[u8]>>(response: Response<B>) -> Response<Body> {
    response.map(|body| body.as_ref().to_vec())
}

/// R9, R9.1: the fields of an answer that is JSON.
fn assert_fields(response: &Response<Body>, origin: Option<&HeaderValue>, allow: Option<&str>) {
    let mut expected = BTreeMap::from([
        ("cache-control", "no-store".as_bytes()),
        ("content-type", b"application/json"),
    ]);
    expected.extend(allow.map(|allow| ("allow", allow.as_bytes())));
    if let Some(origin) = origin {
        expected.insert("access-control-allow-origin", origin.as_bytes());
        expected.insert("access-control-allow-credentials", b"true");
        expected.insert("vary", b"origin");
    }
    let found = response.headers().iter();
    let found: BTreeMap<_, _> =
        found.map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    assert_eq!(found, expected);
    assert_eq!(response.headers().len(), expected.len());
    judge::assert_response_parses(response);
}

/// R9.3, R9.4. Of several origins, none counts.
fn refuses(refusal: Refusal, status: u16, origin: Option<HeaderValue>, head: bool) {
    let mut headers = HeaderMap::new();
    headers.extend(origin.iter().map(|origin| (ORIGIN, origin.clone())));
    let method = if head { Method::HEAD } else { Method::POST };
    let refuse = |headers: &HeaderMap| plain(Reply::to(&method, headers).refuse(refusal.cause()));
    let response = refuse(&headers);
    assert_eq!(response.status(), status);
    let allow = match refusal {
        Refusal::MethodNotForwarded => Some("GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"),
        Refusal::StatusMethod => Some("GET, HEAD"),
        _ => None,
    };
    assert_fields(&response, origin.as_ref(), allow);
    assert_body(&response, head, json!({ "error": refusal.to_string() }));
    headers.append(ORIGIN, HeaderValue::from_static("null"));
    headers.append(ORIGIN, HeaderValue::from_static("null"));
    assert_fields(&refuse(&headers), None, allow);
}

fn assert_body(response: &Response<Body>, head: bool, expected: Value) {
    if head {
        assert!(response.body().is_empty());
    } else {
        let found: Value = serde_json::from_slice(response.body()).expect("a body is JSON");
        assert_eq!(found, expected);
    }
}

/// R9.1, R9.2.
fn fails(input: &Input<'_>, method: &str, origin: Option<&HeaderValue>) {
    let setting = Setting { platform: input.platform, mount: 1, ..Setting::default() };
    let gateway = setting.gateway();
    let mut request = Request::builder().method(method).uri("/fp/web").header("host", "a.example");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    let request = request.body(()).expect("a request");
    let Action::Forward(_, exchange) = gateway.handle(request, None) else {
        panic!("nothing to refuse");
    };
    let failure = choose(FAILURES, input.which);
    let id = RequestId::new(input.millis, input.entropy);
    let response = plain(exchange.fail(failure, id));
    assert_eq!(response.status(), 500);
    assert_fields(&response, origin, None);
    let message = failure.to_string();
    let id = id.to_string();
    let (millis, tail) = id.split_once('.').expect("milliseconds, a dot, the rest");
    assert_eq!(millis.parse(), Ok(input.millis));
    assert!(tail.len() == 6 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let expected = if method == "POST" {
        let error = json!({ "code": "IntegrationFailed", "message": message });
        json!({ "v": "2", "error": error, "requestId": id, "products": {} })
    } else {
        json!({ "error": message })
    };
    assert_body(&response, method == "HEAD", expected);
}

/// A status page, and what it is made of.
struct Page<'t> {
    platform: Platform,
    source: &'t str,
    pairs: Vec<(&'t str, &'t str)>,
}

impl<'t> Page<'t> {
    fn new(platform: u8, mut lines: impl Iterator<Item = &'t str>) -> Self {
        Self {
            platform: choose(Platform::ALL, platform),
            source: lines.next().unwrap_or_default(),
            pairs: lines.filter_map(|line| line.split_once(": ")).collect(),
        }
    }

    /// R10.1, R10.2, R10.4.
    fn shows_environment(&self) {
        let Some(config) = self.config(|_, value| value) else { return };
        let gateway = Gateway::new(config.clone(), self.platform);
        assert_tags(&html(&gateway, "GET"));
        shows_endpoint(&gateway, self.source);
        let page = serde_json::from_str(&json(&gateway, "GET")).expect("JSON");
        assert_environment(&page, &config, self.platform, self.source);
        assert_eq!(html(&gateway, "HEAD") + &json(&gateway, "HEAD"), "");
    }

    /// R10.2: other values, as long as they deserve the same advice, show the same page.
    fn shows_no_value(&self) {
        let (Some(one), Some(other)) = (self.config(|_, value| value), self.config(other_value))
        else {
            return;
        };
        let is_alike = self.advice(&one) == self.advice(&other)
            && resolutions(&one) == resolutions(&other)
            && serves_v4(&one) == serves_v4(&other);
        if is_alike {
            let [one, other] = [one, other].map(|config| Gateway::new(config, self.platform));
            assert_eq!(html(&one, "GET"), html(&other, "GET"));
            assert_eq!(json(&one, "GET"), json(&other, "GET"));
        }
    }

    /// With these values, if they are valid and the page can be reached (R2.2).
    fn config(&self, value: for<'v> fn(&str, &'v str) -> &'v str) -> Option<Config> {
        let pairs = self.pairs.iter().map(|(key, text)| (*key, value(key, text)));
        let source = Source::from_pairs(self.source.to_owned(), pairs);
        let config = Config::builder().source(source).mount(Mount::Depth(1)).build().ok()?;
        let routes = [config.agent_download_path(), config.get_result_path()];
        let is_hidden = routes.iter().flatten().any(|route| route.as_str() == "status");
        (!is_hidden).then_some(config)
    }

    fn advice(&self, config: &Config) -> Vec<String> {
        advise(config, self.platform).iter().map(ToString::to_string).collect()
    }
}

/// A v3 route called `web` takes the agent of v4, and then the page shows no endpoint.
fn serves_v4(config: &Config) -> bool {
    matches!(Routes::new(config).classify("/fp/web/v4/k"), Ok(Route::Api { .. }))
}

fn resolutions(config: &Config) -> Vec<String> {
    Variable::ALL.iter().map(|&one| format!("{:?}", config.resolution(one))).collect()
}

fn html(gateway: &Gateway, method: &str) -> String {
    status_page(gateway, method, "text/html", "")
}

fn json(gateway: &Gateway, method: &str) -> String {
    status_page(gateway, method, "application/json", "?format=json")
}

/// R10.2: the endpoint repeats what the visitor asked for, which is text whatever it has.
fn shows_endpoint(gateway: &Gateway, path: &str) {
    let Ok(uri) = format!("/{path}/status").parse::<Uri>() else { return };
    if Routes::new(gateway.config()).classify(uri.path()) != Ok(Route::Status) {
        return;
    }
    let request = Request::builder().uri(uri).header("host", "www.example.com").body(());
    let answer = gateway.handle(request.expect("a request"), None);
    let Action::Respond(response, _) = answer else { panic!("the status page is made here") };
    let html = String::from_utf8(response.body().to_vec()).expect("text");
    assert_tags(&html);
}

/// Another value of the same variable; an empty one stays empty.
fn other_value<'v>(key: &str, value: &'v str) -> &'v str {
    let key = key.to_ascii_lowercase();
    match () {
        () if value.is_empty() => value,
        () if key.contains("agent") => "zqx1",
        () if key.contains("result") => "zqx2",
        () if key.contains("secret") => "zqx3",
        () if key.contains("host") || key.contains("cdn") => "h.example",
        () => value,
    }
}

fn status_page(gateway: &Gateway, method: &str, content_type: &str, query: &str) -> String {
    let request = Request::builder().method(method).uri(format!("/fp/status{query}"));
    let request = request.header("host", "www.example.com");
    let request = request.body(()).expect("a request");
    let Action::Respond(response, _) = gateway.handle(request, None) else {
        panic!("the status page is made here");
    };
    assert_eq!(response.status(), 200);
    let field = |name: &str| response.headers()[name].to_str().expect("text");
    assert_eq!(field("content-type"), content_type);
    assert_eq!(field("cache-control"), "no-store");
    assert_eq!(field("x-content-type-options"), "nosniff");
    assert_eq!(field("referrer-policy"), "no-referrer");
    assert!(field("content-security-policy").starts_with("default-src 'none'; style-src"));
    assert_eq!(response.headers().len(), 5);
    String::from_utf8(response.body().to_vec()).expect("text")
}

/// No tag but the page's own, and none with anything in it that could come from outside.
fn assert_tags(html: &str) {
    const TAGS: &[&str] = &[
        "!doctype html",
        "html",
        "html lang=\"en\"",
        "head",
        "meta charset=\"utf-8\"",
        "meta name=\"viewport\" content=\"width=device-width\"",
        "meta name=\"robots\" content=\"noindex\"",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "p class=\"ready\"",
        "p class=\"not-ready\"",
        "strong",
        "dl",
        "dt",
        "dd",
        "dd class=\"hint\"",
        "table",
        "thead",
        "tbody",
        "tr",
        "tr class=\"set\"",
        "th scope=\"col\"",
        "th scope=\"row\"",
        "td",
        "code",
        "ul",
        "li",
    ];
    for piece in html.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        assert!(TAGS.contains(&tag.strip_prefix('/').unwrap_or(tag)), "<{tag}>");
    }
}

/// R10.4.
fn assert_environment(page: &Value, config: &Config, platform: Platform, source: &str) {
    assert_eq!(page["integration"], config.integration_name_on(platform));
    assert_eq!(page["version"], config.integration_version());
    let listed = page["envInfo"].as_array().expect("a list");
    for one in listed {
        let name = &one["envVarName"];
        let variable = Variable::ALL
            .iter()
            .find(|&&variable| *name == *platform.profile().variable_name(variable));
        let variable = *variable.expect("a variable of the platform");
        let is_set = format!("{:?}", config.resolution(variable)).starts_with("Source");
        assert_eq!(one["isSet"], is_set);
        assert_eq!(one["resolvedBy"], if is_set { json!(source) } else { Value::Null });
        let hidden = is_set && variable == Variable::PreSharedSecret;
        assert_eq!(one["value"], if hidden { json!("********") } else { Value::Null });
        assert!(one["isInternal"].is_boolean());
        assert_eq!(one.as_object().map(|one| one.len()), Some(5));
    }
    assert_eq!(page.as_object().map(|page| page.len()), Some(3));
}
