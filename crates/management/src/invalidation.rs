//! What is invalidated, and under which reference (R14.4).

use std::collections::BTreeSet;
use std::hash::Hasher;

use fnv::FnvHasher;

use crate::call::{InvalidationBatch, Paths};

/// The number of paths with a wildcard that CloudFront accepts at a time.
const MAX_WILDCARDS: usize = 15;

/// The characters, beside ASCII letters and digits, that CloudFront takes in a path as they are.
/// `*` is not among them: it is a wildcard, and counts only at the end.
const SAFE: &str = "-_./$'@:+&,;=!";

/// A byte that no text in UTF-8 has.
const END: u8 = 0xff;

/// A request to invalidate paths.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invalidation {
    paths: Vec<String>,
    reference: String,
}

impl Invalidation {
    /// The invalidation of these paths after `function` was associated at `version`, in the
    /// distribution with this entity tag.
    pub(super) fn new(function: &str, version: &str, paths: Vec<String>, etag: &str) -> Self {
        let digest = digest(&paths, etag);
        Self { paths, reference: format!("{function}-{version}-{digest:016x}") }
    }

    /// The request, as the call has it.
    pub(super) fn batch(&self) -> InvalidationBatch<'_> {
        InvalidationBatch {
            paths: Paths { quantity: self.paths.len(), items: &self.paths },
            caller_reference: &self.reference,
        }
    }
}

/// FNV-1a of 64 bits over the paths in order and then the entity tag.
///
/// Each of the texts ends with a byte that is in none of them, so that no two lists are the same
/// bytes: `/a` and `/b` differ from `/a/b`.
fn digest(paths: &[String], etag: &str) -> u64 {
    let mut digest = FnvHasher::default();
    for text in paths.iter().map(String::as_str).chain([etag]) {
        digest.write(text.as_bytes());
        digest.write(&[END]);
    }
    digest.finish()
}

/// The paths that cover these path patterns. They are sorted and without repeats, so that the order
/// of the patterns does not matter. If CloudFront would not accept that many, `/*` covers them all.
pub(super) fn paths(patterns: &[String]) -> Vec<String> {
    let paths: BTreeSet<String> = patterns.iter().map(|pattern| path(pattern)).collect();
    if paths.len() > MAX_WILDCARDS {
        return vec!["/*".to_owned()];
    }
    paths.into_iter().collect()
}

/// The path for one pattern.
///
/// A pattern may have wildcards anywhere, `*` for any characters and `?` for one, and characters that
/// CloudFront refuses in a path. A path may have one `*`, at its end. So the pattern is cut before
/// the first character that a path cannot have, and `*` ends it. `/fp/*/loader.js` becomes `/fp/*`,
/// and `/fp` becomes `/fp*`, which covers requests with a query. That invalidates more, but never
/// less.
fn path(pattern: &str) -> String {
    let slash = if pattern.starts_with('/') { "" } else { "/" };
    let is_safe = |char: char| char.is_ascii_alphanumeric() || SAFE.contains(char);
    let prefix = pattern.split(|char| !is_safe(char)).next().unwrap_or_default();
    format!("{slash}{prefix}*")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.4: a leading `/` is ensured, the cut comes before the first unsafe character, and nothing
    /// that matched before is left out.
    #[test]
    fn patterns_become_paths() {
        for (pattern, expected) in [
            ("*", "/*"),
            ("/*", "/*"),
            ("/", "/*"),
            ("", "/*"),
            ("fp/*", "/fp/*"),
            ("/fp/*", "/fp/*"),
            ("/fp", "/fp*"),
            ("/fp/agent", "/fp/agent*"),
            ("fp/*/agent.js", "/fp/*"),
            ("/fp/agent?", "/fp/agent*"),
            ("/fp?/*", "/fp*"),
            ("*.js", "/*"),
            ("fp*?", "/fp*"),
            ("/~fp/*", "/*"),
            ("~fp/*", "/*"),
            ("/fp~1/*", "/fp*"),
            ("/a b/*", "/a*"),
            ("/a%41/*", "/a*"),
            ("/%7Efp/*", "/*"),
            ("/f\u{fc}r/*", "/f*"),
            ("/\u{fc}/*", "/*"),
            ("/\u{661}/*", "/*"),
            ("/a\"b", "/a*"),
            ("/a\\b", "/a*"),
            ("/a#b", "/a*"),
            ("/a|b", "/a*"),
            ("/a(b)", "/a*"),
            ("/a\u{0}b", "/a*"),
            ("/a\nb", "/a*"),
            ("//fp/*", "//fp/*"),
        ] {
            assert_eq!(path(pattern), expected, "{pattern}");
        }
    }

    /// R14.4: letters, digits and these characters are kept, and no other ASCII character.
    #[test]
    fn safe_characters_are_kept() {
        let safe = "-_./$'@:+&,;=!";
        for char in (0..=127_u8).map(char::from) {
            let is_safe = char.is_ascii_alphanumeric() || safe.contains(char);
            let expected = if is_safe { format!("/a{char}b*") } else { "/a*".to_owned() };
            assert_eq!(path(&format!("/a{char}b")), expected, "{char:?}");
        }
    }

    /// R14.4: equal sets of patterns give equal batches, and never one that CloudFront refuses.
    #[test]
    fn batches_are_canonical_and_bounded() {
        let of = |patterns: &[&str]| {
            paths(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), [""; 0]);
        assert_eq!(of(&["b", "a/*", "/b", "a/*/c", "/b~"]), ["/a/*", "/b*"]);
        // Only equal ones go: one that covers another leaves it where it is.
        assert_eq!(of(&["/fp/*", "/fp", "*"]), ["/*", "/fp*", "/fp/*"]);
        let many = |count: usize| (0..count).map(|at| format!("/{at:02}/*")).collect::<Vec<_>>();
        assert_eq!(paths(&many(15)), many(15));
        assert_eq!(paths(&many(16)), ["/*"]);
        let plain: Vec<_> = (0..16).map(|at| format!("/{at:02}")).collect();
        assert_eq!(paths(&plain), ["/*"]);
        let twice = [many(15), many(15)].concat();
        assert_eq!(paths(&twice), many(15));
    }

    fn reference(paths: &[&str], etag: &str) -> String {
        let paths = paths.iter().map(ToString::to_string).collect();
        Invalidation::new("edge", "7", paths, etag).reference
    }

    /// R14.4: the reference of known paths and a known tag. Another program that computes it must
    /// get the same: FNV-1a of 64 bits over `/fp/*`, FF, `E3EXAMPLE`, FF.
    #[test]
    fn references_have_a_known_digest() {
        assert_eq!(reference(&["/fp/*"], "E3EXAMPLE"), "edge-7-bff942cbdd3c4e2d");
        assert_eq!(reference(&["/*", "/fp*"], "E3EXAMPLE"), "edge-7-5d05db33202ee630");
        assert_eq!(digest(&[], ""), 0xaf64_724c_8602_eb6e, "FF alone");
    }

    /// R14.4: other paths, another order of them, another tag or another place where they part give
    /// another reference.
    #[test]
    fn references_differ_with_paths_and_tag() {
        let lists: [(&[&str], &str); 9] = [
            (&["/a*", "/b*"], "t"),
            (&["/b*", "/a*"], "t"),
            (&["/a*/b*"], "t"),
            (&["/a*"], "/b*t"),
            (&["/a*", "/b*"], "u"),
            (&["/a*", "/b*t"], ""),
            (&["/a*", "/b*", "t"], ""),
            (&["/a*"], "t"),
            (&[], "t"),
        ];
        let references: BTreeSet<_> =
            lists.iter().map(|(paths, etag)| reference(paths, etag)).collect();
        assert_eq!(references.len(), lists.len());
        assert_eq!(reference(&["/a*"], "t"), reference(&["/a*"], "t"));
    }

    /// R14.4: `Quantity` is the number of items.
    #[test]
    fn batches_count_their_items() {
        let invalidation =
            Invalidation::new("edge", "7", vec!["/a*".to_owned(), "/b*".to_owned()], "t");
        let batch = invalidation.batch();
        assert_eq!((batch.paths.quantity, batch.paths.items), (2, &invalidation.paths[..]));
        assert_eq!(batch.caller_reference, invalidation.reference);
    }
}
