//! Path and query of a target, in one buffer (contract R3.5, R4.2, R4.6).

use bytes::Bytes;
use http::uri::PathAndQuery;

use crate::refusal::Refusal;

/// How long path and query together may be in a `Uri` of `http`.
const MAX_LENGTH: usize = 65_534;

/// The path of a target.
pub(super) trait Path {
    fn length(&self) -> usize;
    fn write(&self, text: &mut Vec<u8>);
}

/// A path that is forwarded as it came.
impl Path for &str {
    fn length(&self) -> usize {
        self.len()
    }

    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.as_bytes());
    }
}

/// Writes path and query into one buffer of exactly their size (R3.5, R4.2, R4.6).
#[inline]
pub(super) fn write_path_and_query(
    path: &impl Path,
    query: &[u8],
    monitoring: Option<&str>,
    target: &mut Option<PathAndQuery>,
) -> Result<(), Refusal> {
    let separators = usize::from(!query.is_empty()) + usize::from(monitoring.is_some());
    let length = path.length() + query.len() + separators + monitoring.map_or(0, str::len);
    if length > MAX_LENGTH {
        return Err(Refusal::TargetTooLong);
    }
    let mut text = Vec::with_capacity(length);
    path.write(&mut text);
    if !query.is_empty() {
        text.push(b'?');
        text.extend_from_slice(query);
    }
    if let Some(monitoring) = monitoring {
        text.push(if query.is_empty() { b'?' } else { b'&' });
        text.extend_from_slice(monitoring.as_bytes());
    }
    debug_assert_eq!(text.len(), length, "the buffer has the right size");
    let written = PathAndQuery::from_maybe_shared(Bytes::from(text));
    *target = Some(written.map_err(|_| Refusal::TargetMalformed)?);
    Ok(())
}
