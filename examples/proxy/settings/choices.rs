//! Every choice of the gateway's configuration, in one place.
//!
//! Each has three names: the argument's, the environment variable's, which follows from it, and the
//! key in a settings document, which is the library's own. A test compares the table with the
//! library's list of keys.

mod table;

use clap::Arg;
use serde_json::Value;

use self::table::{CONTROL_VALUES, GROUPS};
use crate::settings::form::Form;
use crate::settings::reader::read;

/// A choice that can be given.
pub(crate) struct Choice {
    /// As the library calls it: a variable with `fpjs_`, an option without.
    pub(crate) key: &'static str,
    /// Without the two hyphens.
    argument: &'static str,
    value: &'static str,
    form: Form,
    /// One line for the short help; the lines behind it are for the long one.
    help: &'static str,
}

impl Choice {
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        GROUPS.iter().flat_map(|(_, choices)| *choices)
    }

    /// By a key as settings documents have it: in any case, with or without `fpjs_`.
    pub(crate) fn named(key: &str) -> Option<&'static Self> {
        let key = short(key);
        Self::all().find(|choice| short(choice.key) == key)
    }

    pub(crate) fn is_variable(&self) -> bool {
        self.key.starts_with(PREFIX)
    }

    /// The argument's name as it is typed.
    pub(crate) fn argument(&self) -> String {
        format!("--{}", self.argument)
    }

    /// The name of the environment variable.
    pub(crate) fn variable(&self) -> String {
        variable(self.argument)
    }

    fn arg(&'static self) -> Arg {
        let (short, details) = self.help.split_once('\n').unwrap_or((self.help, ""));
        let key = format!("[key: {}]", self.key);
        let long: Vec<_> =
            [short, details, &key].into_iter().filter(|text| !text.is_empty()).collect();
        Arg::new(self.key)
            .long(self.argument)
            .value_name(self.value)
            .value_parser(read(|text: &str| self.read(text.into())))
            .help(short)
            .long_help(long.join("\n"))
    }

    /// The value as the library takes it, out of an argument's text or a document's value.
    pub(crate) fn read(&self, value: Value) -> Result<Value, String> {
        self.form.read(value)
    }
}

/// What the key of a variable begins with. Documents may leave it out.
const PREFIX: &str = "fpjs_";

fn short(key: &str) -> String {
    let key = key.to_ascii_lowercase();
    key.strip_prefix(PREFIX).unwrap_or(&key).to_owned()
}

/// The environment variable of an argument.
pub(crate) fn variable(argument: &str) -> String {
    format!("FIRSTPARTY_{}", argument.replace('-', "_").to_ascii_uppercase())
}

/// An argument for each choice, under the heading of its group.
pub(crate) fn arguments() -> impl Iterator<Item = Arg> {
    GROUPS.iter().flat_map(|(heading, choices)| {
        let hidden = *heading == CONTROL_VALUES;
        let arg = move |choice: &'static Choice| {
            choice.arg().help_heading(heading).hide_short_help(hidden)
        };
        choices.iter().map(arg)
    })
}
