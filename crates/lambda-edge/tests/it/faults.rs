//! Events that cannot be read: R13.1.

use firstparty_lambda_edge::{EdgeEvent, EdgeEventError};
use serde::Deserialize;
use serde::de::value::{BytesDeserializer, Error};
use serde_json::{Value, json};

use super::{event_with, forwarded, sample, usual};

const CUSTOM_HEADER: &str = "origin/custom/customHeaders/x-own";

/// R13.1: an error names the member that is missing.
#[test]
fn missing_members_are_named() {
    for (pointer, member) in [
        ("", "Records"),
        ("/Records/0", "cf"),
        ("/Records/0/cf", "request"),
        ("/Records/0/cf/request", "clientIp"),
        ("/Records/0/cf/request", "method"),
        ("/Records/0/cf/request", "uri"),
        ("/Records/0/cf/request", "querystring"),
        ("/Records/0/cf/request", "headers"),
        ("/Records/0/cf/request", "origin"),
        ("/Records/0/cf/request/origin/custom", "customHeaders"),
        ("/Records/0/cf/request/body", "action"),
        ("/Records/0/cf/request/body", "data"),
        ("/Records/0/cf/request/body", "encoding"),
        ("/Records/0/cf/request/body", "inputTruncated"),
    ] {
        let mut event = sample();
        event.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(member).unwrap();
        let error = refused(&event);
        assert!(error.contains(&format!("{member}: missing")), "{error}");
    }
    for (lines, name) in [("headers/host", "headers"), (CUSTOM_HEADER, "customHeaders")] {
        for member in ["key", "value"] {
            let mut event = sample();
            let line = event.pointer_mut(&format!("/Records/0/cf/request/{lines}/0")).unwrap();
            line.as_object_mut().unwrap().remove(member).unwrap();
            let error = refused(&event);
            assert!(error.contains(&format!(".{name}.*[0].{member}: missing")), "{error}");
        }
    }
    let mut event = sample();
    event["Records"] = json!([]);
    assert!(refused(&event).contains("Records[0]: missing"));
    let mut event = sample();
    event["Records"][0]["cf"]["request"]["origin"] = json!({"else": 1});
    assert!(refused(&event).contains("origin: expected an object with custom or s3"));
}

/// R13.1: an error names the member with the wrong type. It never repeats the value, which may be a
/// secret.
#[test]
fn wrong_types_are_named_and_not_repeated() {
    let wrong = [
        json!(4711),
        json!(-4711),
        json!(4711.5),
        json!("4711"),
        json!(true),
        json!(null),
        json!(["4711"]),
        json!({"4711": "4711"}),
    ];
    for (pointer, member, right) in [
        ("/Records", "Records", "a list"),
        ("/Records/0", "Records[0]", "an object"),
        ("/Records/0/cf", "cf", "an object"),
        ("/Records/0/cf/request", "request", "an object"),
        ("/Records/0/cf/request/clientIp", "clientIp", "a string"),
        ("/Records/0/cf/request/method", "method", "a string"),
        ("/Records/0/cf/request/uri", "uri", "a string"),
        ("/Records/0/cf/request/querystring", "querystring", "a string"),
        ("/Records/0/cf/request/headers", "headers", "an object"),
        ("/Records/0/cf/request/headers/host", "headers", "a list of objects"),
        ("/Records/0/cf/request/headers/host/0", "headers", "an object"),
        ("/Records/0/cf/request/headers/host/0/key", "headers.*[0].key", "a string"),
        ("/Records/0/cf/request/headers/host/0/value", "headers.*[0].value", "a string"),
        ("/Records/0/cf/request/origin", "origin", "an object"),
        ("/Records/0/cf/request/origin/custom", "origin.custom", "an object"),
        ("/Records/0/cf/request/origin/custom/customHeaders", "customHeaders", "an object"),
        ("/Records/0/cf/request/origin/custom/domainName", "custom.domainName", "a string"),
        ("/Records/0/cf/request/body", "body", "an object"),
        ("/Records/0/cf/request/body/action", "body.action", "a string"),
        ("/Records/0/cf/request/body/data", "body.data", "a string"),
        ("/Records/0/cf/request/body/data", "body.data", "base64"),
        ("/Records/0/cf/request/body/encoding", "body.encoding", "a string"),
        ("/Records/0/cf/request/body/encoding", "body.encoding", "base64 or text"),
        ("/Records/0/cf/request/body/inputTruncated", "body.inputTruncated", "a boolean"),
    ] {
        for value in wrong.iter().filter(|value| is_wrong(value, right, pointer)) {
            let mut event = sample();
            *event.pointer_mut(pointer).unwrap() = value.clone();
            let error = refused(&event);
            assert!(error.contains(member), "{pointer} = {value}: {error}");
            assert!(error.contains("expected") || error.contains("missing"), "{error}");
            assert!(!error.contains("4711"), "{pointer} = {value}: {error}");
        }
    }
}

/// Whether a value is wrong at this place.
fn is_wrong(value: &Value, right: &str, pointer: &str) -> bool {
    match right {
        "a list" | "a list of objects" => !value.is_array() || right == "a list of objects",
        "an object" => {
            let lenient = pointer.ends_with("/headers") || pointer.ends_with("/customHeaders");
            let absent = pointer.ends_with("/body") && value.is_null();
            !(value.is_object() && !lenient || absent)
        }
        "base64" => value == "4711." || value == "äöü",
        "base64 or text" => value.is_string(),
        "a boolean" => !value.is_boolean(),
        _ => !value.is_string(),
    }
}

/// R13.1: no error repeats a value or a name of the event, whatever is wrong and wherever it is.
#[test]
fn no_error_repeats_a_value() {
    let wrong = [
        json!(MARKER),
        json!(format!("a, expected {MARKER}, expected {MARKER}")),
        json!(format!("missing field `{MARKER}`")),
        json!(format!("a\"\n\u{0}{MARKER}")),
        json!(4711),
        json!(-4711),
        json!(4711.25),
        json!(true),
        json!(null),
        json!([]),
        json!([MARKER, MARKER, MARKER, MARKER]),
        json!([4711]),
        json!([{"key": MARKER, "value": 4711}]),
        json!({}),
        json!({MARKER: MARKER}),
        json!({MARKER: [{"key": MARKER, "value": 4711}]}),
        json!({MARKER: {"custom": MARKER}, "custom": {"customHeaders": {MARKER: 4711}}}),
    ];
    let (mut errors, mut places) = (0, Vec::new());
    pointers(&sample(), "", &mut places);
    assert_eq!(places.len(), 50);
    for place in &places {
        for value in &wrong {
            let mut event = sample();
            *event.pointer_mut(place).unwrap() = value.clone();
            errors += usize::from(assert_no_leak(&event));
        }
        // The value stays and its name changes.
        let mut event = sample();
        let (parent, name) = place.rsplit_once('/').unwrap_or_default();
        if let Some(Value::Object(parent)) = event.pointer_mut(parent) {
            if let Some(value) = parent.remove(name) {
                parent.insert(MARKER.to_owned(), value);
                errors += usize::from(assert_no_leak(&event));
            }
        }
    }
    assert!(errors > 500, "most of them are wrong");
}

const MARKER: &str = "s3cr3t";

/// The place of every value in a value, itself included.
fn pointers(value: &Value, place: &str, places: &mut Vec<String>) {
    places.push(place.to_owned());
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                pointers(value, &format!("{place}/{index}"), places);
            }
        }
        Value::Object(object) => {
            for (name, value) in object {
                pointers(value, &format!("{place}/{name}"), places);
            }
        }
        _ => {}
    }
}

/// Whether the event is refused. It reads it in every way that there is.
#[track_caller]
fn assert_no_leak(event: &Value) -> bool {
    let text = event.to_string();
    let error = EdgeEvent::from_json(text.as_bytes()).err();
    let of_text = serde_json::from_str::<EdgeEvent>(&text).err();
    let of_value = EdgeEvent::deserialize(event).err();
    let shown = format!("{error:?} {of_text:?} {of_value:?}");
    assert!(!shown.contains(MARKER) && !shown.contains("4711"), "{shown}");
    let Some(error) = error else { return false };
    let EdgeEventError::Member(message) = &error else { panic!("{error}") };
    let known = [": expected ", ": missing"];
    assert!(known.iter().any(|known| message.contains(known)), "{message}");
    let of_value = of_value.unwrap().to_string();
    assert!(error.to_string().ends_with(&of_value), "{error}, but {of_value}");
    assert!(of_text.unwrap().to_string().starts_with(&of_value), "{of_value}");
    true
}

/// R13.1: errors in the JSON do not repeat a value either.
#[test]
fn no_syntax_error_repeats_a_value() {
    let mut event = sample();
    event["Records"][0]["cf"]["request"]["uri"] = MARKER.into();
    event["Records"][0]["cf"]["request"]["unheard"] = json!({MARKER: MARKER});
    let text = event.to_string();
    for end in 0..text.len() {
        for junk in ["", "\u{1}", "\\x", "\\ud800\"", "s3cr3t", "}", ",", "4711"] {
            let broken = format!("{}{junk}", &text[..end]);
            if let Err(error) = EdgeEvent::from_json(broken.as_bytes()) {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(MARKER), "{shown}");
            }
        }
    }
}

/// R13.1: a value that other formats have, and JSON does not, is refused in the same words.
#[test]
fn values_of_other_formats_are_refused() {
    let bytes = BytesDeserializer::<Error>::new(b"4711");
    let error = EdgeEvent::deserialize(bytes).unwrap_err().to_string();
    assert_eq!(error, "event: expected an object");
}

/// R13.1: an error names a body that is not base64.
#[test]
fn malformed_base64_is_named() {
    for data in ["A", "AAE", "AA=C", "A A=", "AAEC\n", "ä===", "AAE*"] {
        let mut event = sample();
        event["Records"][0]["cf"]["request"]["body"]["data"] = data.into();
        assert!(refused(&event).contains("body.data: expected base64"), "{data:?}");
    }
}

#[track_caller]
fn refused(event: &Value) -> String {
    let error = EdgeEvent::from_json(event.to_string().as_bytes()).unwrap_err();
    assert!(matches!(error, EdgeEventError::Member(_)), "{error}");
    error.to_string()
}

/// R13.1: text that is not JSON, or only the beginning of it, is an error and not a panic.
#[test]
fn junk_is_refused() {
    let mut whole = sample();
    let request = &mut whole["Records"][0]["cf"]["request"];
    request["unheard"] = json!({"of": [1]});
    request["origin"]["unheard"] = json!({"of": [1]});
    whole["Records"].as_array_mut().unwrap().push(json!({"more": 1}));
    let whole = whole.to_string();
    for end in 0..whole.len() {
        let error = EdgeEvent::from_json(&whole.as_bytes()[..end]).unwrap_err();
        assert!(matches!(error, EdgeEventError::Json(_)), "{end}: {error}");
    }
    for junk in [vec![0; 1 << 20], vec![b'['; 1 << 20], vec![0xff; 64], b"\"\\ud800\"".to_vec()] {
        assert!(EdgeEvent::from_json(&junk).is_err());
    }
}

/// R13.1: formats with owned strings are read alike, and their errors are alike.
#[test]
fn other_formats_are_read_alike() {
    let (request, _) = forwarded(&usual(), EdgeEvent::deserialize(sample()).unwrap());
    let (expected, _) = forwarded(&usual(), event_with(|_| {}));
    assert_eq!(request.method(), expected.method());
    assert_eq!(request.uri(), expected.uri());
    assert_eq!(request.headers(), expected.headers());
    assert_eq!(request.body(), expected.body());
    let mut event = sample();
    event["Records"][0]["cf"]["request"]["body"]["inputTruncated"] = Value::Null;
    let error = EdgeEvent::deserialize(event).unwrap_err().to_string();
    assert_eq!(error, "Records[0].cf.request.body.inputTruncated: expected a boolean");
}
