//! Answers made here (contract R9), and which bad input gets which.

use firstparty::http::{HeaderName, Method, Response, StatusCode, Version};
use firstparty::refusal::{Cause, Refusal};
use firstparty::reply::Reply;
use firstparty::{Action, Failure, Gateway, Platform, RequestId};
use serde_json::json;

use crate::support::{answered, forwarded, gateway, json, request, usual, values};

/// Method, URI, fields, and the status of the answer.
type Case<'c> = (&'c str, &'c str, &'c [(&'c str, &'c str)], u16);

/// R2.0, R2.5, R4.4, R4.6, R5.1, R5.2, R5.7, R9.3: a clear answer, and nothing is forwarded.
#[test]
fn bad_requests_are_answered() {
    let many = vec!["x"; 101].join(",");
    let long = format!("/fp/v4?{}", "q".repeat(65_520));
    let cases: &[Case] = &[
        ("GET", "*", &[], 400),
        ("OPTIONS", "*", &[], 400),
        ("GET", "www.example.com:443", &[], 400),
        ("GET", "/fp/../x", &[], 400),
        ("GET", "/fp/agent/%2E%2e", &[], 400),
        ("GET", "/fp/agent", &[], 400),
        ("POST", "/fp/agent?apiKey=..", &[], 400),
        ("GET", "/fp/agent?apiKey=%0a", &[], 400),
        ("POST", &long, &[], 414),
        ("GET", "/fp/v4", &[("connection", &many)], 400),
        ("POST", "/fp/result", &[("content-length", "1"), ("content-length", "2")], 400),
        ("POST", "/fp/result", &[("content-length", "0x1")], 400),
        ("POST", "/fp/result", &[("transfer-encoding", "gzip")], 501),
        ("POST", "/fp/result", &[("host", "www.example.com")], 400),
        ("GET", "http://u@www.example.com/fp/v4", &[], 400),
    ];
    for (method, uri, pairs, status) in cases {
        let response = answered(&usual(), request(method, uri, pairs));
        assert_eq!(response.status(), *status, "{method} {uri} {pairs:?}");
        assert_well_formed(&response);
    }
}

/// R5.7: no host, a malformed one, or one that is not listed.
#[test]
fn hosts_are_checked() {
    let listing = gateway(Platform::Generic, r#"{"hosts": ["WWW.Example.com", "[::1]"]}"#);
    let ask = |gateway: &Gateway, host: Option<&str>| {
        let mut request = request("GET", "/fp/v4", &[]);
        match host {
            Some(host) => request.headers_mut().insert("host", host.parse().unwrap()),
            None => request.headers_mut().remove("host"),
        };
        matches!(gateway.handle(request, None), Action::Forward(..))
    };
    for (host, anywhere, listed) in [
        (Some("www.example.com"), true, true),
        (Some("WWW.example.com:8443"), true, true),
        (Some("[::1]:80"), true, true),
        (Some("other.example.com"), true, false),
        (Some("www.example.com."), true, false),
        (Some("a b"), false, false),
        (Some("me@www.example.com"), false, false),
        (Some(""), false, false),
        (None, false, false),
    ] {
        assert_eq!(ask(&usual(), host), anywhere, "{host:?}");
        assert_eq!(ask(&listing, host), listed, "{host:?}");
    }
}

/// R5.7: a malformed `host` is refused even where another source gives the name.
#[test]
fn a_host_that_does_not_count_is_checked() {
    let azure = (gateway(Platform::Azure, "{}"), "x-forwarded-host");
    let own = (gateway(Platform::Generic, r#"{"trusted_host": "x-host"}"#), "x-host");
    for (gateway, field) in [azure, own] {
        for uri in ["/fp/", "https://www.example.com/fp/"] {
            for (host, is_sound) in
                [("www.example.com", true), ("a b", false), ("me@a.b", false), ("a.b:x", false)]
            {
                let mut sent = request("POST", uri, &[(field, "www.example.com")]);
                sent.headers_mut().insert("host", host.parse().unwrap());
                let is_forwarded = matches!(gateway.handle(sent, None), Action::Forward(..));
                assert_eq!(is_forwarded, is_sound, "{field} {uri} {host}");
            }
        }
    }
}

/// R5.7: in HTTP/2 and HTTP/3, `host` and `:authority` name the same host, unless a trusted field
/// names it (RFC 9113 §8.3.1). In HTTP/1.1 the absolute form wins.
#[test]
fn host_and_authority_agree() {
    let (one, other) = ("www.shop.example", "evil.example");
    let cases: &[(&str, &str, bool)] = &[
        (one, one, true),
        (one, other, false),
        (one, "WWW.Shop.Example", true),
        ("WWW.SHOP.EXAMPLE", one, true),
        (one, "www.shop.example:8443", true),
        ("www.shop.example:443", "www.shop.example:80", true),
        (one, "www.shop.example:", true),
        (one, "www.shop.example.", false),
        (one, "shop.example", false),
        (one, "www.shop.example.evil.example", false),
        ("[2001:db8::1]:443", "[2001:DB8::1]", true),
        ("[2001:db8::1]", "[2001:db8::2]", false),
    ];
    let trusting = gateway(Platform::Generic, r#"{"trusted_host": "x-host"}"#);
    let azure = gateway(Platform::Azure, "{}");
    for (authority, host, agree) in cases {
        for version in [Version::HTTP_11, Version::HTTP_2, Version::HTTP_3] {
            for (method, uri) in [("POST", "/fp/"), ("GET", "/fp/web/v4/k"), ("HEAD", "/fp/x")] {
                let ask = |gateway: &Gateway, pairs: &[(&str, &str)]| {
                    let mut request = request(method, &format!("https://{authority}{uri}"), pairs);
                    request.headers_mut().insert("host", host.parse().unwrap());
                    *request.version_mut() = version;
                    match gateway.handle(request, None) {
                        Action::Forward(request, _) => {
                            Ok(values(request.headers(), "fpjs-proxy-forwarded-host").join("|"))
                        }
                        Action::Respond(response, report) => {
                            Err((response.status().as_u16(), report.cause.unwrap().rule()))
                        }
                    }
                };
                let told =
                    |host: &str| if method == "POST" { host.to_owned() } else { String::new() };
                let lower = authority.to_ascii_lowercase().replace(":443", "");
                let expected = if version == Version::HTTP_11 || *agree {
                    Ok(told(&lower))
                } else {
                    Err((400, "R5.7"))
                };
                for gateway in [&usual(), &trusting, &azure] {
                    assert_eq!(ask(gateway, &[]), expected, "{version:?} {authority} {host}");
                }
                for (gateway, field) in [(&trusting, "x-host"), (&azure, "x-forwarded-host")] {
                    let found = ask(gateway, &[(field, "told.example")]);
                    assert_eq!(found, Ok(told("told.example")), "{version:?} {authority} {host}");
                }
            }
        }
    }
}

/// R5.7: the hosts of upstream are no site's, unless a trusted field names the site.
#[test]
fn hosts_of_upstream_are_refused() {
    let own = r#"{"ingress_base_host": "API.example", "cdn_url": "cdn.example"}"#;
    let trusting = r#"{"trusted_host": "x-host"}"#;
    let listing = r#"{"hosts": ["api.fpjs.io", "www.example.com"]}"#;
    let (fpjs, example) = ("api.fpjs.io", "api.example");
    let generic = |config| gateway(Platform::Generic, config);
    for (gateway, api, cdn) in [
        (usual(), fpjs, "fpcdn.io"),
        (generic(own), example, "cdn.example"),
        (generic(trusting), fpjs, "fpcdn.io"),
        (generic(listing), fpjs, "fpcdn.io"),
        (gateway(Platform::CloudFront, "{}"), fpjs, "fpcdn.io"),
        (gateway(Platform::Azure, "{}"), fpjs, "fpcdn.io"),
    ] {
        let regional = ["eu", "ap"].map(|region| format!("{region}.{api}"));
        let [eu, ap] = regional.each_ref().map(String::as_str);
        for host in [api, eu, ap, cdn] {
            for written in [
                host.to_owned(),
                format!("{host}:443"),
                format!("{host}."),
                host.to_ascii_uppercase(),
                format!("{}.:8443", host.to_ascii_uppercase()),
            ] {
                for (method, path) in [("POST", "/fp/"), ("GET", "/fp/web/v4/k"), ("PUT", "/fp/x")]
                {
                    let mut by_field = request(method, path, &[]);
                    by_field.headers_mut().insert("host", written.parse().unwrap());
                    let by_uri = request(method, &format!("https://{written}{path}"), &[]);
                    for asked in [by_field, by_uri] {
                        let refused = answered(&gateway, asked);
                        assert_eq!(refused.status(), 400, "{written}");
                        assert_eq!(
                            json(&refused)["error"],
                            "the host is upstream's own: the edge in front hides the browser's; \
                             forward it (on CloudFront by the origin request policy)",
                        );
                    }
                }
            }
        }
    }
    for (gateway, field) in
        [(generic(trusting), "x-host"), (gateway(Platform::Azure, "{}"), "x-forwarded-host")]
    {
        for host in ["api.fpjs.io", "EU.api.fpjs.io:443", "fpcdn.io"] {
            let mut beside = request("POST", "/fp/", &[(field, "www.shop.example")]);
            beside.headers_mut().insert("host", host.parse().unwrap());
            let (sent, _) = forwarded(&gateway, beside);
            assert_eq!(sent.headers()["fpjs-proxy-forwarded-host"], "www.shop.example");
            // And the trusted field is judged as any other source.
            let trusted = answered(&gateway, request("POST", "/fp/", &[(field, host)]));
            assert_eq!(trusted.status(), 400, "{host}");
        }
    }
}

/// R5.7: what only looks like one of upstream's hosts is a site's.
#[test]
fn other_hosts_are_not_upstreams() {
    for host in [
        "fpjs.io",
        "us.api.fpjs.io",
        "eu-api.fpjs.io",
        "xx.api.fpjs.io",
        "eu.eu.api.fpjs.io",
        "api.fpjs.io.example",
        "eu.fpcdn.io",
        "api.fpjs.ip",
        "api-fpjs.io",
        "[::1]",
    ] {
        let mut asked = request("POST", "/fp/", &[]);
        asked.headers_mut().insert("host", host.parse().unwrap());
        let (sent, _) = forwarded(&usual(), asked);
        assert_eq!(sent.headers()["fpjs-proxy-forwarded-host"], host);
    }
}

/// R5.7, R13.1: an adapter can ask for the host of any request before it is handled, to compare it
/// with a further name of upstream's, also where the host is not served.
#[test]
fn adapters_know_further_hosts_of_upstream() {
    let gateway = gateway(Platform::CloudFront, r#"{"hosts": ["www.example.com"]}"#);
    for (host, is_hidden) in [
        ("origin.example", true),
        ("ORIGIN.Example.:443", true),
        ("www.example.com", false),
        ("xorigin.example", false),
    ] {
        let mut asked = request("POST", "/fp/", &[]);
        asked.headers_mut().insert("host", host.parse().unwrap());
        let found = gateway.browser_host(&asked).unwrap();
        assert_eq!(found.is_named("Origin.example"), is_hidden, "{host}");
        assert_eq!(found.is_named("origin.example."), is_hidden, "{host}");
    }
    let mut asked = request("POST", "/fp/", &[]);
    asked.headers_mut().insert("host", "api.fpjs.io".parse().unwrap());
    assert!(gateway.browser_host(&asked).is_ok());
    asked.headers_mut().insert("host", "a b".parse().unwrap());
    assert_eq!(gateway.browser_host(&asked), Err(Refusal::Host));
}

/// R12: a trusted host that comes twice or is malformed is refused, too.
#[test]
fn trusted_hosts_are_checked() {
    let azure = (gateway(Platform::Azure, "{}"), "x-forwarded-host");
    let own = (gateway(Platform::Generic, r#"{"trusted_host": "x-host"}"#), "x-host");
    for (gateway, field) in [azure, own] {
        for pairs in [
            &[(field, "a.b"), (field, "a.b")][..],
            &[(field, "a.b, c.d")],
            &[(field, "me@a.b")],
            &[(field, "")],
        ] {
            assert_eq!(answered(&gateway, request("GET", "/fp/v4", pairs)).status(), 400);
        }
    }
}

/// R9.1: a failed identification request is answered as the browser's agent expects.
#[test]
fn failed_identification_is_answered_in_form() {
    let (_, exchange) =
        forwarded(&usual(), request("POST", "/fp/result", &[("origin", "https://a.b")]));
    let response = exchange.fail(Failure::Connect, RequestId::new(1_767_225_600_123, 7));
    assert_eq!(response.status(), 500);
    let body = json(&response);
    let id = body["requestId"].as_str().unwrap();
    let (millis, tail) = id.split_once('.').unwrap();
    assert_eq!(millis, "1767225600123");
    assert!(tail.len() == 6 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    let message = "could not connect to upstream";
    let error = json!({"code": "IntegrationFailed", "message": message});
    assert_eq!(body, json!({"v": "2", "error": error, "requestId": id, "products": {}}));
    assert_cors(&response, Some("https://a.b"));
    assert_well_formed(&response);

    // The agent reads it also where no secret is set.
    let (_, exchange) = forwarded(&gateway(Platform::Generic, "{}"), request("POST", "/fp/", &[]));
    let body = json(&exchange.fail(Failure::Connect, RequestId::new(1, 7)));
    assert_eq!((&body["v"], &body["error"]["message"]), (&json!("2"), &json!(message)));
}

/// The failures, each in the words that a browser is shown.
const FAILURES: [(Failure, &str); 4] = [
    (Failure::Connect, "could not connect to upstream"),
    (Failure::Timeout, "upstream did not answer in time"),
    (Failure::Protocol, "upstream did not speak HTTP as expected"),
    (Failure::BodyTooLarge, "the body was too large"),
];

/// R9.1: the message says in general words what failed.
#[test]
fn failures_of_identification_have_their_words() {
    for (failure, message) in FAILURES {
        let (_, exchange) = forwarded(&usual(), request("POST", "/fp/", &[]));
        let body = json(&exchange.fail(failure, RequestId::new(1, 1)));
        assert_eq!(body["error"]["message"], message);
        assert_eq!(body["error"]["code"], "IntegrationFailed");
    }
}

/// R9.2: any other failure has a shorter body.
#[test]
fn failed_plain_requests_are_answered() {
    for (failure, message) in FAILURES {
        let (_, exchange) = forwarded(&usual(), request("GET", "/fp/agent?apiKey=k", &[]));
        let response = exchange.fail(failure, RequestId::new(1, 1));
        assert_eq!(response.status(), 500);
        assert_eq!(json(&response), json!({"error": message}));
        assert_cors(&response, None);
        assert_well_formed(&response);
    }
}

/// R9.1, R9.3: CORS fields echo the one origin there was, and are missing without it.
#[test]
fn cors_follows_the_origin() {
    for (pairs, expected) in [
        (&[("origin", "https://a.b")][..], Some("https://a.b")),
        (&[("origin", "null")], Some("null")),
        (&[("origin", "https://a.b"), ("origin", "https://c.d")], None),
        (&[], None),
    ] {
        for uri in ["/fp/..", "/fp/agent"] {
            assert_cors(&answered(&usual(), request("POST", uri, pairs)), expected);
        }
        let (_, exchange) = forwarded(&usual(), request("POST", "/fp/", pairs));
        assert_cors(&exchange.fail(Failure::Timeout, RequestId::new(0, 0)), expected);
    }
}

/// R5.0, R9.3: the origin counts even if the request's own fields would have removed it.
#[test]
fn cors_survives_the_walk() {
    let config = r#"{"hosts": ["a.b"], "drop_fields": ["origin"]}"#;
    let gateway = gateway(Platform::Generic, config);
    let pairs = [("origin", "https://a.b"), ("connection", "origin")];
    let response = answered(&gateway, request("POST", "/fp/", &pairs));
    assert_eq!(response.status(), 400);
    assert_cors(&response, Some("https://a.b"));

    // The last refusal comes when the origin is gone from the fields.
    let mut full = request("POST", "/fp/", &pairs[..1]);
    full.headers_mut().insert("host", "a.b".parse().unwrap());
    let names = (0..).map(|number| format!("x-{number}").parse::<HeaderName>().unwrap());
    let names = names.take_while(|name| full.headers_mut().try_insert(name, 1.into()).is_ok());
    assert!(names.count() > 1_000);
    let Action::Respond(response, report) = gateway.handle(full, "203.0.113.7".parse().ok()) else {
        panic!()
    };
    assert_eq!(report.cause, Some(Refusal::TooManyFields.cause()));
    assert_cors(&response, Some("https://a.b"));
}

/// R9.4, R10.1: an answer to HEAD has the fields of GET and no body, also the status page.
#[test]
fn head_has_no_body() {
    for uri in ["/fp/..", "/fp/status", "/fp/status?format=json"] {
        let get = answered(&usual(), request("GET", uri, &[]));
        let head = answered(&usual(), request("HEAD", uri, &[]));
        assert_eq!((get.status(), get.headers()), (head.status(), head.headers()));
        assert!(head.body().is_empty() && !get.body().is_empty());
    }
    let failed = |method| {
        let sent = request(method, "/fp/v4", &[("origin", "https://a.b")]);
        let (_, exchange) = forwarded(&usual(), sent);
        exchange.fail(Failure::Connect, RequestId::new(0, 0))
    };
    let (get, head) = (failed("GET"), failed("HEAD"));
    assert_eq!((get.status(), get.headers()), (head.status(), head.headers()));
    assert!(head.body().is_empty() && !get.body().is_empty());
    assert_well_formed(&head);
}

/// R9.3: an adapter can refuse in the same form.
#[test]
fn adapters_refuse_alike() {
    let headers = crate::support::fields(&[("origin", "https://a.b")]);
    let response = Reply::to(&Method::GET, &headers).refuse(Refusal::Malformed.cause());
    assert_eq!(response.status(), 400);
    assert_eq!(json(&response), json!({"error": "the request is malformed"}));
    assert_cors(&response, Some("https://a.b"));
    assert_well_formed(&response);
}

/// R9.3, R11.1: a limit of the adapter's host ends an exchange in the same form, and the report of
/// a request that was not sent says so.
#[test]
fn exchanges_end_at_a_limit_of_the_host() {
    const FULL: Cause =
        Cause::new("full", "R16.4", StatusCode::SERVICE_UNAVAILABLE, "a \"host\" is full");
    let (_, exchange) =
        forwarded(&usual(), request("POST", "/fp/result", &[("origin", "https://a.b")]));
    let response = exchange.refuse(&FULL);
    assert_eq!(response.status(), 503);
    assert_eq!(json(&response), json!({"error": "a \"host\" is full"}));
    assert_cors(&response, Some("https://a.b"));
    assert_well_formed(&response);

    let (open, answered) = (exchange.report(), exchange.report().answered(&FULL));
    assert!(open.region.is_some() && open.secret_sent);
    assert!(answered.region.is_none() && !answered.secret_sent);
    assert_eq!((answered.route, answered.authorised), (open.route, true));
    assert_eq!((answered.cause, answered.status), (Some(&FULL), Some(503)));

    let (_, exchange) = forwarded(&usual(), request("HEAD", "/fp/v4", &[]));
    assert!(exchange.refuse(&FULL).body().is_empty());
}

/// R9.1: identifiers are equal for equal input, and differ otherwise.
#[test]
fn request_ids_come_from_their_input() {
    let id = |millis, entropy| RequestId::new(millis, entropy).to_string();
    assert_eq!(id(1, 2), id(1, 2));
    assert_ne!(id(1, 2), id(1, 3));
    assert!(id(u64::MAX, u64::MAX).starts_with("18446744073709551615."));
    assert_eq!(id(0, 0), "0.AAAAAA");
}

#[track_caller]
fn assert_cors<B>(response: &Response<B>, origin: Option<&str>) {
    let headers = response.headers();
    let (allow, credentials, vary) = match origin {
        Some(origin) => (vec![origin], vec!["true"], vec!["origin"]),
        None => (vec![], vec![], vec![]),
    };
    assert_eq!(values(headers, "access-control-allow-origin"), allow);
    assert_eq!(values(headers, "access-control-allow-credentials"), credentials);
    assert_eq!(values(headers, "vary"), vary);
}

#[track_caller]
fn assert_well_formed(response: &Response<bytes::Bytes>) {
    assert_eq!(values(response.headers(), "cache-control"), ["no-store"]);
    assert_eq!(values(response.headers(), "content-type"), ["application/json"]);
    if !response.body().is_empty() {
        assert!(json(response).is_object());
    }
}
