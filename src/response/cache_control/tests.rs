//! Ages that are capped and added, one field or several.

use super::*;

fn capped(fields: &[&str], expires: bool) -> Vec<String> {
    let mut headers = HeaderMap::new();
    for field in fields {
        headers.append(CACHE_CONTROL, HeaderValue::from_str(field).unwrap());
    }
    if expires {
        headers.insert(EXPIRES, HeaderValue::from_static("0"));
    }
    AgeCap::new(CachePolicy::default()).unwrap().apply(&mut headers);
    let values = headers.get_all(CACHE_CONTROL).iter();
    values.map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// R7.1: ages are capped and added; everything else stays in its place.
#[test]
fn ages_are_capped_and_added() {
    for (field, expected) in [
        ("public, max-age=40400, s-maxage=1000", "public, max-age=3600, s-maxage=60"),
        ("max-age=40400,public", "max-age=3600,public, s-maxage=60"),
        ("public", "public, max-age=3600, s-maxage=60"),
        ("s-maxage=10", "s-maxage=10, max-age=3600"),
        ("max-age=5", "max-age=5, s-maxage=5"),
        ("max-age=3600, s-maxage=60", "max-age=3600, s-maxage=60"),
        ("Public,  MAX-AGE=7200,  immutable", "Public,  MAX-AGE=3600,  immutable, s-maxage=60"),
        (
            "max-age=7200, max-age=600, s-maxage=5, s-maxage=500",
            "max-age=3600, max-age=600, s-maxage=5, s-maxage=60",
        ),
        ("max-agex=9999, xmax-age=9999", "max-agex=9999, xmax-age=9999, max-age=3600, s-maxage=60"),
    ] {
        assert_eq!(capped(&[field], false), [expected], "{field}");
    }
}

/// R7.1: `expires` stands for a missing `max-age`; then nothing is added.
#[test]
fn expires_counts_as_an_age() {
    assert_eq!(capped(&["public"], true), ["public"]);
    assert_eq!(capped(&["s-maxage=9999"], true), ["s-maxage=60"]);
    assert_eq!(capped(&["max-age=9999"], true), ["max-age=3600, s-maxage=60"]);
}

/// R7.1: several fields stay separate, additions end the last one that says anything.
#[test]
fn fields_stay_separate() {
    assert_eq!(capped(&["max-age=7200", "public"], false), ["max-age=3600", "public, s-maxage=60"]);
    assert_eq!(
        capped(&["max-age=7200", "max-age=9999, s-maxage=99", "s-maxage=100"], false),
        ["max-age=3600", "max-age=3600, s-maxage=60", "s-maxage=60"]
    );
    assert_eq!(capped(&["public", " ,"], false), ["public, max-age=3600, s-maxage=60", " ,"]);
    assert_eq!(capped(&[""], false), [""]);
    assert_eq!(capped(&[","], false), [","]);
    assert_eq!(capped(&[], false), [""; 0]);
}

/// R7.1, R7.3: the fields are one list, so what an earlier one says counts for all that follow.
#[test]
fn earlier_fields_are_remembered() {
    for (fields, expected) in [
        (["s-maxage=10", "public"], ["s-maxage=10", "public, max-age=3600"]),
        (["max-age=5", "public"], ["max-age=5", "public, s-maxage=5"]),
        (["max-age=5", "max-age=50"], ["max-age=5", "max-age=50, s-maxage=5"]),
        (["max-age=50", "max-age=5"], ["max-age=50", "max-age=5, s-maxage=5"]),
        (["max-age=5, s-maxage=5", "public"], ["max-age=5, s-maxage=5", "public"]),
        (["s-maxage=99", "max-age=5"], ["s-maxage=60", "max-age=5"]),
    ] {
        assert_eq!(capped(&fields, false), expected, "{fields:?}");
    }
    assert_eq!(capped(&["max-age=5", "public"], true), ["max-age=5", "public, s-maxage=5"]);
    assert_eq!(
        capped(&["max-age=5", "public", "immutable"], false),
        ["max-age=5", "public", "immutable, s-maxage=5"]
    );
}

/// R7.2: a restriction in any field holds for all of them.
#[test]
fn restrictions_hold_for_all_fields() {
    for restriction in ["no-store", "No-Cache", "private", "no-cache=\"set-cookie\"", "x, no-store"]
    {
        for fields in [
            &[restriction, "public"][..],
            &["public", restriction],
            &[restriction, "public", "immutable"],
            &["public", restriction, "immutable"],
            &[restriction, ","],
            &[restriction, "max-age=5"],
        ] {
            assert_eq!(capped(fields, false), fields);
            assert_eq!(capped(fields, true), fields);
        }
        let aged = [restriction, "max-age=9999, s-maxage=99"];
        assert_eq!(capped(&aged, false), [restriction, "max-age=3600, s-maxage=60"]);
    }
}

/// R7.2: nothing is added beside a restriction, ages are still capped.
#[test]
fn restrictions_add_nothing() {
    for (field, expected) in [
        ("no-store", "no-store"),
        ("No-Cache, max-age=9999", "No-Cache, max-age=3600"),
        ("no-cache=\"set-cookie\"", "no-cache=\"set-cookie\""),
        ("private, s-maxage=9999", "private, s-maxage=60"),
    ] {
        assert_eq!(capped(&[field], false), [expected], "{field}");
    }
}

/// R7.3: text that is not an age counts as 0; quotes, blanks and trailing commas are understood.
#[test]
fn parsing_follows_the_rfc() {
    for (field, expected) in [
        ("max-age=abc", "max-age=0, s-maxage=0"),
        ("max-age=1.5", "max-age=0, s-maxage=0"),
        ("max-age=-1", "max-age=0, s-maxage=0"),
        ("max-age=+1", "max-age=0, s-maxage=0"),
        ("max-age=1:", "max-age=0, s-maxage=0"),
        ("max-age=1/", "max-age=0, s-maxage=0"),
        ("max-age", "max-age=0, s-maxage=0"),
        ("max-age=", "max-age=0, s-maxage=0"),
        ("max-age=60=70", "max-age=0, s-maxage=0"),
        ("max-age=600; public", "max-age=0, s-maxage=0"),
        ("max-age=0", "max-age=0, s-maxage=0"),
        ("max-age=99999999999999999999999999", "max-age=3600, s-maxage=60"),
        ("max-age=\"600\"", "max-age=\"600\", s-maxage=60"),
        ("max-age=\"9999\", x", "max-age=3600, x, s-maxage=60"),
        ("max-age = 600, s-maxage =\t9999", "max-age = 600, s-maxage=60"),
        ("max-age=007", "max-age=007, s-maxage=7"),
        ("max-age=600,", "max-age=600, s-maxage=60"),
        ("max-age=600, ", "max-age=600, s-maxage=60"),
        ("x=\"a, max-age=9999\", max-age=1", "x=\"a, max-age=9999\", max-age=1, s-maxage=1"),
        ("x=\"a\\\", max-age=9\", max-age=1", "x=\"a\\\", max-age=9\", max-age=1, s-maxage=1"),
        ("x=\"a, max-age=9999", "x=\"a, max-age=3600, s-maxage=60"),
        ("x\"a, max-age=9999, y\"", "x\"a, max-age=3600, y\", s-maxage=60"),
    ] {
        assert_eq!(capped(&[field], false), [expected], "{field}");
    }
}

/// R7.5: fields for certain caches go, also without `cache-control`; no other field does.
#[test]
fn targeted_fields_go() {
    for cache_control in [Some("max-age=5, s-maxage=5"), None] {
        let mut headers = HeaderMap::new();
        for field in TARGETED_CACHE_FIELDS {
            headers.append(field.name(), HeaderValue::from_static("max-age=9999"));
            headers.append(field.name(), HeaderValue::from_static("public"));
        }
        for name in ["cache-status", "pragma", "surrogate-capability", "x-cdn-cache-control"] {
            headers.append(name, HeaderValue::from_static("max-age=9999"));
        }
        if let Some(value) = cache_control {
            headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
        }
        AgeCap::new(CachePolicy::default()).unwrap().apply(&mut headers);
        assert_eq!(headers.len(), 4 + usize::from(cache_control.is_some()), "{headers:?}");
    }
}

/// R7.1: other caps, and none.
#[test]
fn caps_can_be_set() {
    assert_eq!(AgeCap::new(CachePolicy::Preserve), None);
    let policy = CachePolicy::Cap { max_age: 10, s_maxage: 20 };
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("s-maxage=30"));
    AgeCap::new(policy).unwrap().apply(&mut headers);
    assert_eq!(headers[CACHE_CONTROL], "s-maxage=20, max-age=10");
    // What is added is bounded by the age that the browser is told, not by the one that upstream meant.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=30"));
    AgeCap::new(policy).unwrap().apply(&mut headers);
    assert_eq!(headers[CACHE_CONTROL], "max-age=10, s-maxage=10");
}

/// Long fields spill from the stack and come out whole.
#[test]
fn long_fields_survive() {
    let long = "x".repeat(1000);
    let field = format!("{long}, max-age=9999, {long}");
    assert_eq!(capped(&[&field], false), [format!("{long}, max-age=3600, {long}, s-maxage=60")]);
}
