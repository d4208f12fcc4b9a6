//! Texts in any case. Nearly all are written as expected, and are compared in one step. A search for a
//! letter passes over many bytes at once, and then looks at words of eight.

use super::word;

/// Whether two texts are equal without case. It takes one comparison if `expected` is written as most
/// people write it.
#[inline]
pub(crate) fn equal_but_for_case(text: &[u8], expected: &[u8]) -> bool {
    text == expected || differ_only_in_case(text, expected)
}

#[cold]
fn differ_only_in_case(text: &[u8], other: &[u8]) -> bool {
    text.eq_ignore_ascii_case(other)
}

/// How many bytes without the letter are passed over at once, in vector code.
const STEP: usize = 32;

/// Calls `found` with each position of a letter, given in lower case, in a text of any case, from
/// `start` on. Its state stays in registers, unlike that of an iterator between two calls.
#[inline]
pub(crate) fn for_each_letter<const LETTER: u8>(
    text: &[u8],
    start: usize,
    mut found: impl FnMut(usize),
) {
    let mut rest = text.get(start..).unwrap_or_default();
    while !rest.is_empty() {
        let word = text.len() - rest.len();
        let mut tops = find_in_first_word::<LETTER>(text, rest);
        while tops != 0 {
            found(word + word::first(tops));
            tops &= tops - 1;
        }
        rest = rest.get(word::LENGTH..).unwrap_or_default();
        while let Some((step, behind)) = rest.split_first_chunk() {
            if has_letter::<LETTER>(step) {
                break;
            }
            rest = behind;
        }
        // The last step reaches back over bytes that were searched already.
        let is_last = rest.len() < STEP;
        if is_last && text.last_chunk().is_some_and(|last| !has_letter::<LETTER>(last)) {
            return;
        }
    }
}

/// Looks for the letter in the first word of `rest`, which is not empty and with which `text` ends.
#[inline]
fn find_in_first_word<const LETTER: u8>(text: &[u8], rest: &[u8]) -> u64 {
    let first = match (rest.first_chunk(), text.last_chunk()) {
        (Some(first), _) => u64::from_le_bytes(*first),
        // The bytes before the rest are shifted out.
        (None, Some(last)) => {
            let before = word::LENGTH - rest.len();
            u64::from_le_bytes(*last) >> (8 * before)
        }
        (None, None) => rest.iter().rev().fold(0, |word, &byte| word * 256 + u64::from(byte)),
    };
    word::equal_to_letter(LETTER, first)
}

#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "without a branch it becomes vector code")]
fn has_letter<const LETTER: u8>(bytes: &[u8; STEP]) -> bool {
    bytes.iter().fold(false, |has, byte| has | (byte | 0x20 == LETTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of a letter in a text, from `start` on.
    fn found(text: &[u8], start: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for_each_letter::<b'd'>(text, start, |at| found.push(at));
        found
    }

    /// Every place of every byte value, in words that are full and in the last one.
    #[test]
    fn letters_are_found_wherever_they_are() {
        for length in 0..3 * STEP {
            for every in 1..=length {
                let is_letter = |at: &usize| (at + 1) % every == 0;
                let letter = |at| if is_letter(&at) { b'd' } else { b'.' };
                let cookie: Vec<_> = (0..length).map(letter).collect();
                let expected: Vec<_> = (0..length).filter(is_letter).collect();
                assert_eq!(found(&cookie, 0), expected, "{cookie:?}");
            }
        }
        for byte in 0..=u8::MAX {
            let cookie = [b'D', byte, b'd', byte, byte, byte, byte, byte, b'D', byte];
            let is_letter = |&at: &usize| matches!(at, 0 | 2 | 8) || matches!(byte, b'd' | b'D');
            let expected: Vec<_> = (0..cookie.len()).filter(is_letter).collect();
            assert_eq!(found(&cookie, 0), expected, "{byte}");
        }
    }

    /// A search may start anywhere: before the last step of the text, in it, and behind the text.
    #[test]
    fn letters_before_the_start_are_not_found() {
        for length in [0, 1, STEP - 1, STEP, STEP + 1, 2 * STEP, 3 * STEP] {
            for every in [1, 2, 7, STEP, 2 * STEP] {
                let is_letter = |at: &usize| (at + 1) % every == 0;
                let text: Vec<_> =
                    (0..length).map(|at| if is_letter(&at) { b'D' } else { b'.' }).collect();
                for start in 0..=length + 1 {
                    let expected: Vec<_> = (start..length).filter(is_letter).collect();
                    assert_eq!(found(&text, start), expected, "{length} {every} {start}");
                }
            }
        }
    }

    #[test]
    fn case_is_all_that_may_differ() {
        for (text, expected, equal) in [
            ("Domain", "Domain", true),
            ("dOMAIN", "Domain", true),
            ("Domaim", "Domain", false),
            ("Domain ", "Domain", false),
            ("", "Domain", false),
        ] {
            assert_eq!(equal_but_for_case(text.as_bytes(), expected.as_bytes()), equal, "{text}");
        }
    }
}
