//! What the proxy prints about its settings.

use super::document::Document;
use super::process::{Proxy, command};
use super::settings::bare;
use super::upstream::Upstream;

/// All that was printed, in both streams.
fn printed(proxy: Proxy) -> String {
    let welcome = proxy.welcome.clone();
    proxy.terminate();
    welcome + &proxy.ended().1
}

/// The line with this code.
fn advice<'a>(text: &'a str, code: &str) -> Option<&'a str> {
    text.lines().find(|line| line.starts_with(&format!("advice ({code}): ")))
}

/// The arguments that a line names.
fn arguments_in(line: &str) -> Vec<&str> {
    let words = line.split([' ', '(', ')', ',', ':']);
    words.filter(|word| word.starts_with("--")).collect()
}

/// R1.5: printed advice names the argument that follows it, whatever the platform calls the setting.
#[test]
fn arguments() {
    let upstream = Upstream::plain();
    let odd = Document::new(r#"{"odd": 1}"#);
    for (arguments, code, argument) in [
        (&["--agent-path", "agent"][..], "blocked-path", "--agent-path"),
        (&["--agent-path", "agent", "--platform", "akamai"], "blocked-path", "--agent-path"),
        (&[], "no-secret", "--secret"),
        (&["--agent-path", "a", "--result-path", "a"], "equal-routes", "--agent-path"),
        (&["--result-path", "status"], "status-route", "--result-path"),
        (&["--result-path", "web"], "web-route", "--result-path"),
        (&["--agent-path", "a"], "route-off", "--result-path"),
        (&["--agent-path", "a", "--v4", "false"], "v4-off", "--v4"),
        (&["--v4", "false"], "no-route", "--v4"),
        (&["--integration-path-depth", "0"], "depth-zero", "--route-prefix"),
        (&[], "mount-by-depth", "--route-prefix"),
        (&["--drop-fields", "[]"], "authorization-forwarded", "--drop-fields"),
        (&["--config", odd.path()], "unknown-key", "--help"),
        (
            &["--route-prefix", "a", "--integration-path-depth", "1"],
            "ignored-setting",
            "--integration-path-depth",
        ),
        (&["--trusted-host", "a", "--platform", "azure"], "ignored-setting", "--trusted-host"),
        (&["--region", "eu", "--agent-origin", "cdn"], "region-beside-cdn", "--region"),
        (&["--region", "eu", "--agent-origin", "cdn"], "region-beside-cdn", "(--agent-origin)"),
        (&[], "default-used", "--integration-path-depth"),
        (&[], "no-host-list", "--hosts"),
        (&[], "no-key-list", "--api-keys"),
        (&["--ingress-host", "a.example"], "other-upstream", "--ingress-host"),
    ] {
        let text = printed(Proxy::start(bare(&upstream).args(arguments)));
        let line = advice(&text, code).unwrap_or_else(|| panic!("no {code} in {text}"));
        assert!(line.contains(argument), "{arguments:?}: {line}");
        let named = text.lines().filter(|line| {
            line.starts_with("advice (") && !line.starts_with("advice (forgeable-address)")
        });
        for line in named {
            assert!(!arguments_in(line).is_empty(), "{line}");
        }
        assert!(!text.contains("fpjs_"), "{text}");
    }
}

/// What makes an address forgeable is the host's setup, so no argument is named.
#[test]
fn without_arguments() {
    let upstream = Upstream::plain();
    for platform in ["akamai", "azure", "fastly-vcl"] {
        let text = printed(Proxy::start(bare(&upstream).args(["--platform", platform])));
        let line = advice(&text, "forgeable-address").unwrap_or_else(|| panic!("{text}"));
        assert!(!line.contains("--"), "{line}");
    }
}

/// R1.5, R2.6: advice can be followed with the argument that it names, beside all else that was
/// given; above all where prefix and mount exclude each other.
#[test]
fn followed() {
    let upstream = Upstream::plain();
    let exact = r#"{"exact":"ore54guier"}"#;
    for (given, code, remedy) in [
        (&["--mount", r#"{"depth":0}"#][..], "depth-zero", ["--mount", exact]),
        (&["--mount", r#"{"anywhere-or-depth":0}"#], "depth-zero", ["--mount", exact]),
        (&["--mount", r#"{"depth":1}"#], "mount-by-depth", ["--mount", exact]),
        (&["--mount", r#"{"exact":"/fpjs"}"#], "blocked-path", ["--mount", exact]),
        (&["--integration-path-depth", "0"], "depth-zero", ["--route-prefix", "ore54guier"]),
        (&["--integration-path-depth", "2"], "mount-by-depth", ["--route-prefix", "ore54guier"]),
        (&[], "mount-by-depth", ["--route-prefix", "ore54guier"]),
        (&["--route-prefix", "fpjs"], "blocked-path", ["--route-prefix", "ore54guier"]),
        (&["--route-prefix", "p", "--v4", "false"], "no-route", ["--v4", "true"]),
        (
            &["--route-prefix", "p", "--v4", "false", "--agent-path", "a"],
            "v4-off",
            ["--v4", "true"],
        ),
        (&["--v4", "false", "--agent-path", "a"], "v4-off", ["--v4", "true"]),
        (&["--mount", "anywhere", "--agent-path", "a"], "v4-off", ["--mount", exact]),
        (&["--mount", "anywhere"], "no-route", ["--mount", exact]),
        (
            &["--region", "eu", "--agent-origin", "cdn"],
            "region-beside-cdn",
            ["--agent-origin", "api"],
        ),
        (&[], "no-host-list", ["--hosts", "a.example"]),
        (&[], "no-secret", ["--secret", "s"]),
        (&["--drop-fields", "[]"], "authorization-forwarded", ["--drop-fields", "authorization"]),
    ] {
        let text = printed(Proxy::start(bare(&upstream).args(given)));
        let line = advice(&text, code).unwrap_or_else(|| panic!("no {code} in {text}"));
        let named = arguments_in(line);
        assert!(named.contains(&remedy[0]), "{given:?}: {line}");
        let opposite = if given.contains(&"--mount") { "--route-prefix" } else { "--mount" };
        assert!(!named.contains(&opposite), "{given:?}: {line}");

        let others = given.chunks(2).filter(|pair| pair[0] != remedy[0]).flatten();
        let text = printed(Proxy::start(bare(&upstream).args(others).args(remedy)));
        assert_eq!(advice(&text, code), None, "{given:?} {remedy:?}");
    }
}

/// R2.6: where v4 is off and the mount has no place for it, both are to be changed.
#[test]
fn v4_anywhere() {
    let upstream = Upstream::plain();
    for (v4, expected) in [("true", &["--mount"][..]), ("false", &["--v4", "--mount"])] {
        let given = ["--mount", "anywhere", "--agent-path", "a", "--v4", v4];
        let text = printed(Proxy::start(bare(&upstream).args(given)));
        let line = advice(&text, "v4-off").unwrap_or_else(|| panic!("{text}"));
        assert_eq!(arguments_in(line), expected, "{line}");
    }
}

/// A demonstration has advice on what it was told, and on nothing that only production needs.
#[test]
fn demonstration() {
    let mut command = command();
    command.args(["--listen", "127.0.0.1:0", "--agent-path", "agent"]);
    let text = printed(Proxy::start(&mut command));
    let advice: Vec<_> = text.lines().filter(|line| line.starts_with("advice")).collect();
    let [line] = advice[..] else { panic!("one line: {text}") };
    assert!(line.starts_with("advice (blocked-path): --agent-path contains"), "{line}");
}

/// R1.7: routes that are equal have no URLs, and are told to be the reason.
#[test]
fn equal_routes() {
    let upstream = Upstream::plain();
    let routes = ["--agent-path", "a/b", "--result-path", "/a//b/"];
    let proxy = Proxy::start(bare(&upstream).args(routes));
    let reason = "no URLs: --agent-path and --result-path are the same";
    assert!(proxy.welcome.contains(reason), "{}", proxy.welcome);
    assert!(!proxy.welcome.contains("apiKey"), "{}", proxy.welcome);
}
