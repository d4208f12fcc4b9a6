//! Whole exchanges through the gateway: what upstream gets, what the browser gets.

use firstparty::explain;
use firstparty::http::{HeaderName, HeaderValue, StatusCode, Version};
use firstparty::refusal::{Cause, Refusal};
use firstparty::report::Generation;
use firstparty::route::RouteKind;
use firstparty::{Failure, Platform, Region, RequestId};
use serde_json::Value;

use crate::support::{
    USUAL, answered, fields, forwarded, gateway, json, request, response, usual, values,
};

/// R2.7, R3.5, R5.6: a POST carries the integration's identity, on every route.
#[test]
fn identification_requests_are_authorised() {
    for (uri, target) in [
        ("/fp/result?region=eu", "https://eu.api.fpjs.io/?region=eu&"),
        ("/fp/result/a//b", "https://api.fpjs.io/a//b?"),
        ("/fp/agent?apiKey=k", "https://api.fpjs.io/web/v3/k?apiKey=k&"),
        ("/fp/v4/x", "https://api.fpjs.io/v4/x?"),
    ] {
        let (request, exchange) = forwarded(&usual(), request("POST", uri, &[]));
        let expected = format!("{target}ii=custom-proxy-integration%2F1.2.3%2Fingress");
        assert_eq!(request.uri().to_string(), expected);
        let headers = request.headers();
        assert_eq!(values(headers, "fpjs-proxy-secret"), ["s3cret"]);
        assert!(headers["fpjs-proxy-secret"].is_sensitive());
        assert_eq!(values(headers, "fpjs-proxy-client-ip"), ["203.0.113.7"]);
        assert_eq!(values(headers, "fpjs-proxy-forwarded-host"), ["www.example.com"]);
        assert!(exchange.report().authorised);
    }
}

/// R2.7: any other method is plain, OPTIONS too; names of methods have a case.
#[test]
fn other_methods_are_plain() {
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post", "QUERY"] {
        let preflight = [("origin", "https://a.b"), ("access-control-request-method", "POST")];
        let (request, exchange) = forwarded(&usual(), request(method, "/fp/result", &preflight));
        assert_eq!(request.uri(), "https://api.fpjs.io/");
        assert_eq!(request.headers().len(), 3, "{method}: {:?}", request.headers());
        assert!(!exchange.report().authorised && !exchange.report().secret_sent);
    }
}

/// R2.7: CONNECT and TRACE are answered, wherever they point to.
#[test]
fn tunnels_and_traces_are_refused() {
    for (method, uri) in [("TRACE", "/fp/result"), ("CONNECT", "example.com:443"), ("TRACE", "/..")]
    {
        let response = answered(&usual(), request(method, uri, &[]));
        assert_eq!(response.status(), 405);
        let allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH";
        assert_eq!(values(response.headers(), "allow"), [allow]);
    }
}

/// R2.8: what belongs to the integration, without taking the request.
#[test]
fn the_gateway_knows_its_own() {
    let exact = gateway(
        Platform::Generic,
        r#"{"mount": {"exact": "/ore54guier"}, "get_result_path": "result", "v4": false}"#,
    );
    for (uri, owned) in [
        ("/ore54guier/result/x?y", true),
        ("/ore54guier/status", true),
        ("https://www.example.com/ore54guier/result", true),
        ("/ore54guier", false),
        ("/ore54guier/web/v4/k", false),
        ("/checkout", false),
        ("/ore54guier/../checkout", false),
        ("*", false),
    ] {
        assert_eq!(exact.owns(&uri.parse().unwrap()), owned, "{uri}");
    }
    assert!(usual().owns(&"/anything/at/all".parse().unwrap()));
}

/// R3.1: bytes of the query that nothing asks to change reach upstream as they came.
#[test]
fn the_query_is_not_reserialised() {
    let query = "&a=1&a=2&&b=&=c&d+e=%zz&%ff=%&f;g=h&i='*(!)&~=%7e&x=a%26region=eu&";
    let uri = format!("/fp/web/v4/k?{query}");
    let (request, _) = forwarded(&usual(), request("GET", &uri, &[]));
    assert_eq!(request.uri().query(), Some(query));
    assert_eq!(request.uri().host(), Some("api.fpjs.io"));
}

/// R4.1, R4.2: HTTPS, `host` as the authority, the hop's version reset, the path that remained or
/// the suffix, no bare `?`.
#[test]
fn the_target_is_upstreams() {
    for (path, host, target) in [
        ("/fp/v4?", "api.fpjs.io", "/v4"),
        ("/fp", "api.fpjs.io", "/"),
        ("/fp/x/?region=eu", "eu.api.fpjs.io", "/x/?region=eu"),
        ("/fp/result?", "api.fpjs.io", "/"),
        ("/fp/result/a//b?region=ap", "ap.api.fpjs.io", "/a//b?region=ap"),
    ] {
        let mut sent = request("GET", &format!("http://WWW.example.com:8080{path}"), &[]);
        *sent.version_mut() = Version::HTTP_2;
        let (sent, _) = forwarded(&usual(), sent);
        assert_eq!(sent.uri().to_string(), format!("https://{host}{target}"));
        assert_eq!(values(sent.headers(), "host"), [host]);
        assert_eq!(sent.version(), Version::HTTP_11);
    }
}

/// R5.0, R5.3, R5.6: nothing a browser sends can forge or remove what the gateway adds.
#[test]
fn identity_fields_cannot_be_forged() {
    let forged = [
        ("fpjs-proxy-secret", "forged"),
        ("FPJS-Proxy-Client-IP", "192.0.2.66"),
        ("fpjs-proxy-forwarded-host", "evil.example"),
        ("fpjs-proxy-anything", "1"),
        ("connection", "fpjs-proxy-secret, fpjs-proxy-client-ip, origin, host"),
        ("origin", "https://www.example.com"),
    ];
    let (sent, exchange) = forwarded(&usual(), request("POST", "/fp/result", &forged));
    let headers = sent.headers();
    assert_eq!(values(headers, "fpjs-proxy-secret"), ["s3cret"]);
    assert_eq!(values(headers, "fpjs-proxy-client-ip"), ["203.0.113.7"]);
    assert_eq!(values(headers, "fpjs-proxy-forwarded-host"), ["www.example.com"]);
    assert_eq!(headers.len(), 4);
    // `origin` was read before `connection` removed it.
    let failed = exchange.fail(Failure::Timeout, RequestId::new(1, 1));
    assert_eq!(failed.headers()["access-control-allow-origin"], "https://www.example.com");

    let (sent, _) = forwarded(&usual(), request("GET", "/fp/result", &forged[..4]));
    assert_eq!(sent.headers().len(), 1);
}

/// R5.3: `_` and `.` count as `-`, on every route, with every method, on every platform.
#[test]
fn identity_fields_cannot_be_forged_in_other_spellings() {
    let forged = [
        ("FPJS_Proxy_Client_IP", "6.6.6.6"),
        ("fpjs.proxy.forwarded.host", "evil"),
        ("fpjs_proxy-secret", "forged"),
        ("fpjs-proxy.x", "1"),
        ("fpjs-proxy_y", "1"),
        ("Fpjs.Proxy_", "1"),
    ];
    for &platform in Platform::ALL {
        let gateway = gateway(platform, USUAL);
        for uri in ["/fp/result", "/fp/result/x", "/fp/agent?apiKey=k", "/fp/", "/fp/web/v4/k"] {
            for method in ["POST", "GET", "HEAD", "PUT", "OPTIONS"] {
                let (sent, _) = forwarded(&gateway, request(method, uri, &forged));
                let mut names: Vec<_> = sent.headers().keys().map(HeaderName::as_str).collect();
                names.sort_unstable();
                let expected: &[&str] = match method {
                    "POST" => &[
                        "fpjs-proxy-client-ip",
                        "fpjs-proxy-forwarded-host",
                        "fpjs-proxy-secret",
                        "host",
                    ],
                    _ => &["host"],
                };
                assert_eq!(names, expected, "{platform} {method} {uri}");
                if method == "POST" {
                    let told = |name| values(sent.headers(), name).join("|");
                    assert_eq!(told("fpjs-proxy-client-ip"), "203.0.113.7");
                    assert_eq!(told("fpjs-proxy-forwarded-host"), "www.example.com");
                }
            }
        }
    }
}

/// R5.0: address and host are read before anything that a browser sends, or a list of one's own,
/// can remove their fields.
#[test]
fn identity_is_read_first() {
    let trusting = r#"{"trusted_address": {"field": "x-address", "hops": 1},
        "trusted_host": "x-host", "drop_fields": ["x-address", "x-host"]}"#;
    let (told, other) = ("192.0.2.1", "shop.example");
    for (platform, config, address, host) in [
        (Platform::Generic, trusting, "x-address", Some("x-host")),
        (Platform::Cloudflare, "{}", "cf-connecting-ip", None),
        (Platform::Azure, "{}", "x-azure-socketip", Some("x-forwarded-host")),
        (Platform::Akamai, "{}", "true-client-ip", None),
    ] {
        let host = host.unwrap_or("x-other");
        let named = format!("{address}, {host}");
        let pairs = [("connection", &*named), (address, told), (host, other)];
        let (sent, _) = forwarded(&gateway(platform, config), request("POST", "/fp/", &pairs));
        let headers = sent.headers();
        assert_eq!(values(headers, "fpjs-proxy-client-ip"), [told], "{platform}");
        let expected = if host == "x-other" { "www.example.com" } else { other };
        assert_eq!(values(headers, "fpjs-proxy-forwarded-host"), [expected], "{platform}");
        assert!(!headers.contains_key(address) && !headers.contains_key(host), "{platform}");
    }
}

/// R5.8: `authorization` stays with the site, unless a list of one's own lets it pass.
#[test]
fn authorization_stays_with_the_site() {
    let pairs = [
        ("Authorization", "Basic dXNlcjpwYXNz"),
        ("authorization", "Bearer x"),
        ("referer", "https://www.example.com/"),
        ("x-authorization", "1"),
    ];
    let both = &["Basic dXNlcjpwYXNz", "Bearer x"][..];
    let cases: &[(&str, &[&str], bool)] = &[
        ("{}", &[], true),
        (r#"{"drop_fields": null}"#, &[], true),
        (r#"{"drop_fields": ["authorization"]}"#, &[], true),
        (r#"{"drop_fields": []}"#, both, true),
        (r#"{"drop_fields": ["referer"]}"#, both, false),
        (r#"{"drop_fields": ["referer", "Authorization"]}"#, &[], false),
    ];
    for (config, authorization, referer) in cases {
        for &platform in Platform::ALL {
            for (method, uri) in [("POST", "/fp/"), ("GET", "/fp/web/v4/k"), ("OPTIONS", "/fp/")] {
                let gateway = gateway(platform, config);
                let (sent, _) = forwarded(&gateway, request(method, uri, &pairs));
                assert_eq!(values(sent.headers(), "authorization"), *authorization, "{config}");
                assert_eq!(sent.headers().contains_key("referer"), *referer, "{config}");
                assert!(sent.headers().contains_key("x-authorization"));
            }
        }
    }
}

/// R5.6: what is not configured or not known is not sent.
#[test]
fn identity_fields_can_be_missing() {
    let gateway = gateway(Platform::Generic, "{}");
    let sent = request("POST", "/fp/", &[]);
    let firstparty::Action::Forward(sent, exchange) = gateway.handle(sent, None) else { panic!() };
    assert_eq!(sent.headers().len(), 2);
    assert!(exchange.report().authorised && !exchange.report().secret_sent);
}

/// R5.7, R12: the URI's authority comes before `host`, a trusted field before both.
#[test]
fn the_browsers_host_has_an_order() {
    let forwarded_host = |gateway: &firstparty::Gateway, uri: &str, pairs: &[(&str, &str)]| {
        let (sent, _) = forwarded(gateway, request("POST", uri, pairs));
        values(sent.headers(), "fpjs-proxy-forwarded-host").join("|")
    };
    let trusting = gateway(Platform::Generic, r#"{"trusted_host": "x-forwarded-host"}"#);
    let azure = gateway(Platform::Azure, "{}");
    let plain = usual();
    let trusted = [("x-forwarded-host", "Shop.example:444")];
    assert_eq!(forwarded_host(&plain, "/fp/", &[]), "www.example.com");
    assert_eq!(forwarded_host(&plain, "/fp/", &trusted), "www.example.com");
    assert_eq!(forwarded_host(&plain, "http://A.example:80/fp/", &[]), "a.example");
    assert_eq!(forwarded_host(&trusting, "http://a.example/fp/", &trusted), "shop.example");
    assert_eq!(forwarded_host(&trusting, "http://a.example/fp/", &[]), "a.example");
    assert_eq!(forwarded_host(&azure, "/fp/", &trusted), "shop.example");
}

/// R12: a trusted field is for one's own server, and `x-forwarded-host` for Azure; elsewhere they
/// mean nothing.
#[test]
fn trusted_fields_are_for_own_servers() {
    let config = r#"{"trusted_host": "x-host",
        "trusted_address": {"field": "x-address", "hops": 1}}"#;
    let pairs = [
        ("x-host", "shop.example"),
        ("x-address", "192.0.2.1"),
        ("x-forwarded-host", "edge.example"),
        ("x-forwarded-for", "192.0.2.2"),
        ("forwarded", "for=192.0.2.3;host=other.example"),
    ];
    for &platform in Platform::ALL {
        let (sent, _) = forwarded(&gateway(platform, config), request("POST", "/fp/", &pairs));
        let expected = match platform {
            Platform::Generic => ("shop.example", "192.0.2.1"),
            Platform::Azure => ("edge.example", "203.0.113.7"),
            _ => ("www.example.com", "203.0.113.7"),
        };
        let told = |name| values(sent.headers(), name).join("|");
        let told = (told("fpjs-proxy-forwarded-host"), told("fpjs-proxy-client-ip"));
        assert_eq!((&*told.0, &*told.1), expected, "{platform}");
    }
}

/// R12: the platform's own field decides on the address, the argument is the fallback.
#[test]
fn the_browsers_address_has_an_order() {
    let address = |platform, config: &str, pairs: &[(&str, &str)]| {
        let (sent, _) = forwarded(&gateway(platform, config), request("POST", "/fp/", pairs));
        values(sent.headers(), "fpjs-proxy-client-ip").join("|")
    };
    let all = [
        ("cf-connecting-ip", "192.0.2.1"),
        ("x-azure-socketip", "[2001:db8::2]:443"),
        ("true-client-ip", "192.0.2.3"),
        ("x-forwarded-for", "192.0.2.66, 192.0.2.4"),
        ("fastly-client-ip", "192.0.2.66"),
    ];
    let trusting = r#"{"trusted_address": {"field": "x-forwarded-for", "hops": 1}}"#;
    for (platform, config, expected) in [
        (Platform::Generic, "{}", "203.0.113.7"),
        (Platform::Generic, trusting, "192.0.2.4"),
        (Platform::CloudFront, "{}", "203.0.113.7"),
        (Platform::Cloudflare, "{}", "192.0.2.1"),
        (Platform::Azure, "{}", "2001:db8::2"),
        (Platform::FastlyCompute, "{}", "203.0.113.7"),
        (Platform::FastlyVcl, "{}", "203.0.113.7"),
        (Platform::Akamai, "{}", "192.0.2.3"),
    ] {
        assert_eq!(address(platform, config, &all), expected, "{platform}");
        let without = if config == "{}" { "203.0.113.7" } else { "192.0.2.4" };
        let rest = [("x-forwarded-for", "192.0.2.66, 192.0.2.4"), ("true-client-ip", "no")];
        assert_eq!(address(platform, config, &rest), without, "{platform}");
    }
}

/// R12, R1.8: the name that upstream sees.
#[test]
fn integrations_have_names() {
    for (platform, name) in [
        (Platform::Generic, "custom-proxy-integration"),
        (Platform::CloudFront, "fingerprintjs-pro-cloudfront"),
        (Platform::Cloudflare, "fingerprintjs-pro-cloudflare"),
        (Platform::Azure, "fingerprint-pro-azure"),
        (Platform::FastlyCompute, "fingerprint-pro-fastly-compute"),
        (Platform::FastlyVcl, "fingerprint-pro-fastly-vcl"),
        (Platform::Akamai, "fingerprint-pro-akamai"),
    ] {
        let (sent, _) = forwarded(&gateway(platform, "{}"), request("POST", "/fp/", &[]));
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(sent.uri().query().unwrap(), format!("ii={name}%2F{version}%2Fingress"));
    }
    let own = r#"{"integration_name": "a+b", "integration_version": "2&3"}"#;
    let own = gateway(Platform::Azure, own);
    let (sent, _) = forwarded(&own, request("POST", "/fp/", &[]));
    assert_eq!(sent.uri().query(), Some("ii=a%2Bb%2F2%263%2Fingress"));
}

/// R6, R7.1, R8.2: a response loses what must not pass and keeps the rest, repeats in order.
#[test]
fn responses_come_back_filtered() {
    let (_, exchange) = forwarded(&usual(), request("POST", "/fp/result", &[]));
    let upstream = response(
        200,
        &[
            ("content-type", "application/json"),
            ("cache-control", "max-age=99999"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("strict-transport-security", "max-age=1"),
            ("set-cookie", "a=1; Domain=fpjs.io; Secure"),
            ("set-cookie", "b=2; Domain=example.com"),
            ("x-custom", "1"),
            ("x-custom", "2"),
        ],
    );
    let back = exchange.complete(upstream);
    let headers = back.headers();
    assert_eq!(values(headers, "set-cookie"), ["a=1; Secure", "b=2; Domain=example.com"]);
    assert_eq!(values(headers, "x-custom"), ["1", "2"]);
    assert_eq!(values(headers, "cache-control"), ["max-age=99999"]);
    assert_eq!(headers.len(), 6);
}

/// R6.3: an upstream that echoes its request does not show the secret to the browser.
#[test]
fn an_echoed_secret_stays_here() {
    for &platform in Platform::ALL {
        let gateway = gateway(platform, USUAL);
        let (sent, exchange) = forwarded(&gateway, request("POST", "/fp/result", &[]));
        let mut echo = response(200, &[("fpjs-proxy-secret", "echo"), ("FPJS_Proxy.Secret", "x")]);
        for (name, value) in sent.headers() {
            echo.headers_mut().append(name, value.clone());
        }
        let back = exchange.complete(echo);
        assert_eq!(back.headers().keys().collect::<Vec<_>>(), ["host"], "{platform}");
    }
}

/// R6.4, R7.1, R7.3, R8.2, R8.4: every field of a name is edited, not the first one alone.
#[test]
fn every_field_of_a_name_is_edited() {
    let script = ("content-type", "text/javascript");
    let map = r#"{"cookie_domain": {"map": [["fpjs.io", "b.c"]]}}"#;
    for (config, cookies) in [
        ("{}", ["a=1; x", "b=2", "c=3; Domain=example.com", "d=4; y"]),
        (map, ["a=1; Domain=b.c; x", "b=2", "c=3; Domain=example.com", "d=4; Domain=b.c; y"]),
    ] {
        let gateway = gateway(Platform::Generic, config);
        let (_, exchange) = forwarded(&gateway, request("POST", "/fp/web/v4/k", &[]));
        let pairs = [
            script,
            ("set-cookie", "a=1; Domain=fpjs.io; x"),
            ("cache-control", "max-age=99999"),
            ("set-cookie", "b=2"),
            ("set-cookie", "c=3; Domain=example.com"),
            ("cache-control", "max-age=88888, s-maxage=99"),
            ("cache-control", "public, s-maxage=88"),
            ("set-cookie", "d=4; Domain=fpjs.io; y"),
        ];
        let back = exchange.complete(response(200, &pairs));
        assert_eq!(values(back.headers(), "set-cookie"), cookies);
        let ages = ["max-age=3600", "max-age=3600, s-maxage=60", "public, s-maxage=60"];
        assert_eq!(values(back.headers(), "cache-control"), ages);
    }
}

/// R7.1, R7.2, R7.3: what an earlier `cache-control` field says holds for the later ones.
#[test]
fn earlier_cache_controls_count() {
    for (fields, expected) in [
        (["no-store", "public"], ["no-store", "public"]),
        (["no-cache", "public"], ["no-cache", "public"]),
        (["private", "immutable"], ["private", "immutable"]),
        (["public", "no-store"], ["public", "no-store"]),
        (["s-maxage=5", "public"], ["s-maxage=5", "public, max-age=3600"]),
        (["max-age=5", "public"], ["max-age=5", "public, s-maxage=5"]),
        (["no-store, max-age=9999", "s-maxage=99"], ["no-store, max-age=3600", "s-maxage=60"]),
    ] {
        let (_, exchange) = forwarded(&usual(), request("GET", "/fp/agent?apiKey=k", &[]));
        let [one, other] = fields.map(|field| ("cache-control", field));
        let back = response(200, &[("content-type", "text/javascript"), one, other]);
        let back = exchange.complete(back);
        assert_eq!(values(back.headers(), "cache-control"), expected, "{fields:?}");
    }
}

/// R5.5: the configured cookies are named in a case of their own, whether one or several.
#[test]
fn cookies_have_a_case() {
    let cookies = "_iidt=1; _IIDT=2; vid=3; Vid=4; VID=5";
    for (names, expected) in [
        (&["_IIDT"][..], "_IIDT=2"),
        (&["_iidt"], "_iidt=1"),
        (&["Vid", "_iidt"], "_iidt=1; Vid=4"),
        (&["_IIDT", "vid"], "_IIDT=2; vid=3"),
        (&["_Iidt", "_iiDT"], ""),
    ] {
        let config = serde_json::json!({"cookies": names}).to_string();
        let gateway = gateway(Platform::Generic, &config);
        let (sent, _) = forwarded(&gateway, request("POST", "/fp/", &[("cookie", cookies)]));
        assert_eq!(values(sent.headers(), "cookie").concat(), expected, "{names:?}");
    }
}

/// R2.2, R2.3: routes have a case; what is written otherwise is a path of v4, or nothing.
#[test]
fn routes_have_a_case() {
    let v4 = usual();
    let config = r#"{"agent_download_path": "Agent", "get_result_path": "rEsult", "v4": false}"#;
    let v3 = gateway(Platform::Generic, config);
    for path in ["/sTATUS", "/Status", "/STATUS", "/aGENT", "/AGENT", "/Result", "/RESULT"] {
        let (sent, exchange) = forwarded(&v4, request("GET", &format!("/fp{path}"), &[]));
        assert_eq!((sent.uri().path(), exchange.report().route), (path, Some(RouteKind::Api)));
    }
    for path in ["/sTATUS", "/agent", "/aGENT", "/result", "/Result", "/rEsULT"] {
        let missing = answered(&v3, request("GET", &format!("/fp{path}"), &[]));
        assert_eq!(missing.status(), 404, "{path}");
    }
    for (path, route) in [("/Agent?apiKey=k", RouteKind::Agent), ("/rEsult", RouteKind::Result)] {
        let (_, exchange) = forwarded(&v3, request("GET", &format!("/fp{path}"), &[]));
        assert_eq!(exchange.report().route, Some(route));
    }
}

/// R6.4, R6.5: status and content pass; the version is the hop's.
#[test]
fn status_and_version_of_responses() {
    let (_, exchange) = forwarded(&usual(), request("GET", "/fp/agent?apiKey=k", &[]));
    let mut upstream = response(418, &[("location", "/x"), ("content-length", "0")]);
    *upstream.version_mut() = Version::HTTP_10;
    let back = exchange.complete(upstream);
    assert_eq!((back.status().as_u16(), back.version()), (418, Version::HTTP_11));
    assert_eq!(back.headers().len(), 2);
}

/// R7.1, R7.4: which responses are capped; all others keep what they came with.
#[test]
fn only_scripts_are_capped() {
    let script = ("content-type", "text/javascript; charset=utf-8");
    let cache_control = |uri: &str, status: u16, content_type: Option<(&str, &str)>| {
        let (_, exchange) = forwarded(&usual(), request("GET", uri, &[]));
        let mut pairs = vec![("cache-control", "max-age=99999"), ("cache-control", " x,")];
        pairs.extend(content_type);
        let back = exchange.complete(response(status, &pairs));
        values(back.headers(), "cache-control").join("|")
    };
    let agent = "/fp/agent?apiKey=k";
    for (uri, status, content_type, expected) in [
        (agent, 200, Some(script), true),
        (agent, 304, Some(script), true),
        (agent, 304, None, true),
        (agent, 200, None, false),
        (agent, 206, Some(script), false),
        (agent, 404, Some(script), false),
        (agent, 200, Some(("content-type", "text/html")), false),
        (agent, 304, Some(("content-type", "text/html")), false),
        ("/fp/web/v4/k", 200, Some(script), true),
        ("/fp/web/v4/k", 304, None, true),
        ("/fp/v4/k", 304, None, false),
        ("/fp/webx/k", 304, None, false),
        ("/fp/v4/k", 200, Some(script), true),
        ("/fp/result/web/x", 200, Some(script), false),
        ("/fp/result", 304, None, false),
    ] {
        let expected = if expected { "max-age=3600| x, s-maxage=60" } else { "max-age=99999| x," };
        let found = cache_control(uri, status, content_type);
        assert_eq!(found, expected, "{uri} {status} {content_type:?}");
    }
}

/// R6.3: `age` goes from what the cap applies to, on every platform and also with the cap off. The
/// browser's caches would otherwise take the script for stale.
#[test]
fn scripts_arrive_without_an_age() {
    let script = ("content-type", "text/javascript");
    let ages = ("cache-control", "public, max-age=3742, s-maxage=629157");
    let old = ("age", "628000");
    let capped = "public, max-age=3600, s-maxage=60";
    for &platform in Platform::ALL {
        for (config, expected) in [("{}", capped), (r#"{"cache": "preserve"}"#, ages.1)] {
            let gateway = gateway(platform, config);
            for (status, fields) in
                [(200, vec![script, ages, old]), (304, vec![ages, old, old]), (304, vec![old])]
            {
                let (_, exchange) = forwarded(&gateway, request("GET", "/fp/web/v4/k", &[]));
                let back = exchange.complete(response(status, &fields));
                assert!(!back.headers().contains_key("age"), "{platform} {config} {status}");
                let cache_control = values(back.headers(), "cache-control");
                assert!(cache_control.into_iter().all(|value| value == expected), "{platform}");
                assert_eq!(
                    back.headers().len(),
                    fields.iter().filter(|(n, _)| *n != "age").count()
                );
            }
        }
    }
}

/// R7.5: while the cap is on, scripts lose the fields that overrule `cache-control` in certain caches,
/// also without `cache-control`. Other responses keep them.
#[test]
fn scripts_lose_fields_for_certain_caches() {
    let script = ("content-type", "text/javascript");
    let ages = ("cache-control", "max-age=1, s-maxage=1");
    let targeted = [
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "edge-control",
        "netlify-cdn-cache-control",
        "surrogate-control",
        "vercel-cdn-cache-control",
    ];
    let off = r#"{"cache": "preserve"}"#;
    for &platform in Platform::ALL {
        for (config, uri, status, others, goes) in [
            ("{}", "/fp/web/v4/k", 200, vec![script, ages], true),
            ("{}", "/fp/web/v4/k", 200, vec![script], true),
            ("{}", "/fp/web/v4/k", 304, vec![], true),
            ("{}", "/fp/web/v4/k", 206, vec![script, ages], false),
            ("{}", "/fp/web/v4/k", 200, vec![ages], false),
            ("{}", "/fp/v4", 304, vec![ages], false),
            (r#"{"get_result_path": "r"}"#, "/fp/r", 200, vec![script, ages], false),
            (off, "/fp/web/v4/k", 200, vec![script, ages], false),
        ] {
            let (_, exchange) = forwarded(&gateway(platform, config), request("GET", uri, &[]));
            for names in [&targeted[..], &targeted[..1], &targeted[4..5]] {
                let fields = names.iter().map(|name| (*name, "max-age=99999"));
                let fields: Vec<_> = fields.chain(others.iter().copied()).collect();
                let (back, found) = explain::complete(&exchange, response(status, &fields));
                let kept = if goes { 0 } else { names.len() };
                assert_eq!(back.headers().len(), kept + others.len(), "{platform} {uri} {status}");
                let rules: Vec<_> = found.iter().map(|note| note.rule).collect();
                assert_eq!(rules, vec!["R7.5"; names.len() - kept], "{platform} {uri} {status}");
            }
        }
    }
}

/// R6.3: any other response keeps its `age`, except on a platform whose edge owns the field.
#[test]
fn other_responses_keep_their_age() {
    let (script, old) = (("content-type", "text/javascript"), ("age", "628000"));
    for &platform in Platform::ALL {
        let gateway = gateway(platform, r#"{"get_result_path": "result"}"#);
        for (uri, status, fields) in [
            ("/fp/web/v4/k", 200, &[old][..]),
            ("/fp/web/v4/k", 206, &[old, script]),
            ("/fp/web/v4/k", 404, &[old, script]),
            ("/fp/v4/k", 304, &[old]),
            ("/fp/result", 200, &[old, script]),
            ("/fp/result/web/v4/k", 304, &[old]),
        ] {
            let (_, exchange) = forwarded(&gateway, request("GET", uri, &[]));
            let back = exchange.complete(response(status, fields));
            let keeps = platform != Platform::CloudFront;
            assert_eq!(back.headers().contains_key("age"), keeps, "{platform} {uri} {status}");
        }
    }
}

/// R7.1: without `cache-control` nothing is added.
#[test]
fn ages_are_not_invented() {
    let script = ("content-type", "text/javascript");
    let (_, exchange) = forwarded(&usual(), request("GET", "/fp/agent?apiKey=k", &[]));
    assert_eq!(exchange.complete(response(200, &[script])).headers().len(), 1);
}

/// R7.1: the cap can be off, or another one.
#[test]
fn caps_are_configured() {
    for (config, expected) in [
        ("{}", "max-age=3600, s-maxage=60"),
        (r#"{"cache": "preserve"}"#, "max-age=99999"),
        (r#"{"cache": {"max_age": 70000, "s_maxage": 90}}"#, "max-age=70000, s-maxage=90"),
    ] {
        let gateway = gateway(Platform::Generic, config);
        let (_, exchange) = forwarded(&gateway, request("GET", "/fp/web/v4/k", &[]));
        let pairs = [("content-type", "text/javascript"), ("cache-control", "max-age=99999")];
        let back = exchange.complete(response(200, &pairs));
        assert_eq!(back.headers()["cache-control"], expected, "{config}");
    }
}

/// R8.1, R8.2, R8.4: policies of the configuration reach the cookies.
#[test]
fn cookie_policies_are_configured() {
    let cookie = "a=1; Domain=fpjs.io; x";
    for (config, method, expected) in [
        ("{}", "POST", "a=1; x"),
        ("{}", "GET", cookie),
        (r#"{"cookie_domain": "preserve"}"#, "POST", cookie),
        (r#"{"cookie_domain": {"map": [["*", "b.c"]]}}"#, "GET", "a=1; Domain=b.c; x"),
    ] {
        let gateway = gateway(Platform::Generic, config);
        let (_, exchange) = forwarded(&gateway, request(method, "/fp/", &[]));
        let back = exchange.complete(response(200, &[("set-cookie", cookie)]));
        assert_eq!(back.headers()["set-cookie"], expected);
    }
}

/// R8.7: `__Host-` cookies reach the browser without a domain.
#[test]
fn host_prefixed_cookies_are_host_only() {
    let map = r#"{"cookie_domain": {"map": [["fpjs.io", "shop.example"]]}}"#;
    let mut policies = vec!["{}", map];
    if cfg!(feature = "psl") {
        policies.push(r#"{"cookie_domain": "registrable"}"#);
    }
    for config in policies {
        let mut sent = request("POST", "/fp/web/v4/k", &[]);
        sent.headers_mut().insert("host", HeaderValue::from_static("www.shop.example"));
        let (_, exchange) = forwarded(&gateway(Platform::Generic, config), sent);
        for domain in ["fpjs.io", "www.shop.example", "shop.example", "else.example"] {
            let cookie = format!("__Host-x=1; Domain={domain}");
            let back = exchange.complete(response(200, &[("set-cookie", &cookie)]));
            assert_eq!(values(back.headers(), "set-cookie"), ["__Host-x=1"], "{config} {domain}");
        }
    }
}

/// R8.3: the registrable domain of the browser's host. A host with a final dot has none.
#[cfg(feature = "psl")]
#[test]
fn cookies_become_registrable() {
    let gateway = gateway(Platform::Generic, r#"{"cookie_domain": "registrable"}"#);
    let (_, exchange) = forwarded(&gateway, request("POST", "/fp/", &[]));
    let back = exchange.complete(response(200, &[("set-cookie", "a=1; Domain=fpjs.io")]));
    assert_eq!(back.headers()["set-cookie"], "a=1; Domain=example.com");
    let mut dotted = request("POST", "/fp/", &[]);
    dotted.headers_mut().insert("host", HeaderValue::from_static("www.example.com."));
    let (_, exchange) = forwarded(&gateway, dotted);
    let back = exchange.complete(response(200, &[("set-cookie", "a=1; Domain=fpjs.io")]));
    assert_eq!(back.headers()["set-cookie"], "a=1");
}

/// R6.2, R6.4: an exchange is not spent by an interim response: what comes after it is filtered, too.
#[test]
fn every_response_head_is_filtered() {
    let (_, exchange) = forwarded(&usual(), request("GET", "/fp/web/v4/k", &[]));
    for status in [103, 103, 200, 302, 404, 503] {
        let (link, cookie) = (("link", "</a.js>; rel=preload"), ("set-cookie", "a=1"));
        let head = exchange.complete(response(status, &[("alt-svc", "h3"), link, cookie]));
        assert_eq!(head.status(), status);
        assert_eq!(head.headers(), &fields(&[link, cookie]), "{status}");
    }
    assert_eq!(exchange.fail(Failure::Protocol, RequestId::new(0, 0)).status(), 500);
}

/// R6.1, R6.2, R7.1, R8.2, R9.1, R9.2, R11.1: on every platform, interim responses leave an exchange as
/// it was. The final response is filtered, a failure is answered, and the report stays.
#[test]
fn an_exchange_outlives_interim_responses() {
    for &platform in Platform::ALL {
        for (method, cookie, error) in [
            ("GET", "a=1; Domain=fpjs.io", Value::from(Failure::Timeout.to_string())),
            (
                "POST",
                "a=1",
                serde_json::json!({
                    "code": "IntegrationFailed", "message": Failure::Timeout.to_string(),
                }),
            ),
        ] {
            let gateway = gateway(platform, USUAL);
            let (_, exchange) = forwarded(&gateway, request(method, "/fp/web/v4/k", &[]));
            let report = exchange.report();
            for (status, cache_control) in [
                (103, "max-age=99999"),
                (102, "max-age=99999"),
                (200, "max-age=3600, s-maxage=60"),
                (103, "max-age=99999"),
                (200, "max-age=3600, s-maxage=60"),
            ] {
                let upstream = response(
                    status,
                    &[
                        ("alt-svc", "h3"),
                        ("cache-control", "max-age=99999"),
                        ("connection", "x-hop"),
                        ("content-type", "text/javascript"),
                        ("link", "</a.js>; rel=preload"),
                        ("set-cookie", "a=1; Domain=fpjs.io"),
                        ("strict-transport-security", "max-age=1"),
                        ("x-hop", "1"),
                    ],
                );
                let head = exchange.complete(upstream);
                assert_eq!(head.status(), status);
                let expected = fields(&[
                    ("cache-control", cache_control),
                    ("content-type", "text/javascript"),
                    ("link", "</a.js>; rel=preload"),
                    ("set-cookie", cookie),
                ]);
                assert_eq!(head.headers(), &expected, "{platform} {method} {status}");
                assert_eq!(exchange.report(), report, "{platform} {method} {status}");
            }
            let failed = exchange.fail(Failure::Timeout, RequestId::new(0, 0));
            assert_eq!((failed.status().as_u16(), &json(&failed)["error"]), (500, &error));
            let refused = exchange.refuse(Refusal::Malformed.cause());
            assert_eq!(refused.status(), 400);
            assert_eq!(exchange.report(), report);
            assert_eq!((report.status, report.failure, report.cause), (None, None, None));
            assert_eq!(report.ended(StatusCode::OK).status, Some(200));
        }
    }
}

/// R11.1: the report of an exchange, from its route to its end.
#[test]
fn exchanges_are_reported() {
    let (_, exchange) = forwarded(&usual(), request("POST", "/fp/result?region=ap", &[]));
    let report = exchange.report();
    assert_eq!(report.route, Some(RouteKind::Result));
    assert_eq!(report.generation, Some(Generation::V3));
    assert_eq!(report.region, Some(Region::Ap));
    assert!(report.authorised && report.secret_sent);
    assert_eq!((report.status, report.failure, report.cause), (None, None, None));
    for (status, suspect) in [(200, false), (401, true), (403, true), (500, false)] {
        let status = StatusCode::from_u16(status).unwrap();
        let ended = report.ended(status);
        assert_eq!((ended.status, ended.secret_suspect), (Some(status.as_u16()), suspect));
    }
    assert_eq!(report.ended(Failure::Connect).failure, Some(Failure::Connect));
    // The last end is the one that counts.
    let denied = report.ended(StatusCode::FORBIDDEN);
    assert_eq!(denied.ended(Failure::Protocol), report.ended(Failure::Protocol));
    assert_eq!(report.ended(Failure::Protocol).ended(StatusCode::FORBIDDEN), denied);
    let json = serde_json::to_value(report.ended(Failure::Timeout)).unwrap();
    assert_eq!(json["route"], "result");
    assert_eq!(json["generation"], "v3");
    assert_eq!(json["region"], "ap");
    assert_eq!(json["failure"], "timeout");

    let (_, exchange) = forwarded(&usual(), request("GET", "/fp/v4", &[]));
    let report = exchange.report();
    assert_eq!((report.route, report.generation), (Some(RouteKind::Api), Some(Generation::V4)));
    let forbidden = report.ended(StatusCode::FORBIDDEN);
    assert!(!forbidden.secret_suspect, "a plain request sends no secret");
}

/// R11.1: answers made here are reported, too.
#[test]
fn answers_are_reported() {
    for (uri, route, generation, cause, status) in [
        ("/fp/status", Some(RouteKind::Status), None, Cause::STATUS_PAGE, 200),
        (
            "/fp/agent",
            Some(RouteKind::Agent),
            Some(Generation::V3),
            Refusal::ApiKeyMissing.cause(),
            400,
        ),
        ("/fp/..", None, None, Refusal::DotSegment.cause(), 400),
    ] {
        let action = usual().handle(request("GET", uri, &[]), None);
        let firstparty::Action::Respond(_, report) = action else { panic!("{uri}") };
        assert_eq!((report.route, report.status), (route, Some(status)), "{uri}");
        assert_eq!((report.generation, report.cause), (generation, Some(cause)), "{uri}");
        let json = serde_json::to_value(report).unwrap();
        assert_eq!(json["cause"], cause.name());
        assert!(report.region.is_none() && !report.secret_sent && !report.secret_suspect, "{uri}");
    }
}

/// R11.1: an answer that an adapter makes suspects no secret, whatever its status is.
#[test]
fn an_answer_suspects_no_secret() {
    for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
        let cause: &'static Cause =
            Box::leak(Box::new(Cause::new("members_only", "R16.4", status, "for members only")));
        let (_, exchange) = forwarded(&usual(), request("POST", "/fp/result", &[]));
        let report = exchange.report();
        let answered = report.answered(cause);
        assert!(report.ended(status).secret_suspect && !answered.secret_suspect);
        // Neither does one that an adapter reports with the status that it sent.
        assert_eq!(answered.ended(status), answered);
        assert_eq!(answered.ended(Failure::Protocol), answered);
        assert_eq!(report.ended(status).answered(cause), answered);
        assert_eq!(report.ended(Failure::Protocol).answered(cause), answered);
    }
}

/// R1.4: neither a gateway nor an exchange shows the secret.
#[test]
fn debug_shows_no_secret() {
    let gateway = gateway(Platform::CloudFront, USUAL);
    let (sent, exchange) = forwarded(&gateway, request("POST", "/fp/result", &[]));
    assert!(format!("{exchange:?}").starts_with("Exchange { report: Report { route: Some(Result)"));
    for shown in [format!("{gateway:?}"), format!("{exchange:?}"), format!("{sent:?}")] {
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}

/// R6.4: bytes outside ASCII pass in both directions.
#[test]
fn raw_bytes_pass() {
    let value = || HeaderValue::from_bytes(b"caf\xe9").unwrap();
    let mut sent = request("GET", "/fp/v4", &[]);
    sent.headers_mut().insert("x-raw", value());
    let (sent, exchange) = forwarded(&usual(), sent);
    assert_eq!(sent.headers()["x-raw"], value());
    let mut back = response(200, &[]);
    back.headers_mut().insert("x-raw", value());
    assert_eq!(exchange.complete(back).headers()["x-raw"], value());
}

/// R4.5: agent downloads from the CDN are plain whatever their method.
#[test]
fn downloads_from_the_cdn_are_plain() {
    let config = r#"{"agent_download_path": "agent", "agent_origin": "cdn",
        "pre_shared_secret": "s3cret", "integration_version": "1"}"#;
    let cdn = gateway(Platform::CloudFront, config);
    let (sent, exchange) = forwarded(&cdn, request("POST", "/fp/agent?apiKey=k&region=x", &[]));
    assert_eq!(
        sent.uri(),
        "https://fpcdn.io/v3/k?apiKey=k&region=x&ii=fingerprintjs-pro-cloudfront%2F1%2Fprocdn",
    );
    assert_eq!(values(sent.headers(), "host"), ["fpcdn.io"]);
    assert_eq!(sent.headers().len(), 1);
    let report = exchange.report();
    assert!(!report.authorised && report.region.is_none());
}

/// R3.6: a fixed region decides on every route, whatever the query says; the CDN has none.
#[test]
fn a_fixed_region_outranks_the_query() {
    let routes = r#""agent_download_path": "agent", "get_result_path": "result", "region": "eu",
        "integration_version": "1""#;
    let fixed = gateway(Platform::Generic, &format!("{{{routes}}}"));
    for (method, uri, expected) in [
        ("GET", "/fp/agent?apiKey=k&region=us", "/web/v3/k?apiKey=k&region=eu"),
        ("GET", "/fp/result/x", "/x"),
        ("GET", "/fp/web/v4/k?region=ap", "/web/v4/k?region=eu"),
        ("POST", "/fp/?region", "/?region=eu&ii=custom%2F1%2Fingress"),
    ] {
        let (sent, exchange) = forwarded(&fixed, request(method, uri, &[]));
        let expected = expected.replace("custom", Platform::Generic.profile().integration_name);
        assert_eq!(sent.uri(), &*format!("https://eu.api.fpjs.io{expected}"), "{uri}");
        assert_eq!(values(sent.headers(), "host"), ["eu.api.fpjs.io"]);
        assert_eq!(exchange.report().region, Some(Region::Eu));
    }
    let cdn = format!("{{{routes}, \"agent_origin\": \"cdn\"}}");
    let cdn = gateway(Platform::Generic, &cdn);
    let (sent, _) = forwarded(&cdn, request("GET", "/fp/agent?apiKey=k&region=us", &[]));
    let uri = sent.uri().to_string();
    assert!(uri.starts_with("https://fpcdn.io/v3/k?apiKey=k&region=us&ii="), "{uri}");
}

/// R4.7, R9.3, R11.1: the agent of a key that is not listed is not served, whatever the route and the
/// method, and the answer says nothing about the secret.
#[test]
fn foreign_agents_are_not_served() {
    let routes = r#""agent_download_path": "agent", "get_result_path": "result",
        "pre_shared_secret": "s3cret", "api_keys": ["k"]"#;
    for origin in ["api", "cdn"] {
        let config = format!("{{{routes}, \"agent_origin\": \"{origin}\"}}");
        let listing = gateway(Platform::Generic, &config);
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            for uri in
                ["/fp/agent?apiKey=l", "/fp/web/v4/l", "/fp//web//v//%6c", "/fp/result/web/v4/l/x"]
            {
                let origin = ("origin", "https://www.example.com");
                let firstparty::Action::Respond(answer, report) =
                    listing.handle(request(method, uri, &[origin]), None)
                else {
                    panic!("{method} {uri}")
                };
                assert_eq!(answer.status(), 403, "{method} {uri}");
                assert_eq!(values(answer.headers(), "access-control-allow-origin"), [origin.1]);
                assert_eq!(report.cause, Some(Refusal::ApiKeyNotListed.cause()));
                assert!(!report.secret_suspect && !report.secret_sent, "{method} {uri}");
                if method == "GET" {
                    let body = json(&answer);
                    assert_eq!(body["error"], "the agent of this API key is not served here");
                }
            }
            for uri in ["/fp/agent?apiKey=k", "/fp/web/v4/k", "/fp/web/v4", "/fp/result", "/fp/"] {
                let (sent, _) = forwarded(&listing, request(method, uri, &[]));
                assert_eq!(sent.method(), method, "{uri}");
            }
        }
    }
}

/// R5.6: a message that has as many fields as it can hold has no room for the gateway's.
#[test]
fn full_messages_are_refused() {
    let full = |fields: &[(&str, &str)]| {
        let mut request = request("POST", "https://www.example.com/fp/result", fields);
        let name = |i| HeaderName::try_from(format!("x-{i}")).unwrap();
        let value = HeaderValue::from_static("1");
        let mut free = (0..).map(name);
        while request.headers_mut().try_insert(free.next().unwrap(), value.clone()).is_ok() {}
        request
    };
    let mut hostless = full(&[("via", "1")]);
    hostless.headers_mut().remove("host");
    hostless.headers_mut().insert("x-last", HeaderValue::from_static("1"));
    for request in [full(&[]), hostless] {
        assert!(request.headers().len() > 20_000);
        let refused = answered(&usual(), request);
        assert_eq!(refused.status(), 400);
        assert_eq!(json(&refused)["error"], "the request has too many fields");
    }
}
