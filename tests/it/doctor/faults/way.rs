//! Name, addresses, connection, and the words in the paths.

use bytes::Bytes;
use firstparty::doctor::Outcome::{Fail, Skipped, Warn};
use firstparty::doctor::ProbeFailure;
use serde_json::json;

use super::{Row, assert_found, is_post};
use crate::doctor::site::{Site, gateway_with, integration_at};
use crate::doctor::verdict;
use crate::support::response;

/// R11.4: name, addresses, connection, redirects.
#[test]
fn faults_on_the_way_to_the_host() {
    assert_found(WAY);
}

/// R11.4: one's own machine needs no TLS.
#[test]
fn loopback_needs_no_tls() {
    for (host, outcome) in [
        ("localhost", Skipped),
        ("www.localhost", Skipped),
        ("127.0.0.7", Skipped),
        ("[::1]", Skipped),
        ("localhost.example", Fail),
        ("notlocalhost", Fail),
        ("128.0.0.1", Fail),
        ("[::2]", Fail),
    ] {
        let mut site = Site::sound();
        site.integration = integration_at(&format!("http://{host}/ore54guier"));
        assert_eq!(verdict(&site.examined(), "tls").0, outcome, "{host}");
    }
}

/// R1.5: content blockers know a path.
#[test]
fn paths_that_content_blockers_match() {
    assert_found(BLOCKED);
}

const WAY: &[Row] = &[
    ("no address", |site| site.addresses = |_| Vec::new(), &[("resolves", Fail)]),
    (
        "another network",
        |site| {
            site.addresses = |host| match host {
                "metrics.shop.example.com" => vec![[198, 51, 100, 1].into()],
                _ => vec![[198, 52, 100, 1].into()],
            }
        },
        &[("addresses", Warn)],
    ),
    (
        "another network for IPv6",
        |site| {
            site.addresses = |host| match host {
                "metrics.shop.example.com" => vec![[0x2001, 0xdb8, 0, 1, 0, 0, 0, 1].into()],
                _ => vec![[0x2001, 0xdb8, 0, 2, 0, 0, 0, 1].into()],
            }
        },
        &[("addresses", Warn)],
    ),
    (
        "another network, in the form that IPv6 sockets see",
        |site| {
            site.addresses = |host| match host {
                "metrics.shop.example.com" => vec!["::ffff:198.51.100.1".parse().unwrap()],
                _ => vec!["::ffff:198.52.100.1".parse().unwrap()],
            }
        },
        &[("addresses", Warn)],
    ),
    (
        "the connection is refused",
        |site| site.failure = |_| Some(ProbeFailure::Connect),
        &[("reachable", Fail)],
    ),
    (
        "no TLS",
        |site| site.integration = integration_at("http://metrics.shop.example.com/ore54guier"),
        &[("tls", Fail)],
    ),
    (
        "a redirect to log in",
        |site| {
            site.front = |request| {
                let redirect = || response(302, &[("location", "/login")]).map(|()| Bytes::new());
                is_post(request).then(redirect)
            }
        },
        &[("redirects", Fail)],
    ),
];

const BLOCKED: &[Row] = &[
    (
        "the integration path",
        |site| {
            site.integration = integration_at("https://metrics.shop.example.com/a/beacon");
            site.gateway = gateway_with(json!({"mount": {"exact": "a/beacon"}}));
        },
        &[("path", Warn)],
    ),
    (
        "the agent path",
        |site| {
            let url = "https://metrics.shop.example.com/ore54guier";
            site.integration = integration_at(url).agent_path("Agent".parse().unwrap());
            site.gateway = gateway_with(json!({"agent_download_path": "Agent"}));
        },
        &[("path", Warn)],
    ),
    (
        "the result path",
        |site| {
            let url = "https://metrics.shop.example.com/ore54guier";
            site.integration = integration_at(url).result_path("x/visitors".parse().unwrap());
            site.gateway = gateway_with(json!({"get_result_path": "x/visitors"}));
        },
        &[("path", Warn)],
    ),
];
