//! What `--help` says, which is also where tests learn what can be given.

use super::process::command;

pub(super) fn help_text(argument: &str) -> String {
    let output = command().arg(argument).env("FIRSTPARTY_SECRET", "hidden").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What can be given, and by which names.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) variable: String,
    /// Whether a value follows its name.
    pub(super) has_value: bool,
    /// The key in a settings document, if it is a choice of the gateway's configuration.
    pub(super) key: Option<String>,
}

impl Argument {
    pub(super) fn all() -> Vec<Self> {
        let help = help_text("--help");
        let arguments = help.split("\n      --").skip(1);
        arguments.filter_map(Self::read).collect()
    }

    /// Those of the gateway's configuration, with their keys.
    pub(super) fn choices() -> Vec<(Self, String)> {
        let choices = Self::all().into_iter();
        choices.filter_map(|mut choice| choice.key.take().map(|key| (choice, key))).collect()
    }

    /// One argument's part of the help. `--help` and `--version` have no variable.
    fn read(help: &str) -> Option<Self> {
        let bracketed = |name: &str| {
            let (_, value) = help.split_once(&format!("[{name}: "))?;
            Some(value.split(']').next()?.to_owned())
        };
        let name = format!("--{}", help.split([' ', '\n']).next()?);
        let (variable, key) = (bracketed("env")?, bracketed("key"));
        let has_value = help.lines().next()?.ends_with('>');
        Some(Self { name, variable, has_value, key })
    }
}

/// R1.1: every argument is an environment variable of the same name.
#[test]
fn variables() {
    let arguments = Argument::all();
    assert!(arguments.len() > 30, "{arguments:?}");
    for Argument { name, variable, .. } in arguments {
        let name = name.trim_start_matches("--").replace('-', "_").to_ascii_uppercase();
        assert_eq!(variable, format!("FIRSTPARTY_{name}"));
    }
}

/// `--help` has its parts in order, and shows no secret.
#[test]
fn long() {
    let help = help_text("--help");
    let headings = help.lines().filter(|line| line.ends_with(':') && !line.starts_with(' '));
    let headings: Vec<_> = headings.collect();
    let expected = [
        "Options:",
        "Service:",
        "Time limits:",
        "Routes:",
        "Fingerprint:",
        "Browsers:",
        "Responses:",
        "Without effect in this program:",
    ];
    assert_eq!(headings, expected);
    assert!(!help.contains("hidden"));
}

/// `-h` has a line for each argument, without what is rarely needed.
#[test]
fn short() {
    let help = help_text("-h");
    assert!(help.contains("--trusted-address") && !help.contains("--idle-timeout-ms"), "{help}");
    assert!(!help.contains("[env") && !help.contains("[key") && !help.contains("hidden"), "{help}");
    assert!(help.lines().count() < 60, "{help}");
    for line in help.lines() {
        assert!(line.len() <= 120, "{line}");
    }
}
