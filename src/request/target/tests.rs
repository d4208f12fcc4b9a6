//! Where requests go, with which query, and which are refused.

use proptest::prelude::*;
use url::form_urlencoded;

use super::*;
use crate::request::region::{self, of_query};

fn resolve(route: Route<'_>, kind: Kind, query: &str) -> Result<String, Refusal> {
    let config = Config::builder().integration_version("1.2.3").build().unwrap();
    let targets = Targets::new(&config, Platform::Generic);
    let target = targets.resolve(route, kind, Some(query))?;
    assert_eq!(target.host, target.uri.authority().unwrap().as_str());
    Ok(target.uri.to_string())
}

const II: &str = "ii=custom-proxy-integration%2F1.2.3%2Fingress";

fn identify(query: &str) -> String {
    resolve(Route::Result { suffix: "/" }, Kind::Identification, query).unwrap()
}

/// R3.5: monitoring ends the query of an authorised request.
#[test]
fn monitoring_is_appended() {
    for (query, expected) in [
        ("", format!("/?{II}")),
        ("a=1", format!("/?a=1&{II}")),
        ("a=1&", format!("/?a=1&&{II}")),
        ("&", format!("/?&&{II}")),
        ("ii=x&a", format!("/?ii=x&a&{II}")),
    ] {
        assert_eq!(identify(query), format!("https://api.fpjs.io{expected}"));
    }
    let plain = resolve(Route::Api { path: "/x" }, Kind::Plain, "");
    assert_eq!(plain.unwrap(), "https://api.fpjs.io/x");
}

/// R3.3, R3.4: region parameters that disagree with the host are corrected, nothing else is touched.
#[test]
fn host_and_query_agree_on_the_region() {
    for (query, expected) in [
        ("region=eu", "eu.api.fpjs.io/?region=eu"),
        ("region=%65u&x", "eu.api.fpjs.io/?region=%65u&x"),
        ("region=xx&a=%zz", "api.fpjs.io/?region=us&a=%zz"),
        ("region", "api.fpjs.io/?region=us"),
        ("region=", "api.fpjs.io/?region=us"),
        ("region=us", "api.fpjs.io/?region=us"),
        ("region=US", "api.fpjs.io/?region=us"),
        (
            "region=ap&&region=eu&%72egion&region=ap",
            "ap.api.fpjs.io/?region=ap&&region=ap&region=ap&region=ap",
        ),
        ("REGION=eu", "api.fpjs.io/?REGION=eu"),
        ("a=b&c", "api.fpjs.io/?a=b&c"),
    ] {
        assert_eq!(identify(query), format!("https://{expected}&{II}"), "{query}");
        let (host, expected) = expected.split_once("/?").unwrap();
        let agent = resolve(Route::Agent, Kind::Plain, &format!("{query}&apiKey=k")).unwrap();
        assert_eq!(agent, format!("https://{host}/web/v3/k?{expected}&apiKey=k"));
    }
}

/// R3.6: a fixed region decides on every route, agent downloads too, but not at the CDN.
#[test]
fn a_fixed_region_decides_the_host() {
    fn target(origin: AgentOrigin, route: Route<'_>, query: &str) -> (String, Option<Region>) {
        let config = Config::builder().region(Region::Ap).agent_origin(origin);
        let targets = Targets::new(&config.build().unwrap(), Platform::Generic);
        let target = targets.resolve(route, Kind::Plain, Some(query)).unwrap();
        assert_eq!(target.host, target.uri.authority().unwrap().as_str());
        (target.uri.to_string(), target.region)
    }
    for (route, query, expected) in [
        (Route::Result { suffix: "/" }, "", "ap.api.fpjs.io/"),
        (Route::Result { suffix: "/" }, "region=eu", "ap.api.fpjs.io/?region=ap"),
        (Route::Api { path: "/web/v4/k" }, "a&region", "ap.api.fpjs.io/web/v4/k?a&region=ap"),
        (Route::Agent, "apiKey=k", "ap.api.fpjs.io/web/v3/k?apiKey=k"),
        (Route::Agent, "region=us&apiKey=k", "ap.api.fpjs.io/web/v3/k?region=ap&apiKey=k"),
    ] {
        let found = target(AgentOrigin::Api, route, query);
        assert_eq!(found, (format!("https://{expected}"), Some(Region::Ap)));
    }
    let (uri, region) = target(AgentOrigin::Cdn, Route::Agent, "region=eu&apiKey=k");
    assert!(uri.starts_with("https://fpcdn.io/v3/k?region=eu&apiKey=k&ii="), "{uri}");
    assert_eq!(region, None);
}

/// R3.2, R4.3, R4.4: the agent's path, with values that cannot break out of it.
#[test]
fn values_stay_in_their_segment() {
    for (query, expected) in [
        ("apiKey=k", "/web/v3/k"),
        ("apiKey=k&version=", "/web/v3/k"),
        ("apiKey=k&version=4&loaderVersion=", "/web/v4/k"),
        ("apiKey=k&loaderVersion=3.8.0", "/web/v3/k/loader_v3.8.0.js"),
        ("%61piKey=a%2Fb", "/web/v3/a%2Fb"),
        ("apiKey=..%2f..", "/web/v3/..%2F.."),
        ("apiKey=a+b%3F%23%25", "/web/v3/a%20b%3F%23%25"),
        ("apiKey=%C3%A9%ff", "/web/v3/%C3%A9%EF%BF%BD"),
        ("apiKey=k&version=%2e%2e%2fx", "/web/v..%2Fx/k"),
        ("apiKey=k&apiKey=l", "/web/v3/k"),
    ] {
        let uri = resolve(Route::Agent, Kind::Plain, query).unwrap();
        assert_eq!(uri, format!("https://api.fpjs.io{expected}?{query}"));
    }
    for (query, refusal) in [
        ("", Refusal::ApiKeyMissing),
        ("apikey=k", Refusal::ApiKeyMissing),
        ("apiKey", Refusal::ApiKeyMissing),
        ("apiKey=&apiKey=k", Refusal::ApiKeyMissing),
        ("apiKey=.", Refusal::ApiKeyDots),
        ("apiKey=%2e.", Refusal::ApiKeyDots),
        ("apiKey=k%00", Refusal::ControlCharacter),
        ("apiKey=k&version=%0a", Refusal::ControlCharacter),
        ("apiKey=k&loaderVersion=%C2%85", Refusal::ControlCharacter),
    ] {
        assert_eq!(resolve(Route::Agent, Kind::Plain, query), Err(refusal), "{query}");
    }
}

/// R4.7: the list counts for agent downloads on every route, after R4.4 and before R4.6.
#[test]
fn keys_that_are_not_listed_are_refused() {
    const REFUSED: Result<(), Refusal> = Err(Refusal::ApiKeyNotListed);
    let long = format!("apiKey=l&{}", "q".repeat(65_534));
    for origin in [AgentOrigin::Api, AgentOrigin::Cdn] {
        let config = Config::builder().api_keys(["k", "a/b"]).agent_origin(origin);
        let targets = Targets::new(&config.build().unwrap(), Platform::Generic);
        for (route, query, expected) in [
            (Route::Agent, "apiKey=k", Ok(())),
            (Route::Agent, "apiKey=%6b&apiKey=l", Ok(())),
            (Route::Agent, "apiKey=a%2Fb", Ok(())),
            (Route::Agent, "apiKey=l", REFUSED),
            (Route::Agent, "apiKey=l&apiKey=k", REFUSED),
            (Route::Agent, "apiKey=k+", REFUSED),
            (Route::Agent, "apiKey=%ff", REFUSED),
            (Route::Agent, &long, REFUSED),
            (Route::Agent, "", Err(Refusal::ApiKeyMissing)),
            (Route::Agent, "apiKey=..", Err(Refusal::ApiKeyDots)),
            (Route::Agent, "apiKey=l&version=%00", Err(Refusal::ControlCharacter)),
            (Route::Api { path: "/web/v4/k" }, "", Ok(())),
            (Route::Api { path: "/web/v4/a%2Fb" }, "", Ok(())),
            (Route::Api { path: "/web/v4/l" }, "apiKey=k", REFUSED),
            (Route::Api { path: "/web/v4/l" }, &long, REFUSED),
            (Route::Api { path: "/web/v4" }, "apiKey=l", Ok(())),
            (Route::Api { path: "/" }, "apiKey=l", Ok(())),
            (Route::Result { suffix: "/web/v4/k" }, "", Ok(())),
            (Route::Result { suffix: "/web/v/l" }, "", REFUSED),
        ] {
            for kind in [Kind::Plain, Kind::Identification] {
                let found = targets.resolve(route, kind, Some(query)).map(drop);
                assert_eq!(found, expected, "{route:?} {query:.20}");
            }
        }
    }
}

/// R4.5: downloads from the CDN have no region, keep their query, and are monitored.
#[test]
fn the_cdn_has_no_regions() {
    let config = Config::builder().agent_origin(AgentOrigin::Cdn).integration_version("1");
    let targets = Targets::new(&config.build().unwrap(), Platform::Akamai);
    assert_eq!(targets.kind(Route::Agent, &Method::POST), Kind::Plain);
    let target = targets.resolve(Route::Agent, Kind::Plain, Some("apiKey=k&region=xx")).unwrap();
    assert_eq!(
        target.uri,
        "https://fpcdn.io/v3/k?apiKey=k&region=xx&ii=fingerprint-pro-akamai%2F1%2Fprocdn",
    );
    assert_eq!(target.region, None);
    let query = "version=4&apiKey=k&loaderVersion=3.8.0";
    let target = targets.resolve(Route::Agent, Kind::Identification, Some(query)).unwrap();
    assert_eq!(target.uri.path(), "/v4/k/loader_v3.8.0.js");
}

/// R1, R4.5: the host of the CDN is the configured one, and nothing but agent downloads goes
/// there.
#[test]
fn only_agent_downloads_go_to_the_cdn() {
    let host = |origin, route| {
        let config = Config::builder().agent_origin(origin).cdn_url("cdn.example").build();
        let targets = Targets::new(&config.unwrap(), Platform::Generic);
        let target = targets.resolve(route, Kind::Plain, Some("apiKey=k&region=eu")).unwrap();
        target.uri.host().unwrap().to_owned()
    };
    let identify = Route::Result { suffix: "/" };
    assert_eq!(host(AgentOrigin::Cdn, Route::Agent), "cdn.example");
    assert_eq!(host(AgentOrigin::Cdn, identify), "eu.api.fpjs.io");
    assert_eq!(host(AgentOrigin::Cdn, Route::Api { path: "/web/v4/k" }), "eu.api.fpjs.io");
    assert_eq!(host(AgentOrigin::Api, Route::Agent), "eu.api.fpjs.io");
}

/// R10.1: the status page is answered here, so it has no target and nothing to authorise.
#[test]
fn the_status_page_has_no_target() {
    let targets = Targets::new(&Config::default(), Platform::Generic);
    assert_eq!(targets.kind(Route::Status, &Method::POST), Kind::Plain);
    for route in [Route::Agent, Route::Api { path: "/" }] {
        assert_eq!(targets.kind(route, &Method::POST), Kind::Identification);
        assert_eq!(targets.kind(route, &Method::PUT), Kind::Plain);
    }
    assert_eq!(
        targets.resolve(Route::Status, Kind::Identification, None).unwrap_err(),
        Refusal::NotFound
    );
}

/// R4.6: exactly as long as `http` takes, and not a byte longer.
#[test]
fn targets_have_a_length() {
    let longest = 65_534 - "/?".len();
    let query = "q".repeat(longest);
    assert!(resolve(Route::Result { suffix: "/" }, Kind::Plain, &query).is_ok());
    for (kind, length) in [(Kind::Plain, longest + 1), (Kind::Identification, longest - II.len())] {
        let target = resolve(Route::Result { suffix: "/" }, kind, &"q".repeat(length));
        assert_eq!(target, Err(Refusal::TargetTooLong));
    }
    let fits = "q".repeat(longest - II.len() - 1);
    assert!(resolve(Route::Result { suffix: "/" }, Kind::Identification, &fits).is_ok());
}

/// R4.6: a path counts without a query, too, and so does each part of an agent download.
#[test]
fn every_part_of_a_target_has_its_length() {
    let download = "apiKey=k&loaderVersion=1&";
    let longest = 65_534 - "/web/v3/k/loader_v1.js?".len() - download.len();
    let path = |length: usize| format!("/{}", "p".repeat(length - 1));
    for (longer, expected) in [(0, None), (1, Some(Refusal::TargetTooLong))] {
        let query = format!("{download}{}", "q".repeat(longest + longer));
        assert_eq!(resolve(Route::Agent, Kind::Plain, &query).err(), expected);
        let route = Route::Api { path: &path(65_534 + longer) };
        assert_eq!(resolve(route, Kind::Plain, "").err(), expected);
    }
}

/// R4.6: what a URI cannot hold is another fault than too much of it.
#[test]
fn targets_are_uris() {
    for (path, query) in [("/x", "a b"), ("/x", "\u{7f}"), ("/a b", ""), ("/a\tb", "c")] {
        let target = resolve(Route::Api { path }, Kind::Plain, query);
        assert_eq!(target, Err(Refusal::TargetMalformed), "{path} {query}");
    }
}

/// R3.3, R4.3: each parameter is found behind one that only begins as it does, in any order.
#[test]
fn parameters_of_a_download_are_found_behind_others() {
    for other in ["a", "v=1", "l", "r=", "%61", "%=22&x&api"] {
        let mut parameters = ["apiKey=k", "version=4", "loaderVersion=1", "region=eu"];
        for _ in 0..parameters.len() {
            parameters.rotate_left(1);
            let query = format!("{other}&{}", parameters.join("&"));
            let expected = format!("https://eu.api.fpjs.io/web/v4/k/loader_v1.js?{query}");
            assert_eq!(resolve(Route::Agent, Kind::Plain, &query), Ok(expected));
        }
    }
}

proptest! {
    /// R3.3, R4.3: the one scan of a download reads what a form decoder reads for each name.
    #[test]
    fn a_download_reads_what_a_form_decoder_reads(
        query in "(apiKey|version|loaderVersion|region|%61piKey|%76ersion|%6CoaderVersion|%72egion|Region|l|=|=|&|&|k|eu|ap|%65u|%6b|%|x){0,24}",
    ) {
        let encoded = |name: &str| {
            let (_, value) = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name)?;
            let mut encoded = String::new();
            push_encoded(&mut encoded, &value);
            Some(encoded).filter(|value| !value.is_empty())
        };
        let found = resolve(Route::Agent, Kind::Plain, &query);
        let expected = encoded("apiKey").ok_or(Refusal::ApiKeyMissing).map(|key| {
            let version = encoded("version").unwrap_or_else(|| "3".to_owned());
            let loader = encoded("loaderVersion");
            let loader = loader.map_or_else(String::new, |version| format!("/loader_v{version}.js"));
            let host = format!("https://{}api.fpjs.io", of_query(&query).host_prefix());
            let (_, agreed) = region::agree(&query, None);
            format!("{host}/web/v{version}/{key}{loader}?{agreed}")
        });
        prop_assert_eq!(found, expected);
    }
}
