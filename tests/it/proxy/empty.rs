//! An empty value counts as not given, wherever it is.

use serde_json::Value;

use super::choices::{resolved, valid};
use super::document::Document;
use super::help::Argument;
use super::process::{Proxy, command, refused};
use super::settings::{POST, bare};
use super::upstream::Upstream;

/// The two ways to write an empty argument.
fn forms(name: &str) -> [Vec<String>; 2] {
    [vec![name.to_owned(), String::new()], vec![format!("{name}=")]]
}

/// Every argument that takes a value, empty.
fn all() -> impl Iterator<Item = String> {
    let arguments = Argument::all().into_iter().filter(|argument| argument.has_value);
    arguments.flat_map(|argument| forms(&argument.name).concat())
}

/// R1.1: nothing else is needed.
#[test]
fn everywhere() {
    let upstream = Upstream::plain();
    let mut command = bare(&upstream);
    for argument in Argument::all() {
        command.env(argument.variable, "");
    }
    command.args(all());
    assert_eq!(Proxy::start(&mut command).ask(POST).head.status(), 200);
    assert_eq!(upstream.next().get("fpjs-proxy-secret"), None);
}

/// R1.1: beside an empty argument its environment variable counts, and errors name the variable.
#[test]
fn beside_a_variable() {
    for argument in Argument::all().into_iter().filter(|argument| argument.has_value) {
        if argument.key.as_deref() == Some("fpjs_secret_name") {
            // It takes any text.
            continue;
        }
        for form in forms(&argument.name) {
            let stderr = refused(command().env(&argument.variable, " ").args(&form));
            let expected = match &*argument.name {
                "--config" => "proxy: settings document  : ".to_owned(),
                _ => format!(": {}: ", argument.variable),
            };
            assert!(stderr.contains(&expected), "{form:?}: {stderr}");
        }
    }
}

/// R1.1, R10.4: beside empty arguments the status page names the environment, and beside empty
/// variables the settings document.
#[test]
fn origins() {
    let upstream = Upstream::plain();
    let variables = || Argument::choices().into_iter().filter(|(_, key)| key.starts_with("fpjs_"));
    let members = variables().map(|(_, key)| (key.clone(), Value::from(valid(&key))));
    let document = Document::new(&members.collect::<Value>().to_string());
    for (origin, is_set) in [("settings document", false), ("environment", true)] {
        let mut command = command();
        command.args(all()).envs([
            ("FIRSTPARTY_LISTEN", "127.0.0.1:0"),
            ("FIRSTPARTY_CONNECT_TO", &upstream.address.to_string()),
            ("FIRSTPARTY_CONFIG", document.path()),
            // CloudFront's page lists all variables.
            ("FIRSTPARTY_PLATFORM", "cloudfront"),
        ]);
        for (choice, key) in variables() {
            command.env(choice.variable, if is_set { valid(&key) } else { "" });
        }
        let resolved = resolved(&mut command);
        assert_eq!(resolved.len(), variables().count());
        for (variable, resolved_by) in resolved {
            assert_eq!(resolved_by, origin, "{variable}");
        }
    }
}

/// What looks like an empty argument, but is the value of another one, is a value.
#[test]
fn values_that_look_empty() {
    let upstream = Upstream::plain();
    for value in ["--hosts=", "--hosts"] {
        let proxy = Proxy::start(bare(&upstream).args(["--secret", value, "--region", ""]));
        proxy.ask(POST);
        assert_eq!(upstream.next().get("fpjs-proxy-secret"), Some(value));
    }
    let stderr = refused(command().arg("--secret"));
    assert!(stderr.contains("a value is required for '--secret <SECRET>'"), "{stderr}");
    let stderr = refused(command().args(["--secert", ""]));
    assert!(stderr.contains("a similar argument exists: '--secret'"), "{stderr}");
}
