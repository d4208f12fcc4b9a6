//! Name, addresses, connection, and the words in the paths.

use bytes::Bytes;
use firstparty::doctor::Outcome::{Fail, Skipped, Warn};
use firstparty::doctor::{Answer, Doctor, ProbeFailure, Step};
use firstparty::http::Method;
use serde_json::json;

use super::{Row, assert_found, is_post};
use crate::doctor::site::{Site, gateway_with, integration, integration_at, new_integration};
use crate::doctor::{ENTROPY, examine, verdict, with_one};
use crate::support::response;

/// R11.4: name, addresses, connection, redirects.
#[test]
fn faults_on_the_way_to_the_host() {
    assert_found(WAY);
}

/// R11.4: addresses are compared where both are known.
#[test]
fn unknown_addresses_are_not_compared() {
    let mut site = Site::sound();
    site.addresses = |host| match host {
        "metrics.shop.example.com" => vec![[198, 51, 100, 1].into()],
        _ => Vec::new(),
    };
    let (outcome, cause, _) = verdict(&site.examined(), "addresses");
    let unknown = "the addresses of both hosts are not known";
    assert_eq!((outcome, &*cause), (Skipped, unknown));
    site.addresses = |_| Vec::new();
    let doctor = site.examined();
    assert_eq!(verdict(&doctor, "addresses"), (Skipped, cause, None));
    assert_eq!(verdict(&doctor, "reachable").1, "the host does not resolve");
}

/// R11.4: without an answer nothing is said of redirects, and the advice fits what was in the way.
#[test]
fn advice_fits_what_is_in_the_way() {
    for (failure, advice) in [
        (ProbeFailure::Resolve, "DNS zone"),
        (ProbeFailure::Connect, "firewall"),
        (ProbeFailure::Timeout, "drops packets"),
        (ProbeFailure::HeadTooLarge, "so many fields"),
        (ProbeFailure::Protocol, "a web server"),
    ] {
        let (doctor, _) = with_one(&Answer::Failure(failure));
        let mut verdicts = doctor.verdicts().iter();
        let reachable = verdicts.find(|verdict| verdict.check().name() == "reachable").unwrap();
        assert!(reachable.remedy().unwrap().contains(advice), "{reachable:?}");
        assert_eq!(verdict(&doctor, "redirects").0, Skipped);
    }
}

/// R11.4: one's own machine needs no TLS.
#[test]
fn loopback_needs_no_tls() {
    for (host, expected) in [
        ("localhost:8080", Skipped),
        ("shop.localhost", Skipped),
        ("127.0.0.1", Skipped),
        ("[::1]:8080", Skipped),
        ("www.shop.example.com", Fail),
        ("mylocalhost", Fail),
        ("192.0.2.1", Fail),
    ] {
        let mut site = Site::sound();
        site.integration = new_integration(&format!("http://{host}/ore54guier"));
        assert_eq!(verdict(&site.examined(), "tls").0, expected, "{host}");
    }
}

/// R16.1: it is told what is redirected, and to where.
#[test]
fn redirects_are_told() {
    for (path, method, cause) in [
        ("/web/v4/", Method::GET, "the download of the agent is redirected to another path"),
        ("/vbcnkxb654", Method::GET, "the download of the agent is redirected to another path"),
        ("/status", Method::HEAD, "the status page is redirected to another path"),
        ("/5yt489hgfj", Method::OPTIONS, "a preflight is redirected to another path"),
        ("/5yt489hgfj", Method::POST, "a request of the agent is redirected to another path"),
    ] {
        let mut site = Site::sound();
        let doctor = examine(Doctor::new(integration(), ENTROPY), |step| match &step {
            Step::Send(request)
                if request.method() == method && request.uri().path().contains(path) =>
            {
                Answer::Response(response(302, &[("location", "/login")]).map(|()| Bytes::new()))
            }
            _ => site.answer(step),
        });
        assert_eq!(verdict(&doctor, "redirects").1, cause);
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
