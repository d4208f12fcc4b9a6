//! Path segments, with runs of slashes counting as one.

use crate::octets::find::find;
use crate::octets::parts::{Part, has_start};

/// The path behind its leading slashes.
pub(super) fn skip(path: &str) -> &str {
    let mut rest = path;
    while let Some(behind) = rest.strip_prefix('/') {
        rest = behind;
    }
    rest
}

/// What is behind the first segment, if there is one.
#[inline]
pub(super) fn behind_first(path: &str) -> Option<&str> {
    let path = skip(path);
    let end = find::<16>(b'/', path.as_bytes());
    if path.is_empty() { None } else { Some(end.and_then(|end| path.get(end..)).unwrap_or("")) }
}

/// What is behind the given segments (joined by single slashes), if the path starts with them.
#[inline]
pub(super) fn after<'p>(path: &'p str, segments: &str) -> Option<&'p str> {
    let rest = skip(path);
    if rest.as_bytes().first() != segments.as_bytes().first() {
        return None;
    }
    let behind = rest.strip_prefix(segments).or_else(|| after_each(rest, segments))?;
    (behind.is_empty() || behind.starts_with('/')).then_some(behind)
}

/// The same where runs of slashes may stand between segments, up to the last one's end.
#[cold]
fn after_each<'p>(mut path: &'p str, segments: &str) -> Option<&'p str> {
    let (before, last) = segments.rsplit_once('/')?;
    for segment in before.split('/') {
        path = skip(path.strip_prefix(segment)?.strip_prefix('/')?);
    }
    path.strip_prefix(last)
}

/// R2.4: leading slashes become one; nothing at all becomes one, too.
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
    let behind = skip(rest);
    rest.get(rest.len() - behind.len() - 1..).unwrap_or("/")
}

/// Segments that begin like dot segments, which hardly any path has.
struct DotSegment;

impl Part for DotSegment {
    const SEPARATOR: u8 = b'/';
    const INITIALS: [u8; 2] = *b".%";
}

/// Whether a segment is `.` or `..`, each dot also written `%2e` (WHATWG URL §4.3), in a path that
/// begins with a slash.
#[inline]
pub(super) fn has_dot_segment(path: &str) -> bool {
    has_start::<DotSegment>(path.as_bytes()) && any_is_dot_segment(path.as_bytes())
}

/// Looks at the beginning of each segment, before its end is looked for.
#[inline(never)]
fn any_is_dot_segment(mut path: &[u8]) -> bool {
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
    match path {
        // Most of what begins with a dot, without a look for escapes.
        [b'.', b'.', byte, ..] if *byte != b'/' => false,
        _ => {
            let behind = strip_dot(path).map(|behind| strip_dot(behind).unwrap_or(behind));
            matches!(behind, Some([] | [b'/', ..]))
        }
    }
}

fn strip_dot(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}
