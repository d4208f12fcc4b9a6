//! Paths that content blockers match (contract R1.5).

use crate::config::RoutePath;

/// Path terms that content blockers match.
const BLOCKED_TERMS: &[&str] = &[
    "fingerprint",
    "fpjs",
    "fp-",
    "fpcdn",
    "track",
    "visitor",
    "analytics",
    "telemetry",
    "beacon",
];

/// Path segments that content blockers match as a whole.
const BLOCKED_SEGMENTS: &[&str] = &["agent", "fp", "stats", "collect"];

/// The first such term in a path.
pub(crate) fn blocked_term(path: &RoutePath) -> Option<&'static str> {
    let lower = path.as_str().to_ascii_lowercase();
    let in_path = |term: &&&str| lower.contains(**term);
    let as_segment = |term: &&&str| lower.split('/').any(|segment| segment == **term);
    let terms = BLOCKED_TERMS.iter().find(in_path);
    terms.or_else(|| BLOCKED_SEGMENTS.iter().find(as_segment)).copied()
}

/// Whether content blockers may match a path segment.
pub(crate) fn is_blocked_segment(segment: &str) -> bool {
    RoutePath::parse("path", segment).is_ok_and(|path| blocked_term(&path).is_some())
}
