//! `SECURITY.md` promises nothing that no test holds.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PROMISES: &str = include_str!("../../SECURITY.md");

/// The rows of the tables: the cells of rules and of tests.
fn rows() -> Vec<(&'static str, &'static str)> {
    let rows = PROMISES.lines().filter(|line| line.starts_with("| ") && !line.contains("| rule |"));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells.map(|cells| (cells[3], cells[4])).collect()
}

fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').map(|name| name.trim().trim_matches('`'))
}

#[test]
fn every_promise_names_rules_and_tests_that_exist() {
    let (tests, rules) = (tests(), crate::rules::all().collect::<BTreeSet<_>>());
    let rows = rows();
    assert!(rows.len() > 25, "{}", rows.len());
    for (rule, held) in rows {
        let unknown: Vec<_> = names(rule).filter(|rule| !rules.contains(rule)).collect();
        assert!(unknown.is_empty(), "no rules: {unknown:?}");
        let missing: Vec<_> = names(held).filter(|test| !tests.contains(*test)).collect();
        assert!(missing.is_empty(), "no tests: {missing:?}");
    }
}

/// The names of all tests of the crate and its companions.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let folders = crates
        .chain([root.to_path_buf()])
        .flat_map(|package| ["src", "tests"].map(|folder| package.join(folder)));
    let mut tests = BTreeSet::new();
    for file in folders.flat_map(|folder| sources(&folder)) {
        let code = fs::read_to_string(file).unwrap();
        // Between the attribute and the name there may be further attributes.
        for behind in code.split("#[test]\n").skip(1) {
            let signature = behind.split_once("fn ").unwrap().1;
            tests.insert(signature.split('(').next().unwrap().to_owned());
        }
    }
    tests
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    let files = paths.flat_map(below);
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

#[test]
fn tests_are_found_by_name() {
    let tests = tests();
    assert!(tests.contains("tests_are_found_by_name") && !tests.contains("sources"));
}
