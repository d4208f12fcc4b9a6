//! Builds the example programs that tests run as processes: `cargo test --test` builds none, and what an
//! earlier build left may have other code or other features.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// Builds an example of the workspace with these features and the profile of the tests, and says where
/// it is. The packages are those of `cargo test`, so that nothing is compiled twice.
///
/// # Panics
///
/// If it cannot be built: no test may pass or fail on an old one.
pub(crate) fn build(workspace: &str, example: &str, features: &[&str]) -> PathBuf {
    let mut command = cargo();
    command
        .current_dir(workspace)
        .args(["build", "--locked", "--message-format", "json", "--profile", &profile()])
        .args(["--no-default-features", "--features", &features.join(",")])
        .args(["--example", example]);
    let output = command.output().unwrap();
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
