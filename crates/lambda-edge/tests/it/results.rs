//! From responses to result objects: R13.4.

use bytes::Bytes;
use firstparty::field::FieldUse;
use firstparty::http::{HeaderName, HeaderValue, Response};
use firstparty::{Failure, Platform, RequestId};
use firstparty_lambda_edge::{BodyEncoding, EdgeEvent, ResultObject, cause};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{event_with, forwarded, object, usual};

const LIMIT: usize = 1_048_576;

fn response(status: u16, fields: &[(&str, &[u8])], body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::builder().status(status).body(body.into()).unwrap();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        response.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
    }
    response
}

/// The result for upstream's response to the sample event.
fn completed(response: Response<Bytes>) -> Value {
    let (_, pending) = forwarded(&usual(), event_with(|_| {}));
    object(&pending.complete(response))
}

/// R13.4: the object, with one entry a `set-cookie` and every repeat.
#[test]
fn a_response_becomes_an_object() {
    let fields: &[(&str, &[u8])] = &[
        ("content-type", b"application/json"),
        ("set-cookie", b"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
        ("set-cookie", b"b=2"),
        ("x-repeat", b"1"),
        ("x-repeat", b"2"),
    ];
    assert_eq!(
        completed(response(200, fields, "{}")),
        json!({
            "status": "200",
            "statusDescription": "OK",
            "headers": {
                "content-type": [{"key": "content-type", "value": "application/json"}],
                "set-cookie": [
                    {"key": "set-cookie", "value": "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"},
                    {"key": "set-cookie", "value": "b=2"},
                ],
                "x-repeat": [
                    {"key": "x-repeat", "value": "1"},
                    {"key": "x-repeat", "value": "2"},
                ],
            },
            "bodyEncoding": "text",
            "body": "{}",
        })
    );
}

/// R13.4: text is UTF-8 without `content-encoding`, all else base64.
#[test]
fn bodies_are_text_or_base64() {
    let brotli: &[(&str, &[u8])] = &[("content-encoding", b"br")];
    let none: &[(&str, &[u8])] = &[];
    for (fields, body, encoding, expected) in [
        (none, &b"abc"[..], "text", "abc"),
        (none, "ä\u{0}€".as_bytes(), "text", "ä\u{0}€"),
        (none, b"", "text", ""),
        (none, &[0xff, 0xef], "base64", "/+8="),
        (brotli, b"abc", "base64", "YWJj"),
        (brotli, b"", "base64", ""),
    ] {
        let result = completed(response(200, fields, body));
        assert_eq!(result["bodyEncoding"], encoding, "{body:?}");
        assert_eq!(result["body"], expected, "{body:?}");
    }
}

/// R13.4: 204 and 304 have no body.
#[test]
fn some_statuses_have_no_body() {
    for (status, description) in [(204, "No Content"), (304, "Not Modified")] {
        let result = completed(response(status, &[("etag", b"\"e\"")], "not to be seen"));
        assert_eq!(
            result,
            json!({
                "status": status.to_string(),
                "statusDescription": description,
                "headers": {"etag": [{"key": "etag", "value": "\"e\""}]},
            })
        );
    }
}

/// R13.4: an adapter that writes the object itself can get the same from its parts.
#[test]
fn results_have_parts() {
    let result = |response| forwarded(&usual(), event_with(|_| {})).1.complete(response);
    let fields: &[(&str, &[u8])] = &[("content-encoding", b"br"), ("x-a", b"1"), ("x-a", b"\xe9")];
    let encoded = result(response(201, fields, "abc"));
    assert_eq!((encoded.status().as_u16(), encoded.status_description()), (201, "Created"));
    assert_eq!(encoded.body(), Some((BodyEncoding::Base64, &"abc".into())));
    let read: Vec<_> = encoded.fields().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(read, ["content-encoding: br", "x-a: 1", "x-a: \u{e9}"]);
    let text = result(response(200, &[], "abc"));
    assert_eq!(text.body(), Some((BodyEncoding::Text, &"abc".into())));
    assert_eq!(result(response(204, &[], "abc")).body(), None);
}

/// R13.4: if a result cannot be written completely, serialising it is an error.
#[test]
fn results_are_written_whole_or_not() {
    let (_, pending) = forwarded(&usual(), event_with(|_| {}));
    let result: ResultObject = pending.complete(response(200, &[("x-a", b"1")], "abc"));
    let mut written = serde_json::to_vec(&result).unwrap();
    serde_json::to_writer(&mut written[..], &result).unwrap();
    for end in 0..written.len() {
        assert!(serde_json::to_writer(&mut written[..end], &result).is_err(), "{end}");
    }
}

/// R13.4, R9.3: a status that CloudFront does not accept becomes a 502.
#[test]
fn odd_statuses_are_answered_502() {
    for (status, expected) in [
        (100, "502"),
        (101, "502"),
        (199, "502"),
        (200, "200"),
        (299, "299"),
        (599, "599"),
        (600, "502"),
        (999, "502"),
    ] {
        let result = completed(response(status, &[("x-seen", b"1")], "body"));
        assert_eq!(result["status"], expected, "{status}");
        let is_ours = result["headers"].get("x-seen").is_none();
        assert_eq!(is_ours, expected == "502", "{status}");
        if is_ours {
            let cors = &result["headers"]["access-control-allow-origin"][0]["value"];
            assert_eq!(cors, "https://www.example.com");
            assert_eq!(result["headers"]["cache-control"][0]["value"], "no-store");
        }
    }
    assert_eq!(completed(response(299, &[], ""))["statusDescription"], "");
}

/// R13.4, R6: fields that CloudFront does not let a function set never appear.
#[test]
fn disallowed_fields_never_appear() {
    let denied = &Platform::CloudFront.profile().response_denylist;
    let prefixed = denied.prefixes().map(|prefix| format!("{prefix}any"));
    let names: Vec<String> = denied.names().map(str::to_owned).chain(prefixed).collect();
    assert_eq!(names.len(), 40);
    let mut fields: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), &b"1"[..])).collect();
    fields.push(("x-kept", b"1"));
    let result = completed(response(200, &fields, ""));
    assert_eq!(result["headers"], json!({"x-kept": [{"key": "x-kept", "value": "1"}]}));
}

/// R13.4: names, values and the encoded body together are at most 1 MB.
#[test]
fn the_size_is_counted_as_cloudfront_counts_it() {
    let fields: &[(&str, &[u8])] = &[("x-a", b"12345"), ("x-a", b"1234567")];
    let size_of_fields = "x-a".len() * 2 + 12;
    let room = LIMIT - size_of_fields;
    for (body, status) in [
        (vec![b'a'; room], "200"),
        (vec![b'a'; room + 1], "502"),
        (vec![0xff; room / 4 * 3], "200"),
        (vec![0xff; room / 4 * 3 + 1], "502"),
    ] {
        let size = body.len();
        let result = completed(response(200, fields, body));
        assert_eq!(result["status"], status, "{size}");
        if status == "502" {
            let expected = r#"{"error":"upstream's response is too large to be passed on"}"#;
            assert_eq!(result["body"], expected);
        }
    }
    // Fields that do not appear do not count, and neither does a body that is not written.
    let age: &[(&str, &[u8])] = &[("via", &[b'a'; 4_000])];
    assert_eq!(completed(response(200, age, vec![b'a'; LIMIT]))["status"], "200");
    assert_eq!(completed(response(304, &[], vec![b'a'; LIMIT + 1]))["status"], "304");
    // A value counts in the bytes that it is written in.
    let latin: &[(&str, &[u8])] = &[("x", &[0xe4; 4])];
    assert_eq!(completed(response(200, latin, vec![b'a'; LIMIT - 9]))["status"], "200");
    assert_eq!(completed(response(200, latin, vec![b'a'; LIMIT - 8]))["status"], "502");
}

/// R13.4: fields that the adapter keeps count like others, and an answer in place of a response that is
/// too large is not upstream's.
#[test]
fn kept_fields_count() {
    let own: &[(&str, &[u8])] = &[("x-a", b"1"), ("x-a", b"\xe4")];
    // The second value is written in two bytes.
    let room = LIMIT - ("x-a".len() * 2 + 3) - "body".len();
    for (status, kept_size, expected) in [
        (200, room - 1, 200),
        (200, room, 200),
        (200, room + 1, 502),
        (200, usize::MAX, 502),
        (502, room, 502),
        (199, 1, 502),
        // It has no body.
        (204, room + "body".len(), 204),
        (204, room + "body".len() + 1, 502),
    ] {
        let (_, pending) = forwarded(&usual(), event_with(|_| {}));
        let result = pending.complete_with_kept(response(status, own, "body"), kept_size);
        assert_eq!(result.status(), expected, "{status} {kept_size}");
        let has_own = result.fields().any(|(name, _)| name == "x-a");
        assert_eq!(has_own, status == expected, "{status} {kept_size}");
        assert_eq!(result.is_from_upstream(), has_own, "{status} {kept_size}");
    }
}

/// R9.1, R9.3: what ends an exchange without a response is not upstream's.
#[test]
fn other_results_are_not_from_upstream() {
    let pending = || forwarded(&usual(), event_with(|_| {})).1;
    let failed: ResultObject = pending().fail(Failure::Connect, RequestId::new(0, 0));
    let refused: ResultObject = pending().refuse(&cause::SETTINGS);
    let by_event: ResultObject = event_with(|_| {}).refuse(&cause::SETTINGS);
    for result in [failed, refused, by_event, ResultObject::refused(&cause::NO_EVENT)] {
        assert!(!result.is_from_upstream(), "{result:?}");
    }
}

/// R6, R13.4: the gateway's answer for each field, and one field that decides about the body.
#[test]
fn the_encoding_of_a_response_is_read() {
    let (_, pending) = forwarded(&usual(), event_with(|_| {}));
    for (name, expected) in [
        ("etag", FieldUse::Kept),
        ("content-language", FieldUse::Kept),
        ("via", FieldUse::Dropped),
        ("x-edge-any", FieldUse::Dropped),
        ("set-cookie", FieldUse::Read),
        ("connection", FieldUse::Read),
        ("close", FieldUse::Read),
        ("content-encoding", FieldUse::Read),
    ] {
        assert_eq!(pending.response_field(&HeaderName::from_static(name)), expected, "{name}");
    }
}

/// R13.4: a value that is not UTF-8 is read as ISO 8859-1.
#[test]
fn values_are_text() {
    let result = completed(response(200, &[("x-u", "ä".as_bytes()), ("x-l", &[0xe4])], ""));
    assert_eq!(result["headers"]["x-u"][0]["value"], "ä");
    assert_eq!(result["headers"]["x-l"][0]["value"], "ä");
}

/// R9.1, R9.2: failures in both forms, as result objects.
#[test]
fn failures_become_objects() {
    let id = RequestId::new(1_767_225_600_123, 7);
    let (_, pending) = forwarded(&usual(), event_with(|_| {}));
    let result = object(&pending.fail(Failure::Timeout, id));
    assert_eq!(result["status"], "500");
    let body: Value = serde_json::from_str(result["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["error"]["code"], "IntegrationFailed");
    assert!(body["requestId"].as_str().unwrap().starts_with("1767225600123."));

    let (_, pending) = forwarded(&usual(), event_with(|request| request["method"] = "GET".into()));
    let result = object(&pending.fail(Failure::Timeout, id));
    assert_eq!(result["body"], r#"{"error":"upstream did not answer in time"}"#);
}

/// R13.1, R9.3: a payload that is not an event, and settings that are not valid, are answered with
/// 500. With an event, the answer has CORS fields, and no body for HEAD.
#[test]
fn what_cannot_be_handled_is_answered() {
    let result = object(&ResultObject::refused(&cause::NO_EVENT));
    assert_eq!(result["status"], "500");
    assert_eq!(result["body"], r#"{"error":"the event could not be read"}"#);
    assert_eq!(result["headers"]["cache-control"][0]["value"], "no-store");

    let event: EdgeEvent = event_with(|request| request["method"] = "HEAD".into());
    let result = object(&event.refuse::<Bytes>(&cause::SETTINGS));
    assert_eq!((&result["status"], &result["body"]), (&json!("500"), &json!("")));
    let cors = &result["headers"]["access-control-allow-origin"][0]["value"];
    assert_eq!(cors, "https://www.example.com");
}

proptest! {
    /// R13.4, R6.4: whatever upstream sends, CloudFront accepts the object, and it has every field
    /// that may pass.
    #[test]
    fn results_are_what_cloudfront_takes(
        status in 100u16..1000,
        pairs in prop::collection::vec(
            (
                "(x-kept|set-cookie|vary|via|age|content-length|x-edge-a|connection)",
                "([ -~]{0,9}|(x-kept|X-Kept|vary|VARY|,| ){0,5})",
            ),
            0..12,
        ),
        body in prop::collection::vec(any::<u8>(), 0..32),
    ) {
        let fields: Vec<(&str, &[u8])> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let named = |name: &str| pairs.iter().any(|(connection, value)| {
            connection == "connection" && value.split(',').any(|member| member.trim().eq_ignore_ascii_case(name))
        });
        let result = completed(response(status, &fields, body));
        let number: u16 = result["status"].as_str().unwrap().parse().unwrap();
        prop_assert!((200..600).contains(&number));
        if (200..600).contains(&status) {
            for name in ["x-kept", "vary"] {
                let sent: Vec<_> = pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| {
                    json!({"key": name, "value": value})
                }).collect();
                let expected = if sent.is_empty() || named(name) { Value::Null } else { json!(sent) };
                prop_assert_eq!(&result["headers"][name], &expected);
            }
        }
        for name in ["via", "age", "content-length", "x-edge-a", "connection"] {
            prop_assert!(result["headers"].get(name).is_none());
        }
    }
}
