use super::*;

fn rewritten(policy: CookieDomain, kind: Kind, cookie: &str) -> String {
    let policy = DomainPolicy::new(policy);
    let mut value = HeaderValue::from_str(cookie).unwrap();
    policy.rewriter(kind, "www.example.com").apply(&mut value);
    value.to_str().unwrap().to_owned()
}

const FOREIGN: &str = "a=1; Domain=fpjs.io; Secure";

/// R8.1, R8.2: untouched where the policy or the request says so.
#[test]
fn cookies_of_plain_requests_stay() {
    assert_eq!(rewritten(CookieDomain::Preserve, Kind::Identification, FOREIGN), FOREIGN);
    assert_eq!(rewritten(CookieDomain::FirstParty, Kind::Plain, FOREIGN), FOREIGN);
    // Upstream's host-only cookie becomes the site's, also with a script.
    for kind in [Kind::Plain, Kind::Identification] {
        assert_eq!(rewritten(CookieDomain::FirstParty, kind, "a=1; Secure"), "a=1; Secure");
    }
}

/// R8.2, R8.5, R8.6: a domain that does not cover the host goes, every other byte stays.
#[test]
fn foreign_domains_go() {
    for (cookie, expected) in [
        (FOREIGN, "a=1; Secure"),
        ("a=1;domain = .fpjs.io ;Priority=High; Partitioned", "a=1;Priority=High; Partitioned"),
        ("a=1; Domain=.example.com", "a=1; Domain=.example.com"),
        ("a=1; Domain=com", "a=1"),
        ("a=1; Domain=", "a=1"),
        ("a=1; Domain; x", "a=1; x"),
        ("nameless; Domain=fpjs.io", "nameless"),
        ("a=1; Domain=example.com; Domain=fpjs.io; x", "a=1; x"),
        (
            "a=1; Domain=fpjs.io; Domain=example.com; x",
            "a=1; Domain=fpjs.io; Domain=example.com; x",
        ),
        ("Domain=fpjs.io", "Domain=fpjs.io"),
    ] {
        assert_eq!(
            rewritten(CookieDomain::FirstParty, Kind::Identification, cookie),
            expected,
            "{cookie}"
        );
    }
}

/// R8.4: the first pair that matches, on every response.
#[test]
fn domains_are_mapped() {
    let map = || {
        let pairs = [("fpjs.io", "example.com"), ("gone.io", ""), ("a.b", "c.d")];
        CookieDomain::Map(DomainMap::new(pairs).unwrap())
    };
    for (cookie, expected) in [
        ("a=1; DOMAIN = .FPJS.io ; x", "a=1; DOMAIN = example.com ; x"),
        ("a=1; Domain=gone.io; x", "a=1; x"),
        ("a=1; Domain=else.io", "a=1; Domain=else.io"),
        ("a=1; Domain=; x", "a=1; Domain=; x"),
        ("a=1; Domain; domain=a.b", "a=1; Domain=c.d; domain=c.d"),
        ("a=1; domain=a.b; x; Domain=gone.io;y", "a=1; x;y"),
        ("a=1", "a=1"),
    ] {
        assert_eq!(rewritten(map(), Kind::Plain, cookie), expected, "{cookie}");
    }
    let all = || CookieDomain::Map(DomainMap::new([("*", "x.y")]).unwrap());
    assert_eq!(rewritten(all(), Kind::Identification, FOREIGN), "a=1; Domain=x.y; Secure");
    let ordered = |pairs: [(&str, &str); 2]| CookieDomain::Map(DomainMap::new(pairs).unwrap());
    let (all_first, all_last) =
        ([("*", "x.y"), (".fpjs.io", "z.w")], [(".fpjs.io", "z.w"), ("*", "x.y")]);
    assert_eq!(
        rewritten(ordered(all_first), Kind::Identification, FOREIGN),
        "a=1; Domain=x.y; Secure"
    );
    assert_eq!(
        rewritten(ordered(all_last), Kind::Identification, FOREIGN),
        "a=1; Domain=z.w; Secure"
    );
    // `*` does not match an absent or empty domain.
    for empty in ["a=1; Domain; x", "a=1; Domain=; x", "a=1; Domain=."] {
        assert_eq!(rewritten(all(), Kind::Identification, empty), empty);
    }
}

/// R8.3: the registrable domain instead of nothing.
#[cfg(feature = "psl")]
#[test]
fn domains_become_registrable() {
    let policy = || CookieDomain::Registrable;
    assert_eq!(
        rewritten(policy(), Kind::Identification, FOREIGN),
        "a=1; Domain=example.com; Secure"
    );
    assert_eq!(rewritten(policy(), Kind::Plain, FOREIGN), FOREIGN);
    assert_eq!(rewritten(policy(), Kind::Identification, "a=1; Domain=; x"), "a=1; x");
    let policy = DomainPolicy::new(policy());
    let mut value = HeaderValue::from_static(FOREIGN);
    policy.rewriter(Kind::Identification, "127.0.0.1").apply(&mut value);
    assert_eq!(value, "a=1; Secure");
    for cookie in [FOREIGN, "a=1; Domain=example.com; Secure", "a=1; domain=.com.; Secure"] {
        let mut value = HeaderValue::from_static(cookie);
        policy.rewriter(Kind::Identification, "www.example.com.").apply(&mut value);
        assert_eq!(value, "a=1; Secure", "{cookie}");
    }
}

/// RFC 7541 §6.2.3: a cookie that must not be indexed stays so with a new value, whether it has one
/// `Domain` or several.
#[test]
fn a_cookie_stays_sensitive() {
    let policy = DomainPolicy::new(CookieDomain::FirstParty);
    for cookie in [FOREIGN, "a=1; Domain=else.io; Domain=fpjs.io; Secure"] {
        for sensitive in [false, true] {
            let mut value = HeaderValue::from_static(cookie);
            value.set_sensitive(sensitive);
            policy.rewriter(Kind::Identification, "www.example.com").apply(&mut value);
            assert_eq!((value.is_sensitive(), value.as_bytes()), (sensitive, &b"a=1; Secure"[..]));
        }
    }
}

/// Each policy that acts, with a kind of request on which it acts.
fn acting() -> Vec<(CookieDomain, Kind)> {
    let map = |pairs: &[(&str, &str)]| DomainMap::new(pairs.iter().copied()).unwrap();
    let mut policies = vec![
        (CookieDomain::FirstParty, Kind::Identification),
        (CookieDomain::Map(map(&[("*", "example.com")])), Kind::Plain),
        (CookieDomain::Map(map(&[("fpjs.io", "example.com")])), Kind::Identification),
        (CookieDomain::Map(map(&[])), Kind::Plain),
    ];
    if cfg!(feature = "psl") {
        let registrable = serde_json::from_str(r#""registrable""#).unwrap();
        policies.push((registrable, Kind::Identification));
    }
    policies
}

/// R8.7: a cookie whose name begins with `__Host-` loses its domain, whatever the policy makes of
/// the domain. R8.1: unless all domains are preserved.
#[test]
fn host_prefixed_cookies_lose_their_domain() {
    for (cookie, expected) in [
        ("__Host-x=1; Domain=fpjs.io", "__Host-x=1"),
        ("__Host-x=1; Domain=www.example.com; Secure", "__Host-x=1; Secure"),
        ("__Host-x=1; Domain=example.com", "__Host-x=1"),
        ("__Host-x=1; Domain=else.io; Path=/", "__Host-x=1; Path=/"),
        ("__host-x=1; domain = .FPJS.io ; Secure", "__host-x=1; Secure"),
        ("__HOST-=1;Domain=example.com;x", "__HOST-=1;x"),
        (" \t__Host-x =1; Domain=example.com", " \t__Host-x =1"),
        ("__Host-Http-x=1; Domain=example.com", "__Host-Http-x=1"),
        ("__Host-x=1; Domain=; y", "__Host-x=1; y"),
        ("__Host-x=1; Domain; y", "__Host-x=1; y"),
        ("__Host-x=1; Domain=fpjs.io; y; Domain=example.com", "__Host-x=1; y"),
        ("__Host-x=1; Secure", "__Host-x=1; Secure"),
    ] {
        for (policy, kind) in acting() {
            let shown = format!("{policy:?}: {cookie}");
            assert_eq!(rewritten(policy, kind, cookie), expected, "{shown}");
        }
        assert_eq!(rewritten(CookieDomain::Preserve, Kind::Identification, cookie), cookie);
        assert_eq!(rewritten(CookieDomain::FirstParty, Kind::Plain, cookie), cookie);
    }
}

/// R8.6, R8.7: any other cookie keeps a domain that fits: the prefix belongs to the name.
#[test]
fn only_the_name_has_the_prefix() {
    for cookie in [
        "__Secure-x=1; Domain=example.com",
        "__Hostx=1; Domain=example.com",
        "__Host=-; Domain=example.com",
        "x__Host-=1; Domain=example.com",
        "x=__Host-y=1; Domain=example.com",
        "=__Host-y=1; Domain=example.com",
        "__Host-x; Domain=example.com",
        "__Host-; Domain=example.com",
        "_; Domain=example.com",
    ] {
        for (policy, kind) in acting() {
            let shown = format!("{policy:?}: {cookie}");
            assert_eq!(rewritten(policy, kind, cookie), cookie, "{shown}");
        }
    }
}

/// R8.5: bytes outside ASCII stay.
#[test]
fn raw_bytes_survive() {
    let mut value = HeaderValue::from_bytes(b"a=\xff; Domain=fpjs.io; x=\xe9").unwrap();
    DomainPolicy::new(CookieDomain::FirstParty)
        .rewriter(Kind::Identification, "a.b")
        .apply(&mut value);
    assert_eq!(value.as_bytes(), b"a=\xff; x=\xe9");

    let all = CookieDomain::Map(DomainMap::new([("*", "x.y")]).unwrap());
    let mut value = HeaderValue::from_bytes(b"a=1; Domain=\xff").unwrap();
    DomainPolicy::new(all).rewriter(Kind::Plain, "a.b").apply(&mut value);
    assert_eq!(value, "a=1; Domain=x.y");
}
