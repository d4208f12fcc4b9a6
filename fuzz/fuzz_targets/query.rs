//! Query and region (R3).
//!
//! Oracle: `form_urlencoded` reads the same values; the forwarded query is what a model makes by
//! splitting at `&`; decoded, it has the same pairs but for `region`; forwarding it once more
//! changes nothing.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use firstparty::http::uri::PathAndQuery;
use firstparty::request::query::first;
use firstparty::request::region;
use firstparty::request::target::Targets;
use firstparty::route::{Kind, Route};
use firstparty::{Config, Platform, Region};
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::model::query as model;
use libfuzzer_sys::fuzz_target;
use url::form_urlencoded;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    query: Rest<'a>,
}

static TARGETS: LazyLock<Targets> =
    LazyLock::new(|| Targets::new(&Config::default(), Platform::Generic));

const NAMES: &[&str] = &["region", "apiKey", "version", "loaderVersion", "format", "", "a", "é"];

fuzz_target!(|input: Input<'_>| {
    let Some(query) = input.query.text() else { return };
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    for name in NAMES {
        let expected = pairs.iter().find(|(decoded, _)| decoded == name);
        let expected = expected.map(|(_, value)| value.as_ref());
        assert_eq!(first(query, name).as_deref(), expected, "{name}");
    }
    let region = model::region(query);
    assert_eq!(region::of_query(query).as_str(), region);
    for fixed in [None, Some(Region::Us), Some(Region::Eu), Some(Region::Ap)] {
        let chosen = fixed.map_or(region, Region::as_str);
        let (found, agreeing) = region::agree(query, fixed);
        assert_eq!((found.as_str(), &*agreeing), (chosen, &*model::corrected(query, chosen).0));
    }
    // Text that cannot be the query of a URI cannot arrive.
    let uri: Result<PathAndQuery, _> = format!("/?{query}").parse();
    if uri.is_ok_and(|uri| uri.query() == Some(query)) {
        forwards(query, region);
    }
});

fn forwards(query: &str, region: &str) {
    let route = Route::Result { suffix: "/" };
    let once = TARGETS.resolve(route, Kind::Plain, Some(query)).expect("nothing to refuse");
    let (expected, _) = model::corrected(query, region);
    assert_eq!(once.uri.query().unwrap_or_default(), expected);
    assert_eq!(once.uri.query().is_some(), !query.is_empty());
    let prefix = if region == "us" { String::new() } else { format!("{region}.") };
    assert_eq!(once.uri.authority().map(ToString::to_string), Some(format!("{prefix}api.fpjs.io")));
    let pairs = |query: &str, region: &str| -> Vec<_> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let agreeing = |(name, value): (std::borrow::Cow<'_, str>, _)| match &*name {
            "region" => (name.to_string(), region.to_owned()),
            _ => (name.to_string(), String::from(value)),
        };
        pairs.map(agreeing).collect()
    };
    assert_eq!(pairs(query, region), pairs(&expected, region));
    let twice = TARGETS.resolve(route, Kind::Plain, once.uri.query()).expect("nothing to refuse");
    assert_eq!(twice.uri, once.uri);
}
