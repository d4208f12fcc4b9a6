//! Whether the page says that the integration is ready (contract R10.2).

use firstparty::Platform;
use firstparty::http::Version;

use super::{Case, SITE, page, page_of};
use crate::support::{gateway, usual};

/// The text of the page's verdict, which is the first thing behind the heading.
fn verdict(page: &str) -> String {
    let verdict = page.split_once("</h1><p class=").unwrap().1.split_once("</p>").unwrap().0;
    let (class, text) = verdict.split_once("><strong>").unwrap();
    assert_eq!(class == "\"ready\"", text.starts_with("Ready</strong>"), "{verdict}");
    text.replace("</strong>", "").replace("&#39;", "'")
}

/// R10.2: whether a secret is set and a route is on.
#[test]
fn the_verdict_says_what_is_missing() {
    let ready = "Ready: a proxy secret is set, and a route is on.";
    let secret = "Not ready: no proxy secret is set.";
    let route = "Not ready: no route is on.";
    for (config, expected) in [
        (r#"{"pre_shared_secret": "s"}"#, ready),
        (r#"{"pre_shared_secret": "s", "v4": false, "get_result_path": "r"}"#, ready),
        (r#"{"pre_shared_secret": "s", "mount": "anywhere", "agent_download_path": "a"}"#, ready),
        ("{}", secret),
        (r#"{"get_result_path": "r", "agent_download_path": "a"}"#, secret),
        (r#"{"pre_shared_secret": "s", "v4": false}"#, route),
        (r#"{"pre_shared_secret": "s", "mount": "anywhere"}"#, route),
        (r#"{"v4": false}"#, "Not ready: no proxy secret is set; no route is on."),
    ] {
        assert_eq!(verdict(&page(&gateway(Platform::Cloudflare, config))), expected, "{config}");
    }
}

/// R10.2, R1.5: what works but hurts is advice, and does not change the verdict.
#[test]
fn advice_leaves_the_verdict_alone() {
    let config = r#"{"pre_shared_secret": "s", "agent_download_path": "fpjs",
        "get_result_path": "fpjs", "drop_fields": []}"#;
    let page = page(&gateway(Platform::FastlyVcl, config));
    assert!(page.matches("<li>").count() > 4, "{page}");
    assert!(verdict(&page).starts_with("Ready: "));
}

/// R10.2, R5.7, R12: the page that was asked for under upstream's own host says so. Other hosts that
/// would be refused say nothing of the site.
#[test]
fn the_verdict_knows_upstreams_own_hosts() {
    let hidden = "Not ready: this page was asked for under upstream's own host, so the edge in front \
                  hides the browser's: forward it (on CloudFront by the origin request policy).";
    let (old, http1, http2) = (Version::HTTP_10, Version::HTTP_11, Version::HTTP_2);
    let config = r#"{"pre_shared_secret": "s", "hosts": ["www.example.com"],
        "trusted_host": "x-host", "ingress_base_host": "own.example"}"#;
    let own = gateway(Platform::Generic, config);
    let trusted = [("host", "own.example"), ("x-host", "www.example.com")];
    let azure = gateway(Platform::Azure, r#"{"pre_shared_secret": "s"}"#);
    let (uri, absolute) = ("/fp/status", "https://api.fpjs.io/fp/status");
    let cases: &[Case<bool>] = &[
        (&usual(), http1, uri, &SITE, false),
        (&usual(), http1, uri, &[("host", "192.0.2.1:8080")], false),
        (&usual(), old, uri, &[], false),
        (&usual(), http1, uri, &[("host", "API.fpjs.io.:443")], true),
        (&usual(), http1, uri, &[("host", "eu.api.fpjs.io")], true),
        (&usual(), http1, uri, &[("host", "fpcdn.io")], true),
        (&usual(), http1, absolute, &SITE, true),
        (&usual(), http2, absolute, &[], true),
        (&usual(), http2, absolute, &SITE, false),
        (&own, http1, uri, &[("host", "own.example")], true),
        (&own, http1, uri, &[("host", "ap.own.example")], true),
        (&own, http1, uri, &[("host", "api.fpjs.io")], false),
        (&own, http1, uri, &[("host", "else.example")], false),
        (&own, http1, uri, &trusted, false),
        (&own, http1, uri, &[("host", "own.example"), ("x-host", "a b")], false),
        (&azure, http1, uri, &[("host", "a.b"), ("x-forwarded-host", "fpcdn.io")], true),
    ];
    for (gateway, version, uri, pairs, is_hidden) in cases {
        let verdict = verdict(&page_of(gateway, *version, uri, pairs));
        let expected = if *is_hidden { hidden } else { "Ready: " };
        assert!(verdict.starts_with(expected), "{version:?} {uri} {pairs:?}: {verdict}");
    }
}
