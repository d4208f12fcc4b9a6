//! Segments of a path, where a run of slashes counts as one.

use crate::octets::find::find;
use crate::octets::parts::{Part, has_start};

/// The path without its leading slashes. The same as `trim_start_matches('/')`, which decodes
/// characters and so takes several times as long.
pub(super) fn without_slashes(path: &str) -> &str {
    let mut rest = path;
    while let Some(behind) = rest.strip_prefix('/') {
        rest = behind;
    }
    rest
}

/// The path behind its first segment, if it has a segment.
#[inline]
pub(super) fn behind_first(path: &str) -> Option<&str> {
    let path = without_slashes(path);
    let end = find::<16>(b'/', path.as_bytes());
    if path.is_empty() { None } else { Some(end.and_then(|end| path.get(end..)).unwrap_or("")) }
}

/// The path behind the given segments, which are joined by single slashes, if it begins with them.
#[inline]
pub(super) fn after<'p>(path: &'p str, segments: &str) -> Option<&'p str> {
    let rest = without_slashes(path);
    if rest.as_bytes().first() != segments.as_bytes().first() {
        return None;
    }
    let behind = rest.strip_prefix(segments).or_else(|| after_each(rest, segments))?;
    (behind.is_empty() || behind.starts_with('/')).then_some(behind)
}

/// The same for a path with runs of slashes between segments, up to the end of the last segment.
#[cold]
fn after_each<'p>(mut path: &'p str, segments: &str) -> Option<&'p str> {
    let (before, last) = segments.rsplit_once('/')?;
    for segment in before.split('/') {
        path = without_slashes(path.strip_prefix(segment)?.strip_prefix('/')?);
    }
    path.strip_prefix(last)
}

/// R2.4: leading slashes become one, and an empty path becomes `/`.
#[inline]
pub(super) fn with_one_slash(rest: &str) -> &str {
    match rest.as_bytes() {
        [] => "/",
        [b'/', b'/', ..] => with_one_slash_of_several(rest),
        _ => rest,
    }
}

#[cold]
fn with_one_slash_of_several(rest: &str) -> &str {
    let behind = without_slashes(rest);
    rest.get(rest.len() - behind.len() - 1..).unwrap_or("/")
}

/// Segments that begin as a dot segment does. Hardly any path has one.
struct DotSegment;

impl Part for DotSegment {
    const SEPARATOR: u8 = b'/';

    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch it becomes vector code")]
    fn may_begin(first: u8) -> bool {
        (first == b'.') | (first == b'%')
    }
}

/// Whether a path that begins with a slash has a segment `.` or `..`, where each dot may be written
/// `%2e` (WHATWG URL §4.3).
#[inline]
pub(super) fn has_dot_segment(path: &str) -> bool {
    has_start::<DotSegment>(path.as_bytes()) && any_is_dot_segment(path.as_bytes())
}

// Looks at the beginning of a segment before it searches for the end.
#[inline(never)]
fn any_is_dot_segment(mut path: &[u8]) -> bool {
    loop {
        let behind_dots = without_two_dots(path);
        let has_dots = behind_dots.len() < path.len();
        if has_dots && matches!(behind_dots, [] | [b'/', ..]) {
            return true;
        }
        let slash = behind_dots.iter().position(|&byte| byte == b'/');
        match slash.and_then(|slash| behind_dots.get(slash + 1..)) {
            Some(behind) => path = behind,
            None => return false,
        }
    }
}

/// The bytes behind at most two dots.
fn without_two_dots(bytes: &[u8]) -> &[u8] {
    if let [b'.', b'.', behind @ ..] = bytes {
        return behind;
    }
    let Some(behind) = strip_dot(bytes) else { return bytes };
    strip_dot(behind).unwrap_or(behind)
}

fn strip_dot(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}
