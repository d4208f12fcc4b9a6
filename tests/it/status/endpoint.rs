//! The v4 endpoint on the page (contract R10.2).

use firstparty::http::{HeaderValue, Uri, Version};
use firstparty::{Action, Platform};
use proptest::prelude::*;

use super::{Case, SITE, page, page_of};
use crate::support::{gateway, request, usual};

/// The v4 endpoint that a page shows.
fn endpoint(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<dt>v4 endpoint<dd><code>")?;
    rest.split_once("</code>").map(|(endpoint, _)| endpoint)
}

/// R10.2, R5.7, R12: the v4 endpoint is the URL of the page, as the browser knows it, without
/// `status`. It is there if a request to it would be served.
#[test]
fn the_page_shows_the_endpoint() {
    let (old, http1, http2) = (Version::HTTP_10, Version::HTTP_11, Version::HTTP_2);
    let own =
        gateway(Platform::Generic, r#"{"hosts": ["www.example.com"], "trusted_host": "x-host"}"#);
    let off = gateway(Platform::Generic, r#"{"v4": false}"#);
    let deep = gateway(Platform::Generic, r#"{"mount": {"depth": 2}}"#);
    let (uri, absolute) = ("/fp/status", "http://a.example:8080/fp/status");
    let cases: &[Case<Option<&str>>] = &[
        (&usual(), http1, uri, &SITE, Some("//www.example.com/fp/")),
        (&usual(), http1, "/fp/status/?a=1", &SITE, Some("//www.example.com/fp/")),
        (&usual(), old, uri, &[("host", "[::1]:8787")], Some("//[::1]:8787/fp/")),
        (&usual(), http1, absolute, &SITE, Some("//a.example:8080/fp/")),
        (&usual(), http2, absolute, &[], Some("//a.example:8080/fp/")),
        (&usual(), http2, absolute, &SITE, None),
        (&usual(), old, uri, &[], None),
        (&usual(), http1, uri, &[("host", "api.fpjs.io")], None),
        (&deep, http1, "/a/b/status", &SITE, Some("//www.example.com/a/b/")),
        (&off, http1, uri, &SITE, None),
        (&own, http1, uri, &SITE, Some("//www.example.com/fp/")),
        (&own, http1, uri, &[("host", "192.0.2.1")], None),
        (
            &own,
            http1,
            uri,
            &[("host", "192.0.2.1"), ("x-host", "www.example.com:8443")],
            Some("//www.example.com:8443/fp/"),
        ),
    ];
    for (gateway, version, uri, pairs, expected) in cases {
        let page = page_of(gateway, *version, uri, pairs);
        assert_eq!(endpoint(&page), *expected, "{version:?} {uri} {pairs:?}");
    }
}

/// R10.2, R1.7, R3.6: the endpoint's query names a region unless the configuration fixes it.
#[test]
fn the_endpoint_needs_a_region_unless_one_is_fixed() {
    for (config, expected) in [("{}", true), (r#"{"region": "eu"}"#, false)] {
        let page = page(&gateway(Platform::Generic, config));
        assert!(endpoint(&page).is_some());
        assert_eq!(page.contains("?region=eu"), expected, "{config}");
    }
}

proptest! {
    /// R10.2: whatever a visitor asks for stays text, and nothing asks the browser to load or follow
    /// anything.
    #[test]
    fn what_is_asked_for_stays_text(
        path in "[!-~&&[^#?/]]{0,12}|[\\x80-\u{2fff}]{0,4}|\"><b>|'&amp;`",
        host in "[a-zA-Z0-9.:_~-]{1,12}|[ -~]{1,8}",
    ) {
        let Ok(uri) = format!("/fp{path}/status").parse::<Uri>() else { return Ok(()) };
        let mut request = request("GET", "/", &[]);
        *request.uri_mut() = uri;
        let Ok(value) = HeaderValue::from_str(&host) else { return Ok(()) };
        request.headers_mut().insert("host", value);
        let Action::Respond(response, _) = usual().handle(request, None) else { return Ok(()) };
        let page = String::from_utf8(response.body().to_vec()).unwrap();
        if response.status() == 200 {
            prop_assert!(endpoint(&page).is_none_or(|text| !text.contains(['<', '>', '"', '\''])));
            let usual = self::page(&usual());
            prop_assert_eq!(page.matches('<').count(), usual.matches('<').count(), "{}", page);
            prop_assert!(page.is_ascii());
        }
    }
}
