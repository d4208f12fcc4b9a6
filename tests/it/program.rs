//! Example programs that the tests run as processes, built before they are run: `cargo test --test`
//! builds none, and what an earlier build left may have other code or other features.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The features that the tests were compiled with.
const FEATURES: &[(&str, bool)] = &[("psl", cfg!(feature = "psl"))];

/// The example proxy.
pub(crate) fn proxy() -> &'static PathBuf {
    static PROXY: OnceLock<PathBuf> = OnceLock::new();
    PROXY.get_or_init(|| build("proxy"))
}

/// The example that proposes an integration.
pub(crate) fn setup() -> &'static PathBuf {
    static SETUP: OnceLock<PathBuf> = OnceLock::new();
    SETUP.get_or_init(|| build("setup"))
}

/// The example that explains requests.
pub(crate) fn explain() -> &'static PathBuf {
    static EXPLAIN: OnceLock<PathBuf> = OnceLock::new();
    EXPLAIN.get_or_init(|| build("explain"))
}

/// Builds an example with the features and the profile of the tests, and says where it is.
///
/// # Panics
///
/// If it cannot be built: no test may pass or fail on an old one.
fn build(example: &str) -> PathBuf {
    let output = cargo().args(["--example", example]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the example {example} cannot be built: {errors}");
    let messages = String::from_utf8(output.stdout).unwrap();
    let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let executable = |message: Value| {
        let is_named = message["target"]["name"] == example;
        message["executable"].as_str().filter(|_| is_named).map(PathBuf::from)
    };
    messages.filter_map(executable).next_back().expect("cargo names what it has built")
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells a test about its package would look like a changed environment to the build
    // scripts of dependencies, which would then run again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    let features: Vec<_> = FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--locked", "--message-format", "json", "--profile", &profile()])
        .args(["--no-default-features", "--features", &features.join(",")]);
    command
}

/// The profile whose folder the tests lie in.
fn profile() -> String {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(|deps| deps.parent()).and_then(|path| path.file_name());
    match folder.unwrap().to_str().unwrap() {
        "debug" => "dev".to_owned(),
        name => name.to_owned(),
    }
}

/// A feature that the list above does not know would be missing from the programs.
#[test]
fn all_features_are_listed() {
    let manifest = include_str!("../../Cargo.toml");
    let (_, section) = manifest.split_once("\n[features]\n").unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let named =
        lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" ="));
    let mut named: Vec<_> = named.map(|(name, _)| name).filter(|name| *name != "default").collect();
    named.sort_unstable();
    assert_eq!(named, FEATURES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
