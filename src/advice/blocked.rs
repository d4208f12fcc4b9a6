//! Paths that content blockers match (contract R1.5).

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

/// The first term in a path that content blockers match.
pub(crate) fn blocked_term(path: &str) -> Option<&'static str> {
    let lower = path.to_ascii_lowercase();
    let mut terms = BLOCKED_TERMS.iter().copied().filter(|term| lower.contains(term));
    let mut segments = BLOCKED_SEGMENTS.iter().copied();
    terms.next().or_else(|| segments.find(|term| lower.split('/').any(|segment| segment == *term)))
}
