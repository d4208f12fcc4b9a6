//! Each piece of advice has its cause, and a sound configuration needs no advice.

use std::num::NonZeroU8;

use super::*;
use crate::config::{AgentOrigin, Mount, Source, TrustedAddress};
use crate::region::Region;

fn codes(config: &Config, platform: Platform) -> Vec<&'static str> {
    advise(config, platform).iter().map(Advice::code).collect()
}

/// A configuration without any drawback.
fn sound() -> crate::config::Builder {
    Config::builder()
        .agent_download_path("vbcnkxb654")
        .get_result_path("5yt489hgfj")
        .pre_shared_secret("s3cret")
        .route_prefix("ore54guier")
        .hosts(["example.com"])
        .api_keys(["k"])
}

#[test]
fn a_sound_configuration_needs_no_advice() {
    assert_eq!(codes(&sound().build().unwrap(), Platform::Generic), [""; 0]);
}

/// R1.5, one by one.
#[test]
fn every_piece_of_advice_has_its_cause() {
    let cases = [
        (bare().variable(Variable::IntegrationPathDepth, "0"), "depth-zero"),
        (bare().variable(Variable::IntegrationPathDepth, "2"), "mount-by-depth"),
        (sound().mount(exact("ore54guier")), "ignored-setting"),
        (sound().variable(Variable::IntegrationPathDepth, "1"), "ignored-setting"),
        (sound().v4(false), "v4-off"),
        (unrouted().v4(false), "no-route"),
        (sound().drop_fields([""; 0]), "authorization-forwarded"),
        (sound().drop_fields(["referer"]), "authorization-forwarded"),
        (sound().hosts([""; 0]), "no-host-list"),
        (sound().api_keys([""; 0]), "no-key-list"),
        (sound().ingress_base_host("proxy.example.com"), "other-upstream"),
        (sound().cdn_url("notfpcdn.io"), "other-upstream"),
        (sound().source(Source::from_pairs("s", [("odd", "1")])), "unknown-key"),
    ];
    for (builder, code) in cases {
        assert_eq!(codes(&builder.build().unwrap(), Platform::Generic), [code]);
    }
    let bare = Config::builder().hosts(["a.b"]).build().unwrap();
    let expected = ["mount-by-depth", "default-used", "no-secret", "no-key-list"];
    assert_eq!(codes(&bare, Platform::Generic), expected);
    let listing = sound().drop_fields(["Referer", "Authorization"]).build().unwrap();
    assert_eq!(codes(&listing, Platform::Generic), [""; 0]);
}

/// R12: the address fields that a client can set where the edge does not prevent it, and the
/// sentence that fits each platform.
#[test]
fn forgeable_addresses_are_the_platforms() {
    for (platform, expected) in [
        (
            Platform::FastlyVcl,
            "clients can set fastly-client-ip unless the service overwrites it: take the address \
             from the connection",
        ),
        (
            Platform::Azure,
            "clients can set x-azure-socketip unless every request comes through Front Door: \
             lock the app to your own Front Door",
        ),
        (
            Platform::Akamai,
            "clients can set true-client-ip unless the edge overwrites it: add the rule that \
             sets it on every request",
        ),
    ] {
        let advice = advise(&sound().build().unwrap(), platform);
        let [advice] = &advice[..] else { panic!("{advice:?}") };
        assert_eq!((advice.code(), &*advice.to_string()), ("forgeable-address", expected));
    }
    for platform in [Platform::CloudFront, Platform::Cloudflare, Platform::FastlyCompute] {
        assert_eq!(codes(&sound().build().unwrap(), platform), [""; 0], "{platform}");
    }
}

/// R1.5, R5.8: a list of one's own has to name `authorization`, or the site's credentials pass.
#[test]
fn authorization_has_to_be_on_a_list_of_ones_own() {
    let own = sound().drop_fields(["referer"]).build().unwrap();
    let advice = advise(&own, Platform::Generic);
    let sentences: Vec<_> = advice.iter().map(ToString::to_string).collect();
    let expected =
        "authorization fields of browsers are sent to Fingerprint: add the field to drop_fields";
    assert_eq!(sentences, [expected]);
    let both = sound().drop_fields(["Referer", "Authorization"]).build().unwrap();
    assert_eq!(codes(&both, Platform::Generic), [""; 0]);
}

/// R1.5, R2.6: a mount by depth is unsafe on one's own server, where the site is; v4 is off
/// anywhere.
#[test]
fn mounts_are_advised_on_where_the_site_is() {
    for (builder, generic, elsewhere) in [
        (bare().integration_path_depth(1), &["mount-by-depth"][..], &[][..]),
        (bare().integration_path_depth(1).v4(false), &["v4-off", "mount-by-depth"], &["v4-off"]),
        (bare().mount(Mount::AnywhereOrDepth(2)), &["mount-by-depth"], &[]),
        (bare().mount(Mount::Anywhere), &["v4-off"], &["v4-off"]),
        (bare().integration_path_depth(0), &["depth-zero"], &["depth-zero"]),
        (bare().mount(exact("ore54guier")), &[], &[]),
    ] {
        let config = builder.build().unwrap();
        assert_eq!(codes(&config, Platform::Generic), generic);
        assert_eq!(codes(&config, Platform::CloudFront), elsewhere);
    }
}

/// R3.6: a fixed region says nothing to the CDN.
#[test]
fn a_region_beside_the_cdn_is_advised_against() {
    let fixed = sound().region(Region::Eu);
    assert_eq!(codes(&fixed.clone().build().unwrap(), Platform::Generic), [""; 0]);
    let cdn = fixed.agent_origin(AgentOrigin::Cdn).build().unwrap();
    assert_eq!(codes(&cdn, Platform::Generic), ["region-beside-cdn"]);
    let [advice] = &advise(&cdn, Platform::Akamai)[..1] else { panic!() };
    assert!(!advice.to_string().is_empty());
}

/// A configuration without a mount.
fn bare() -> crate::config::Builder {
    let builder = Config::builder().agent_download_path("a1").get_result_path("b2");
    builder.pre_shared_secret("s").drop_fields(["authorization"]).hosts(["a.b"]).api_keys(["k"])
}

/// Neither v3 route is on.
fn unrouted() -> crate::config::Builder {
    sound().agent_download_path("").get_result_path("")
}

fn exact(path: &str) -> Mount {
    Mount::Exact(path.parse().unwrap())
}

/// R1.5: the integration path, whichever way it is given.
#[test]
fn the_mount_is_looked_at() {
    for (builder, expected) in [
        (bare(), &["mount-by-depth", "default-used"][..]),
        (bare().mount(exact("my/fp-path")), &["blocked-path"]),
        (bare().mount(exact("x")).variable(Variable::RoutePrefix, "y"), &["ignored-setting"]),
        (bare().variable(Variable::RoutePrefix, "x/Tracker"), &["blocked-path"]),
        (bare().mount(Mount::AnywhereOrDepth(0)), &["depth-zero"]),
        (bare().mount(Mount::Anywhere), &["v4-off"]),
    ] {
        assert_eq!(codes(&builder.build().unwrap(), Platform::Generic), expected);
    }
}

/// R1.5, R12: trusted fields have an effect on one's own server alone, a list of hosts is asked for
/// there alone, and settings have the platform's names.
#[test]
fn advice_is_the_platforms() {
    let trusting = sound().trusted_host(http::header::FORWARDED).build().unwrap();
    assert_eq!(codes(&trusting, Platform::Generic), [""; 0]);
    assert_eq!(codes(&trusting, Platform::CloudFront), ["ignored-setting"]);
    let unlisted = sound().hosts([""; 0]).build().unwrap();
    assert_eq!(codes(&unlisted, Platform::CloudFront), [""; 0]);
    let hop = TrustedAddress::new(http::header::FORWARDED, NonZeroU8::MIN);
    let trusting = sound().trusted_address(hop).build().unwrap();
    assert_eq!(codes(&trusting, Platform::Generic), [""; 0]);
    assert_eq!(codes(&trusting, Platform::CloudFront), ["ignored-setting"]);
    let config = sound().get_result_path("fpjs").build().unwrap();
    let advice = advise(&config, Platform::Cloudflare);
    let [Advice::BlockedPath { setting, term }] = advice[..] else { panic!("{advice:?}") };
    assert_eq!((setting, term), ("GET_RESULT_PATH", "fpjs"));
    assert!(!advice[0].to_string().contains("fpjs"));
}

fn codes_of_routes(agent: &str, result: &str) -> Vec<&'static str> {
    let builder = Config::builder().agent_download_path(agent).get_result_path(result);
    let builder = builder.pre_shared_secret("s").route_prefix("p1").api_keys(["k"]);
    let config = builder.drop_fields(["authorization"]).hosts(["a.b"]).build().unwrap();
    codes(&config, Platform::Generic)
}

/// R1.5: routes that hide each other or the status page.
#[test]
fn routes_are_compared() {
    assert_eq!(codes_of_routes("x", "x"), ["equal-routes"]);
    assert_eq!(codes_of_routes("status", "x"), ["status-route"]);
    assert_eq!(codes_of_routes("x", "status"), ["status-route"]);
    let half = sound().get_result_path("").v4(false).build().unwrap();
    assert_eq!(codes(&half, Platform::Generic), ["route-off", "v4-off"]);
    let unhidden = sound().get_result_path("status").status_page(false).build().unwrap();
    assert_eq!(codes(&unhidden, Platform::Generic), [""; 0]);
    assert_eq!(codes_of_routes("x", ""), ["route-off"]);
    assert_eq!(codes_of_routes("x", "a/Agent/b"), ["blocked-path"]);
    assert_eq!(codes_of_routes("a/Agent/b", "x"), ["blocked-path"]);
    assert_eq!(codes_of_routes("x", "reagent"), [""; 0]);
}

/// R1.5, R2.2: routes that hide the v4 agent.
#[test]
fn routes_leave_the_v4_agent_its_path() {
    let is_advised = |agent, result| codes_of_routes(agent, result).contains(&"web-route");
    for (path, as_agent, as_result) in [
        ("web", false, true),
        ("web/v4", false, true),
        ("web/v4/k", true, true),
        ("web/v4/k/x", true, true),
        ("web/v", false, false),
        ("web/v41", false, false),
        ("webs", false, false),
        ("x/web/v4", false, false),
        ("Web", false, false),
        ("", false, false),
    ] {
        assert_eq!(is_advised(path, "x"), as_agent, "{path}");
        assert_eq!(is_advised("x", path), as_result, "{path}");
    }
    let without_v4 = sound().get_result_path("web").v4(false).build().unwrap();
    assert_eq!(codes(&without_v4, Platform::Generic), ["v4-off"]);
    let config = sound().get_result_path("web").build().unwrap();
    let expected = Advice::WebRoute { setting: "GET_RESULT_PATH" };
    assert_eq!(advise(&config, Platform::Cloudflare)[0], expected);
}

fn term(path: &str) -> Option<&'static str> {
    blocked_term(path)
}

/// R1.5: the terms that content blockers match, anywhere in a path or as a whole segment.
#[test]
fn terms_are_looked_for() {
    let anywhere = [
        "fingerprint",
        "fpjs",
        "fp-",
        "fpcdn",
        "track",
        "visitor",
        "analytics",
        "telemetry",
        "beacon",
    ];
    for known in anywhere {
        assert_eq!(term(known), Some(known));
        assert_eq!(term(&format!("a/my{}s", known.to_uppercase())), Some(known));
    }
    for known in ["agent", "fp", "stats", "collect"] {
        assert_eq!(term(known), Some(known));
        assert_eq!(term(&format!("a/{}/b", known.to_uppercase())), Some(known));
        assert_eq!(term(&format!("{known}x/x{known}")), None);
    }
}

/// R1.5: an unknown key is named with its source, whatever bytes it has.
#[test]
fn unknown_keys_are_named() {
    let config = sound()
        .source(Source::from_pairs("the secret", [("o\nd", "1")]))
        .source(Source::from_pairs("the file", [("x", "1"), ("y", "2")]));
    let advice = advise(&config.build().unwrap(), Platform::Generic);
    let sentences: Vec<_> = advice.iter().map(ToString::to_string).collect();
    let expected = ["\"o\\nd\" of the secret", "\"x\" of the file", "\"y\" of the file"];
    assert_eq!(
        sentences,
        expected.map(|key| format!("the key {key} is not a known setting: correct or remove it")),
    );
}

/// R1.5: each sentence says what is wrong, then what to do, in plain text.
#[test]
fn every_sentence_has_a_remedy() {
    let setting = "fpjs_region";
    let all = [
        Advice::BlockedPath { setting, term: "fp" },
        Advice::NoSecret,
        Advice::EqualRoutes,
        Advice::StatusRoute { setting },
        Advice::WebRoute { setting },
        Advice::RouteOff { setting },
        Advice::V4Off,
        Advice::NoRoute,
        Advice::DepthZero,
        Advice::MountByDepth,
        Advice::AuthorizationForwarded,
        Advice::UnknownKey { source: "s".into(), key: "k".into() },
        Advice::Ignored { setting },
        Advice::RegionBesideCdn { setting },
        Advice::DefaultUsed { setting },
        Advice::NoHostList,
        Advice::NoKeyList { setting },
        Advice::OtherUpstream { setting },
    ];
    let platforms = [Platform::FastlyVcl, Platform::Azure, Platform::Akamai];
    let forgeable = platforms.iter().filter_map(|platform| platform.profile().forgeable_address);
    let forgeable = forgeable.map(|(field, unless)| Advice::ForgeableAddress { field, unless });
    let codes: std::collections::BTreeSet<_> = all.iter().map(Advice::code).collect();
    assert_eq!(codes.len(), all.len());
    for advice in all.into_iter().chain(forgeable) {
        let sentence = advice.to_string();
        let halves: Vec<_> = sentence.split(": ").collect();
        assert!(halves.len() == 2 && halves.iter().all(|half| half.len() > 5), "{sentence}");
        assert!(!sentence.contains('`') && !sentence.ends_with('.'), "{sentence}");
    }
}

#[test]
fn sentences_show_no_secret() {
    let config = Config::builder().agent_download_path("fpjs").build().unwrap();
    for advice in advise(&config, Platform::FastlyVcl) {
        assert!(!advice.to_string().is_empty() && !advice.code().is_empty());
    }
}
