//! Target (R3.5, R4).
//!
//! Oracle: a model builds the same URI or refuses with the same status; `url` reads it as HTTPS,
//! with the authority of a configured host and nobody's name or port; an agent download stays in
//! its two or three segments under `/web/v` or `/v`.

#![no_main]

use arbitrary::Arbitrary;
use firstparty::http::uri::PathAndQuery;
use firstparty::request::target::{Target, Targets};
use firstparty::route::Route;
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::judge::answer_of;
use firstparty_fuzz::model::{route as model, target};
use firstparty_fuzz::plan::{Kept, Plan, Setting};
use libfuzzer_sys::fuzz_target;
use url::Url;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    setting: Setting,
    route: u8,
    authorised: u8,
    /// Targets about as long as they may be are not worth their bytes in an input, nor the time for
    /// every one: those from 65,280 on are so many bytes longer.
    padding: u16,
    text: Rest<'a>,
}

thread_local!(static TARGETS: Kept<Targets> = Kept::default());

fuzz_target!(|input: Input<'_>| {
    let Some(text) = input.text.text() else { return };
    let (path, query) = text.split_once('\n').unwrap_or(("/", text));
    let padding = "p".repeat(if input.padding < 0xff00 { 0 } else { input.padding.into() });
    let query = format!("{query}{padding}");
    // Text that cannot be the path of a URI cannot arrive; a route's path begins with one slash.
    let whole: Result<PathAndQuery, _> = format!("{path}?{query}").parse();
    let arrives = whole.is_ok_and(|uri| uri.path() == path && uri.query() == Some(&*query));
    if !arrives || !path.starts_with('/') || path.starts_with("//") {
        return;
    }
    let plan = input.setting.plan();
    let (route, expected) = match input.route % 3 {
        0 => (Route::Agent, model::Route::Agent),
        1 => (Route::Result { suffix: path }, model::Route::Result(path.to_owned())),
        _ => (Route::Api { path }, model::Route::Api(path.to_owned())),
    };
    let build = |plan: &Plan| Targets::new(&plan.config(), plan.platform);
    let targets = TARGETS.with(|kept| kept.get(&input.setting, build));
    let method = if input.authorised & 1 == 1 { "POST" } else { "GET" };
    let kind = targets.kind(route, &method.parse().expect("a method"));
    let authorised = target::is_authorised(&plan, &expected, method);
    assert_eq!(kind.is_authorised(), authorised);
    let found = targets.resolve(route, kind, Some(&query));
    match (found, target::resolve(&plan, &expected, authorised, &query)) {
        (Ok(found), Ok(expected)) => agree(&plan, route, &found, &expected),
        (Err(found), Err(expected)) => {
            assert_eq!(answer_of(found), expected, "{found}");
        }
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
});

fn agree(plan: &Plan, route: Route<'_>, found: &Target, expected: &target::Target) {
    assert_eq!(found.uri.scheme_str(), Some("https"));
    assert_eq!(found.uri.authority().map(|one| one.as_str()), Some(&*expected.authority));
    assert_eq!(found.host, expected.authority);
    assert_eq!(found.uri.path(), expected.path);
    assert_eq!(found.uri.query(), expected.query.as_deref());
    assert_eq!(found.region.map(|region| region.as_str()), expected.region);
    let url = Url::parse(&found.uri.to_string()).expect("a target is a URL");
    let hosts = [plan.cdn().to_owned(), plan.api().to_owned()];
    let regional = ["eu", "ap"].map(|region| format!("{region}.{}", plan.api()));
    let host = url.host_str().expect("a target has a host").to_owned();
    assert!(hosts.contains(&host) || regional.contains(&host), "{host}");
    assert_eq!(
        (url.username(), url.password(), url.port(), url.fragment()),
        ("", None, None, None)
    );
    if route == Route::Agent {
        let root = if plan.cdn_agent { "/v" } else { "/web/v" };
        assert_eq!(url.path(), expected.path, "read as it was written");
        let below = url.path().strip_prefix(root).expect("under its root");
        assert!((2..=3).contains(&below.split('/').count()), "{below}");
    }
}
