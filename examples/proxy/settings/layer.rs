//! What one origin gives: the arguments, the environment, or a settings document.

use firstparty::config::{Document, Source};
use serde_json::Value;

use crate::settings::choices::Choice;

/// The choices of one origin.
#[derive(Clone)]
pub(crate) struct Layer {
    /// What the status page calls the origin.
    origin: &'static str,
    entries: Vec<Entry>,
    unknown_keys: Vec<String>,
}

/// A choice that is given.
#[derive(Clone)]
pub(crate) struct Entry {
    choice: &'static Choice,
    /// What errors call it: the words of whoever gave it.
    pub(crate) name: String,
    pub(crate) value: Value,
}

impl Layer {
    pub(crate) const fn new(origin: &'static str) -> Self {
        Self { origin, entries: Vec::new(), unknown_keys: Vec::new() }
    }

    /// Adds a choice. `null` counts as not given (R1.1).
    pub(crate) fn set(&mut self, choice: &'static Choice, name: String, value: Value) {
        if !value.is_null() {
            self.entries.push(Entry { choice, name, value });
        }
    }

    /// Adds a key that means nothing, which becomes advice (R1.2).
    pub(crate) fn set_unknown(&mut self, key: String) {
        self.unknown_keys.push(key);
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.choice.key == key)
    }

    /// The variables, checked for their types, and the unknown keys.
    pub(crate) fn source(&self) -> Result<Source, String> {
        let variables = self.entries.iter().filter(|entry| entry.choice.is_variable());
        let variables = variables.map(|entry| (entry.choice.key.to_owned(), entry.value.clone()));
        let unknown = self.unknown_keys.iter().map(|key| (key.clone(), Value::Null));
        let document: Document = serde_json::from_value(variables.chain(unknown).collect())
            .map_err(|error| reworded(&error.to_string(), |key| self.entry(key)))?;
        Ok(document.into_source(self.origin))
    }
}

/// An error of the library, which begins with a key, in the words of whoever gave the choice.
pub(crate) fn reworded<'a>(error: &str, find: impl FnOnce(&str) -> Option<&'a Entry>) -> String {
    let Some((key, expected)) = error.split_once(": ") else { return error.to_owned() };
    find(key).map_or_else(|| error.to_owned(), |entry| format!("{}: {expected}", entry.name))
}
