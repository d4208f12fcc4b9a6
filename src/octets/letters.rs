//! Texts in any case. Nearly all are written as expected, and are compared in one step; a letter is
//! searched for in eight bytes at once.

use super::word;

/// Whether two texts are equal without case. It takes one comparison if `expected` is written as most
/// people write it.
#[inline]
pub(crate) fn equal_but_for_case(text: &[u8], expected: &[u8]) -> bool {
    text == expected || text.eq_ignore_ascii_case(expected)
}

/// The positions of a letter, given in lower case, in a text of any case.
pub(crate) struct Letters<'t, const LETTER: u8> {
    /// The text behind the current word.
    rest: &'t [u8],
    /// The position of the current word.
    word: usize,
    /// The top bits of the bytes in the current word that are still to be returned.
    found: u64,
}

impl<'t, const LETTER: u8> Letters<'t, LETTER> {
    /// Begins the search at a position of the text.
    pub(crate) fn from(text: &'t [u8], start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let mut letters = Self { rest, word: start, found: 0 };
        letters.found = letters.read_word();
        letters
    }

    #[inline]
    fn read_word(&mut self) -> u64 {
        let Some((chunk, rest)) = self.rest.split_first_chunk::<{ word::LENGTH }>() else {
            let last = std::mem::take(&mut self.rest).iter().rev();
            let last = last.fold(0, |word, &byte| word * 256 + u64::from(byte));
            return word::equal_to_letter(LETTER, last);
        };
        self.rest = rest;
        word::equal_to_letter(LETTER, u64::from_le_bytes(*chunk))
    }
}

impl<const LETTER: u8> Iterator for Letters<'_, LETTER> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            if self.rest.is_empty() {
                return None;
            }
            self.word += word::LENGTH;
            self.found = self.read_word();
        }
        let place = word::first(self.found);
        self.found &= self.found - 1;
        Some(self.word + place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every place of every byte value, in words that are full and in the last one.
    #[test]
    fn letters_are_found_wherever_they_are() {
        let found = |cookie: &[u8]| Letters::<b'd'>::from(cookie, 0).collect::<Vec<_>>();
        for length in 0..40 {
            for every in 1..=length {
                let is_letter = |at: &usize| (at + 1) % every == 0;
                let letter = |at| if is_letter(&at) { b'd' } else { b'.' };
                let cookie: Vec<_> = (0..length).map(letter).collect();
                let expected: Vec<_> = (0..length).filter(is_letter).collect();
                assert_eq!(found(&cookie), expected, "{cookie:?}");
            }
        }
        for byte in 0..=u8::MAX {
            let cookie = [b'D', byte, b'd', byte, byte, byte, byte, byte, b'D', byte];
            let is_letter = |&at: &usize| matches!(at, 0 | 2 | 8) || matches!(byte, b'd' | b'D');
            let expected: Vec<_> = (0..cookie.len()).filter(is_letter).collect();
            assert_eq!(found(&cookie), expected, "{byte}");
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
