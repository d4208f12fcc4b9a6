//! The choices that the command line and the environment give.

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use serde_json::Value;

use crate::settings::choices::{self, Choice};
use crate::settings::layer::Layer;

/// One layer each, so that the status page tells them apart.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) arguments: Layer,
    pub(crate) environment: Layer,
}

impl Args for Given {
    fn augment_args(command: Command) -> Command {
        command.args(choices::arguments())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let (arguments, environment) = (Layer::new("arguments"), Layer::new("environment"));
        let mut given = Self { arguments, environment };
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for choice in Choice::all() {
            let Some(value) = matches.get_one::<Value>(choice.key) else { continue };
            let (layer, name) = match matches.value_source(choice.key) {
                Some(ValueSource::EnvVariable) => (&mut self.environment, choice.variable()),
                _ => (&mut self.arguments, choice.argument()),
            };
            layer.set(choice, name, value.clone());
        }
        Ok(())
    }
}
