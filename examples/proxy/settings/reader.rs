//! How the text of an argument or environment variable is read, so that every error names the one
//! that was given, and none repeats the value, which may be the secret.

use std::ffi::OsStr;
use std::fmt::Display;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, Command, Error};

/// Reads text with a function. Empty text counts as not given: it stands for the default value, or
/// is left to the function.
pub(crate) fn read<F>(read: F) -> Reader<F> {
    Reader { read }
}

/// See [`read`].
#[derive(Clone)]
pub(crate) struct Reader<F> {
    read: F,
}

impl<F, T, E> TypedValueParser for Reader<F>
where
    F: Fn(&str) -> Result<T, E> + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
    E: Display,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, text: &OsStr) -> Result<T, Error> {
        self.parse_ref_(command, arg, text, ValueSource::CommandLine)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        text: &OsStr,
        source: ValueSource,
    ) -> Result<T, Error> {
        let fail = |message: &dyn Display| {
            let message = format!("{}: {message}\n", given_name(arg, source));
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        };
        let default = arg.and_then(|arg| arg.get_default_values().first());
        let text = default.filter(|_| text.is_empty()).map_or(text, |default| default.as_os_str());
        let text = text.to_str().ok_or_else(|| fail(&"the value is not UTF-8"))?;
        (self.read)(text).map_err(|error| fail(&error))
    }
}

/// What the user wrote: the name of an argument, or that of an environment variable.
fn given_name(arg: Option<&Arg>, source: ValueSource) -> String {
    let variable = arg.and_then(Arg::get_env).filter(|_| source == ValueSource::EnvVariable);
    let argument = || arg.and_then(Arg::get_long).map(|long| format!("--{long}"));
    variable.map(|name| name.to_string_lossy().into_owned()).or_else(argument).unwrap_or_default()
}
