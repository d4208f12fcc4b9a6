//! What the proxy is told: arguments, environment, settings document.

use std::time::Duration;

use firstparty::adapter::{CONNECT_TIMEOUT, FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT};

use super::document::Document;
use super::help::help_text;
use super::process::{Proxy, command, refused};
use super::upstream::{Upstream, response};

pub(super) const POST: &str = "POST /fp/r HTTP/1.1\r\nhost: a.example\r\ncontent-length: 0\r\n\r\n";

/// Listens anywhere, before this upstream, with nothing else set.
pub(super) fn bare(upstream: &Upstream) -> std::process::Command {
    let mut command = command();
    command.args(["--listen", "127.0.0.1:0", "--connect-to", &upstream.address.to_string()]);
    command
}

/// R1.1: every argument is an environment variable, too.
#[test]
fn environment() {
    let upstream = Upstream::plain();
    let proxy = Proxy::start(command().envs([
        ("FIRSTPARTY_LISTEN", "127.0.0.1:0"),
        ("FIRSTPARTY_UPSTREAM", "real"),
        ("FIRSTPARTY_CONNECT_TO", &upstream.address.to_string()),
        ("FIRSTPARTY_AGENT_PATH", "a"),
        ("FIRSTPARTY_RESULT_PATH", "r"),
        ("FIRSTPARTY_INTEGRATION_PATH_DEPTH", "0"),
        ("FIRSTPARTY_SECRET", "from-the-environment"),
        ("FIRSTPARTY_INGRESS_HOST", "api.example"),
        ("FIRSTPARTY_PLATFORM", "cloudflare"),
        ("FIRSTPARTY_INTEGRATION_VERSION", "7"),
        ("FIRSTPARTY_COOKIE_DOMAIN", "preserve"),
        ("FIRSTPARTY_CONFIG", ""),
    ]));
    proxy.ask(
        "POST /r/s HTTP/1.1\r\nhost: a.example\r\ncf-connecting-ip: 192.0.2.7\r\n\
         content-length: 0\r\n\r\n",
    );
    let request = upstream.next();
    assert_eq!(request.head.line, "POST /s?ii=fingerprintjs-pro-cloudflare%2F7%2Fingress HTTP/1.1");
    assert_eq!(request.get("host"), Some("api.example"));
    assert_eq!(request.get("fpjs-proxy-secret"), Some("from-the-environment"));
    assert_eq!(request.get("fpjs-proxy-client-ip"), Some("192.0.2.7"));
}

/// R1.1: what is not set is off, and no secret is made up.
#[test]
fn nothing_set() {
    let upstream = Upstream::plain();
    let proxy = Proxy::start(&mut bare(&upstream));
    proxy.ask(POST);
    let request = upstream.next();
    assert!(request.head.line.starts_with("POST /r?ii="), "{}", request.head.line);
    assert_eq!(request.get("fpjs-proxy-secret"), None);
    proxy.wait_for("advice (no-secret)");
    proxy.wait_for("advice (no-host-list)");
}

/// R8: each policy for the domain of cookies can be chosen.
#[test]
fn cookie_domains() {
    let cookie = "set-cookie: a=1; Domain=fpjs.io; Secure\r\n";
    let upstream = Upstream::answering(response(cookie, b""));
    for (policy, expected) in [
        ("preserve", "a=1; Domain=fpjs.io; Secure"),
        ("first_party", "a=1; Secure"),
        (r#"{"map": [["fpjs.io", "b.example"]]}"#, "a=1; Domain=b.example; Secure"),
    ] {
        let proxy = Proxy::start(bare(&upstream).args(["--cookie-domain", policy]));
        assert_eq!(proxy.ask(POST).get("set-cookie"), Some(expected), "{policy}");
    }
}

/// R8.3: the policy that takes the feature `psl`, and what is said without it.
#[test]
fn registrable_cookie_domains() {
    let upstream = Upstream::answering(response("set-cookie: a=1; Domain=fpjs.io\r\n", b""));
    let mut command = bare(&upstream);
    command.args(["--cookie-domain", "registrable"]);
    if cfg!(feature = "psl") {
        let answer = Proxy::start(&mut command).ask(POST.replace("a.example", "a.b.example"));
        assert_eq!(answer.get("set-cookie"), Some("a=1; Domain=b.example"));
    } else {
        let stderr = refused(&mut command);
        let expected = "--cookie-domain: `registrable` needs the feature `psl`: build with `cargo";
        assert!(stderr.contains(expected), "{stderr}");
        let document = Document::new(r#"{"cookie_domain": "registrable"}"#);
        let stderr = refused(bare(&upstream).args(["--config", document.path()]));
        assert!(stderr.contains("`cookie_domain` in ") && stderr.contains("`psl`"), "{stderr}");
    }
}

/// R12: behind a load balancer, upstream is told the visitor's address and host.
#[test]
fn behind_a_load_balancer() {
    let upstream = Upstream::plain();
    let trusted = [("FIRSTPARTY_TRUSTED_HOST", "x-forwarded-host"), ("FIRSTPARTY_SECRET", "s")];
    let mut command = bare(&upstream);
    let proxy =
        Proxy::start(command.args(["--trusted-address", "x-forwarded-for:1"]).envs(trusted));
    let fields = "x-forwarded-host: shop.example\r\nx-forwarded-for: 192.0.2.99, 192.0.2.7\r\n";
    proxy.ask(POST.replace("content-length", &format!("{fields}content-length")));
    let request = upstream.next();
    assert_eq!(request.get("fpjs-proxy-client-ip"), Some("192.0.2.7"));
    assert_eq!(request.get("fpjs-proxy-forwarded-host"), Some("shop.example"));
}

/// R5.7: other hosts than those listed are refused.
#[test]
fn listed_hosts() {
    let upstream = Upstream::plain();
    let proxy = Proxy::start(bare(&upstream).args(["--hosts", "a.example, [::1]"]));
    for (host, status) in [("a.example", 200), ("[::1]", 200), ("b.example", 400)] {
        assert_eq!(proxy.ask(POST.replace("a.example", host)).head.status(), status, "{host}");
    }
}

/// R1.1, R1.2: a settings document fills what no argument sets; a key that means nothing is
/// advice.
#[test]
fn settings_document() {
    let upstream = Upstream::plain();
    let document = Document::new(
        r#"{"FPJS_GET_RESULT_PATH": "r", "fpjs_pre_shared_secret": "ignored", "odd": 1}"#,
    );
    let proxy = Proxy::with(upstream.address, &["--config", document.path()]);
    proxy.ask(POST);
    // The argument for the route wins, so this is v4.
    let request = upstream.next();
    assert!(request.head.line.starts_with("POST /r?ii="), "{}", request.head.line);
    assert_ne!(request.get("fpjs-proxy-secret"), Some("ignored"));
    proxy.wait_for("advice (unknown-key): the key \"odd\" of settings document");
}

/// R16.6, R1.6: a changed settings document is used without a restart; a bad one changes nothing.
#[test]
fn refreshed_settings() {
    let upstream = Upstream::plain();
    let document =
        Document::new(r#"{"fpjs_get_result_path": "r", "fpjs_pre_shared_secret": "one"}"#);
    let proxy = Proxy::start(bare(&upstream).args([
        "--config",
        document.path(),
        "--config-check-ms",
        "20",
    ]));
    let secret = || {
        proxy.ask(POST);
        upstream.next().get("fpjs-proxy-secret").map(str::to_owned)
    };
    assert_eq!(secret().as_deref(), Some("one"));

    document.write(r#"{"fpjs_get_result_path": "r", "fpjs_pre_shared_secret": 2222}"#);
    proxy.wait_for("settings: the last good ones stay in use");
    assert_eq!(secret().as_deref(), Some("one"));

    document.write(r#"{"fpjs_get_result_path": "r", "fpjs_pre_shared_secret": "second"}"#);
    proxy.wait_for("settings: read again, now in use");
    assert_eq!(secret().as_deref(), Some("second"));

    std::fs::remove_file(&document.0).unwrap();
    let gone = || proxy.log().matches("settings: the last good ones").count() == 2;
    while !gone() {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(secret().as_deref(), Some("second"));
    for value in ["one", "2222", "second"] {
        assert!(!proxy.log().contains(&format!("{value}\"")), "{}", proxy.log());
        assert!(!proxy.log().contains("2222"), "{}", proxy.log());
    }
}

/// R1.3: settings that cannot be used are told at once, by name and without their values.
#[test]
fn bad_settings() {
    let scalar = Document::new("\"the-secret-itself\"");
    let list = Document::new(r#"["the-secret-itself"]"#);
    let wrong = Document::new(r#"{"fpjs_pre_shared_secret": ["the-secret-itself"]}"#);
    for (arguments, words) in [
        (["--agent-path", "a/../b"], "proxy: --agent-path: expected path segments"),
        (["--secret", "the-secret-itself "], "proxy: --secret: expected visible ASCII"),
        (["--integration-path-depth", "256"], "proxy: --integration-path-depth: expected decimal"),
        (["--ingress-host", "api.example:1"], "proxy: --ingress-host: expected a host name"),
        (["--platform", "none"], "unknown platform"),
        (["--cookie-domain", "none"], "--cookie-domain"),
        (["--mount", r#"{"exact": "the-secret-itself"#], "--mount: not valid JSON"),
        (["--trusted-address", "the-secret-itself:0"], "like x-forwarded-for:1"),
        (["--connect-to", "nowhere"], "expected host:port, like 127.0.0.1:9000"),
        (["--idle-timeout-ms", "1s"], "--idle-timeout-ms: expected milliseconds, like 1000"),
        (["--upstream", "nowhere"], "expected mock or real"),
        (["--config", "does-not-exist.json"], "does-not-exist.json"),
        (["--config", scalar.path()], "settings document"),
        (["--config", list.path()], "settings document"),
        (["--config", wrong.path()], "proxy: `fpjs_pre_shared_secret` in /"),
        (["--secert", "the-secret-itself"], "a similar argument exists: '--secret'"),
    ] {
        let stderr = refused(command().args(arguments));
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("the-secret-itself"), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    }
}

/// R16.4: the time-outs where nobody sets others. That they are kept is tested with shorter ones.
#[test]
fn default_time_outs() {
    let help = help_text("--help");
    for (argument, milliseconds, constant) in [
        ("connect-timeout-ms", 1_000, CONNECT_TIMEOUT),
        ("first-byte-timeout-ms", 15_000, FIRST_BYTE_TIMEOUT),
        ("idle-timeout-ms", 10_000, IDLE_TIMEOUT),
    ] {
        let (_, behind) = help.split_once(&format!("--{argument} ")).expect(argument);
        let (_, default) = behind.split_once("[default: ").unwrap();
        assert_eq!(default.split(']').next().unwrap().parse(), Ok(milliseconds), "{argument}");
        assert_eq!(constant, Duration::from_millis(milliseconds), "{argument}");
    }
    // R16.1: shorter than the 15 seconds after which servers close connections that nobody uses.
    let (_, behind) = help.split_once("--pool-idle-timeout-ms ").unwrap();
    assert!(behind.split_once("[default: ").unwrap().1.starts_with("10000]"));
}
