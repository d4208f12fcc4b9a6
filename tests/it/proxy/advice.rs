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
        (&[], "default-used", "--integration-path-depth"),
        (&[], "no-host-list", "--hosts"),
        (&[], "no-key-list", "--api-keys"),
        (&["--ingress-host", "a.example"], "other-upstream", "--ingress-host"),
        (&["--platform", "fastly_vcl"], "forgeable-address", "--platform"),
    ] {
        let text = printed(Proxy::start(bare(&upstream).args(arguments)));
        let is_it = |line: &&str| line.starts_with(&format!("advice ({code}): "));
        let line = text.lines().find(is_it).unwrap_or_else(|| panic!("no {code} in {text}"));
        assert!(line.contains(argument), "{arguments:?}: {line}");
        let advice = text.lines().filter(|line| line.starts_with("advice ("));
        assert!(advice.clone().all(|line| line.contains("--")), "{text}");
        assert!(advice.clone().all(|line| !line.contains("fpjs_")), "{text}");
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
