//! Every rule of the contract has a test that names it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rules that the crate implements, by chapter: the numbers behind the dot.
const CHAPTERS: &[(&str, &[&str])] = &[
    ("R1", &["1", "2", "3", "4", "5", "6", "7", "8"]),
    ("R2", &["0", "1", "2", "3", "4", "5", "6", "7", "8"]),
    ("R3", &["1", "2", "3", "4", "5"]),
    ("R4", &["1", "2", "3", "4", "5", "6"]),
    ("R5", &["0", "1", "2", "3", "4", "5", "6", "7", "8"]),
    ("R6", &["1", "2", "3", "4", "5"]),
    ("R7", &["1", "2", "3", "4"]),
    ("R8", &["1", "2", "3", "4", "5", "6"]),
    ("R9", &["1", "2", "3", "4"]),
    ("R10", &["1", "2", "3", "4"]),
    ("R11", &["1", "2"]),
    ("R13", &["1", "2", "3", "4", "5"]),
    ("R14", &["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
    ("R16", &["1", "2", "3", "4", "5", "6"]),
];

/// Every rule by its name; R12 has no parts.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    let names = CHAPTERS.iter().flat_map(|(chapter, parts)| {
        parts.iter().map(move |part| &*Box::leak(format!("{chapter}.{part}").into_boxed_str()))
    });
    names.chain(["R12"])
}

#[test]
fn every_rule_has_a_test_that_names_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = BTreeSet::new();
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    for package in crates.chain([root.to_path_buf()]) {
        for folder in ["src", "tests/it"] {
            collect(&package.join(folder), &mut named);
        }
    }
    let missing: Vec<_> = all().filter(|rule| !named.contains(*rule)).collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
}

/// The rules named in the doc comments of tests below a folder.
fn collect(folder: &Path, named: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, named);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            collect_from(&fs::read_to_string(&path).unwrap(), named);
        }
    }
}

fn collect_from(code: &str, named: &mut BTreeSet<String>) {
    let mut comment = Vec::new();
    for line in code.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            comment.extend(rules_in(text));
        } else if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            named.extend(comment.drain(..));
        } else if !line.starts_with("#[") {
            comment.clear();
        }
    }
}

/// `R` followed by digits, and possibly a dot and more digits.
fn rules_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
    let words = words.map(|word| word.trim_end_matches('.'));
    let is_rule = |word: &&str| {
        let number = word.strip_prefix('R').unwrap_or_default();
        !number.is_empty() && number.split('.').all(|part| part.parse::<u8>().is_ok())
    };
    words.filter(is_rule).map(str::to_owned).collect()
}

#[test]
fn rules_are_read_from_comments_of_tests_only() {
    let code = "/// R1.1, R2.10: x.\n#[test]\nfn a() {}\n/// R3.1\nfn b() {}\n// R4.1\n#[test]\n";
    let mut named = BTreeSet::new();
    collect_from(code, &mut named);
    assert_eq!(named.into_iter().collect::<Vec<_>>(), ["R1.1", "R2.10"]);
}
