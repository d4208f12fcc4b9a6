//! The command line without its empty arguments.
//!
//! clap asks for an environment variable only where the argument is missing, so `--secret ""` has to
//! be missing, too, before it counts as not given.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

/// Drops each argument that has an empty value.
pub(super) fn without_empty(
    command: &Command,
    line: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let mut line = line.into_iter();
    let mut kept = Vec::new();
    while let Some(word) = line.next() {
        if is_empty(command, &word) {
            continue;
        }
        // The word behind a name is its value, even if it looks like another name.
        let value = if takes_value(command, &word) { line.next() } else { None };
        if !value.as_deref().is_some_and(OsStr::is_empty) {
            kept.push(word);
            kept.extend(value);
        }
    }
    kept
}

/// Whether it is a name, an equals sign and nothing more.
fn is_empty(command: &Command, word: &OsStr) -> bool {
    let name = word.to_str().and_then(|word| word.strip_suffix('='));
    name.is_some_and(|name| takes_value(command, name.as_ref()))
}

/// Whether it is the name of an argument, and the word behind it is the value.
fn takes_value(command: &Command, word: &OsStr) -> bool {
    let Some(name) = word.to_str().and_then(|word| word.strip_prefix("--")) else { return false };
    let takes_values = |arg: &Arg| arg.get_action().takes_values();
    command.get_arguments().any(|arg| arg.get_long() == Some(name) && takes_values(arg))
}
