//! From events to requests: R13.1, R13.3, R13.5.

use bytes::Bytes;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method};
use firstparty::refusal::{Cause, Refusal};
use firstparty_lambda_edge::{EdgeEvent, EdgeStep};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answered, event_with, forwarded, function, object, sample, usual, values};

/// R13.1, R12: everything that is read of an event reaches upstream; repeats stay repeats.
#[test]
fn an_event_becomes_a_request() {
    let (request, pending) = forwarded(&usual(), event_with(|_| {}));
    assert_eq!(request.method(), "POST");
    assert_eq!(
        request.uri(),
        "https://eu.api.fpjs.io/?region=eu&ii=fingerprintjs-pro-cloudfront%2F1.2.3%2Fingress"
    );
    let headers = request.headers();
    assert_eq!(values(headers, "accept"), ["text/html", "*/*"]);
    assert_eq!(values(headers, "host"), ["eu.api.fpjs.io"]);
    assert_eq!(values(headers, "fpjs-proxy-client-ip"), ["203.0.113.178"]);
    assert_eq!(values(headers, "fpjs-proxy-forwarded-host"), ["www.example.com"]);
    assert_eq!(values(headers, "fpjs-proxy-secret"), ["s3cret"]);
    assert_eq!(request.body(), &[0, 1, 2][..]);
    assert!(pending.report().authorised);
}

/// R13.1: what an event holds can be asked for.
#[test]
fn an_event_tells_what_it_holds() {
    let event = event_with(|request| request["body"]["inputTruncated"] = true.into());
    assert_eq!((event.method(), event.uri().path()), (&Method::POST, "/fp/result"));
    assert_eq!(values(event.fields(), "accept"), ["text/html", "*/*"]);
    assert_eq!(event.client_ip(), "203.0.113.178".parse().ok());
    assert!(event.is_truncated());
    assert!(!event_with(|_| {}).is_truncated());
}

/// R13.1: text and base64 bodies, in any order of members, with escapes or without.
#[test]
fn bodies_are_decoded() {
    for (data, encoding, expected) in [
        ("", "base64", &b""[..]),
        ("/+8=", "base64", &[0xff, 0xef]),
        ("AAEC", "text", b"AAEC"),
        ("{\"a\": \"ä\"}", "text", "{\"a\": \"ä\"}".as_bytes()),
    ] {
        let body = json!({
            "inputTruncated": false, "action": "read-only", "encoding": encoding, "data": data,
        });
        let (request, _) = forwarded(&usual(), event_with(|request| request["body"] = body));
        assert_eq!(request.body(), expected);
    }
    let escaped = sample().to_string().replace("AAEC", r"\/+8\u003d");
    let (request, _) = forwarded(&usual(), EdgeEvent::from_json(escaped.as_bytes()).unwrap());
    assert_eq!(request.body(), &[0xff, 0xef][..]);
}

/// R13.5: `content-length` is the decoded length. Without a body it is 0 for methods that expect
/// content, and absent for others.
#[test]
fn forwarded_requests_have_a_definite_body() {
    for (method, data, expected) in [
        ("POST", "AAEC", Some("3")),
        ("POST", "", Some("0")),
        ("PUT", "", Some("0")),
        ("PATCH", "", Some("0")),
        ("GET", "", None),
        ("HEAD", "", None),
        ("DELETE", "", None),
        ("OPTIONS", "", None),
        ("GET", "AAEC", Some("3")),
        ("DELETE", "AAEC", Some("3")),
    ] {
        let event = event_with(|request| {
            request["method"] = method.into();
            request["body"]["data"] = data.into();
            request["headers"]["content-length"] =
                json!([{"key": "Content-Length", "value": "4711"}]);
        });
        let (request, _) = forwarded(&usual(), event);
        let lengths = values(request.headers(), "content-length");
        assert_eq!(lengths, expected.into_iter().collect::<Vec<_>>(), "{method} {data:?}");
        assert!(!request.headers().contains_key("transfer-encoding"));
    }
}

/// R13.1, R13.5: an event without body, as an association without it gives.
#[test]
fn a_body_may_be_missing() {
    for body in [None, Some(Value::Null)] {
        let event = event_with(|request| match body {
            Some(body) => request["body"] = body,
            None => drop(request.as_object_mut().unwrap().remove("body")),
        });
        let (request, _) = forwarded(&usual(), event);
        assert_eq!(values(request.headers(), "content-length"), ["0"]);
        assert!(request.body().is_empty());
    }
}

/// R13.1: an origin may be custom or S3. Unknown members are ignored.
#[test]
fn unknown_members_are_ignored() {
    let event = event_with(|request| {
        request["origin"] = json!({"s3": {"region": "eu", "customHeaders":
            {"fpjs_secret_name": [{"key": "FPJS_SECRET_NAME", "value": "name", "odd": [1]}]}}});
        request["unheard"] = json!({"of": [1, 2.5, -3, null, "x"]});
    });
    assert_eq!(event.secret_name(), Some("name"));
    let (request, _) = forwarded(&usual(), event);
    assert_eq!(request.method(), Method::POST);
}

/// R5.7, R13.1: where CloudFront hides the browser's host, it is the origin's, and the request is
/// refused; before a body that was cut (R2.9).
#[test]
fn the_origins_host_is_not_the_browsers() {
    for (host, domain, is_refused) in [
        ("origin.example.com", "origin.example.com", true),
        ("Origin.Example.com:443", "origin.example.com", true),
        ("origin.example.com.", "ORIGIN.example.com", true),
        ("www.example.com", "origin.example.com", false),
        ("origin.example.com", "example.com", false),
        ("origin.example.com", "", false),
    ] {
        for kind in ["custom", "s3"] {
            let event = event_with(|request| {
                request["headers"]["host"][0]["value"] = json!(host);
                request["body"]["inputTruncated"] = json!(is_refused);
                request["origin"] = json!({kind: {"customHeaders": {}, "domainName": domain}});
            });
            assert_eq!(event.origin_domain(), Some(domain));
            match usual().handle(event) {
                EdgeStep::Respond(result, report) => {
                    assert!(is_refused, "{host} {domain}");
                    assert_eq!(result.status(), 400);
                    assert_eq!(report.cause, Some(Refusal::HostOfUpstream.cause()));
                    assert!(!report.secret_sent);
                }
                EdgeStep::Forward(..) => assert!(!is_refused, "{host} {domain}"),
            }
        }
    }
    // It comes before the list of hosts (R2.9).
    let listing = function(r#"{"get_result_path": "result", "hosts": ["www.example.com"]}"#);
    let event = event_with(|request| request["headers"]["host"][0]["value"] = json!("fpcdn.io."));
    let EdgeStep::Respond(_, report) = listing.handle(event) else { panic!() };
    assert_eq!(report.cause, Some(Refusal::HostOfUpstream.cause()));
    let origin = |domain| {
        event_with(|request| {
            request["headers"]["host"][0]["value"] = json!("origin.example.com");
            request["origin"]["custom"]["domainName"] = json!(domain);
        })
    };
    for (domain, expected) in [
        ("origin.example.com", Refusal::HostOfUpstream),
        ("else.example.com", Refusal::HostNotListed),
    ] {
        let EdgeStep::Respond(_, report) = listing.handle(origin(domain)) else { panic!() };
        assert_eq!(report.cause, Some(expected.cause()), "{domain}");
    }
}

/// R10.1, R10.2, R5.7: the status page is not refused for the origin's host, but its verdict says that
/// CloudFront hides the browser's.
#[test]
fn the_status_page_knows_the_origins_host() {
    let function = function(r#"{"pre_shared_secret": "s"}"#);
    for (host, is_hidden) in
        [("www.example.com", false), ("fpcdn.io", true), ("Origin.Example.com:443", true)]
    {
        let (page, report) = answered(
            &function,
            event_with(|request| {
                request["method"] = json!("GET");
                request["uri"] = json!("/fp/status");
                request["headers"]["host"][0]["value"] = json!(host);
                request["origin"]["custom"]["domainName"] = json!("origin.example.com");
            }),
        );
        assert_eq!(page.status(), 200);
        assert_eq!(report.cause, Some(Cause::STATUS_PAGE));
        let page = object(&page)["body"].as_str().unwrap().to_owned();
        assert_eq!(page.contains("under upstream&#39;s own host"), is_hidden, "{host}: {page}");
        assert_eq!(page.contains("</strong>: a proxy secret is set"), !is_hidden, "{host}: {page}");
    }
}

/// R13.1: if an object has a member twice, the last counts. If a field's name is there twice, all
/// its lines count. JSON allows both, and CloudFront sends neither.
#[test]
fn members_may_be_there_twice() {
    let text = sample().to_string();
    let host = r#""host":"#;
    let twice = text.replace(host, &format!(r#""accept":[{{"key":"a","value":"1"}}],{host}"#));
    let (request, _) = forwarded(&usual(), EdgeEvent::from_json(twice.as_bytes()).unwrap());
    assert_eq!(values(request.headers(), "accept"), ["text/html", "*/*", "1"]);

    for (member, before) in [
        (r#""method":"#, r#""method":"GET","#),
        (r#""uri":"#, r#""uri":"/else","#),
        (r#""body":"#, r#""body":null,"#),
        (r#""data":"#, r#""data":"","#),
        (r#""value":"text/html""#, r#""value":"none","#),
    ] {
        let twice = text.replacen(member, &format!("{before}{member}"), 1);
        assert_ne!(twice, text);
        let (request, _) = forwarded(&usual(), EdgeEvent::from_json(twice.as_bytes()).unwrap());
        let (expected, _) = forwarded(&usual(), event_with(|_| {}));
        assert_eq!(request.method(), expected.method());
        assert_eq!(request.uri(), expected.uri());
        assert_eq!(request.headers(), expected.headers());
        assert_eq!(request.body(), expected.body());
        // As text in the hands of serde, it is an error that names the member.
        let error = serde_json::from_str::<EdgeEvent>(&twice).unwrap_err().to_string();
        assert!(error.contains(": there twice"), "{error}");
    }
}

/// R13.3: a method, target or field that is not valid in HTTP is answered with 400 and CORS (R9.3).
#[test]
fn what_http_does_not_allow_is_answered_400() {
    let changes: [fn(&mut Value); 9] = [
        |request| request["method"] = "GE T".into(),
        |request| request["method"] = "".into(),
        |request| request["uri"] = "/fp/a b".into(),
        |request| request["uri"] = "/fp/result?x".into(),
        |request| request["uri"] = "/fp/result#x".into(),
        |request| request["querystring"] = "a=1#b".into(),
        |request| request["querystring"] = "q".repeat(70_000).into(),
        |request| request["headers"]["x y"] = json!([{"key": "x y", "value": "1"}]),
        |request| request["headers"]["x-y"] = json!([{"key": "X-Y", "value": "1\r\nx: y"}]),
    ];
    for change in changes {
        let (result, report) = answered(&usual(), event_with(change));
        let result = object(&result);
        assert_eq!(result["status"], "400", "{result}");
        assert_eq!(result["body"], r#"{"error":"the request is malformed"}"#);
        let cors = &result["headers"]["access-control-allow-origin"][0]["value"];
        assert_eq!(cors, "https://www.example.com");
        assert_eq!(report.status, Some(400));
    }
}

/// R13.3, R13.5: more fields than a map can hold are answered with 400, also if only
/// `content-length` is too many.
#[test]
fn too_many_fields_are_answered() {
    let mut room = HeaderMap::new();
    let names = (0..).map(|index| HeaderName::try_from(format!("x-{index}")).unwrap());
    let size = names.take_while(|name| room.try_insert(name, HeaderValue::from(1)).is_ok()).count();
    let event = |fields, body: &'static str| {
        let mut event = EdgeEvent::new("GET", "/fp/", "");
        event.append_field("host", "www.example.com");
        (1..fields).for_each(|index| event.append_field(&format!("x-{index}"), "1"));
        event.with_body(Bytes::from(body))
    };
    let (request, _) = forwarded(&usual(), event(size, ""));
    assert_eq!(request.headers().len(), size);
    for event in [event(size, "body"), event(size + 1, "")] {
        let result = object(&answered(&usual(), event).0);
        assert_eq!(result["status"], "400");
        assert_eq!(result["body"], r#"{"error":"the request has too many fields"}"#);
    }
}

/// R13.3: a cut body is never forwarded. A request that is not forwarded gets its usual answer.
#[test]
fn a_cut_body_is_answered_413() {
    for (uri, method, status) in [
        ("/fp/result", "POST", 413),
        ("/fp/web/v4/k", "PUT", 413),
        ("/fp/../x", "POST", 400),
        ("/fp/status", "POST", 405),
        ("/fp/status", "GET", 200),
    ] {
        let event = event_with(|request| {
            request["uri"] = uri.into();
            request["method"] = method.into();
            request["body"]["inputTruncated"] = true.into();
        });
        let (result, report) = answered(&usual(), event);
        assert_eq!(result.status(), status, "{uri}");
        assert_eq!(report.status, Some(status), "{uri}");
        if status == 413 {
            assert!(report.region.is_none() && !report.secret_sent, "nothing was sent");
            let result = object(&result);
            assert_eq!(result["body"], r#"{"error":"the request body is too large"}"#);
            assert_eq!(
                result["headers"]["access-control-allow-origin"][0]["value"],
                "https://www.example.com"
            );
        }
    }
}

/// R12, R13.1: an address counts with or without a port. Other text does not count.
#[test]
fn the_clients_address_counts_if_it_is_one() {
    for (text, expected) in [
        ("203.0.113.7", Some("203.0.113.7")),
        ("2001:DB8::1", Some("2001:db8::1")),
        ("[2001:db8::1]:443", Some("2001:db8::1")),
        ("203.0.113.7:65535", Some("203.0.113.7")),
        ("203.0.113.7:65536", None),
        ("", None),
        ("unknown", None),
    ] {
        let (request, _) =
            forwarded(&usual(), event_with(|request| request["clientIp"] = text.into()));
        let sent = values(request.headers(), "fpjs-proxy-client-ip");
        assert_eq!(sent, expected.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

/// R1.4, R13.1: `Debug` shows neither cookies nor settings.
#[test]
fn events_show_no_secret() {
    let event = event_with(|request| {
        request["headers"]["cookie"] = json!([{"key": "Cookie", "value": "a=hidden"}]);
        request["origin"]["custom"]["customHeaders"]["fpjs_pre_shared_secret"] =
            json!([{"key": "FPJS_PRE_SHARED_SECRET", "value": "hidden"}]);
    });
    let shown = format!("{event:?}");
    assert!(shown.contains("PreSharedSecret") && !shown.contains("hidden"), "{shown}");
}

proptest! {
    /// R13.1: an event read from JSON equals one that is built from the same parts.
    #[test]
    fn both_ways_to_an_event_agree(
        method in "[A-Z]{1,6}",
        path in "/[a-z/%]{0,9}",
        query in "[a-z=&%+]{0,9}",
        fields in prop::collection::vec(("[a-zA-Z-]{1,9}", "[ -~é]{0,9}"), 0..9),
        client_ip in "(203\\.0\\.113\\.7|2001:db8::1|junk)",
        body in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        use base64::Engine;
        let data = base64::prelude::BASE64_STANDARD.encode(&body);
        let mut headers = serde_json::Map::new();
        for (name, value) in &fields {
            let lines = headers.entry(name.to_lowercase()).or_insert_with(|| json!([]));
            lines.as_array_mut().unwrap().push(json!({"key": name, "value": value}));
        }
        let read = event_with(|request| {
            request["method"] = method.clone().into();
            request["uri"] = path.clone().into();
            request["querystring"] = query.clone().into();
            request["clientIp"] = client_ip.clone().into();
            request["headers"] = headers.into();
            request["body"]["data"] = data.into();
        });
        let mut made = EdgeEvent::new(&method, &path, &query);
        made.set_client_ip(&client_ip);
        for (name, value) in &fields {
            made.append_field(name, value);
        }
        let show = |event: EdgeEvent| match usual().handle(event) {
            EdgeStep::Respond(result, report) => {
                format!("{} {report:?}", object(&result))
            }
            EdgeStep::Forward(request, pending) => {
                let mut fields: Vec<_> = request.headers().iter().collect();
                fields.sort_by_key(|(name, _)| name.as_str());
                let (method, uri, body) = (request.method(), request.uri(), request.body());
                format!("{method} {uri} {fields:?} {body:?} {:?}", pending.report())
            }
        };
        prop_assert_eq!(show(read), show(made.with_body(body.into())));
    }
}
