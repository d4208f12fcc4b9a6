//! Where rules are cited: in every text of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use super::code::rules_in;
use super::contract::headings;

/// What is not read: build output, recorded data, and the tests of this test, which make rules up.
const PASSED_OVER: [&str; 9] = [
    ".git",
    "fuzz/artifacts",
    "fuzz/corpus",
    "fuzz/coverage",
    "fuzz/target",
    "target",
    "tests/data",
    "tests/it/rules",
    "tests/it/rules.rs",
];

/// What is not read in any folder: other people's code, and what earlier versions were like.
const PASSED_OVER_ANYWHERE: [&str; 2] = ["CHANGELOG.md", "node_modules"];

/// Every text of the repository, with its path in it.
fn texts() -> Vec<(PathBuf, String)> {
    let mut texts = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(root).unwrap();
            if PASSED_OVER.iter().any(|passed_over| inside == Path::new(passed_over))
                || PASSED_OVER_ANYWHERE.iter().any(|name| inside.ends_with(name))
            {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                texts.push((inside.to_owned(), text));
            }
        }
    }
    texts
}

/// The rules and chapters that a text cites and that are not among the known ones.
fn unknown(text: &str, known: &[&str]) -> Vec<String> {
    rules_in(text).into_iter().filter(|rule| !known.contains(&&**rule)).collect()
}

#[test]
fn every_rule_that_is_cited_exists() {
    let known: Vec<_> = headings().iter().map(|heading| heading.name).collect();
    let texts = texts();
    assert!(texts.len() > 200, "{}", texts.len());
    let mut wrong = Vec::new();
    for (path, text) in texts {
        let unknown = unknown(&text, &known);
        if !unknown.is_empty() {
            wrong.push(format!("{}: {unknown:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "cited, but not in src/contract.md: {wrong:#?}");
}

#[test]
fn citations_are_told_from_other_words() {
    let text = "R9, (R5.3), R5.30. [`R2.7`] R2_7 xR8 R8x R R. r7 R-7 _R6 R2..3 R4.";
    assert_eq!(rules_in(text), ["R9", "R5.3", "R5.30", "R2.7", "R4"]);
    assert_eq!(unknown("R1.1 R99.9 R1 R5.", &["R1", "R1.1"]), ["R99.9", "R5"]);
}
