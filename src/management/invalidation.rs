//! Paths to invalidate: R14.4.

/// The path that invalidates everything a path pattern matches.
///
/// A pattern may have wildcards anywhere, `*` for any characters and `?` for one. An invalidation
/// path may have one `*`, at its end. So a pattern is cut at its first wildcard: `/fp/*/loader.js`
/// becomes `/fp/*`, which invalidates more, never less.
pub(super) fn path(pattern: &str) -> String {
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
}
