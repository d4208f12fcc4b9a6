//! Path segments, with runs of slashes counting as one.

use memchr::memchr;

/// The path behind its leading slashes.
pub(super) fn skip(path: &str) -> &str {
    let mut rest = path;
    while let Some(behind) = rest.strip_prefix('/') {
        rest = behind;
    }
    rest
}

/// The first segment and what is behind it; an empty segment if there is none.
pub(super) fn split_first(path: &str) -> (&str, &str) {
    let path = skip(path);
    let end = memchr(b'/', path.as_bytes()).unwrap_or(path.len());
    path.split_at_checked(end).unwrap_or((path, ""))
}

/// What is behind the given segments (joined by single slashes), if the path starts with them.
pub(super) fn after<'p>(path: &'p str, segments: &str) -> Option<&'p str> {
    let mut rest = skip(path);
    // Most routes differ in their first byte: no need to take them apart.
    if rest.as_bytes().first() != segments.as_bytes().first() {
        return None;
    }
    let mut wanted = segments;
    loop {
        let end = wanted.bytes().position(|byte| byte == b'/').unwrap_or(wanted.len());
        let (segment, others) = wanted.split_at_checked(end)?;
        rest =
            rest.strip_prefix(segment).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        if others.is_empty() {
            return Some(rest);
        }
        wanted = skip(others);
        rest = skip(rest);
    }
}

/// R2.4: leading slashes become one; nothing at all becomes one, too.
pub(super) fn with_one_slash(rest: &str) -> &str {
    let behind = skip(rest);
    let slash = rest.len().saturating_sub(behind.len() + 1);
    rest.get(slash..).filter(|path| !path.is_empty()).unwrap_or("/")
}

/// Whether a segment is `.` or `..`, each dot also written `%2e` (WHATWG URL §4.3).
pub(super) fn has_dot_segment(path: &str) -> bool {
    // Hardly any path has a segment that starts like one; look for that in one scan.
    let bytes = path.as_bytes();
    let starts = memchr::memchr2_iter(b'.', b'%', bytes);
    let mut starts =
        starts.filter(|&at| at.checked_sub(1).is_some_and(|i| bytes.get(i) == Some(&b'/')));
    starts.any(|at| bytes.get(at..).is_some_and(starts_with_dot_segment))
}

fn starts_with_dot_segment(bytes: &[u8]) -> bool {
    let Some(behind) = strip_dot(bytes) else {
        return false;
    };
    let behind = strip_dot(behind).unwrap_or(behind);
    matches!(behind, [] | [b'/', ..])
}

fn strip_dot(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}
