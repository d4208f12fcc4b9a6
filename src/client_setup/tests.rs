//! Which strings a site gets, and which paths and origins are refused.

use super::*;

fn setup(
    builder: crate::config::Builder,
    site: &str,
    path: &str,
) -> Result<ClientSetup, ConfigError> {
    ClientSetup::new(&builder.build().unwrap(), site, path)
}

fn routes() -> crate::config::Builder {
    Config::builder().agent_download_path("a").get_result_path("r")
}

/// R1.7: with depth 0 the base is the site itself.
#[test]
fn depth_decides_the_base() {
    let zero = setup(routes().integration_path_depth(0), "https://a.example:8443/", "").unwrap();
    assert_eq!(zero.v3_import().unwrap(), "https://a.example:8443/a?apiKey=<apiKey>");
    assert_eq!(zero.v4_endpoint(Region::Ap).unwrap(), "https://a.example:8443/?region=ap");
    let two = setup(routes().integration_path_depth(2), "http://a.example", "/x/y/").unwrap();
    assert_eq!(two.v3_endpoint(Region::Us).unwrap(), "http://a.example/x/y/r?region=us");
    assert_eq!(two.v4_import().unwrap(), "http://a.example/x/y/web/v4/<apiKey>");
    let off = setup(Config::builder().v4(false), "https://a.example", "x").unwrap();
    assert_eq!((off.script_url_pattern(), off.v3_endpoint(Region::Us)), (None, None));
    assert_eq!((off.v4_import(), off.v4_endpoint(Region::Us)), (None, None));
    for (mount, v4) in [
        (Mount::Anywhere, false),
        (Mount::AnywhereOrDepth(2), true),
        (Mount::AnywhereOrDepth(1), false),
    ] {
        let setup = setup(Config::builder().mount(mount), "https://a.example", "x/y").unwrap();
        assert_eq!(setup.v4_import().is_some(), v4);
    }
    let anywhere = routes().mount(Mount::Anywhere);
    let anywhere = setup(anywhere, "https://a.example", "any/where").unwrap();
    assert_eq!(
        anywhere.script_url_pattern().unwrap(),
        "https://a.example/any/where/a?apiKey=<apiKey>&version=<version>\
         &loaderVersion=<loaderVersion>",
    );
}

/// R1.7, R3.6: a fixed region is the endpoints', whichever is asked for.
#[test]
fn endpoints_have_the_fixed_region() {
    let fixed = setup(routes().region(Region::Eu), "https://a.example", "x").unwrap();
    for &region in Region::ALL {
        assert_eq!(fixed.v3_endpoint(region).unwrap(), "https://a.example/x/r?region=eu");
        assert_eq!(fixed.v4_endpoint(region).unwrap(), "https://a.example/x/?region=eu");
    }
}

/// R1.5: the integration path is first known here.
#[test]
fn a_blocked_integration_path_is_advised_against() {
    let sound = setup(Config::builder(), "https://a.example", "ore54guier").unwrap();
    assert_eq!(sound.advice(), None);
    let blocked = setup(Config::builder(), "https://a.example", "my-fingerprint").unwrap();
    let blocked = blocked.advice().unwrap();
    assert_eq!(blocked.code(), "blocked-path");
    assert!(blocked.to_string().starts_with("integration_path contains a term"));
}

/// R1.7, R2.6: each string for the browser leads to the route that it is meant for.
#[test]
fn routes_do_not_take_each_others_place() {
    let anywhere = routes().mount(Mount::Anywhere);
    for (builder, path, is_sound) in [
        (anywhere.clone(), "x", true),
        (anywhere.clone(), "r", false),
        (anywhere.clone(), "x/r/y", false),
        (anywhere.clone(), "a", true),
        // The agent's URL leads to the result route, and that of the result route to itself.
        (anywhere.get_result_path("r/a"), "r", false),
        (routes(), "r", true),
        (routes().get_result_path("a"), "x", false),
        (routes().agent_download_path("r/a"), "x", true),
        (routes().get_result_path("status"), "x", true),
    ] {
        let setup = setup(builder, "https://a.example", path);
        let expected = if is_sound { None } else { Some(ConfigErrorKind::Shadowed) };
        assert_eq!(setup.err().map(|error| error.kind()), expected, "{path}");
    }
    // A route hides the import of v4, or its endpoint.
    for (builder, path) in
        [(routes().get_result_path("web"), "x"), (routes().mount(Mount::AnywhereOrDepth(1)), "a")]
    {
        let hidden = setup(builder, "https://a.example", path).unwrap();
        assert_eq!((hidden.v4_import(), hidden.v4_endpoint(Region::Us)), (None, None));
    }
}

#[test]
fn what_does_not_fit_the_mount_is_refused() {
    let exact = Config::builder().mount(Mount::Exact("p/q".parse().unwrap()));
    assert!(setup(exact.clone(), "https://a.example", "p/q").is_ok());
    for (builder, path, kind) in [
        (exact.clone(), "p", ConfigErrorKind::Mount),
        (exact, "p/r", ConfigErrorKind::Mount),
        (Config::builder(), "p/q", ConfigErrorKind::Depth { segments: 1 }),
        (Config::builder(), "..", ConfigErrorKind::Path),
    ] {
        let error = setup(builder, "https://a.example", path).unwrap_err();
        assert_eq!((error.setting(), error.kind()), ("integration_path", kind), "{path}");
    }
    for origin in [
        "",
        "a.example",
        "ftp://a.example",
        "https://a.example/x",
        "https://u@a.example",
        "https://a.example/?q",
        "https://a.example/#f",
        "  https://a.example",
        "https:a.example",
        "https://a.example ",
        "https://a.example\u{1}",
        "https:x.example://a.example",
        "http:evil.test://a.example",
        "https:8://a",
        "https://",
        "https://a.example/x/..",
        "https://@a.example",
        "https://a.ex\nample",
        "https:\\\\a.example",
    ] {
        let error = setup(Config::builder(), origin, "p").unwrap_err();
        let expected = ("site_origin", ConfigErrorKind::Origin);
        assert_eq!((error.setting(), error.kind()), expected, "{origin}");
    }
}
