//! Eight bytes at a time, as one number: without a loop, a branch or the set-up of a vector.

/// The bytes in a word.
pub(super) const LENGTH: usize = 8;

const ONES: u64 = u64::MAX / 255;
const TOPS: u64 = ONES << 7;

/// The top bits of the bytes that equal the given one. The first byte of the text is the lowest.
#[inline]
pub(crate) const fn equal_to(byte: u8, word: u64) -> u64 {
    let differences = word ^ (ONES * byte as u64);
    // A byte is zero if its top bit is not set and its other bits do not carry into it.
    !(((differences & !TOPS) + !TOPS) | differences) & TOPS
}

/// The same for a letter in any case, given in lower case. The case of a letter is one bit.
#[inline]
pub(super) const fn equal_to_letter(letter: u8, word: u64) -> u64 {
    equal_to(letter, word | (ONES * 0x20))
}

/// The position of the first byte that was found.
#[inline]
pub(super) const fn first(found: u64) -> usize {
    // It is at most eight.
    (found.trailing_zeros() / u8::BITS) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(mut found: u64) -> Vec<usize> {
        let mut places = Vec::new();
        while found != 0 {
            places.push(first(found));
            found &= found - 1;
        }
        places
    }

    /// Every byte beside every other, and at each place.
    #[test]
    fn equal_bytes_are_found_one_by_one() {
        for (wanted, other) in
            (0..=u8::MAX).flat_map(|one| (0..=u8::MAX).map(move |two| (one, two)))
        {
            for bytes in [[other, wanted, other, other, wanted, 0, 0xff, wanted], [other; LENGTH]] {
                let expected = |is: &dyn Fn(u8) -> bool| -> Vec<_> {
                    (0..LENGTH).filter(|&at| is(bytes[at])).collect()
                };
                let word = u64::from_le_bytes(bytes);
                assert_eq!(places(equal_to(wanted, word)), expected(&|byte| byte == wanted));
                if wanted.is_ascii_lowercase() {
                    let is_letter = |byte: u8| byte.eq_ignore_ascii_case(&wanted);
                    assert_eq!(places(equal_to_letter(wanted, word)), expected(&is_letter));
                }
            }
        }
    }
}
