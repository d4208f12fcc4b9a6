//! The lines that `tests/data/make.py` wrote.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use firstparty_sealed::bytes::Bytes;
use firstparty_sealed::{Keys, UnsealError, unseal, unseal_body};
use serde::Deserialize;

const LINES: &str = include_str!("../data/sealed.jsonl");

#[derive(Deserialize)]
struct Line {
    name: String,
    keys: Vec<String>,
    /// The sealed result as text, or a body in base64 if there is a coding.
    sealed: String,
    coding: Option<String>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// In base64.
    Result(String),
    /// As `Debug` writes it.
    Error(String),
}

fn lines() -> Vec<Line> {
    LINES.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap()
}

fn opened(line: &Line) -> Result<Bytes, UnsealError> {
    let keys = Keys::from_base64(&line.keys).unwrap();
    match &line.coding {
        Some(coding) => unseal_body(decoded(&line.sealed), coding.parse().unwrap(), &keys),
        None => unseal(&line.sealed, &keys),
    }
}

/// R15.1, R15.2, R15.3: what another implementation sealed is opened, or refused for the same reason.
#[test]
fn an_independent_implementation_agrees() {
    let lines = lines();
    assert!(lines.len() > 70, "{}", lines.len());
    for line in lines {
        let expected = match &line.outcome {
            Outcome::Result(text) => Ok(Bytes::from(decoded(text))),
            Outcome::Error(error) => Err(error.clone()),
        };
        let found = opened(&line).map_err(|error| format!("{error:?}"));
        assert!(found == expected, "{}: {found:?}", line.name);
    }
}

/// R15.2: every error that there is has a line.
#[test]
fn every_error_is_met() {
    let errors: Vec<_> = lines().iter().filter_map(|line| opened(line).err()).collect();
    for name in [
        "BadBase64",
        "BodyCorrupt",
        "BodyNotJson",
        "BodyTooLarge",
        "CorruptStream",
        "NoKeyFits",
        "NotJson",
        "SealedResultMissing",
        "TooLarge",
        "TooShort",
        "WrongMarker",
    ] {
        assert!(errors.iter().any(|error| format!("{error:?}").starts_with(name)), "{name}");
    }
}
