//! Work grows with the input and no faster, whatever the input's shape (R5.1, R6.1; RFC 9110 §17.3
//! leaves limits to implementations: ours are few, so that work has to be linear).
//!
//! Every case is a hostile input of any size. Three things are asked of each:
//!
//! * twice the input takes at most 2.2 times the allocations and the bytes allocated;
//! * all bytes allocated together stay within a small multiple of the input;
//! * one input takes less than four times as long as 16 inputs of a sixteenth of its size, where
//!   quadratic work takes 16 times as long.
//!
//! Bytes visited and names compared cannot be counted from outside a library that has no hooks for
//! it. The third check stands for them: scans that begin again from each match show there. Both its
//! sides take about as long, so a busy machine slows both alike; and it compares the fastest of many
//! runs, and stops as soon as they are fast enough. Instructions are counted by the benches.
//!
//! A binary of its own, since the allocator that counts belongs to the whole binary.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test")]

use std::time::{Duration, Instant};

use allocation_counter::measure;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use firstparty::{Action, Gateway, Platform, explain};

/// A hostile input: makes one of a size, and gives what has to be done with it.
struct Case {
    name: String,
    largest: usize,
    work: Box<dyn Fn(usize) -> Work>,
}

type Work = Box<dyn FnOnce()>;

/// Bytes of a field or a query; `http` takes 65,534 of the latter.
const BYTES: usize = 60_000;
const FIELDS: usize = 1_000;
/// How much smaller the small inputs are.
const SCALE: usize = 16;
/// What one input byte, and one field, may allocate in all; and what a message may besides.
const PER_BYTE: u64 = 8;
const PER_FIELD: u64 = 400;
const BESIDES: u64 = 32 * 1024;

impl Case {
    /// Counts are exact, so they are compared closely.
    fn check_allocations(&self) -> Result<(), String> {
        let count = |size| {
            let work = (self.work)(size);
            measure(work)
        };
        // What is computed once for the process is not a request's.
        count(16);
        let (half, whole) = (count(self.largest / 2), count(self.largest));
        let doubled = |half: u64, whole: u64, slack: u64| whole * 10 <= half * 22 + slack * 10;
        if !doubled(half.count_total, whole.count_total, 8)
            || !doubled(half.bytes_total, whole.bytes_total, 1024)
        {
            return Err(format!("{}: {half:?}, and twice the input {whole:?}", self.name));
        }
        let each = if self.largest == FIELDS { PER_FIELD } else { PER_BYTE };
        let most = each * self.largest as u64 + BESIDES;
        if whole.bytes_total > most {
            return Err(format!("{}: {whole:?} of at most {most} bytes", self.name));
        }
        Ok(())
    }

    fn check_time(&self) -> Result<(), String> {
        let (mut small, mut large) = (Duration::MAX, Duration::MAX);
        for _ in 0..40 {
            small = small.min(self.time(SCALE, self.largest / SCALE));
            large = large.min(self.time(1, self.largest));
            // Below this, what is measured is the clock.
            if large < small.max(Duration::from_micros(300)) * 4 {
                return Ok(());
            }
        }
        Err(format!("{}: {SCALE} inputs {small:?}, and all in one {large:?}", self.name))
    }

    fn time(&self, times: usize, size: usize) -> Duration {
        let works: Vec<_> = (0..times).map(|_| (self.work)(size)).collect();
        let start = Instant::now();
        for work in works {
            work();
        }
        start.elapsed()
    }
}

fn gateway(platform: Platform, config: &str) -> Gateway {
    Gateway::new(serde_json::from_str(config).unwrap(), platform)
}

/// Both v3 routes, and a secret.
fn usual() -> Gateway {
    gateway(
        Platform::CloudFront,
        r#"{"agent_download_path": "agent", "get_result_path": "result", "pre_shared_secret": "s"}"#,
    )
}

/// A request, handled; its body says nothing.
fn handled(
    name: impl Into<String>,
    largest: usize,
    gateway: Gateway,
    request: impl Fn(usize) -> Request<()> + 'static,
) -> Case {
    let work = move |size| {
        let (gateway, request) = (gateway.clone(), request(size));
        Box::new(move || drop(gateway.handle(request, None))) as Work
    };
    Case { name: name.into(), largest, work: Box::new(work) }
}

/// A response to an identification request or a download, completed.
fn completed(
    name: impl Into<String>,
    largest: usize,
    gateway: Gateway,
    uri: &'static str,
    fields: impl Fn(usize) -> HeaderMap + 'static,
) -> Case {
    let work = move |size| {
        let method = if uri.contains("apiKey") { "GET" } else { "POST" };
        let Action::Forward(_, exchange) = gateway.handle(head(method, uri), None) else {
            panic!("{uri} is not forwarded");
        };
        let mut response = Response::new(());
        *response.headers_mut() = fields(size);
        Box::new(move || drop(exchange.complete(response))) as Work
    };
    Case { name: name.into(), largest, work: Box::new(work) }
}

fn head(method: &str, uri: &str) -> Request<()> {
    let request = Request::builder().method(method).uri(uri);
    request.header("host", "www.example.com").body(()).unwrap()
}

/// An identification request with further fields.
fn post(fields: HeaderMap) -> Request<()> {
    let mut request = head("POST", "/fp/result");
    request.headers_mut().extend(fields);
    request
}

/// A text repeated up to a size.
fn filled(text: &str, size: usize) -> String {
    text.repeat(size / text.len())
}

fn one(name: &'static str, text: &str, size: usize) -> HeaderMap {
    let value = HeaderValue::try_from(filled(text, size)).unwrap();
    HeaderMap::from_iter([(HeaderName::from_static(name), value)])
}

fn many(size: usize, field: impl Fn(usize) -> (String, String)) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in (0..size).map(field) {
        let name = HeaderName::try_from(name).unwrap();
        headers.append(name, HeaderValue::try_from(value).unwrap());
    }
    headers
}

/// Texts that fill a `cookie` field: near misses of the name and of its borders.
const COOKIES: &[&str] = &[
    "name=value; ",
    ";",
    "=",
    " ",
    "; ",
    "_iidt",
    "_iidt=",
    "_iid",
    "a_iidt=; ",
    "_iidt ",
    "_iidt; ",
    " _iidt =",
    "_iidt=1; ",
    ";_iidt=",
];

fn cookies() -> Vec<Case> {
    let several = r#"{"get_result_path": "result", "cookies": ["_iidt", "name", "z"]}"#;
    let mut cases = Vec::new();
    for &text in COOKIES {
        let request = move |size| post(one("cookie", text, size));
        cases.push(handled(format!("cookie of {text:?}"), BYTES, usual(), request));
        let gateway = gateway(Platform::Generic, several);
        let name = format!("cookie of {text:?}, several names kept");
        cases.push(handled(name, BYTES, gateway, request));
    }
    for pair in ["_iidt=1", "other=1", "_iidt"] {
        let fields = move |size| post(many(size, |_| ("cookie".into(), pair.into())));
        cases.push(handled(format!("cookie fields of {pair}"), FIELDS, usual(), fields));
    }
    cases
}

/// Texts that fill a query.
const QUERIES: &[&str] = &[
    "x",
    "&",
    "=",
    "%",
    "+",
    "a=b&",
    "a&",
    "%&",
    "%7&",
    "r&",
    "re&",
    "%61=b&",
    "a=%62&",
    "%72egion",
    "%72egion&",
    "region",
    "region&",
    "region=eu&",
    "region=xx&",
    "%72egion=xx&region=ap&",
    "regionregion=",
    "xregion=eu&",
    "region%",
    "apiKey",
    "version&",
    "%6CoaderVersion=%2e&",
];

fn queries() -> Vec<Case> {
    let mut cases = Vec::new();
    for &text in QUERIES {
        let uri = move |start: &str, size| format!("{start}{}", filled(text, size));
        let identify = move |size| head("POST", &uri("/fp/result?", size));
        cases.push(handled(format!("query of {text:?}"), BYTES, usual(), identify));
        let download = move |size| head("GET", &uri("/fp/agent?apiKey=k&", size));
        cases.push(handled(format!("query of {text:?}, agent"), BYTES, usual(), download));
        let key = move |size| head("GET", &uri("/fp/agent?apiKey=", size));
        cases.push(handled(format!("apiKey of {text:?}"), BYTES, usual(), key));
        let status = move |size| head("GET", &uri("/fp/status?", size));
        cases.push(handled(format!("query of {text:?}, status"), BYTES, usual(), status));
    }
    cases
}

/// Texts that fill a path.
const PATHS: &[&str] =
    &["x", "/", "a/", ".../", "%2e", "%2ex/", "/%2E%2E%2E", "agent", "/agent/x", "/agent//"];

fn paths() -> Vec<Case> {
    let anywhere = r#"{"mount": {"anywhere_or_depth": 255}, "agent_download_path": "agent/agent"}"#;
    let mut cases = Vec::new();
    for &text in PATHS {
        let request = move |size| head("POST", &format!("/{}", filled(text, size)));
        cases.push(handled(format!("path of {text:?}"), BYTES, usual(), request));
        let gateway = gateway(Platform::Generic, anywhere);
        cases.push(handled(format!("path of {text:?}, anywhere"), BYTES, gateway, request));
    }
    cases
}

/// A shape of field: its name and its value, by number.
type Shape = fn(usize) -> (String, String);

const SHAPES: &[(&str, Shape)] = &[
    ("kept", |i| (format!("x-{i}"), "1".into())),
    ("with one name", |_| ("x-same".into(), "1".into())),
    ("with a prefix that goes", |i| (format!("fpjs-proxy-{i}"), "1".into())),
    ("with the edge's prefix", |i| (format!("x-edge-{i}"), "1".into())),
    ("with a prefix, two names by turns", |i| (format!("x-amz-cf-{}", i % 2), "1".into())),
    ("dropped by name", |_| ("via".into(), "1".into())),
    ("called connection", |i| ("connection".into(), format!("x-{i}"))),
    ("called content-length", |_| ("content-length".into(), "5".into())),
    ("called cache-control", |_| ("cache-control".into(), "max-age=7200".into())),
    ("called set-cookie", |_| ("set-cookie".into(), "a=1; Domain=evil.test; x".into())),
    ("called set-cookie, kept", |_| ("set-cookie".into(), "a=1; Domain=example.com".into())),
    ("called origin", |_| ("origin".into(), "https://www.example.com".into())),
    ("called x-forwarded-for", |_| ("x-forwarded-for".into(), "192.0.2.1, x".into())),
];

const TRUSTING: &str = r#"{"get_result_path": "result", "trusted_address": {"field": "x-forwarded-for", "hops": 250}}"#;

fn fields() -> Vec<Case> {
    let mut cases = Vec::new();
    for &(name, shape) in SHAPES {
        let request = move |size| post(many(size, shape));
        cases.push(handled(format!("fields {name}"), FIELDS, usual(), request));
        let trusting = gateway(Platform::Generic, TRUSTING);
        let name = format!("fields {name}");
        cases.push(handled(format!("{name}, trusted hops"), FIELDS, trusting, request));
        let back = move |size| many(size, shape);
        cases.push(completed(format!("{name}, back"), FIELDS, usual(), "/fp/result", back));
        let script = move |size| script(many(size, shape));
        let name = format!("{name}, script");
        cases.push(completed(name, FIELDS, usual(), "/fp/agent?apiKey=k", script));
    }
    cases
}

fn script(mut headers: HeaderMap) -> HeaderMap {
    headers.insert("content-type", HeaderValue::from_static("text/javascript"));
    headers
}

/// Texts that fill a `connection` field, beside a thousand fields that it may name.
const CONNECTIONS: &[&str] = &["x-1,", "close,", "keep-alive, ", ", ", ",", "a b,", "é,", "x", " "];

fn connections() -> Vec<Case> {
    let mut cases = Vec::new();
    for &text in CONNECTIONS {
        let request = move |size| post(one("connection", text, size));
        cases.push(handled(format!("connection of {text:?}"), BYTES, usual(), request));
        let back = move |size| one("connection", text, size);
        let name = format!("connection of {text:?}, back");
        cases.push(completed(name, BYTES, usual(), "/fp/result", back));
    }
    // All names in one field, and a hundred of them, each of a message's thousand fields.
    for names in [100, FIELDS] {
        let fields = move |size: usize| {
            let list: Vec<_> = (0..size.min(names)).map(|i| format!("x-{i}")).collect();
            let mut headers = many(size, |i| (format!("x-{i}"), "1".into()));
            headers.insert("connection", HeaderValue::try_from(list.join(", ")).unwrap());
            headers
        };
        let name = format!("connection naming {names} fields");
        cases.push(handled(&*name, FIELDS, usual(), move |size| post(fields(size))));
        cases.push(completed(format!("{name}, back"), FIELDS, usual(), "/fp/result", fields));
    }
    cases
}

/// Texts that fill a `set-cookie` field.
const SET_COOKIES: &[&str] = &[
    ";",
    "; ",
    " ",
    "=",
    "x",
    ";domain",
    ";domain=",
    "d",
    ";d",
    "; d",
    "domain",
    "; Domain=x",
    "; Domain=example.com",
    "; domain =\t",
    ";doma",
    ";domainx",
    "; Path=/",
];

fn set_cookies() -> Vec<Case> {
    let map = r#"{"get_result_path": "result", "cookie_domain": {"map": [["*", "a.test"]]}}"#;
    let mut cases = Vec::new();
    for &text in SET_COOKIES {
        let back = move |size| one("set-cookie", text, size);
        let name = format!("set-cookie of {text:?}");
        cases.push(completed(&*name, BYTES, usual(), "/fp/result", back));
        let mapping = gateway(Platform::Generic, map);
        cases.push(completed(format!("{name}, mapped"), BYTES, mapping, "/fp/result", back));
        #[cfg(feature = "psl")]
        {
            let config = r#"{"get_result_path": "result", "cookie_domain": "registrable"}"#;
            let fitting = gateway(Platform::Generic, config);
            let name = format!("{name}, registrable");
            cases.push(completed(name, BYTES, fitting, "/fp/result", back));
        }
    }
    cases
}

/// Texts that fill a `cache-control` field: quotes that close late, early, and never.
const CACHE_CONTROLS: &[&str] = &[
    ",",
    " ",
    "=",
    "\"",
    "=\"",
    "x=\"a,b\",",
    "x=\"a,",
    "x=\"\\\",",
    "x=\"\\",
    "=\"\\\"",
    "max-age=7200,",
    "max-age=\"7200\", ",
    "max-age=1,",
    "max-age=,",
    "s-maxage=,max-age=\"",
    "9",
];

fn cache_controls() -> Vec<Case> {
    let mut cases = Vec::new();
    for &text in CACHE_CONTROLS {
        for start in ["", "max-age=", "max-age=\"", "x=\""] {
            let back = move |size| {
                let value = format!("{start}{}", filled(text, size));
                let value = HeaderValue::try_from(value).unwrap();
                script(HeaderMap::from_iter([(HeaderName::from_static("cache-control"), value)]))
            };
            let name = format!("cache-control {start} of {text:?}");
            cases.push(completed(name, BYTES, usual(), "/fp/agent?apiKey=k", back));
        }
    }
    cases
}

/// Other fields that are read.
const READ: &[(&str, &str)] = &[
    ("content-length", "5,"),
    ("content-length", "5"),
    ("content-length", ","),
    ("content-type", " "),
    ("content-type", ";"),
    ("host", "a"),
    ("host", "1."),
    ("host", "]"),
    ("host", "[:"),
    ("host", ":"),
    ("origin", "x"),
    ("transfer-encoding", "chunked,"),
    ("transfer-encoding", " "),
    ("x-forwarded-for", ","),
    ("x-forwarded-for", " ,"),
    ("x-forwarded-for", "192.0.2.1,"),
    ("x-forwarded-for", ":"),
    ("x-forwarded-for", "1"),
];

fn read_fields() -> Vec<Case> {
    let mut cases = Vec::new();
    for &(name, text) in READ {
        let request = move |size| {
            let mut request = head("POST", "/fp/result");
            let value = one(name, text, size).remove(name).unwrap();
            request.headers_mut().insert(name, value);
            request
        };
        let trusting = gateway(Platform::Generic, TRUSTING);
        cases.push(handled(format!("{name} of {text:?}"), BYTES, trusting, request));
        let back = move |size| one(name, text, size);
        let name = format!("{name} of {text:?}, back");
        cases.push(completed(name, BYTES, usual(), "/fp/result", back));
    }
    cases
}

/// R11.2: explaining compares all fields, and sorts their names.
fn explained() -> Vec<Case> {
    let case = |(name, shape): &(&str, Shape)| {
        let (gateway, shape) = (usual(), *shape);
        let work = move |size| {
            let (gateway, request) = (gateway.clone(), post(many(size, shape)));
            Box::new(move || drop(explain::handle(&gateway, request, None))) as Work
        };
        Case { name: format!("fields {name}, explained"), largest: FIELDS, work: Box::new(work) }
    };
    SHAPES.iter().map(case).collect()
}

fn check(cases: &[Case]) {
    let checks = [Case::check_allocations, Case::check_time];
    let failed = cases.iter().flat_map(|case| checks.map(|check| check(case)));
    let failed: Vec<_> = failed.filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// R5.5: 64 KB of cookies, also all separators, and near misses.
#[test]
fn cookies_are_read_once() {
    check(&cookies());
}

/// R3.2, R3.4, R4.3, R10.4: 64 KB of query, as short pairs, escapes and regions.
#[test]
fn queries_are_read_once() {
    check(&queries());
}

/// R2.1, R2.5, R2.6: 64 KB of path.
#[test]
fn paths_are_read_once() {
    check(&paths());
}

/// R5.1, R5.3, R5.4, R6.1, R6.4: 1,000 fields, also of names that go.
#[test]
fn fields_are_walked_once() {
    check(&fields());
}

/// R5.1, R6.1: 64 KB of `connection`, also naming 1,000 fields.
#[test]
fn connection_lists_are_bounded() {
    check(&connections());
}

/// R8.2, R8.3, R8.4: 64 KB of `set-cookie`.
#[test]
fn set_cookies_are_read_a_few_times() {
    check(&set_cookies());
}

/// R7.3: 64 KB of `cache-control` with quotes.
#[test]
fn cache_controls_are_read_a_few_times() {
    check(&cache_controls());
}

/// R5.2, R5.7, R6.5, R12: 64 KB of any other field that is read.
#[test]
fn other_fields_are_read_once() {
    check(&read_fields());
}

/// R11.2: 1,000 fields, explained.
#[test]
fn explaining_is_no_worse() {
    check(&explained());
}
