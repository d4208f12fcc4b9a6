//! Which paths belong to which route.

use super::Route::{Agent, Api, Result as Identify, Status};
use super::*;

fn routes(json: &str) -> Routes {
    Routes::new(&serde_json::from_str(json).unwrap())
}

const V3: &str = r#"{"agent_download_path": "agent", "get_result_path": "a/result"}"#;

/// R2.0, R2.1: what counts as integration path.
#[test]
fn the_first_segments_are_the_integration_path() {
    let depth = |depth: u8| routes(&format!(r#"{{"integration_path_depth": {depth}}}"#));
    for (levels, path, expected) in [
        (0, "/", Some("/")),
        (0, "/x", Some("/x")),
        (0, "//x//y", Some("/x//y")),
        (1, "/", Some("/")),
        (1, "//", Some("/")),
        (1, "/x", Some("/")),
        (1, "/x/", Some("/")),
        (1, "/x//", Some("/")),
        (1, "//x//y//", Some("/y//")),
        (2, "/", None),
        (2, "/x//", None),
        (2, "/x//y", Some("/")),
        (2, "/x/y/z%2Fz", Some("/z%2Fz")),
        (255, "/x/y", None),
    ] {
        let expected = expected.map(|path| Api { path }).ok_or(Refusal::NotFound);
        assert_eq!(depth(levels).classify(path), expected, "{levels} {path}");
    }
    for path in ["", "*", "example.com:443", "x/y"] {
        assert_eq!(depth(1).classify(path), Err(Refusal::PathNotAbsolute), "{path}");
    }
}

/// R2.2, R2.3, R2.4: whole segments in their own case, in order, the rest byte for byte.
#[test]
fn routes_match_by_whole_segments() {
    let routes = routes(V3);
    for (path, expected) in [
        ("/agent", Api { path: "/" }),
        ("/i/agent", Agent),
        ("/i//agent//", Agent),
        ("/i/agent/x", Api { path: "/agent/x" }),
        ("/i/agentfoo", Api { path: "/agentfoo" }),
        ("/i/Agent", Api { path: "/Agent" }),
        ("/i/aGENT", Api { path: "/aGENT" }),
        ("/i/a/Result", Api { path: "/a/Result" }),
        ("/i/A/result", Api { path: "/A/result" }),
        ("/i/%61gent", Api { path: "/%61gent" }),
        ("/i/a/result", Identify { suffix: "/" }),
        ("/i/a//result///", Identify { suffix: "/" }),
        ("/i/a/result//x//y/", Identify { suffix: "/x//y/" }),
        ("/i/a/resultfoo", Api { path: "/a/resultfoo" }),
        ("/i/a", Api { path: "/a" }),
        ("/i/status", Status),
        ("/i/status//", Status),
        ("/i/status/x", Api { path: "/status/x" }),
        ("/i/Status", Api { path: "/Status" }),
        ("/i/sTATUS", Api { path: "/sTATUS" }),
        ("/i/%73tatus", Api { path: "/%73tatus" }),
    ] {
        assert_eq!(routes.classify(path), Ok(expected), "{path}");
    }
}

/// R2.2: of routes that match alike, the agent's comes first, then the result's, then `status`.
#[test]
fn routes_have_an_order() {
    for (agent, result, path, expected) in [
        ("r", "r", "/i/r", Agent),
        ("r/a", "r", "/i/r/a", Agent),
        ("r/a", "r", "/i//r//a//", Agent),
        ("r", "r/a", "/i/r/a", Identify { suffix: "/" }),
        ("status", "r", "/i/status", Agent),
        ("a", "status", "/i/status", Identify { suffix: "/" }),
        ("a", "status", "/i/status/x", Identify { suffix: "/x" }),
    ] {
        let routes = routes(&format!(
            r#"{{"agent_download_path": "{agent}", "get_result_path": "{result}"}}"#
        ));
        assert_eq!(routes.classify(path), Ok(expected), "{agent} {result} {path}");
    }
}

/// Not needed for being right, but for being fast.
#[test]
fn first_bytes_rule_paths_out() {
    let routes = routes(r#"{"agent_download_path": "agent", "get_result_path": "b/result"}"#);
    for initial in ('a'..='z').chain('A'..='Z').chain('0'..='9') {
        let expected = !matches!(initial, 'a' | 'b' | 's' | '3');
        assert_eq!(routes.rules_out(&format!("{initial}x")), expected, "{initial}");
    }
}

/// R2.2, R10.1: v4 and the status page can be switched off.
#[test]
fn routes_can_be_off() {
    let off = routes(r#"{"v4": false, "status_page": false}"#);
    for path in ["/i", "/i/status", "/i/agent", "/"] {
        assert_eq!(off.classify(path), Err(Refusal::NotFound), "{path}");
    }
    let v4 = routes(r#"{"status_page": false}"#);
    assert_eq!(v4.classify("/i/status"), Ok(Api { path: "/status" }));
    // Also beside a route that begins like `status`, so that its first byte does not rule it out.
    let beside = routes(r#"{"status_page": false, "agent_download_path": "script"}"#);
    assert_eq!(beside.classify("/i/status"), Ok(Api { path: "/status" }));
}

/// R2.5: dot segments, however written, wherever they stand.
#[test]
fn dot_segments_are_refused() {
    let routes = routes(V3);
    for path in [
        "/.",
        "/..",
        "/i/./agent",
        "/../i",
        "/i/agent/..",
        "/%2e",
        "/%2E%2e/%2e",
        "/i/%2e",
        "/i/%2E%2e/x",
        "/i/.%2e",
        "/i/%2e./",
        "/./",
    ] {
        assert_eq!(routes.classify(path), Err(Refusal::DotSegment), "{path}");
    }
    for path in
        ["/i/...", "/i/.x", "/i/x..", "/i/%2e%2e%2e", "/i/%2ex", "/i/a.b", "/i/%2", "/i/%252e"]
    {
        assert!(routes.classify(path).is_ok(), "{path}");
    }
}

/// R2.6: an exact integration path, which may be nested.
#[test]
fn an_exact_path_is_compared_by_segments() {
    let routes = routes(r#"{"mount": {"exact": "/x/y"}, "get_result_path": "r"}"#);
    for (path, expected) in [
        ("/x/y", Ok(Api { path: "/" })),
        ("//x//y//r/s", Ok(Identify { suffix: "/s" })),
        ("/x/yy/r", Err(Refusal::NotFound)),
        ("/x", Err(Refusal::NotFound)),
        ("/", Err(Refusal::NotFound)),
        ("/z/x/y", Err(Refusal::NotFound)),
        ("/X/y", Err(Refusal::NotFound)),
        ("/x/Y/r", Err(Refusal::NotFound)),
    ] {
        assert_eq!(routes.classify(path), expected, "{path}");
    }
}

/// R2.6: anywhere; the first match from the left wins; v4 only with a depth.
#[test]
fn a_route_may_follow_any_prefix() {
    let anywhere = |mount: &str| {
        routes(&format!(
            r#"{{"mount": {mount}, "agent_download_path": "agent", "get_result_path": "result"}}"#
        ))
    };
    let only = anywhere(r#""anywhere""#);
    for (path, expected) in [
        ("/agent", Ok(Agent)),
        ("/a/b/c/agent/", Ok(Agent)),
        ("/result/agent", Ok(Identify { suffix: "/agent" })),
        ("/agent/result/x", Ok(Identify { suffix: "/x" })),
        ("/agent/agent", Ok(Agent)),
        ("/a/status", Ok(Status)),
        ("/a/agentfoo", Err(Refusal::NotFound)),
        ("/a/aGENT", Err(Refusal::NotFound)),
        ("/a/rESULT", Err(Refusal::NotFound)),
        ("/a/sTATUS", Err(Refusal::NotFound)),
        ("/a/status/x", Err(Refusal::NotFound)),
        ("/", Err(Refusal::NotFound)),
    ] {
        assert_eq!(only.classify(path), expected, "{path}");
    }
    let or_depth = anywhere(r#"{"anywhere_or_depth": 2}"#);
    assert_eq!(or_depth.classify("/a/agent"), Ok(Agent));
    assert_eq!(or_depth.classify("/a/b/c"), Ok(Api { path: "/c" }));
    assert_eq!(or_depth.classify("/a"), Err(Refusal::NotFound));
}
