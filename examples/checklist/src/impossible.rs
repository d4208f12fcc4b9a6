//! What a platform makes impossible: a declaration with a reason for each check.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::check::Check;

/// Declarations by the names of checks.
#[derive(Default)]
pub(crate) struct Impossible(BTreeMap<String, Declaration>);

/// Why a check cannot pass.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a reason, or an object of one that is called sometimes")]
pub(crate) enum Declaration {
    Always(String),
    /// The platform decides anew each time, by a race for instance.
    Sometimes {
        sometimes: String,
    },
}

impl Declaration {
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Always(reason) | Self::Sometimes { sometimes: reason } => reason,
        }
    }
}

impl Impossible {
    /// Reads a file. Each name has to be that of a check, and each has to have a reason.
    pub(crate) fn read(path: &Path, checks: &[&Check]) -> Result<Self, String> {
        let place = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{place}: {error}"))?;
        Self::parse(&text, checks).map_err(|error| format!("{place}: {error}"))
    }

    pub(crate) fn parse(text: &str, checks: &[&Check]) -> Result<Self, String> {
        let Self(declared) = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let is_unknown = |name: &String| !checks.iter().any(|check| check.name == name);
        let unknown = names(declared.keys().filter(|name| is_unknown(name)));
        if !unknown.is_empty() {
            return Err(format!("no check is called {unknown}"));
        }
        let bare = declared.iter().filter(|(_, declared)| declared.reason().trim().is_empty());
        let bare = names(bare.map(|(name, _)| name));
        if !bare.is_empty() {
            return Err(format!("no reason is given for {bare}"));
        }
        Ok(Self(declared))
    }

    pub(crate) fn declaration(&self, name: &str) -> Option<&Declaration> {
        self.0.get(name)
    }
}

impl<'de> Deserialize<'de> for Impossible {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Once)
    }
}

/// Takes each name once: of two declarations, the first would be lost.
struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Impossible;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of reasons by the names of checks")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Impossible, A::Error> {
        let mut declared = BTreeMap::new();
        while let Some((name, declaration)) = entries.next_entry::<String, Declaration>()? {
            if declared.contains_key(&name) {
                return Err(A::Error::custom(format_args!("{name} is named twice")));
            }
            declared.insert(name, declaration);
        }
        Ok(Impossible(declared))
    }
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Declaration, Impossible};
    use crate::checks::all;

    #[test]
    fn declarations() {
        let checks: Vec<_> = all().collect();
        let parse = |text: &str| Impossible::parse(text, &checks);
        let text =
            r#"{"head": "the edge has no HEAD", "early-answer": {"sometimes": "it guesses"}}"#;
        let declared = parse(text).unwrap();
        let always = Declaration::Always("the edge has no HEAD".to_owned());
        assert_eq!(declared.declaration("head"), Some(&always));
        let sometimes = Declaration::Sometimes { sometimes: "it guesses".to_owned() };
        assert_eq!(declared.declaration("early-answer"), Some(&sometimes));
        assert_eq!(declared.declaration("gzip"), None);
        for (text, words) in [
            (
                r#"{"no-such-check": "because", "head": "because", "another": "because"}"#,
                "no check is called another, no-such-check",
            ),
            // The beginning of names is the name of none.
            (
                r#"{"upload": "because", "upload-": "because"}"#,
                "no check is called upload, upload-",
            ),
            (r#"{"head": " ", "gzip": {"sometimes": ""}}"#, "no reason is given for gzip, head"),
            (r#"{"head": "because", "gzip": "so", "head": "why"}"#, "head is named twice"),
            (r#"["head"]"#, "expected an object of reasons by the names of checks"),
            (r#"{"head": 1}"#, "expected a reason"),
            (r#"{"head": {"never": "why"}}"#, "expected a reason"),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.contains(words), "{error}");
        }
    }
}
