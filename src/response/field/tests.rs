use super::*;

fn filtered(platform: Platform, fields: &[(&str, &str)]) -> (ResponseFacts, Vec<(String, String)>) {
    filtered_at(StatusCode::OK, platform, fields)
}

fn filtered_at(
    status: StatusCode,
    platform: Platform,
    fields: &[(&str, &str)],
) -> (ResponseFacts, Vec<(String, String)>) {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let facts = ResponseFields::new(platform).filter(&mut headers, status, |_| {});
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let pairs = headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    (facts, pairs)
}

fn generic(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    filtered(Platform::Generic, fields).1
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// R6.1, R6.2, R6.3, R6.4: the dropped fields; all others are kept with their repeats.
#[test]
fn denied_fields_go_and_the_rest_stays() {
    let gone = "connection http2-settings keep-alive proxy-authenticate proxy-authorization
        proxy-connection te trailer transfer-encoding upgrade strict-transport-security alt-svc
        clear-site-data nel report-to reporting-endpoints public-key-pins
        public-key-pins-report-only expect-ct service-worker-allowed
        service-worker-navigation-preload set-login use-as-dictionary
        secure-session-registration x-accel-redirect x-accel-expires x-accel- x-sendfile
        x-lighttpd-send-file cache-tag edge-cache-tag surrogate-key x-hop fpjs-proxy-secret
        fpjs-proxy-client-ip fpjs-proxy-forwarded-host fpjs-proxy-x fpjs-proxy-
        fpjs_proxy_secret fpjs.proxy.secret fpjs-proxy_secret fpjs-proxy.secret
        fpjs_proxy-secret fpjs_proxy.secret fpjs.proxy-secret fpjs.proxy_secret";
    let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "x-hop")).collect();
    let kept = [
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-origin", "https://a.b"),
        ("access-control-expose-headers", "x-custom"),
        ("age", "1"),
        ("content-disposition", "inline"),
        ("content-encoding", "br"),
        ("content-language", "en"),
        ("content-type", "text/plain"),
        ("etag", "e"),
        ("expect", "1"),
        ("fpjs-proxysecret", "1"),
        ("location", "/x"),
        ("service-worker", "script"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("vary", "origin"),
        ("via", "v"),
        ("x-accel", "1"),
        ("x-custom", "1"),
        ("x-sendfile-type", "1"),
    ];
    fields.extend(kept);
    assert_eq!(generic(&fields), pairs(&kept));
}

/// R6.3, R12: on CloudFront, its own fields and `age` go, too.
#[test]
fn the_platforms_own_fields_go() {
    let gone = "age connection expect keep-alive proxy-authenticate proxy-authorization
        proxy-connection trailer upgrade x-accel-buffering x-accel-charset x-accel-limit-rate
        x-accel-redirect x-amzn-auth x-amzn-cf-billing x-amzn-cf-id x-amzn-cf-xff
        x-amzn-errortype x-amzn-fle-profile x-amzn-header-count x-amzn-header-order
        x-amzn-lambda-integration-tag x-amzn-requestid x-cache x-forwarded-proto x-real-ip
        strict-transport-security accept-encoding cdn-loop content-length if-modified-since
        if-none-match if-range if-unmodified-since transfer-encoding via cache-tag
        x-edge-location x-edge-new x-amz-cf-id x-amz-cf-pop x-amz-cf-new";
    let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "1")).collect();
    let kept = [("x-amz-request-id", "1"), ("x-custom", "1")];
    fields.extend(kept);
    assert_eq!(filtered(Platform::CloudFront, &fields).1, pairs(&kept));
    let azure = [("x-arr-a", "1"), ("x-azure-b", "2"), ("x-edge-c", "3"), ("x-sited", "4")];
    assert_eq!(filtered(Platform::Azure, &azure).1, pairs(&[]));
    for platform in [Platform::Cloudflare, Platform::FastlyCompute, Platform::FastlyVcl] {
        let fields = [("via", "v"), ("x-cache", "1"), ("x-edge-c", "2")];
        assert_eq!(filtered(platform, &fields).1, pairs(&fields), "{platform}");
    }
}

/// R6.1: `connection` removes any field that it names, but no framing.
#[test]
fn connection_names_further_fields() {
    let fields = [
        ("connection", "Set-Cookie, content-length, host"),
        ("connection", "Expires"),
        ("set-cookie", "a=1"),
        ("expires", "0"),
        ("content-length", "1"),
        ("etag", "e"),
    ];
    assert_eq!(generic(&fields), pairs(&[("content-length", "1"), ("etag", "e")]));
}

/// R6.1, R6.3, R7.1: `expires` and `age` are not seen if `connection` removed them.
#[test]
fn a_removed_field_is_not_seen() {
    for (connection, expires, age) in [
        ("close", true, true),
        ("x-hop", true, true),
        ("expires", false, true),
        ("Age", true, false),
        ("x-hop, Expires", false, true),
    ] {
        let fields = [("connection", connection), ("expires", "0"), ("age", "1"), ("x-hop", "1")];
        let facts = filtered(Platform::Generic, &fields).0;
        assert_eq!((facts.expires, facts.age), (expires, age), "{connection}");
    }
    assert!(!filtered(Platform::CloudFront, &[("age", "1")]).0.age);
}

/// R6.1: names after the hundredth are ignored.
#[test]
fn a_long_connection_list_is_cut() {
    let mut names = vec!["close"; 99];
    names.extend(["x-one", "x-two"]);
    let list = names.join(", ");
    assert_eq!(
        generic(&[("connection", &list), ("x-one", "1"), ("x-two", "2")]),
        pairs(&[("x-two", "2")])
    );
}

/// R6.5: one length or none.
#[test]
fn lengths_are_one_or_none() {
    for (fields, expected) in [
        (&[("content-length", "5"), ("content-length", "5")][..], &[("content-length", "5")][..]),
        (&[("content-length", "5, 5")], &[("content-length", "5")]),
        (&[("content-length", "5"), ("transfer-encoding", "chunked")], &[]),
        (
            &[
                ("connection", "Transfer-Encoding"),
                ("content-length", "5"),
                ("transfer-encoding", "chunked"),
            ],
            &[],
        ),
        (&[("content-length", "0"), ("transfer-encoding", "chunked")], &[]),
        (&[("content-length", "5"), ("content-length", "6")], &[]),
        (&[("content-length", "x")], &[]),
    ] {
        assert_eq!(generic(fields), pairs(expected), "{fields:?}");
    }
}

/// R6.5: a 1xx and a 204 have no length, and that of a 205 can only be 0.
#[test]
fn bodiless_responses_state_no_length() {
    let length = |status: u16, values: &[&str]| {
        let fields: Vec<_> = values.iter().map(|value| ("content-length", *value)).collect();
        let status = StatusCode::from_u16(status).unwrap();
        let (_, after) = filtered_at(status, Platform::Generic, &fields);
        after.into_iter().map(|(_, value)| value).collect::<Vec<_>>()
    };
    for status in [100, 101, 103, 199, 204] {
        for values in [&["0"][..], &["5"], &["0", "0"], &["5, 5"], &["x"]] {
            assert!(length(status, values).is_empty(), "{status} {values:?}");
        }
    }
    for values in [&["0"][..], &["0", "0"], &["0, 0"]] {
        assert_eq!(length(205, values), ["0"], "{values:?}");
    }
    for values in [&["5"][..], &["5", "5"], &["0", "5"], &["x"]] {
        assert!(length(205, values).is_empty(), "{values:?}");
    }
    for status in [200, 203, 206, 304, 404, 500] {
        assert_eq!(length(status, &["5"]), ["5"], "{status}");
        assert_eq!(length(status, &["0"]), ["0"], "{status}");
    }
}

/// R7.1: the media type decides, its case and parameters do not.
#[test]
fn scripts_are_known_by_their_media_type() {
    for (content_type, script) in [
        ("text/javascript", true),
        ("Text/JavaScript ; charset=utf-8", true),
        ("application/javascript;v=1", true),
        ("text/javascriptx", false),
        ("text/javascript x", false),
        ("\ttext/javascript", true),
        ("application/javascript", true),
        ("application/javascrip", false),
        ("application/xml", false),
        ("application/x-protobuf; v=1", false),
        ("text/html; text/javascript", false),
        ("text/html", false),
        ("", false),
    ] {
        let fields = [("content-type", content_type), ("cache-control", "public")];
        let facts = filtered(Platform::Generic, &fields).0;
        assert_eq!((facts.script, facts.cache_control), (Some(script), true), "{content_type}");
    }
    assert_eq!(filtered(Platform::Generic, &[]).0, ResponseFacts::default());
    let [script, page] = ["text/javascript", "text/html"].map(|value| ("content-type", value));
    for (fields, expected) in
        [([script, page], true), ([page, script], true), ([script; 2], true), ([page; 2], false)]
    {
        assert_eq!(filtered(Platform::Generic, &fields).0.script, Some(expected));
    }
}
