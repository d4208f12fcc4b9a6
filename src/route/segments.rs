//! Path segments, with runs of slashes counting as one.

use crate::scan;

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

/// Whether a segment is `.` or `..`, each dot also written `%2e` (WHATWG URL §4.3).
pub(super) fn has_dot_segment(path: &str) -> bool {
    let bytes = path.as_bytes();
    may_have_dot_segment(bytes) && bytes.split(|&byte| byte == b'/').any(is_dot_segment)
}

/// Whether any segment begins like one, which hardly any path has.
fn may_have_dot_segment(path: &[u8]) -> bool {
    const WIDTH: usize = 16;
    let [slashes @ .., _] = path else { return false };
    let [_, next @ ..] = path else { return false };
    let (Some(last), Some(last_next)) = (slashes.last_chunk::<WIDTH>(), next.last_chunk::<WIDTH>())
    else {
        return any_begins(slashes, next);
    };
    let chunks = slashes.chunks_exact(WIDTH).zip(next.chunks_exact(WIDTH));
    any_begins(last, last_next)
        || chunks.fold(false, |any, (slashes, next)| any | any_begins(slashes, next))
}

/// Sixteen bytes at once: without a branch in it, the loop becomes vector code, and costs a third
/// of a scan for `.` or `%`.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "a branch would take twice as long")]
fn any_begins(slashes: &[u8], next: &[u8]) -> bool {
    let begins = |slash: u8, next: u8| (slash == b'/') & ((next == b'.') | (next == b'%'));
    slashes.iter().zip(next).fold(false, |any, (&slash, &next)| any | begins(slash, next))
}

fn is_dot_segment(segment: &[u8]) -> bool {
    strip_dot(segment).is_some_and(|behind| strip_dot(behind).unwrap_or(behind).is_empty())
}

fn strip_dot(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}
