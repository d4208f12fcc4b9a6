//! What is done with a field, as far as its name tells: true of every message.

use firstparty::field::FieldUse;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use firstparty::{Action, Failure, Gateway, Platform, RequestId};
use proptest::prelude::*;
use proptest::sample::select;

use crate::properties::{NAMES, VALUES, gateway, headers, request, sorted};

/// Names that are standard or not, listed or not, known by a prefix or not.
fn name() -> impl Strategy<Value = HeaderName> {
    let starts = ["x-edge-", "x-amz-cf-", "x-azure-", "x-accel-", "fpjs-proxy-", "sec-", ""];
    let made = (select(Vec::from(starts)), "[a-z][a-z0-9_.-]{0,9}")
        .prop_map(|(start, rest)| format!("{start}{rest}"));
    let usual = select(vec![
        "user-agent",
        "etag",
        "vary",
        "close",
        "authorization",
        "expect",
        "keep-alive",
        "x-cache",
        "surrogate-key",
        "cdn-cache-control",
        "content-encoding",
        "x-real-ip",
        "cache-tag",
    ]);
    let text = prop_oneof![
        3 => select(NAMES).prop_map(str::to_owned),
        2 => usual.prop_map(str::to_owned),
        2 => made,
    ];
    text.prop_map(|name| HeaderName::from_bytes(name.as_bytes()).unwrap())
}

fn value() -> impl Strategy<Value = HeaderValue> {
    let made = "[a-z0-9=;, .:/-]{0,12}";
    let text = prop_oneof![select(VALUES).prop_map(str::to_owned), made];
    text.prop_map(|text| HeaderValue::from_str(&text).unwrap())
}

/// Whether a `connection` field names the field, which then goes whatever it is.
fn is_named(name: &HeaderName, headers: &HeaderMap) -> bool {
    let members = headers.get_all("connection").iter();
    let mut members = members.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    members.any(|member| member.trim_ascii().eq_ignore_ascii_case(name.as_str().as_bytes()))
}

/// All that became of a request: what is sent, and what else it leads to.
fn handle(gateway: &Gateway, request: Request<()>) -> (Option<HeaderMap>, String) {
    match gateway.handle(request, "203.0.113.7".parse().ok()) {
        Action::Forward(sent, exchange) => {
            let failed = exchange.fail(Failure::Connect, RequestId::new(0, 0));
            let cookie = Response::builder().header("set-cookie", "a=1; Domain=a.example").body(());
            let completed = exchange.complete(cookie.unwrap());
            let rest = format!(
                "{} {} {:?} {failed:?} {completed:?}",
                sent.method(),
                sent.uri(),
                exchange.report()
            );
            (Some(sent.headers().clone()), rest)
        }
        Action::Respond(response, report) => (None, format!("{response:?} {report:?}")),
    }
}

/// Checks that a field of this name and value made no difference but its own presence.
fn assert_use(
    field_use: FieldUse,
    mut without: HeaderMap,
    with: &HeaderMap,
    field: (HeaderName, HeaderValue),
) {
    if field_use == FieldUse::Kept {
        without.append(field.0, field.1);
    }
    assert_eq!(sorted(&without), sorted(with), "{field_use:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// R5, R6: of a field that is kept or dropped, nothing depends on the value.
    #[test]
    fn fields_that_are_not_read_have_no_influence(
        gateway in gateway(), request in request(), back in headers(), status in 100_u16..1000,
        name in name(), value in value(),
    ) {
        let mut more = request.clone();
        more.headers_mut().append(name.clone(), value.clone());
        let field_use = gateway.request_field(request.method(), &name);
        let counts = field_use != FieldUse::Read && !is_named(&name, request.headers());
        if counts {
            let (without, rest) = handle(&gateway, request.clone());
            let (with, same) = handle(&gateway, more);
            prop_assert_eq!(rest, same, "{} is {:?}", name, field_use);
            prop_assert_eq!(with.is_some(), without.is_some());
            if let (Some(without), Some(with)) = (without, with) {
                assert_use(field_use, without, &with, (name.clone(), value.clone()));
            }
        }
        let Action::Forward(_, exchange) = gateway.handle(request, None) else { return Ok(()) };
        let field_use = exchange.response_field(&name);
        if field_use == FieldUse::Read || is_named(&name, &back) {
            return Ok(());
        }
        let response = |fields: &HeaderMap| {
            let mut response = Response::builder().status(status).body(()).unwrap();
            *response.headers_mut() = fields.clone();
            exchange.complete(response)
        };
        let without = response(&back);
        let mut more = back;
        more.append(name.clone(), value.clone());
        let with = response(&more);
        prop_assert_eq!(with.status(), without.status());
        assert_use(field_use, without.headers().clone(), with.headers(), (name, value));
    }
}

/// R5, R6, R12: each use, where platform or configuration decide.
#[test]
fn platform_and_configuration_decide() {
    use FieldUse::{Dropped, Kept, Read};
    let text = r#"{"drop_fields": ["x-own"], "trusted_host": "x-orig-host",
        "trusted_address": {"field": "x-forwarded-for", "hops": 1}}"#;
    let gateway = |platform| crate::support::gateway(platform, text);
    for (platform, name, expected) in [
        (Platform::Generic, "accept", Kept),
        (Platform::Generic, "x-own", Dropped),
        (Platform::Generic, "authorization", Kept),
        (Platform::Generic, "fpjs_proxy.x", Dropped),
        (Platform::Generic, "connection", Read),
        (Platform::Generic, "close", Read),
        (Platform::Generic, "cookie", Read),
        (Platform::Generic, "x-orig-host", Read),
        (Platform::Generic, "x-forwarded-for", Read),
        (Platform::CloudFront, "x-orig-host", Kept),
        (Platform::CloudFront, "x-forwarded-for", Kept),
        (Platform::CloudFront, "content-length", Read),
        (Platform::CloudFront, "x-edge-new", Dropped),
        (Platform::Azure, "x-azure-socketip", Read),
        (Platform::Azure, "x-forwarded-host", Read),
        (Platform::Cloudflare, "cf-pseudo-ipv4", Read),
        (Platform::Akamai, "true-client-ip", Read),
    ] {
        let name = HeaderName::from_static(name);
        assert_eq!(
            gateway(platform).request_field(&Method::POST, &name),
            expected,
            "{name} on {platform}"
        );
    }
    // R5.5: the cookies of a plain request.
    let cookie = HeaderName::from_static("cookie");
    let field_use = gateway(Platform::Generic).request_field(&Method::GET, &cookie);
    assert_eq!(field_use, Dropped);
    for (platform, name, expected) in [
        (Platform::Generic, "etag", Kept),
        (Platform::Generic, "nel", Dropped),
        (Platform::Generic, "age", Read),
        (Platform::Generic, "close", Read),
        (Platform::Generic, "content-length", Read),
        (Platform::Generic, "edge-control", Read),
        (Platform::Generic, "transfer-encoding", Read),
        (Platform::CloudFront, "age", Dropped),
        (Platform::CloudFront, "content-length", Dropped),
        (Platform::CloudFront, "set-cookie", Read),
    ] {
        let request = crate::support::request(
            "POST",
            "/i/",
            &[("x-orig-host", "a.example"), ("x-forwarded-host", "a.example")],
        );
        let (_, exchange) = crate::support::forwarded(&gateway(platform), request);
        let name = HeaderName::from_static(name);
        assert_eq!(exchange.response_field(&name), expected, "{name} on {platform}");
    }
}
