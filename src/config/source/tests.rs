//! Layered sources: the first value counts, and no value is shown.

use super::*;

/// R1.1: an empty value leaves a variable unset, and of two the first counts.
#[test]
fn the_first_value_counts() {
    let pairs = [("fpjs_cdn_url", ""), ("fpjs_cdn_url", "a.b"), ("FPJS_CDN_URL", "c.d")];
    let source = Source::from_pairs("s", pairs).with(Variable::CdnUrl, "e.f");
    assert_eq!(source.get(Variable::CdnUrl), Some("a.b"));
    assert_eq!(source.get(Variable::GetResultPath), None);
}

/// The value of a variable in an environment.
fn get(platform: Platform, variable: Variable, pairs: &[(&str, &str)]) -> Option<String> {
    let source = Source::from_environment("env", platform, pairs.iter().copied());
    source.get(variable).map(str::to_owned)
}

fn assert_own_name_first(platform: Platform, variable: Variable, own: &str, canonical: &str) {
    let (upper, lower) = (canonical.to_ascii_uppercase(), own.to_ascii_lowercase());
    for (pairs, expected) in [
        ([(own, "a"), (canonical, "c")], "a"),
        ([(canonical, "c"), (own, "a")], "a"),
        ([(&*upper, "c"), (&*lower, "a")], "a"),
        ([(&*lower, "a"), (&*upper, "c")], "a"),
        ([(own, ""), (canonical, "c")], "c"),
        ([(canonical, "c"), (own, "")], "c"),
    ] {
        let value = get(platform, variable, &pairs);
        assert_eq!(value.as_deref(), Some(expected), "{platform} {pairs:?}");
    }
}

/// R1.1, R12: the platform's own name counts before the canonical one, in whatever order and
/// case the environment lists them; where it is empty, the canonical one counts.
#[test]
fn a_platforms_own_name_comes_first() {
    let mut own_names = 0;
    for &platform in Platform::ALL {
        for &variable in Variable::ALL {
            let own = platform.profile().variable_name(variable);
            let canonical = variable.as_str();
            for name in [own, canonical] {
                let value = get(platform, variable, &[(name, "v")]);
                assert_eq!(value.as_deref(), Some("v"), "{platform} {name}");
            }
            if !own.eq_ignore_ascii_case(canonical) {
                own_names += 1;
                assert_own_name_first(platform, variable, own, canonical);
            }
        }
    }
    // Cloudflare's five but the API host, which is canonical but for its case, Akamai's nine,
    // Fastly Compute's three, and Fastly VCL's four.
    assert_eq!(own_names, 4 + 9 + 3 + 4);
}

/// R1.1, R12: a store that can only be asked gives the platform's own name first, and then the
/// canonical one; an empty value is none. No name is asked twice, nor after its value is known.
#[test]
fn a_lookup_asks_for_the_platforms_own_name_first() {
    for &platform in Platform::ALL {
        for &variable in Variable::ALL {
            let (own, canonical) = (platform.profile().variable_name(variable), variable.as_str());
            for (pairs, expected, last) in [
                (&[][..], None, canonical),
                (&[(own, "a")], Some("a"), own),
                (&[(canonical, "c")], Some("c"), canonical),
                (&[(own, "a"), (canonical, "c")], Some("a"), own),
                (&[(canonical, ""), (own, "")], None, canonical),
            ] {
                let (value, asked) = looked_up(platform, variable, pairs);
                assert_eq!(value.as_deref(), expected, "{platform} {pairs:?}");
                let expected = if last == own { vec![own] } else { vec![own, canonical] };
                assert_eq!(asked, expected, "{platform} {pairs:?}");
            }
            if own != canonical {
                let (value, _) = looked_up(platform, variable, &[(own, ""), (canonical, "c")]);
                assert_eq!(value.as_deref(), Some("c"), "{platform} {own}");
            }
        }
    }
}

/// The value of a variable in a store, and by which of its names the store was asked for it.
fn looked_up(
    platform: Platform,
    variable: Variable,
    pairs: &[(&str, &'static str)],
) -> (Option<String>, Vec<&'static str>) {
    let mut asked = Vec::new();
    let source = Source::from_lookup("store", platform, |name| {
        asked.push(name);
        pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    });
    let (own, canonical) = (platform.profile().variable_name(variable), variable.as_str());
    asked.retain(|name| [own, canonical].contains(name));
    assert!(source.unknown_keys.is_empty() && source.name() == "store");
    (source.get(variable).map(str::to_owned), asked)
}

/// R1.1, R12: of a whole store, a lookup and a listing give the same.
#[test]
fn a_lookup_finds_what_a_listing_finds() {
    for &platform in Platform::ALL {
        let own = Variable::ALL.iter().map(|&v| platform.profile().variable_name(v));
        let canonical = Variable::ALL.iter().map(|v| v.as_str());
        let pairs: Vec<_> = own
            .chain(canonical)
            .map(|name| (name, name.len().to_string()))
            .chain([("PATH", "/usr/bin".to_owned())])
            .collect();
        let listed = Source::from_environment("env", platform, pairs.clone());
        let asked = Source::from_lookup("env", platform, |name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
        });
        for &variable in Variable::ALL {
            assert_eq!(asked.get(variable), listed.get(variable), "{platform} {variable}");
            assert!(asked.get(variable).is_some(), "{platform} {variable}");
        }
    }
}

/// R1.1, R1.3: a setting that is not text is an error that names it as the platform does; other
/// variables may hold any bytes, in names and values.
#[cfg(unix)]
#[test]
fn an_environment_may_hold_bytes_where_no_setting_is() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let pair = |key: &[u8], value: &[u8]| {
        (OsString::from_vec(key.to_vec()), OsString::from_vec(value.to_vec()))
    };
    let read = |vars| Source::from_vars_os("env", Platform::Cloudflare, vars);
    let others = [pair(b"LS_COLORS", b"\xff"), pair(b"\xff", b"x"), pair(b"fpjs_\xff", b"x")];
    for (key, setting) in
        [("get_result_path", "GET_RESULT_PATH"), ("FPJS_GET_RESULT_PATH", "fpjs_get_result_path")]
    {
        let mut vars = others.to_vec();
        vars.push(pair(key.as_bytes(), b"5yt489hgfj"));
        let source = read(vars.clone()).unwrap();
        assert_eq!(source.get(Variable::GetResultPath), Some("5yt489hgfj"), "{key}");
        assert!(source.unknown_keys.is_empty() && source.name() == "env");

        vars.push(pair(key.as_bytes(), b"s3cret\xff"));
        let error = read(vars).unwrap_err();
        assert_eq!(error.to_string(), format!("{setting}: expected UTF-8"));
    }
}

/// R1.4: a source shows which variables it sets, and no value.
#[test]
fn debug_shows_names_only() {
    let source = Source::from_pairs("env", [("fpjs_pre_shared_secret", "s3cret"), ("x", "y1")]);
    let shown = format!("{source:?}");
    assert!(shown.contains("env") && shown.contains("PreSharedSecret"), "{shown}");
    assert!(shown.contains("\"x\"") && !shown.contains("s3cret") && !shown.contains("y1"));
    let asked = Source::from_lookup("store", Platform::Cloudflare, |_| Some("s3cret"));
    let shown = format!("{asked:?}");
    assert!(shown.contains("PreSharedSecret") && !shown.contains("s3cret"), "{shown}");
}
