//! Every choice of the gateway's configuration can be given in each way in which there is one.

use std::process::Command;

use firstparty::config::{Builder, Variable};
use serde_json::Value;

use super::document::Document;
use super::help::Argument;
use super::process::{Proxy, command, refused};
use super::settings::{POST, bare};
use super::upstream::Upstream;

/// R1.1: what the library can be told, the proxy can be told. A choice that the library gets later
/// needs an argument, too.
#[test]
fn all() {
    let variables = Variable::ALL.iter().map(|variable| variable.as_str());
    let mut expected: Vec<_> = variables.chain(Builder::OPTIONS.iter().copied()).collect();
    let choices = Argument::choices();
    let mut keys: Vec<_> = choices.iter().map(|(_, key)| key.as_str()).collect();
    expected.sort_unstable();
    keys.sort_unstable();
    assert_eq!(keys, expected);
}

/// R1.3: an error calls a choice as whoever gave it does.
#[test]
fn errors() {
    for (choice, key) in Argument::choices() {
        if key == "fpjs_secret_name" {
            // It takes any text.
            continue;
        }
        let stderr = refused(command().args([&*choice.name, " "]));
        assert!(stderr.starts_with(&format!("proxy: {}: ", choice.name)), "{stderr}");
        let stderr = refused(command().env(&choice.variable, " "));
        assert!(stderr.starts_with(&format!("proxy: {}: ", choice.variable)), "{stderr}");
        let short = key.trim_start_matches("fpjs_");
        for key in [&*key, short, &format!("Fpjs_{}", short.to_ascii_uppercase())] {
            let document = Document::new(&format!(r#"{{"{key}": " "}}"#));
            let stderr = refused(command().args(["--config", document.path()]));
            assert!(
                stderr.starts_with(&format!("proxy: `{key}` in {}: ", document.path())),
                "{stderr}"
            );
        }
    }
}

/// R1.2: a value of the wrong type is an error that names the key and not the value.
#[test]
fn wrong_types() {
    for (_, key) in Argument::choices() {
        for value in [r#"[["the-secret-itself"]]"#, r#"{"the-secret-itself": 1}"#, "-4711.5"] {
            if key == "fpjs_integration_path_depth" && value == "-4711.5" {
                // Numbers may be numbers.
                continue;
            }
            let document = Document::new(&format!(r#"{{"{key}": {value}}}"#));
            let stderr = refused(command().args(["--config", document.path()]));
            let start = format!("proxy: `{key}` in {}: ", document.path());
            let words = stderr.strip_prefix(&start).unwrap_or_else(|| panic!("{stderr}"));
            assert!(words.contains("expected "), "{stderr}");
            assert!(!words.contains("the-secret-itself") && !words.contains("4711"), "{stderr}");
        }
    }
}

/// A value for each variable.
pub(super) fn valid(key: &str) -> &'static str {
    match key {
        "fpjs_get_result_path" => "r",
        "fpjs_integration_path_depth" => "1",
        "fpjs_proxy_secret_cache_ttl_ms" => "2",
        "fpjs_debug" => "true",
        "fpjs_region" => "eu",
        _ => "a",
    }
}

/// Which source gives each variable, according to the status page.
pub(super) fn resolved(command: &mut Command) -> Vec<(String, String)> {
    let proxy = Proxy::start(command);
    let page = proxy.get("/a/status?format=json").json();
    let variables = page["envInfo"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    variables.map(|info| (text(&info["envVarName"]), text(&info["resolvedBy"]))).collect()
}

/// R1.1, R10.4: the status page tells arguments, environment and document apart, and the first of
/// them counts.
#[test]
fn origins() {
    let upstream = Upstream::plain();
    let variables: Vec<_> = Argument::choices()
        .into_iter()
        .filter(|(_, key)| key.starts_with("fpjs_"))
        .map(|(choice, key)| (choice, valid(&key), key))
        .collect();
    assert_eq!(variables.len(), Variable::ALL.len());
    let members = variables.iter().map(|(_, value, key)| (key.clone(), Value::from(*value)));
    let document = Document::new(&members.collect::<Value>().to_string());

    let mut command = bare(&upstream);
    // CloudFront's page lists all variables.
    command.args(["--config", document.path(), "--platform", "cloudfront"]);
    for origin in ["settings document", "environment", "arguments"] {
        for (choice, value, _) in &variables {
            match origin {
                "environment" => command.env(&choice.variable, value),
                "arguments" => command.args([&choice.name, *value]),
                _ => &mut command,
            };
        }
        let resolved = resolved(&mut command);
        assert_eq!(resolved.len(), variables.len());
        for (variable, resolved_by) in resolved {
            assert_eq!(resolved_by, origin, "{variable}");
        }
    }
}

/// R2.6: a mount takes the place of prefix and depth, so one of the two is given in vain.
#[test]
fn mount_beside_depth() {
    type Give = fn(&mut Command, &str, &str) -> Option<Document>;
    let ways: [(&str, Give); 3] = [
        ("--", |command, key, value| {
            command.args([&format!("--{}", key.replace('_', "-")), value]);
            None
        }),
        ("FIRSTPARTY_", |command, key, value| {
            command.env(format!("FIRSTPARTY_{}", key.to_ascii_uppercase()), value);
            None
        }),
        ("`", |_, key, value| Some(Document::new(&format!(r#"{{"{key}": "{value}"}}"#)))),
    ];
    for (mount, give_mount) in ways {
        for (other, give_other) in ways {
            for key in ["integration_path_depth", "route_prefix"] {
                let mut command = command();
                let documents = [
                    give_mount(&mut command, "mount", "anywhere"),
                    give_other(&mut command, key, "1"),
                ];
                let both = Document::new(&format!(r#"{{"mount": "anywhere", "{key}": "1"}}"#));
                let document = match &documents {
                    [Some(_), Some(_)] => Some(&both),
                    [one, other] => one.as_ref().or(other.as_ref()),
                };
                command.args(document.iter().flat_map(|document| ["--config", document.path()]));
                let stderr = refused(&mut command);
                let stderr = stderr.strip_prefix("proxy: ").unwrap();
                let (first, second) = stderr.split_once(" and ").unwrap();
                assert!(
                    first.starts_with(mount) && first.to_lowercase().contains("mount"),
                    "{stderr}"
                );
                let second_name = second.to_lowercase().replace('-', "_");
                assert!(second.starts_with(other) && second_name.contains(key), "{stderr}");
                assert!(second.contains("exclude each other"), "{stderr}");
            }
        }
    }
}

/// R1.2: a choice that a document gives twice is an error, and one that is empty is not given.
#[test]
fn given_twice() {
    for text in [
        r#"{"hosts": ["a.b"], "FPJS_HOSTS": "c.d"}"#,
        r#"{"cdn_url": "a.b", "fpjs_cdn_url": "c.d"}"#,
        r#"{"cdn_url": "a.b", "cdn_url": "a.b"}"#,
    ] {
        let document = Document::new(text);
        let stderr = refused(command().args(["--config", document.path()]));
        assert!(stderr.contains("given twice"), "{stderr}");
    }
    let upstream = Upstream::plain();
    let document = Document::new(r#"{"ingress_base_host": "", "fpjs_ingress_base_host": "c.d"}"#);
    let proxy = Proxy::start(bare(&upstream).args(["--config", document.path()]));
    proxy.ask(POST);
    assert_eq!(upstream.next().get("host"), Some("c.d"));
}

/// R1.1: a member that an object has in both spellings is given twice, too.
#[test]
fn members_given_twice() {
    for (key, value, member) in [
        ("cache", r#"{"max-age": 1, "max_age": 2}"#, "max_age"),
        ("mount", r#"{"anywhere_or_depth": 1, "anywhere-or-depth": 2}"#, "anywhere_or_depth"),
        ("cookie_domain", r#"{"a-b": [], "a_b": []}"#, "a_b"),
    ] {
        let expected = format!(": `{member}` is given twice");
        let document = Document::new(&format!(r#"{{"{key}": {value}}}"#));
        let stderr = refused(command().args(["--config", document.path()]));
        let start = format!("proxy: `{key}` in {}{expected}", document.path());
        assert!(stderr.starts_with(&start), "{stderr}");
        let argument = format!("--{}", key.replace('_', "-"));
        let stderr = refused(command().args([&*argument, value]));
        assert!(stderr.starts_with(&format!("error: {argument}{expected}")), "{stderr}");
    }
}

/// A value may begin with a hyphen.
#[test]
fn hyphens() {
    let upstream = Upstream::plain();
    let mut command = bare(&upstream);
    let proxy = Proxy::start(command.args(["--secret", "-s", "--result-path", "--r"]));
    proxy.ask(POST.replace("/fp/r", "/fp/--r"));
    let request = upstream.next();
    assert!(request.head.line.starts_with("POST /?ii="), "{}", request.head.line);
    assert_eq!(request.get("fpjs-proxy-secret"), Some("-s"));
}

/// A value that is not UTF-8 is an error that names the variable or the argument.
#[cfg(unix)]
#[test]
fn not_utf8() {
    use std::os::unix::ffi::OsStrExt;

    let text = std::ffi::OsStr::from_bytes(b"the-secret-itself\xff");
    for argument in Argument::all() {
        // Names of files need not be text.
        if argument.name == "--config" {
            continue;
        }
        let stderr = refused(command().env(&argument.variable, text));
        let start = format!("error: {}: the value is not UTF-8", argument.variable);
        assert!(stderr.starts_with(&start), "{stderr}");
        assert!(!stderr.contains("the-secret-itself"), "{stderr}");
        if !argument.has_value {
            continue;
        }
        let stderr = refused(command().arg(&argument.name).arg(text));
        let start = format!("error: {}: the value is not UTF-8", argument.name);
        assert!(stderr.starts_with(&start), "{stderr}");
        assert!(!stderr.contains("the-secret-itself"), "{stderr}");
    }
}
