//! Path segments, with runs of slashes counting as one.

use crate::scan;
use crate::scan::starts::{Part, next_start};

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
    let end = scan::find::<12>(b'/', path.as_bytes()).unwrap_or(path.len());
    path.split_at_checked(end).unwrap_or((path, ""))
}

/// What is behind the given segments (joined by single slashes), if the path starts with them.
pub(super) fn after<'p>(path: &'p str, mut segments: &str) -> Option<&'p str> {
    let mut rest = skip(path);
    loop {
        let (segment, others) = split_first(segments);
        rest =
            rest.strip_prefix(segment).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        if others.is_empty() {
            return Some(rest);
        }
        segments = others;
        rest = skip(rest);
    }
}

/// R2.4: leading slashes become one; nothing at all becomes one, too.
pub(super) fn with_one_slash(rest: &str) -> &str {
    let behind = skip(rest);
    let slash = rest.len().saturating_sub(behind.len() + 1);
    rest.get(slash..).filter(|path| !path.is_empty()).unwrap_or("/")
}

/// Segments that begin like dot segments, which hardly any path has.
struct DotSegment;

impl Part for DotSegment {
    const SEPARATOR: u8 = b'/';
    const INITIALS: [u8; 2] = *b".%";
}

/// Whether a segment is `.` or `..`, each dot also written `%2e` (WHATWG URL §4.3), in a path that
/// begins with a slash.
pub(super) fn has_dot_segment(path: &str) -> bool {
    let start = next_start::<DotSegment>(path.as_bytes(), 0);
    start.and_then(|start| path.as_bytes().get(start..)).is_some_and(any_dot_segment)
}

/// From one that begins like it on, segments are looked at one by one: it is not the last.
fn any_dot_segment(mut path: &[u8]) -> bool {
    loop {
        if begins_with_dot_segment(path) {
            return true;
        }
        let slash = path.iter().position(|&byte| byte == b'/');
        match slash.and_then(|slash| path.get(slash + 1..)) {
            Some(behind) => path = behind,
            None => return false,
        }
    }
}

fn begins_with_dot_segment(path: &[u8]) -> bool {
    let behind = strip_dot(path).map(|behind| strip_dot(behind).unwrap_or(behind));
    matches!(behind, Some([] | [b'/', ..]))
}

fn strip_dot(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}
