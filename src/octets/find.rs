//! Finding the first occurrence of a byte where it is usually near. Looking at a few words is then
//! faster than setting up a vector search.

use memchr::memchr;

use super::word;

/// The position of the first such byte. The first `NEAR` bytes are searched by words of eight, the
/// others by a vector search.
#[inline]
pub(crate) fn find<const NEAR: usize>(byte: u8, bytes: &[u8]) -> Option<usize> {
    let (near, far) = bytes.split_at_checked(NEAR).unwrap_or((bytes, &[]));
    let words = near.chunks_exact(word::LENGTH);
    let rest = words.remainder();
    for (index, chunk) in words.enumerate() {
        let found = word::equal_to(byte, u64::from_le_bytes(*chunk.first_chunk()?));
        if found != 0 {
            return Some(word::LENGTH * index + word::first(found));
        }
    }
    let found = rest.iter().position(|&other| other == byte);
    if let Some(index) = found {
        return Some(near.len() - rest.len() + index);
    }
    if far.is_empty() {
        return None;
    }
    memchr(byte, far).map(|index| near.len() + index)
}

/// The same as `starts_with`, which calls a function even if the first bytes differ.
#[inline]
pub(crate) fn begins_with(text: &[u8], start: &[u8]) -> bool {
    text.first() == start.first() && text.starts_with(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_one_is_found_near_and_far() {
        for length in 0..40 {
            for at in 0..length {
                let mut bytes = vec![b'.'; length];
                assert_eq!(find::<12>(b'/', &bytes), None);
                bytes[at] = b'/';
                bytes[length - 1] = b'/';
                let plain = bytes.iter().position(|&byte| byte == b'/');
                assert_eq!((find::<12>(b'/', &bytes), Some(at)), (plain, plain));
            }
        }
    }

    #[test]
    fn beginnings_are_compared_whole() {
        for (text, start) in [("abc", "ab"), ("abc", "ac"), ("abc", "bc"), ("a", "ab"), ("", "")] {
            let (text, start) = (text.as_bytes(), start.as_bytes());
            assert_eq!(begins_with(text, start), text.starts_with(start));
        }
    }
}
