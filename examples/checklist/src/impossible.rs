//! What a platform makes impossible: a declaration with a reason for each check.

use std::collections::BTreeMap;
use std::path::Path;

use crate::check::Check;

/// Reasons by the names of checks.
#[derive(Default)]
pub(crate) struct Impossible(BTreeMap<String, String>);

impl Impossible {
    /// Reads a file. Each name has to be that of a check, and each has to have a reason.
    pub(crate) fn read(path: &Path, checks: &[&Check]) -> Result<Self, String> {
        let place = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{place}: {error}"))?;
        Self::parse(&text, checks).map_err(|error| format!("{place}: {error}"))
    }

    pub(crate) fn parse(text: &str, checks: &[&Check]) -> Result<Self, String> {
        let reasons: BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        let is_unknown = |name: &String| !checks.iter().any(|check| check.name == name);
        let unknown = names(reasons.keys().filter(|name| is_unknown(name)));
        if !unknown.is_empty() {
            return Err(format!("no check is called {unknown}"));
        }
        let bare = reasons.iter().filter(|(_, reason)| reason.trim().is_empty());
        let bare = names(bare.map(|(name, _)| name));
        if !bare.is_empty() {
            return Err(format!("no reason is given for {bare}"));
        }
        Ok(Self(reasons))
    }

    pub(crate) fn reason(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::Impossible;
    use crate::checks::all;

    #[test]
    fn declarations() {
        let checks: Vec<_> = all().collect();
        let parse = |text: &str| Impossible::parse(text, &checks);
        let declared = parse(r#"{"head": "the edge has no HEAD"}"#).unwrap();
        assert_eq!(declared.reason("head"), Some("the edge has no HEAD"));
        assert_eq!(declared.reason("gzip"), None);
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
            (r#"{"head": " ", "gzip": ""}"#, "no reason is given for gzip, head"),
            (r#"{"head": 1}"#, "expected a string"),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.contains(words), "{error}");
        }
    }
}
