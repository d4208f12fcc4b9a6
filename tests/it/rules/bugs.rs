//! The bugs that `scripts/planted-bugs` plants.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Each rule has two at least, and each is about a rule that the contract has.
#[test]
fn every_rule_has_two_planted_bugs() {
    let mut left: BTreeMap<_, _> = super::all().map(|rule| (rule.to_owned(), 2_u8)).collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bugs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (rule, _) = name.strip_suffix(".patch").unwrap().split_once('-').unwrap();
        let left = left.get_mut(rule).unwrap_or_else(|| panic!("{name} is about no rule"));
        *left = left.saturating_sub(1);
    }
    left.retain(|_, left| *left > 0);
    assert!(left.is_empty(), "bugs are missing: {left:?}");
}
