//! Properties of whole exchanges, on arbitrary input.

use firstparty::config::CookieDomain;
use firstparty::explain::{self, Note};
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use firstparty::response::set_cookie::DomainPolicy;
use firstparty::route::{Kind, RouteKind};
use firstparty::{Action, Config, Failure, Gateway, Platform, RequestId};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::values;

/// Configurations that differ in everything that can differ.
const CONFIGS: &[&str] = &[
    "{}",
    r#"{"agent_download_path": "agent", "get_result_path": "result", "pre_shared_secret": "s3cret-of-the-site"}"#,
    r#"{"mount": "anywhere", "agent_download_path": "agent", "get_result_path": "result",
        "agent_origin": "cdn", "pre_shared_secret": "s3cret-of-the-site"}"#,
    r#"{"mount": {"exact": "i/j"}, "get_result_path": "result", "v4": false}"#,
    r#"{"mount": {"anywhere_or_depth": 2}, "get_result_path": "a/b", "cookies": ["a", "_iidt"]}"#,
    r#"{"integration_path_depth": 0, "cookie_domain": {"map": [["*", "x.y"]]},
        "drop_fields": ["referer", "cookie"], "cache": "preserve", "hosts": ["a.example"]}"#,
    r#"{"agent_download_path": "Agent", "get_result_path": "rEsult", "cookies": ["_IIDT", "A"],
        "drop_fields": ["X-Custom", "True-Client-IP", "X-Orig-Host"]}"#,
    TRUSTING,
];

/// Behind one's own load balancer.
const TRUSTING: &str = r#"{"get_result_path": "result", "trusted_host": "X-Orig-Host",
    "trusted_address": {"field": "X-Forwarded-For", "hops": 1}, "status_page": false}"#;

pub(crate) fn gateway() -> impl Strategy<Value = Gateway> {
    let config = select(CONFIGS).prop_map(|text| serde_json::from_str::<Config>(text).unwrap());
    (config, select(Platform::ALL)).prop_map(|(config, platform)| Gateway::new(config, platform))
}

fn uri() -> impl Strategy<Value = String> {
    let path = "(/|//|/i|/j|/agent|/aGENT|/Agent|/result|/rEsult|/status|/sTATUS|/a|/A|/b|/\\.\\.\
        |/%2e|/web/v4/k|/x){0,6}";
    let query =
        "(apiKey|version|loaderVersion|region|%72egion|=|&|eu|k|%2F|%zz|\\+|\\.\\.|%00|x){0,12}";
    (path, proptest::option::of(query)).prop_map(|(path, query)| {
        let path = if path.is_empty() { "/".to_owned() } else { path };
        query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
    })
}

pub(crate) const NAMES: &[&str] = &[
    "host",
    "cookie",
    "origin",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "fpjs-proxy-secret",
    "fpjs-proxy-client-ip",
    "fpjs-proxy-x",
    "fpjs_proxy.x",
    "x-edge-a",
    "x-amz-cf-id",
    "via",
    "x-azure-socketip",
    "cf-connecting-ip",
    "cf-pseudo-ipv4",
    "cf-connecting-ipv6",
    "true-client-ip",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-orig-host",
    "referer",
    "accept",
    "x-custom",
    "set-cookie",
    "cache-control",
    "content-type",
    "expires",
    "age",
    "nel",
    "alt-svc",
];

pub(crate) const VALUES: &[&str] = &[
    "a.example",
    "A.example:443",
    "a=1; _iidt=2",
    "A=1; _IIDT=2; _iidt=3; a=4",
    "_iidt=x",
    "chunked",
    "5",
    "5, 5",
    "6",
    "",
    "close",
    "X-Custom, cookie",
    "Host, via",
    "192.0.2.1",
    "192.0.2.1:443",
    "192.0.2.2:65536",
    "::ffff:192.0.2.1",
    "[2001:DB8::1]:443",
    "public, max-age=99999",
    "no-store",
    "text/javascript",
    "text/html",
    "a=1; Domain=fpjs.io; x",
    "b=2; Domain=a.example",
    "caf\u{e9}",
];

/// Fields that name the browser's host, on one platform or another.
const HOSTS: &[&str] = &["x-forwarded-host", "x-orig-host"];

/// The same for its address.
const ADDRESSES: &[&str] = &[
    "x-azure-socketip",
    "cf-connecting-ip",
    "cf-pseudo-ipv4",
    "cf-connecting-ipv6",
    "true-client-ip",
    "x-forwarded-for",
];

/// What else is read before anything goes (R5.0).
const FRAMING: &[&str] = &["host", "origin", "content-length", "transfer-encoding"];

/// What a `connection` field may name, in any case.
fn nominated(names: Vec<&'static str>) -> impl Strategy<Value = String> {
    let cases: [fn(&str) -> String; 3] = [str::to_owned, str::to_ascii_uppercase, |name| {
        name[..1].to_ascii_uppercase() + &name[1..]
    }];
    let name = (select(names), select(Vec::from(cases))).prop_map(|(name, write)| write(name));
    prop::collection::vec(name, 1..6).prop_map(|names| names.join(", "))
}

/// The fields that say who the browser is, with values that count.
fn identifying() -> impl Strategy<Value = (&'static str, String)> {
    let addresses = ["192.0.2.1", "192.0.2.1:443", "::ffff:192.0.2.1", "2001:db8::7"];
    let address = (select(ADDRESSES), select(Vec::from(addresses)));
    let host = (select(HOSTS), select(vec!["Shop.example:8443", "b.example"]));
    prop_oneof![2 => address, 1 => host].prop_map(|(name, value)| (name, value.to_owned()))
}

/// A request that says who the browser is, and names that in `connection`.
fn telling() -> impl Strategy<Value = Request<()>> {
    let others =
        [("origin", "https://a.b"), ("content-length", "5"), ("transfer-encoding", "chunked")];
    let pair = prop_oneof![
        4 => identifying(),
        2 => select(Vec::from(others)).prop_map(|(name, value)| (name, value.to_owned())),
        3 => (Just("connection"), nominated([HOSTS, ADDRESSES, FRAMING].concat())),
    ];
    prop::collection::vec(pair, 2..8).prop_map(|pairs| {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        crate::support::request("POST", "/i/j/result", &pairs)
    })
}

pub(crate) fn headers() -> impl Strategy<Value = HeaderMap> {
    let pair = prop_oneof![
        6 => (select(NAMES), select(VALUES).prop_map(str::to_owned)),
        1 => (Just("connection"), nominated(NAMES.to_vec())),
        2 => identifying(),
    ];
    prop::collection::vec(pair, 0..12).prop_map(|pairs| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        headers
    })
}

pub(crate) fn request() -> impl Strategy<Value = Request<()>> {
    let method = select(&["GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE", "CONNECT", "X"][..]);
    (method, uri(), headers(), any::<bool>()).prop_map(|(method, uri, mut headers, hosted)| {
        if hosted {
            headers.insert("host", HeaderValue::from_static("a.example"));
        }
        let mut request = Request::builder().method(method).uri(uri).body(()).unwrap();
        *request.headers_mut() = headers;
        request
    })
}

/// R5.3: whether a field is one by which a gateway identifies itself.
fn is_identity(name: &HeaderName) -> bool {
    name.as_str().replace(['_', '.'], "-").starts_with("fpjs-proxy-")
}

/// What never leaves, whatever came.
fn assert_request_is_clean(before: &Request<()>, after: &Request<()>, authorised: bool) {
    let headers = after.headers();
    let authority = after.uri().authority().unwrap().as_str();
    let upstreams = ["api.fpjs.io", "eu.api.fpjs.io", "ap.api.fpjs.io", "fpcdn.io"];
    assert!(upstreams.contains(&authority), "{authority}");
    assert_eq!(values(headers, "host"), [authority]);
    for name in firstparty::field::CONNECTION_SPECIFIC {
        assert!(!headers.contains_key(*name), "{name}");
    }
    assert!(headers.get_all("content-length").iter().count() <= 1);
    assert!(headers.get_all("cookie").iter().count() <= usize::from(authorised));
    for name in headers.keys().filter(|name| is_identity(name)) {
        assert!(authorised, "{name} on a plain request");
        assert_eq!(headers.get_all(name).iter().count(), 1);
    }
    if authorised {
        assert!(before.method() == "POST" && headers.contains_key("fpjs-proxy-forwarded-host"));
        assert_ne!(headers.get("fpjs-proxy-client-ip").map(HeaderValue::as_bytes), Some(&b""[..]));
    }
    let path = after.uri().path();
    assert!(path.starts_with('/') && path.split('/').all(|part| part != "." && part != ".."));
}

/// R2.2: a v3 route or `status` stands in the path as it is configured, in its own case.
fn assert_route_is_spelt(gateway: &Gateway, path: &str, route: Option<RouteKind>) {
    let config = gateway.config();
    let route = match route {
        Some(RouteKind::Agent) => config.agent_download_path().unwrap().as_str(),
        Some(RouteKind::Result) => config.get_result_path().unwrap().as_str(),
        Some(RouteKind::Status) => "status",
        _ => return,
    };
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let path = format!("/{}/", segments.join("/"));
    assert!(path.contains(&format!("/{route}/")), "{route} in {path}");
}

/// All that became of a request, and of its failure.
fn outcome(gateway: &Gateway, request: Request<()>) -> String {
    let peer = "203.0.113.7".parse().ok();
    match gateway.handle(request, peer) {
        Action::Forward(sent, exchange) => {
            let failed = exchange.fail(Failure::Connect, RequestId::new(0, 0));
            format!("{} {:?} {:?}", sent.uri(), sorted(sent.headers()), sorted(failed.headers()))
        }
        Action::Respond(response, report) => {
            format!("{report:?} {:?} {:?}", sorted(response.headers()), response.body())
        }
    }
}

/// Fields by name, repeats in their order.
pub(crate) fn sorted(headers: &HeaderMap) -> Vec<(&str, &HeaderValue)> {
    let mut pairs: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    pairs.sort_by_key(|(name, _)| *name);
    pairs
}

/// Every query byte that no rule asks to change is there, in order.
fn assert_query_survives(before: &str, after: &str) {
    let mut rest = after.split('&').filter(|_| !after.is_empty());
    for parameter in before.split('&').filter(|_| !before.is_empty()) {
        let survivor = rest.next().unwrap();
        let name = parameter.split('=').next().unwrap();
        if name != "region" && name != "%72egion" {
            assert_eq!(survivor, parameter);
        }
    }
    let added: Vec<_> = rest.collect();
    assert!(added.is_empty() || added.len() == 1 && added[0].starts_with("ii="), "{added:?}");
}

fn assert_answer_is_well_formed(response: &Response<bytes::Bytes>) {
    let headers = response.headers();
    assert_eq!(values(headers, "cache-control"), ["no-store"]);
    let status = response.status().as_u16();
    assert!([200, 400, 404, 405, 414, 500, 501].contains(&status), "{status}");
    let body = String::from_utf8_lossy(response.body());
    assert!(!body.contains("s3cret"), "{body}");
    match values(headers, "content-type")[..] {
        // R10.2: the status page has the host that it was asked for under.
        ["text/html"] => assert_eq!(status, 200),
        ["application/json"] => {
            assert!(body.is_empty() || serde_json::from_str::<serde_json::Value>(&body).is_ok());
            assert!(!body.contains("a.example"), "{body}");
        }
        ref other => panic!("{other:?}"),
    }
}

/// R11.2: dropping what the notes call dropped, and nothing else, explains every missing field.
fn assert_notes_are_complete(before: &HeaderMap, after: &HeaderMap, notes: &[Note]) {
    for name in before.keys() {
        let gone = !after.contains_key(name);
        let dropped = notes
            .iter()
            .any(|note| note.subject == name.as_str() && note.action == explain::Change::Dropped);
        assert!(gone == dropped || is_identity(name), "{name}: {notes:?}");
    }
    let nominated = before.get_all("connection").iter().filter_map(|value| value.to_str().ok());
    let nominated: Vec<_> = nominated.flat_map(|list| list.split(',')).map(str::trim).collect();
    for note in notes.iter().filter(|note| ["R5.1", "R6.1"].contains(&note.rule)) {
        let specific = firstparty::field::CONNECTION_SPECIFIC.contains(&&*note.subject);
        let named = nominated.iter().any(|name| name.eq_ignore_ascii_case(&note.subject));
        assert!(specific || named || note.subject == "expect", "{note}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// R2, R2.2, R3.1, R4.1, R5.1, R5.3, R9: no panic; what leaves is clean, what is answered is
    /// well-formed, and explaining it decides the same.
    #[test]
    fn requests_end_well(gateway in gateway(), request in request(), back in headers(), status in 100_u16..1000) {
        let (explained, notes) = explain::handle(&gateway, request.clone(), None);
        match gateway.handle(request.clone(), None) {
            Action::Forward(after, exchange) => {
                let Action::Forward(same, _) = explained else { panic!("explained otherwise") };
                assert_route_is_spelt(&gateway, request.uri().path(), exchange.report().route);
                prop_assert_eq!(same.uri(), after.uri());
                prop_assert_eq!(same.headers(), after.headers());
                assert_request_is_clean(&request, &after, exchange.report().authorised);
                let query = |request: &Request<()>| request.uri().query().unwrap_or("").to_owned();
                assert_query_survives(&query(&request), &query(&after));
                assert_notes_are_complete(request.headers(), after.headers(), &notes);
                let mut response = Response::builder().status(status).body(()).unwrap();
                *response.headers_mut() = back.clone();
                let (response, notes) = explain::complete(&exchange, response);
                prop_assert_eq!(response.status(), status);
                for name in firstparty::field::CONNECTION_SPECIFIC.iter().chain(firstparty::field::ORIGIN_WIDE) {
                    prop_assert!(!response.headers().contains_key(*name));
                }
                assert_notes_are_complete(&back, response.headers(), &notes);
            }
            Action::Respond(response, report) => {
                prop_assert!(matches!(explained, Action::Respond(..)));
                prop_assert_eq!(notes.len(), 1);
                assert_route_is_spelt(&gateway, request.uri().path(), report.route);
                prop_assert_eq!(report.status, Some(response.status().as_u16()));
                assert_answer_is_well_formed(&response);
            }
        }
    }

    /// R5.0, R9.3, R12: whatever `connection` names, the browser's host and address, the origin, and
    /// whether there is a coding are read before.
    #[test]
    fn connection_hides_nothing(gateway in gateway(), request in telling()) {
        let read = |request: Request<()>| match gateway.handle(request, None) {
            Action::Forward(sent, exchange) => {
                let told = ["fpjs-proxy-forwarded-host", "fpjs-proxy-client-ip", "content-length"];
                let told = told.map(|name| sent.headers().get(name).cloned());
                let failed = exchange.fail(Failure::Timeout, RequestId::new(0, 0));
                (Some(told), failed.status(), failed.into_parts().0.headers)
            }
            Action::Respond(answer, _) => (None, answer.status(), answer.into_parts().0.headers),
        };
        let mut without = request.clone();
        without.headers_mut().remove("connection");
        prop_assert_eq!(read(request), read(without));
    }

    /// R12: fields that are trusted mean nothing on other platforms than `generic`.
    #[test]
    fn trust_is_generics(platform in select(Platform::ALL), request in telling()) {
        let config = |text: &str| serde_json::from_str::<Config>(text).unwrap();
        let trusting = Gateway::new(config(TRUSTING), platform);
        let plain = config(r#"{"get_result_path": "result", "status_page": false}"#);
        let plain = Gateway::new(plain, platform);
        if platform != Platform::Generic {
            prop_assert_eq!(outcome(&trusting, request.clone()), outcome(&plain, request));
        }
    }

    /// R9.1, R9.2: failures are well-formed, whatever the time and the entropy.
    #[test]
    fn failures_end_well(gateway in gateway(), request in request(), millis: u64, entropy: u64, which: Index) {
        let failures = [Failure::Connect, Failure::Timeout, Failure::Protocol, Failure::BodyTooLarge];
        if let Action::Forward(_, exchange) = gateway.handle(request, None) {
            let failure = *which.get(&failures);
            assert_answer_is_well_formed(&exchange.fail(failure, RequestId::new(millis, entropy)));
        }
    }

    /// R6: filtering a filtered response changes nothing more (but R8.4, which maps again).
    #[test]
    fn responses_are_idempotent(back in headers(), status in 200_u16..600) {
        let gateway = Gateway::new(Config::default(), Platform::CloudFront);
        let once = |headers: HeaderMap| {
            let request = Request::post("/fp/").header("host", "a.example").body(()).unwrap();
            let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
            let mut response = Response::builder().status(status).body(()).unwrap();
            *response.headers_mut() = headers;
            exchange.complete(response).into_parts().0.headers
        };
        let first = once(back);
        prop_assert_eq!(once(first.clone()), first);
    }

    /// R8.2, R8.5: all but the `Domain` attributes survives byte for byte, and an independent
    /// parser finds the same cookie, now without a domain.
    #[test]
    fn cookies_lose_nothing_but_their_domain(
        name in "[a-zA-Z_]{1,4}",
        value in "[a-zA-Z0-9=_.%]{0,8}",
        attributes in prop::collection::vec(
            "( Domain=fpjs\\.io|DOMAIN=FPJS\\.IO| *domain = \\.Fpjs\\.io *| Path=/x|Secure\
                | Priority=High| *Expires=Fri, 01 Jan 2027 00:00:00 GMT| x=y=z| *)",
            0..6,
        ),
    ) {
        let is_domain = |text: &&String| text.trim().to_ascii_lowercase().starts_with("domain");
        let join = |attributes: &mut dyn Iterator<Item = &String>| {
            attributes.fold(format!("{name}={value}"), |cookie, attribute| cookie + ";" + attribute)
        };
        let before = join(&mut attributes.iter());
        let expected = join(&mut attributes.iter().filter(|text| !is_domain(text)));
        let mut cookie = HeaderValue::from_str(&before).unwrap();
        let policy = DomainPolicy::new(CookieDomain::FirstParty);
        policy.rewriter(Kind::Identification, "a.example").apply(&mut cookie);
        prop_assert_eq!(cookie.to_str().unwrap(), &expected);
        let judged = cookie::Cookie::parse(expected).unwrap();
        let original = cookie::Cookie::parse(before).unwrap();
        prop_assert_eq!(judged.domain(), None);
        prop_assert_eq!(judged.name_value(), original.name_value());
        prop_assert_eq!((judged.path(), judged.secure()), (original.path(), original.secure()));
    }
}
