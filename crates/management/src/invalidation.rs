//! The paths to invalidate (R14.4).

use std::collections::BTreeSet;

/// The number of paths with a wildcard that CloudFront accepts at a time.
const MAX_WILDCARDS: usize = 15;

/// The paths that cover these path patterns. They are sorted and without repeats, so that the order
/// of the patterns does not matter. If CloudFront would not accept that many, `/*` covers them all.
pub(super) fn paths(patterns: &[String]) -> Vec<String> {
    let paths: BTreeSet<String> = patterns.iter().map(|pattern| path(pattern)).collect();
    let wildcards = paths.iter().filter(|path| path.ends_with('*')).count();
    if wildcards > MAX_WILDCARDS {
        return vec!["/*".to_owned()];
    }
    paths.into_iter().collect()
}

/// The path for one pattern.
///
/// A pattern may have wildcards anywhere: `*` for any characters and `?` for one character. A path
/// may have one `*`, at its end. So the pattern is cut at its first wildcard: `/fp/*/loader.js`
/// becomes `/fp/*`, which invalidates more, but never less. A pattern without a wildcard is used as
/// it is (R14.4). It covers requests without a query. Responses to requests with a query leave the
/// caches by their age, which is a minute for scripts (R7.1).
fn path(pattern: &str) -> String {
    let slash = if pattern.starts_with('/') { "" } else { "/" };
    match pattern.split_once(['*', '?']) {
        Some((prefix, _)) => format!("{slash}{prefix}*"),
        None => format!("{slash}{pattern}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.4: a leading `/` is ensured, and nothing that matched before is left out.
    #[test]
    fn patterns_become_paths() {
        for (pattern, expected) in [
            ("*", "/*"),
            ("/*", "/*"),
            ("fp/*", "/fp/*"),
            ("/fp/*", "/fp/*"),
            ("/fp/agent", "/fp/agent"),
            ("fp/*/agent.js", "/fp/*"),
            ("/fp/agent?", "/fp/agent*"),
            ("*.js", "/*"),
            ("fp*?", "/fp*"),
        ] {
            assert_eq!(path(pattern), expected, "{pattern}");
        }
    }

    /// R14.4: equal sets of patterns give equal batches, and never one that CloudFront refuses.
    #[test]
    fn batches_are_canonical_and_bounded() {
        let of = |patterns: &[&str]| {
            paths(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), [""; 0]);
        assert_eq!(of(&["b", "a/*", "/b", "a/*/c"]), ["/a/*", "/b"]);
        let many = |count: usize| (0..count).map(|at| format!("/{at:02}/*")).collect::<Vec<_>>();
        assert_eq!(paths(&many(15)), many(15));
        assert_eq!(paths(&many(16)), ["/*"]);
        let plain: Vec<_> = (0..30).map(|at| format!("/{at:02}")).collect();
        assert_eq!(paths(&plain), plain);
    }
}
