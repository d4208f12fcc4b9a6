//! What another implementation sealed, opened.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use firstparty_sealed::{Keys, unseal, unseal_body};
use serde::Deserialize;

const LINES: &str = include_str!("../../../crates/sealed/tests/data/sealed.jsonl");

#[derive(Deserialize)]
struct Line {
    keys: Vec<String>,
    sealed: String,
    coding: Option<String>,
}

/// The results and the errors.
pub(crate) fn outcomes() -> impl Iterator<Item = String> {
    LINES
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .map(|line: Line| outcome(&line))
}

fn outcome(line: &Line) -> String {
    let Ok(keys) = Keys::from_base64(&line.keys) else { return "no keys".to_owned() };
    let opened = match &line.coding {
        Some(coding) => {
            let body = BASE64_STANDARD.decode(&line.sealed).unwrap_or_default();
            unseal_body(body, coding.parse().unwrap_or_default(), &keys)
        }
        None => unseal(&line.sealed, &keys),
    };
    format!("{opened:?}")
}
