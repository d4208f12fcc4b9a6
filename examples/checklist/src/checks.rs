//! The checks, a file for each topic.

mod address;
mod answers;
mod bodies;
mod cache;
mod cookies;
mod download;
mod failures;
mod framing;
mod http2;
mod http2_streams;
mod identity;
mod interim;
mod keys;
mod limits;
mod load;
mod memory;
mod query;
mod repeats;
mod request_fields;
mod response_fields;
mod routes;
mod status;
mod streaming;
mod targets;
mod unreachable;

use crate::check::Check;
use crate::upstream::talk::Seen;
use crate::wrong::{Wrong, ensure};

/// All of them, in the order in which they are printed.
pub(crate) fn all() -> impl Iterator<Item = &'static Check> {
    let topics: [&'static [Check]; 25] = [
        routes::CHECKS,
        keys::CHECKS,
        targets::CHECKS,
        status::CHECKS,
        query::CHECKS,
        identity::CHECKS,
        address::CHECKS,
        cookies::CHECKS,
        request_fields::CHECKS,
        response_fields::CHECKS,
        cache::CHECKS,
        bodies::CHECKS,
        download::CHECKS,
        streaming::CHECKS,
        memory::CHECKS,
        framing::CHECKS,
        interim::CHECKS,
        answers::CHECKS,
        failures::CHECKS,
        limits::CHECKS,
        repeats::CHECKS,
        load::CHECKS,
        http2::CHECKS,
        http2_streams::CHECKS,
        unreachable::CHECKS,
    ];
    topics.into_iter().flatten()
}

/// A request without identification tells upstream nothing of the site and its visitor.
fn is_plain(seen: &Seen) -> Result<(), Wrong> {
    let told = |name: &str| name.starts_with("fpjs-proxy") || name == "cookie";
    match seen.head.fields.iter().find(|(name, _)| told(name)) {
        None => ensure(!seen.head.line.contains("ii="), || "it has ii".to_owned()),
        Some((name, _)) => Err(Wrong::failed(format!("{name} went upstream"))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;
    use crate::report::list;

    #[test]
    fn names_are_unique_and_plain() {
        let names: BTreeSet<_> = all().map(|check| check.name).collect();
        assert_eq!(names.len(), all().count());
        for name in names {
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            );
        }
    }

    #[test]
    fn each_names_a_rule_of_the_contract() {
        let contract = include_str!("../../../src/contract.md");
        for check in all() {
            for rule in check.rule.split(", ") {
                let heading = format!("# {rule}\n");
                let found = contract.contains(&heading) || contract.contains(&format!("# {rule} "));
                assert!(found, "{}: {rule}", check.name);
            }
        }
    }

    /// The README's list is what `--list` prints.
    #[test]
    fn the_readme_lists_them() {
        let readme = include_str!("../README.md");
        let (_, rest) = readme.split_once("```list\n").unwrap();
        let (listed, _) = rest.split_once("```").unwrap();
        let checks: Vec<_> = all().collect();
        assert_eq!(listed, list(&checks));
    }
}
