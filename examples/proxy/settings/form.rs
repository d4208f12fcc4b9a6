//! How a choice is written, as an argument and in a settings document, and the JSON that the
//! library reads. What is not written in such a form goes to the library as it is: its error says
//! what was expected.

use serde_json::{Map, Value, json};

/// The form of a choice's value. In each, text that begins like JSON may be the JSON of a settings
/// document.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Text as it is.
    Text,
    /// `true` or `false`.
    Boolean,
    /// Names with commas between them.
    List,
    /// The same for API keys, which the library takes as one text.
    Keys,
    /// A name or an object. Hyphens and underscores are the same in what the library names.
    Policy,
    /// The same for the `Domain` of cookies.
    CookieDomain,
    /// A field name, and behind a colon the number of hops.
    Address,
}

impl Form {
    /// The value for the library; `null` if it is empty. An error never repeats the value.
    pub(crate) fn read(self, value: Value) -> Result<Value, String> {
        match (self, value) {
            (_, Value::String(text)) if text.is_empty() => Ok(Value::Null),
            (Self::Boolean, Value::String(text)) => {
                Ok(text.parse().map_or(Value::String(text), Value::Bool))
            }
            (Self::List, Value::String(text)) => Ok(list(&text)),
            (Self::Keys, Value::String(text)) if text.starts_with('[') => keys(&list(&text)),
            (Self::Keys, value @ Value::Array(_)) => keys(&value),
            (Self::Policy, value) => structured(value).and_then(underscored),
            (Self::CookieDomain, value) => {
                structured(value).and_then(underscored).and_then(supported)
            }
            (Self::Address, Value::String(text)) if !text.starts_with('{') => address(&text),
            (Self::Address, value) => structured(value),
            (_, value) => Ok(value),
        }
    }
}

/// A list in JSON, or text with commas. A host such as `[::1]` only looks like JSON.
fn list(text: &str) -> Value {
    let names = || text.split(',').map(str::trim).collect();
    serde_json::from_str::<Vec<Value>>(text).map_or_else(|_| names(), Value::Array)
}

/// A comma behind each key, so that a list of one empty key is not an empty list (R4.7).
fn keys(list: &Value) -> Result<Value, String> {
    let keys = list.as_array().into_iter().flatten();
    let keys: Option<String> = keys.map(|key| Some(key.as_str()?.to_owned() + ",")).collect();
    keys.map(Value::String).ok_or_else(|| "expected API keys, separated by commas".to_owned())
}

/// Reads text that begins like JSON: an object, or a name in quotes.
fn structured(value: Value) -> Result<Value, String> {
    match value {
        Value::String(text) if text.starts_with(['{', '"']) => {
            serde_json::from_str(&text).map_err(|error| format!("not valid JSON: {error}"))
        }
        value => Ok(value),
    }
}

/// Names as the library writes them: `first-party` is `first_party`, `max-age` is `max_age`. Both
/// spellings in one object are an error, as the library would see only one of the two.
fn underscored(value: Value) -> Result<Value, String> {
    match value {
        Value::String(name) => Ok(Value::String(name.replace('-', "_"))),
        Value::Object(members) => {
            let mut renamed = Map::new();
            for (name, value) in members {
                let name = name.replace('-', "_");
                if renamed.contains_key(&name) {
                    return Err(format!("`{name}` is given twice"));
                }
                renamed.insert(name, value);
            }
            Ok(Value::Object(renamed))
        }
        value => Ok(value),
    }
}

/// Refuses what takes a feature that this build lacks.
fn supported(value: Value) -> Result<Value, String> {
    if value == "registrable" && !cfg!(feature = "psl") {
        let command = "cargo run --features psl --example proxy";
        return Err(format!("`registrable` needs the feature `psl`: build with `{command}`"));
    }
    Ok(value)
}

/// A field name and a number of hops, which is one where it is left out.
fn address(text: &str) -> Result<Value, String> {
    let (field, hops) = text.rsplit_once(':').unwrap_or((text, "1"));
    match hops.parse::<u8>() {
        Ok(hops @ 1..) => Ok(json!({ "field": field, "hops": hops })),
        _ => Err("expected a field and 1 to 255 hops, like x-forwarded-for:1".to_owned()),
    }
}
