//! The lines that `explain` reads and writes. The tests include this file, so that what they check
//! is what they were compiled with, and not a program that an earlier build left behind.

use std::io::{self, BufRead, BufWriter, Write};

use firstparty::{Config, Gateway, Platform};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::decide::{Explained, Head, Upstream, explain};

/// Answers each line of the input with a line of the output, as soon as it has been read. Blank
/// lines have no answer.
pub(crate) fn explain_lines(
    mut input: impl BufRead,
    output: impl Write,
    defaults: &Map<String, Value>,
) -> io::Result<()> {
    let mut output = BufWriter::new(output);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            serde_json::to_writer(&mut output, &answer(&line, defaults))?;
            output.write_all(b"\n")?;
            output.flush()?;
        }
        line.clear();
    }
    Ok(())
}

/// One line of input. Other members are ignored.
#[derive(Deserialize)]
struct Line {
    id: Option<Value>,
    platform: Option<Platform>,
    config: Option<Config>,
    request: Head,
    upstream: Option<Upstream>,
}

/// One line of output.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Explained(Box<Explained>),
    Error { error: String },
}

fn answer(line: &[u8], defaults: &Map<String, Value>) -> Answer {
    match read(line, defaults) {
        Ok(line) => Answer::Explained(Box::new(explained(line))),
        Err(error) => Answer::Error { error: error.to_string() },
    }
}

fn explained(line: Line) -> Explained {
    let platform = line.platform.unwrap_or_default();
    let gateway = Gateway::new(line.config.unwrap_or_default(), platform);
    Explained { id: line.id, ..explain(&gateway, &line.request, line.upstream.as_ref()) }
}

/// Puts the defaults under a line and reads it: members of the line and of its configuration come
/// first, whole, and however their keys are spelt.
fn read(line: &[u8], defaults: &Map<String, Value>) -> Result<Line, serde_json::Error> {
    let mut line: Map<String, Value> = serde_json::from_slice(line)?;
    for (key, default) in defaults {
        match (line.get_mut(key), default) {
            (Some(Value::Object(members)), Value::Object(defaults)) if key == "config" => {
                put_under(members, defaults);
            }
            (Some(_), _) => {}
            (None, default) => drop(line.insert(key.clone(), default.clone())),
        }
    }
    serde_json::from_value(Value::Object(line))
}

fn put_under(members: &mut Map<String, Value>, defaults: &Map<String, Value>) {
    // `fpjs_x` and `x` are the same key of a configuration.
    let plain = |key: &str| {
        let lower = key.to_ascii_lowercase();
        lower.strip_prefix("fpjs_").map_or(lower.clone(), str::to_owned)
    };
    let given: Vec<_> = members.keys().map(|key| plain(key)).collect();
    for (key, default) in defaults.iter().filter(|(key, _)| !given.contains(&plain(key))) {
        members.insert(key.clone(), default.clone());
    }
}
