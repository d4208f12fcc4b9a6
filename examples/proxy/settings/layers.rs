//! All origins in their order: the first that gives a choice counts (R1.1).

use firstparty::config::Builder;
use firstparty::{Config, ConfigError};
use serde_json::{Map, Value};

use crate::settings::choices::Choice;
use crate::settings::layer::{Entry, Layer, reworded};

/// What is given, first origin first.
pub(crate) struct Layers<'a>(pub(crate) Vec<&'a Layer>);

impl Layers<'_> {
    /// Everything that is given, not yet checked. No error repeats a value.
    pub(crate) fn builder(&self) -> Result<Builder, String> {
        self.check_mount()?;
        let options = Choice::all().filter(|choice| !choice.is_variable());
        let options = options.filter_map(|choice| Some((choice, self.entry(choice.key)?)));
        let options: Map<_, _> =
            options.map(|(choice, entry)| (choice.key.to_owned(), entry.value.clone())).collect();
        let mut builder: Builder = serde_json::from_value(Value::Object(options))
            .map_err(|error| self.reworded(&error.to_string()))?;
        for layer in &self.0 {
            builder = builder.source(layer.source()?);
        }
        Ok(builder)
    }

    /// Checks everything. Errors name a setting as whoever gave it does.
    pub(crate) fn build(&self, builder: Builder) -> Result<Config, String> {
        builder.build().map_err(|error: ConfigError| self.reworded(&error.to_string()))
    }

    /// A mount overrules depth and prefix, so one of the two was given in vain.
    fn check_mount(&self) -> Result<(), String> {
        let Some(mount) = self.entry("mount") else { return Ok(()) };
        let others = ["fpjs_route_prefix", "fpjs_integration_path_depth"];
        match others.into_iter().find_map(|key| self.entry(key)) {
            Some(other) => {
                Err(format!("{} and {} exclude each other: give one", mount.name, other.name))
            }
            None => Ok(()),
        }
    }

    fn reworded(&self, error: &str) -> String {
        reworded(error, |key| self.entry(key))
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find_map(|layer| layer.entry(key))
    }
}
