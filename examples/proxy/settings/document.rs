//! The settings document (R1.2): a JSON object, with a key for each choice.

use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::settings::choices::Choice;
use crate::settings::layer::Layer;

/// Reads the document. No error repeats a value, which may be the secret.
pub(crate) fn read(path: &Path) -> Result<Layer, String> {
    let path_shown = path.display();
    let pairs = pairs(path).map_err(|error| format!("settings document {path_shown}: {error}"))?;
    let mut layer = Layer::new("settings document");
    for (key, value) in pairs {
        let Some(choice) = Choice::named(&key) else {
            layer.set_unknown(key);
            continue;
        };
        let name = format!("`{key}` in {path_shown}");
        let value = choice.read(value).map_err(|error| format!("{name}: {error}"))?;
        if layer.entry(choice.key).is_some() && !value.is_null() {
            return Err(format!("{name}: given twice"));
        }
        layer.set(choice, name, value);
    }
    Ok(layer)
}

/// Keys and values in their order, repeats and all.
fn pairs(path: &Path) -> Result<Vec<(String, Value)>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    // The error for another type would repeat the value.
    if !text.trim_start().starts_with('{') {
        return Err("expected a JSON object".to_owned());
    }
    let pairs: Result<Pairs, _> = serde_json::from_str(&text);
    pairs.map(|Pairs(pairs)| pairs).map_err(|error| error.to_string())
}

struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor).map(Self)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}
