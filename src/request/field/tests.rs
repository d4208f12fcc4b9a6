//! Which fields are dropped, which are kept, and what is refused.

use super::*;

const UPSTREAM: HeaderValue = HeaderValue::from_static("api.fpjs.io");

fn map(fields: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn filtered(
    platform: Platform,
    kind: Kind,
    fields: &[(&str, &str)],
) -> Result<Vec<(String, String)>, Refusal> {
    let config = Config::builder().drop_fields(["referer", "x-mine"]).build().unwrap();
    let mut headers = map(fields);
    RequestFields::new(&config, platform).filter(&mut headers, kind, &UPSTREAM)?;
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let pairs = headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let mut pairs: Vec<_> = pairs.filter(|(name, _)| name != "host").collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(pairs)
}

fn generic(fields: &[(&str, &str)]) -> Result<Vec<(String, String)>, Refusal> {
    filtered(Platform::Generic, Kind::Identification, fields)
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// R5.1, R5.3, R5.4, R5.8: fields dropped on every platform, and fields kept with their repeats.
#[test]
fn denied_fields_go_and_the_rest_stays() {
    let gone = "connection http2-settings keep-alive proxy-authenticate proxy-authorization
        proxy-connection te trailer upgrade expect strict-transport-security referer x-mine
        fpjs-proxy-secret fpjs-proxy-client-ip fpjs-proxy-forwarded-host fpjs-proxy-else";
    let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "x")).collect();
    fields.extend([("accept", "a"), ("x-forwarded-for", "1"), ("accept", "b"), ("via", "v")]);
    let kept = [("accept", "a"), ("accept", "b"), ("via", "v"), ("x-forwarded-for", "1")];
    assert_eq!(generic(&fields), Ok(pairs(&kept)));
}

/// R5.8: what the rule lets pass by name does so on every platform, and nothing is added.
#[test]
fn other_fields_pass() {
    let names = "accept-encoding access-control-request-headers access-control-request-method
        content-encoding content-language content-type max-forwards origin sec-ch-ua
        sec-ch-ua-mobile sec-ch-ua-platform user-agent x-forwarded-for";
    let fields: Vec<_> = names.split_whitespace().map(|name| (name, "1")).collect();
    for &platform in Platform::ALL {
        for kind in [Kind::Identification, Kind::Plain] {
            assert_eq!(filtered(platform, kind, &fields), Ok(pairs(&fields)), "{platform}");
        }
    }
}

/// R5.1: `connection` removes what it names, but neither `host` nor `content-length`.
#[test]
fn connection_names_further_fields() {
    let fields = [
        ("connection", "x-one, host, content-length"),
        ("connection", "cookie"),
        ("x-one", "1"),
        ("x-two", "2"),
        ("content-length", "3"),
        ("cookie", "_iidt=1"),
        ("cookie", "_iidt=2"),
    ];
    assert_eq!(generic(&fields), Ok(pairs(&[("content-length", "3"), ("x-two", "2")])));
    let many = vec!["a"; 101].join(",");
    assert_eq!(generic(&[("connection", &many)]), Err(Refusal::ConnectionNames));
}

/// R5.0, R5.2: framing that can be read in one way only, whatever `connection` names.
#[test]
fn framing_is_unambiguous() {
    let te = ("transfer-encoding", "chunked");
    let named = ("connection", "Transfer-Encoding, Content-Length");
    for (fields, expected) in [
        (&[("content-length", "5")][..], Ok(pairs(&[("content-length", "5")]))),
        (
            &[("content-length", "5"), ("content-length", "5")],
            Ok(pairs(&[("content-length", "5")])),
        ),
        (&[("content-length", "5, 5")], Ok(pairs(&[("content-length", "5")]))),
        (&[("content-length", "5"), te], Ok(pairs(&[]))),
        (&[te, ("content-length", "5,5")], Ok(pairs(&[]))),
        (&[("transfer-encoding", "Chunked")], Ok(pairs(&[]))),
        (&[named, te, ("content-length", "5")], Ok(pairs(&[]))),
        (&[("content-length", "5"), te, named], Ok(pairs(&[]))),
        (&[named, ("transfer-encoding", "gzip")], Err(Refusal::TransferCoding)),
        (&[named, ("content-length", "5"), ("content-length", "6")], Err(Refusal::ContentLength)),
        (&[("content-length", "5"), ("content-length", "6")], Err(Refusal::ContentLength)),
        (&[("content-length", "5"), ("content-length", "6"), te], Err(Refusal::ContentLength)),
        (&[("content-length", "-5")], Err(Refusal::ContentLength)),
        (&[("transfer-encoding", "gzip, chunked")], Err(Refusal::TransferCoding)),
        (&[te, te], Err(Refusal::TransferCoding)),
        (&[("content-length", "x"), ("transfer-encoding", "gzip")], Err(Refusal::TransferCoding)),
        (
            &[("transfer-encoding", "gzip"), ("content-length", "5, 6")],
            Err(Refusal::TransferCoding),
        ),
        (&[("transfer-encoding", "")], Err(Refusal::TransferCoding)),
    ] {
        assert_eq!(generic(fields), expected, "{fields:?}");
    }
}

/// R5.4, R12: the platform's denylist goes, its prefixes too.
#[test]
fn the_platforms_own_fields_go() {
    let gone = "age x-accel-buffering x-accel-charset x-accel-limit-rate x-accel-redirect
        x-amzn-auth x-amzn-cf-billing x-amzn-cf-id x-amzn-cf-xff x-amzn-errortype
        x-amzn-fle-profile x-amzn-header-count x-amzn-header-order
        x-amzn-lambda-integration-tag x-amzn-requestid x-cache x-forwarded-proto x-real-ip
        via cdn-loop cache-tag x-edge-location x-edge-new x-amz-cf-id x-amz-cf-new";
    let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "1")).collect();
    fields.extend([("content-length", "3"), ("x-arr-ssl", "4"), ("if-range", "5")]);
    let cloudfront = filtered(Platform::CloudFront, Kind::Identification, &fields);
    assert_eq!(cloudfront, Ok(pairs(&[("if-range", "5"), ("x-arr-ssl", "4")])));
    let fields = [("via", "v"), ("x-edge-a", "1"), ("x-site-b", "2"), ("x-azure-c", "3")];
    let azure = filtered(Platform::Azure, Kind::Identification, &fields);
    assert_eq!(azure, Ok(pairs(&[("via", "v")])));
    for &platform in Platform::ALL {
        let stays = filtered(platform, Kind::Identification, &[("x-forwarded-for", "1")]);
        assert_eq!(stays, Ok(pairs(&[("x-forwarded-for", "1")])), "{platform}");
    }
    let others = [
        Platform::Generic,
        Platform::Cloudflare,
        Platform::FastlyCompute,
        Platform::FastlyVcl,
        Platform::Akamai,
    ];
    let fields = [
        ("age", "1"),
        ("cdn-loop", "2"),
        ("cf-ray", "3"),
        ("true-client-ip", "4"),
        ("via", "5"),
        ("x-arr-a", "6"),
        ("x-edge-b", "7"),
        ("x-real-ip", "8"),
    ];
    for platform in others {
        assert_eq!(
            filtered(platform, Kind::Identification, &fields),
            Ok(pairs(&fields)),
            "{platform}"
        );
    }
}

/// R5.5: cookies of a plain request go; those of an authorised one are read as one field.
#[test]
fn cookies_are_filtered_across_fields() {
    let fields = [("cookie", "_iidt=1; a=2"), ("cookie", "b=3"), ("cookie", "_iidt=4")];
    assert_eq!(generic(&fields), Ok(pairs(&[("cookie", "_iidt=1; _iidt=4")])));
    assert_eq!(filtered(Platform::Generic, Kind::Plain, &fields), Ok(pairs(&[])));
    assert_eq!(generic(&[("cookie", "a=1")]), Ok(pairs(&[])));
    assert_eq!(
        generic(&[("cookie", "a=1"), ("cookie", "_iidt=1")]),
        Ok(pairs(&[("cookie", "_iidt=1")]))
    );
}

/// R5.5: the list of cookies that stay is the configuration's.
#[test]
fn the_list_of_cookies_is_configured() {
    for (names, expected) in
        [(&["_vid", "b"][..], Some("b=2; _vid=3")), (&["_iidt"], Some("_iidt=1")), (&[], None)]
    {
        let config = Config::builder().cookies(names.iter().copied()).build().unwrap();
        let mut headers = map(&[("cookie", "_iidt=1; b=2; _vid=3")]);
        RequestFields::new(&config, Platform::Generic)
            .filter(&mut headers, Kind::Identification, &UPSTREAM)
            .unwrap();
        assert_eq!(headers.get("cookie").map(|cookie| cookie.to_str().unwrap()), expected);
    }
}

/// R5.8: a list may drop cookies, too, whether they come in one field or in several.
#[test]
fn a_list_may_drop_cookies() {
    let config = Config::builder().drop_fields(["cookie"]).build().unwrap();
    let fields = RequestFields::new(&config, Platform::Generic);
    for count in [1, 2, 3] {
        let mut headers = map(&vec![("cookie", "_iidt=1"); count]);
        fields.filter(&mut headers, Kind::Identification, &UPSTREAM).unwrap();
        assert!(!headers.contains_key("cookie"), "{count}");
    }
}

/// R5.2, R5.5: a map without room for one more name is refused, as `http` would panic.
#[test]
fn full_maps_are_refused() {
    let fields = RequestFields::new(&Config::default(), Platform::Generic);
    let full = |pairs: &[(&str, &str)]| {
        let mut headers = map(pairs);
        for number in 0_u32.. {
            let name = HeaderName::try_from(format!("x-{number}")).unwrap();
            if headers.try_insert(name, HeaderValue::from_static("1")).is_err() {
                break;
            }
        }
        headers
    };
    for pairs in [
        &[("host", "a.b"), ("content-length", "1, 1")][..],
        &[("host", "a.b"), ("cookie", "_iidt=1"), ("cookie", "_iidt=2")],
        &[],
    ] {
        let refused = fields.filter(&mut full(pairs), Kind::Identification, &UPSTREAM);
        assert_eq!(refused.unwrap_err(), Refusal::TooManyFields, "{pairs:?}");
    }
    let mut fits = full(&[("host", "a.b"), ("cookie", "a=1; _iidt=1")]);
    assert!(fields.filter(&mut fits, Kind::Identification, &UPSTREAM).is_ok());
    assert_eq!(fits["cookie"], "_iidt=1");
}

/// R5.5: several cookie fields become one, which is as secret as the most secret of them.
#[test]
fn joined_cookies_stay_sensitive() {
    let fields = RequestFields::new(&Config::default(), Platform::Generic);
    for marks in [[false, false], [false, true], [true, false], [true, true]] {
        let mut headers = HeaderMap::new();
        for (text, sensitive) in ["a=1; _iidt=1", "_iidt=2"].into_iter().zip(marks) {
            let mut cookie = HeaderValue::from_static(text);
            cookie.set_sensitive(sensitive);
            headers.append(COOKIE, cookie);
        }
        fields.filter(&mut headers, Kind::Identification, &UPSTREAM).unwrap();
        assert_eq!(headers["cookie"], "_iidt=1; _iidt=2");
        assert_eq!(headers["cookie"].is_sensitive(), marks.contains(&true), "{marks:?}");
    }
}

/// R5.5: the only cookie field is replaced where it is, and as secret as it came.
#[test]
fn a_cookie_stays_sensitive() {
    let fields = RequestFields::new(&Config::default(), Platform::Generic);
    for sensitive in [false, true] {
        let mut cookie = HeaderValue::from_static("a=1; _iidt=1");
        cookie.set_sensitive(sensitive);
        let mut headers = HeaderMap::from_iter([(COOKIE, cookie)]);
        fields.filter(&mut headers, Kind::Identification, &UPSTREAM).unwrap();
        assert_eq!(headers["cookie"], "_iidt=1");
        assert_eq!(headers["cookie"].is_sensitive(), sensitive);
    }
}

/// R4.1, R5.0, R5.7: `host` is returned and replaced; it may be missing but not come twice.
#[test]
fn host_and_origin_are_returned() {
    let fields = RequestFields::new(&Config::default(), Platform::Generic);
    let mut headers = map(&[("host", "a.b"), ("origin", "https://a.b"), ("connection", "origin")]);
    let browser = fields.filter(&mut headers, Kind::Plain, &UPSTREAM).unwrap();
    assert_eq!(
        (browser.host.unwrap(), browser.origin.unwrap()),
        ("a.b".parse().unwrap(), "https://a.b".parse().unwrap())
    );
    assert_eq!(headers, map(&[("host", "api.fpjs.io")]));

    for origins in [2, 3] {
        let mut headers = map(&vec![("origin", "https://a.b"); origins]);
        let browser = fields.filter(&mut headers, Kind::Plain, &UPSTREAM).unwrap();
        assert!(browser.host.is_none() && browser.origin.is_none());
        assert_eq!(headers["host"], "api.fpjs.io");
    }

    let mut headers = map(&[("host", "a.b"), ("host", "a.b")]);
    let twice = fields.filter(&mut headers, Kind::Plain, &UPSTREAM);
    assert_eq!(twice.unwrap_err(), Refusal::Host);
}
