//! DEFLATE, within a limit (R15.1, R15.2).

use flate2::{Decompress, FlushDecompress, Status};

/// Why a stream was not inflated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InflateError {
    /// It is not a stream, it is not whole, or bytes follow it.
    Corrupt,
    /// It inflates to more than the limit, or is longer than a stream of that size.
    TooLarge,
}

/// Inflates one whole stream, with a wrapping of zlib or without.
///
/// The buffer grows with what comes out, up to a byte more than the limit: a short stream can stand
/// for a thousand times its length.
pub(crate) fn inflate(
    stream: &[u8],
    is_wrapped: bool,
    limit: usize,
) -> Result<Vec<u8>, InflateError> {
    if stream.len() > longest_stream(limit) {
        return Err(InflateError::TooLarge);
    }
    let mut state = Decompress::new(is_wrapped);
    let mut inflated = Vec::new();
    let mut rest = stream;
    loop {
        make_room(&mut inflated, stream.len(), limit);
        let before = (state.total_in(), state.total_out());
        let status = state.decompress_vec(rest, &mut inflated, FlushDecompress::None);
        let taken = usize::try_from(state.total_in() - before.0).unwrap_or(usize::MAX);
        rest = rest.get(taken..).unwrap_or_default();
        match status {
            _ if inflated.len() > limit => return Err(InflateError::TooLarge),
            Ok(Status::StreamEnd) if rest.is_empty() => return Ok(inflated),
            // A stream that is cut goes no further.
            Ok(Status::Ok) if before != (state.total_in(), state.total_out()) => {}
            Ok(_) | Err(_) => return Err(InflateError::Corrupt),
        }
    }
}

/// The longest stream that can stand for as many bytes: a writer that does not compress at all puts
/// five bytes before each of its blocks, which have more than a kilobyte.
pub(crate) fn longest_stream(limit: usize) -> usize {
    limit.saturating_add(limit / 256).saturating_add(64)
}

/// Doubles the buffer, or begins with four times the stream, as JSON compresses well.
fn make_room(inflated: &mut Vec<u8>, stream_len: usize, limit: usize) {
    let wanted = if inflated.is_empty() { stream_len.saturating_mul(4) } else { inflated.len() };
    let most = limit.saturating_add(1) - inflated.len();
    inflated.reserve_exact(wanted.max(64).min(most));
}

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, FlushCompress};

    use super::*;

    fn deflate(bytes: &[u8], level: u32, is_wrapped: bool) -> Vec<u8> {
        let mut stream = Vec::with_capacity(longest_stream(bytes.len()));
        let mut state = Compress::new(Compression::new(level), is_wrapped);
        let status = state.compress_vec(bytes, &mut stream, FlushCompress::Finish);
        assert_eq!(status.unwrap(), Status::StreamEnd);
        stream
    }

    /// Bytes that hardly compress.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..len).map(next).collect()
    }

    /// R15.1, R15.2, R15.3: sizes around those of the buffer and of the limit, at every kind of
    /// compression.
    #[test]
    fn whole_streams_are_inflated() {
        for len in [0, 1, 63, 64, 65, 127, 128, 129, 32_768, 70_000, 300_000] {
            for bytes in [vec![b'x'; len], noise(len)] {
                for (level, is_wrapped) in [(0, false), (1, true), (9, false), (9, true)] {
                    let stream = deflate(&bytes, level, is_wrapped);
                    assert!(stream.len() <= longest_stream(len), "{len} {level}");
                    for limit in [len, len + 1, 1 << 20, usize::MAX] {
                        let inflated = inflate(&stream, is_wrapped, limit);
                        assert!(inflated.as_ref() == Ok(&bytes), "{len} {level} {limit}");
                    }
                    if len > 0 {
                        let inflated = inflate(&stream, is_wrapped, len - 1);
                        assert_eq!(inflated, Err(InflateError::TooLarge), "{len} {level}");
                    }
                }
            }
        }
    }

    /// R15.2: a stream ends where its bytes end.
    #[test]
    fn other_streams_are_corrupt() {
        for is_wrapped in [false, true] {
            let stream = deflate(&noise(300), 9, is_wrapped);
            for len in 0..stream.len() {
                let cut = inflate(&stream[..len], is_wrapped, 1 << 20);
                assert_eq!(cut, Err(InflateError::Corrupt), "{len}");
            }
            let longer = [&*stream, b"\0"].concat();
            assert_eq!(inflate(&longer, is_wrapped, 1 << 20), Err(InflateError::Corrupt));
            assert_eq!(inflate(&stream, !is_wrapped, 1 << 20), Err(InflateError::Corrupt));
        }
    }

    /// R15.2: what cannot fit is not looked at, and the buffer never has more than the limit and a
    /// byte, or twice what came out.
    #[test]
    fn the_limit_bounds_the_work() {
        assert_eq!(longest_stream(1000), 1067);
        assert_eq!(longest_stream(1 << 20), 1_052_736);
        let stream = vec![0xff; longest_stream(1000) + 1];
        assert_eq!(inflate(&stream, false, 1000), Err(InflateError::TooLarge));
        assert_eq!(inflate(&stream[1..], false, 1000), Err(InflateError::Corrupt));

        let mut inflated = Vec::new();
        make_room(&mut inflated, 100, 1000);
        assert_eq!(inflated.capacity(), 400);
        inflated.resize(400, 0);
        make_room(&mut inflated, 100, 1000);
        assert_eq!(inflated.capacity(), 800);
        inflated.resize(800, 0);
        make_room(&mut inflated, 100, 1000);
        assert_eq!(inflated.capacity(), 1001);
        let mut small = Vec::new();
        make_room(&mut small, 1, 1000);
        assert_eq!(small.capacity(), 64);
    }
}
