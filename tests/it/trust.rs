//! Which fields of a request are believed, and that they are read before anything goes
//! (contract R5.0, R12).

use firstparty::http::Request;
use firstparty::{Failure, Gateway, Platform, RequestId};
use serde_json::{Value, json};

use crate::support::{answered, forwarded, gateway, request, values};

type Pairs<'p> = &'p [(&'p str, &'p str)];

/// What upstream is told of the browser: host and address.
#[track_caller]
fn identity(gateway: &Gateway, request: Request<()>) -> (String, String) {
    let (sent, _) = forwarded(gateway, request);
    let told = |name| values(sent.headers(), name).join("|");
    (told("fpjs-proxy-forwarded-host"), told("fpjs-proxy-client-ip"))
}

fn told(host: &str, address: &str) -> (String, String) {
    (host.to_owned(), address.to_owned())
}

/// What a gateway behind one's own load balancer is configured with.
fn trusting() -> Value {
    json!({
        "trusted_host": "x-orig-host",
        "trusted_address": {"field": "x-orig-for", "hops": 1},
    })
}

const TRUSTED: Pairs<'_> = &[("x-orig-host", "evil.example"), ("x-orig-for", "192.0.2.66")];

/// R12: a gateway runs on the platform that it was made for.
#[test]
fn a_gateway_knows_its_platform() {
    for &platform in Platform::ALL {
        assert_eq!(gateway(platform, "{}").platform(), platform);
    }
}

/// R12: a trusted host or address counts on `generic` and nowhere else.
#[test]
fn trusted_fields_are_generics() {
    for &platform in Platform::ALL {
        let believed = platform == Platform::Generic;
        let expected = if believed {
            told("evil.example", "192.0.2.66")
        } else {
            told("www.example.com", "203.0.113.7")
        };
        let trusting = gateway(platform, &trusting().to_string());
        let told = identity(&trusting, request("POST", "/fp/", TRUSTED));
        assert_eq!(told, expected, "{platform}");
        // Nor is a request refused for what is not read.
        let malformed = request("POST", "/fp/", &[("x-orig-host", "a b")]);
        let forwarded = matches!(trusting.handle(malformed, None), firstparty::Action::Forward(..));
        assert_eq!(forwarded, !believed, "{platform}");
    }
}

/// R5.7, R10.1, R12: the allow-list judges the same host; the status page is for every host.
#[test]
fn untrusted_fields_are_not_listed() {
    let mut config = trusting();
    config["hosts"] = json!(["www.example.com"]);
    for &platform in Platform::ALL {
        let gateway = gateway(platform, &config.to_string());
        for (method, uri) in [("GET", "/fp/status"), ("GET", "/fp/v4"), ("POST", "/fp/")] {
            let action = gateway.handle(request(method, uri, TRUSTED), None);
            let status = match action {
                firstparty::Action::Respond(response, _) => response.status().as_u16(),
                firstparty::Action::Forward(..) => 200,
            };
            let listed = platform != Platform::Generic || uri == "/fp/status";
            let expected = if listed { 200 } else { 400 };
            assert_eq!(status, expected, "{platform} {method} {uri}");
        }
    }
}

/// R12: the field of one platform's edge says nothing on another platform.
#[test]
fn platforms_read_their_own_fields() {
    let fields = [
        (Platform::Cloudflare, "cf-connecting-ip"),
        (Platform::Azure, "x-azure-socketip"),
        (Platform::Akamai, "true-client-ip"),
    ];
    for &platform in Platform::ALL {
        let gateway = gateway(platform, "{}");
        for (own, field) in fields {
            let (_, address) =
                identity(&gateway, request("POST", "/fp/", &[(field, "192.0.2.66")]));
            let expected = if platform == own { "192.0.2.66" } else { "203.0.113.7" };
            assert_eq!(address, expected, "{platform} {field}");
        }
        for field in ["x-forwarded-for", "x-real-ip", "fastly-client-ip", "forwarded"] {
            let (_, address) =
                identity(&gateway, request("POST", "/fp/", &[(field, "192.0.2.66")]));
            assert_eq!(address, "203.0.113.7", "{platform} {field}");
        }
        let field = ("x-forwarded-host", "shop.example");
        let (host, _) = identity(&gateway, request("POST", "/fp/", &[field]));
        let expected = if platform == Platform::Azure { field.1 } else { "www.example.com" };
        assert_eq!(host, expected, "{platform}");
    }
}

/// A platform, its configuration, fields, and what upstream is told of them.
type Case<'c> = (Platform, Value, Pairs<'c>, (String, String));

/// R5.0, R12: every field that counts is read before `connection` or the configured list takes it
/// away.
#[test]
fn what_counts_is_read_before_it_goes() {
    let other = "203.0.113.7";
    let cases: &[Case<'_>] = &[
        (Platform::Generic, json!({}), &[], told("www.example.com", other)),
        (Platform::Generic, trusting(), TRUSTED, told("evil.example", "192.0.2.66")),
        (
            Platform::Generic,
            json!({"trusted_address": {"field": "x-forwarded-for", "hops": 2}}),
            &[("x-forwarded-for", "192.0.2.66, 192.0.2.4"), ("x-forwarded-for", "192.0.2.5")],
            told("www.example.com", "192.0.2.4"),
        ),
        (
            Platform::Azure,
            json!({}),
            &[("x-forwarded-host", "shop.example"), ("x-azure-socketip", "192.0.2.2:443")],
            told("shop.example", "192.0.2.2"),
        ),
        (
            Platform::Cloudflare,
            json!({}),
            &[("cf-connecting-ip", "192.0.2.1")],
            told("www.example.com", "192.0.2.1"),
        ),
        (
            Platform::Cloudflare,
            json!({}),
            &[
                ("cf-connecting-ip", "240.0.0.1"),
                ("cf-pseudo-ipv4", "240.0.0.1:443"),
                ("cf-connecting-ipv6", "2001:db8::1"),
            ],
            told("www.example.com", "2001:db8::1"),
        ),
        (
            Platform::Akamai,
            json!({}),
            &[("true-client-ip", "192.0.2.3")],
            told("www.example.com", "192.0.2.3"),
        ),
    ];
    for (platform, config, pairs, expected) in cases {
        let plain = gateway(*platform, &config.to_string());
        assert_eq!(identity(&plain, request("POST", "/fp/", pairs)), *expected, "{platform}");
        let names: Vec<_> = pairs.iter().map(|(name, _)| *name).chain(["host"]).collect();
        let list = names.join(", ");
        let capitals = list.to_ascii_uppercase();
        // One at a time as well: each may be read at a time of its own.
        for named in names.iter().chain([&&*list, &&*capitals]) {
            let connection = ("connection", *named);
            for pairs in [[&[connection], *pairs].concat(), [*pairs, &[connection]].concat()] {
                let (sent, _) = forwarded(&plain, request("POST", "/fp/", &pairs));
                let gone = |name: &&str| !sent.headers().contains_key(*name);
                let removed = named.split(", ").map(str::to_ascii_lowercase);
                assert!(removed.filter(|name| name != "host").all(|name| gone(&&*name)));
                let identity = identity(&plain, request("POST", "/fp/", &pairs));
                assert_eq!(identity, *expected, "{platform} {named}");
            }
        }
        let mut dropping = config.clone();
        dropping["drop_fields"] = json!(names[..names.len() - 1]);
        let dropping = gateway(*platform, &dropping.to_string());
        assert_eq!(identity(&dropping, request("POST", "/fp/", pairs)), *expected, "{platform}");
    }
}

/// R5.0, R5.2: a coding that `connection` or the configured list takes away still decides over the
/// length.
#[test]
fn the_coding_is_read_before_it_goes() {
    let pairs = [("content-length", "5"), ("transfer-encoding", "chunked")];
    let named = ("connection", "Transfer-Encoding");
    for (config, pairs) in [
        (json!({}), [&[named], &pairs[..]].concat()),
        (json!({}), [&pairs[..], &[named]].concat()),
        (json!({"drop_fields": ["transfer-encoding"]}), pairs.to_vec()),
        (json!({"drop_fields": ["Transfer-Encoding"]}), [&[named], &pairs[..]].concat()),
    ] {
        for &platform in Platform::ALL {
            let gateway = gateway(platform, &config.to_string());
            for method in ["POST", "PUT"] {
                let (sent, _) = forwarded(&gateway, request(method, "/fp/", &pairs));
                for name in ["content-length", "transfer-encoding"] {
                    assert!(!sent.headers().contains_key(name), "{platform} {method} {pairs:?}");
                }
            }
            let coded = [named, ("transfer-encoding", "gzip")];
            let refused = answered(&gateway, request("POST", "/fp/", &coded));
            assert_eq!(refused.status(), 501, "{platform}");
        }
    }
}

/// R5.0, R9.1, R9.2, R9.3: an origin that `connection` or the configured list takes away is echoed
/// all the same, whatever the answer is made for.
#[test]
fn the_origin_is_read_before_it_goes() {
    let origin = ("origin", "https://a.b");
    let many = vec!["x"; 101].join(",");
    let cases: &[(&str, Value, Pairs<'_>)] = &[
        ("/fp/", json!({"hosts": ["a.b"]}), &[]),
        ("/fp/..", json!({}), &[]),
        ("/fp/agent", json!({"agent_download_path": "agent"}), &[]),
        ("/fp/", json!({}), &[("content-length", "x")]),
        ("/fp/", json!({}), &[("transfer-encoding", "gzip")]),
        ("/fp/", json!({}), &[("host", "www.example.com")]),
        ("/fp/", json!({}), &[("connection", &many)]),
        ("/fp/", json!({"trusted_host": "x-host"}), &[("x-host", "a b")]),
    ];
    for dropped in [json!([]), json!(["origin"]), json!(["Origin", "x-orig"])] {
        for named in [("connection", "Origin"), ("connection", "x, origin"), ("x-none", "1")] {
            let mut config = json!({"drop_fields": dropped});
            for (uri, choices, pairs) in cases {
                config.as_object_mut().unwrap().extend(choices.as_object().unwrap().clone());
                for method in ["POST", "GET"] {
                    let pairs = [&[origin, named], *pairs].concat();
                    let gateway = gateway(Platform::Generic, &config.to_string());
                    let refused = answered(&gateway, request(method, uri, &pairs));
                    let allowed = values(refused.headers(), "access-control-allow-origin");
                    assert_eq!(allowed, ["https://a.b"], "{method} {uri} {pairs:?}");
                }
                config = json!({"drop_fields": dropped});
            }
            let gateway = gateway(Platform::Generic, &config.to_string());
            for method in ["POST", "GET"] {
                let (_, exchange) = forwarded(&gateway, request(method, "/fp/", &[named, origin]));
                let failed = exchange.fail(Failure::Connect, RequestId::new(0, 0));
                let allowed = values(failed.headers(), "access-control-allow-origin");
                assert_eq!(allowed, ["https://a.b"], "{method} {named:?}");
            }
        }
    }
}
