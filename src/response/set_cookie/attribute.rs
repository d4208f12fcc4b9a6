//! The `Domain` attributes of a `set-cookie` field (RFC 6265bis §5.6).

use std::ops::Range;

use memchr::memchr;

/// Browsers ignore an attribute with a longer value (RFC 6265bis §5.6), so it does not count as the
/// last one.
const LONGEST_VALUE: usize = 1024;

/// A `Domain` attribute and its place in the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DomainAttribute<'c> {
    /// From its `;` up to the next one.
    pub(super) range: Range<usize>,
    /// The value, blanks around it left out.
    pub(super) value: Range<usize>,
    /// Whether there is an `=`.
    pub(super) has_equals: bool,
    text: &'c [u8],
}

impl<'c> DomainAttribute<'c> {
    /// The domain, without a leading dot.
    pub(super) fn domain(&self) -> &'c [u8] {
        self.text.strip_prefix(b".").unwrap_or(self.text)
    }

    /// Reads the attribute whose name would begin at a letter, if it is a `Domain`.
    fn read(cookie: &'c [u8], letter: usize) -> Option<Self> {
        let (before, attribute) = cookie.split_at_checked(letter)?;
        let start = before.trim_ascii_end().strip_suffix(b";")?.len();
        let (name, rest) = attribute.split_first_chunk()?;
        // As most are written: one comparison.
        if name != b"Domain" && !name.eq_ignore_ascii_case(b"domain") {
            return None;
        }
        let behind = memchr(b';', rest).and_then(|end| rest.get(..end)).unwrap_or(rest);
        let end = letter + name.len() + behind.len();
        let (has_equals, text) = match behind.trim_ascii_start() {
            [] => (false, &[][..]),
            [b'=', text @ ..] => (true, text.trim_ascii_start()),
            _ => return None,
        };
        // Both are ends of the attribute, so their lengths tell where they begin.
        let from = end - if has_equals { text.len() } else { behind.len() };
        let text = text.trim_ascii_end();
        if text.len() > LONGEST_VALUE {
            return None;
        }
        Some(Self { value: from..from + text.len(), range: start..end, has_equals, text })
    }
}

/// The `Domain` attributes of a field, in order.
pub(super) fn domain_attributes(cookie: &[u8]) -> impl Iterator<Item = DomainAttribute<'_>> {
    // Name and value are long, and no attributes.
    let mut letters = Letters::from(cookie, memchr(b';', cookie).unwrap_or(cookie.len()));
    std::iter::from_fn(move || {
        loop {
            if let Some(attribute) = DomainAttribute::read(cookie, letters.next()?) {
                return Some(attribute);
            }
        }
    })
}

/// Where a `d` is in a field. Attributes have few, and many a semicolon: looking at what follows
/// each of those cost 300 instructions more, of 600. Eight bytes at a time, as a vector search
/// takes too long to set up for the bytes that there are.
struct Letters<'c> {
    /// What comes behind the word.
    rest: &'c [u8],
    /// Where the word begins.
    word: usize,
    /// The top bits of those bytes of the word that were found and not given yet.
    found: u64,
}

const WORD: usize = 8;
const ONES: u64 = u64::from_ne_bytes([1; WORD]);
const TOPS: u64 = ONES << 7;

impl<'c> Letters<'c> {
    fn from(cookie: &'c [u8], start: usize) -> Self {
        let rest = cookie.get(start..).unwrap_or_default();
        let mut letters = Self { rest, word: start, found: 0 };
        letters.found = letters.read_word();
        letters
    }

    #[inline]
    fn read_word(&mut self) -> u64 {
        let Some((word, rest)) = self.rest.split_first_chunk::<WORD>() else {
            let last = std::mem::take(&mut self.rest).iter().rev();
            return letters(last.fold(0, |word, &byte| word * 256 + u64::from(byte)));
        };
        self.rest = rest;
        letters(u64::from_le_bytes(*word))
    }
}

impl Iterator for Letters<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            if self.rest.is_empty() {
                return None;
            }
            self.word += WORD;
            self.found = self.read_word();
        }
        let byte = self.found.trailing_zeros() / u8::BITS;
        self.found &= self.found - 1;
        Some(self.word + byte as usize)
    }
}

/// The top bits of those bytes that are `d` or `D`; the first byte is the lowest.
#[inline]
fn letters(word: u64) -> u64 {
    // The case is one bit; a byte is zero if its low bits do not carry into the top one.
    let others = (word | (ONES * 0x20)) ^ (ONES * u64::from(b'd'));
    !(((others & !TOPS) + !TOPS) | others) & TOPS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every place of every byte value, in words that are full and in the last one.
    #[test]
    fn letters_are_found_wherever_they_are() {
        let found = |cookie: &[u8]| Letters::from(cookie, 0).collect::<Vec<_>>();
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

    fn found(cookie: &str) -> Vec<(&str, &str)> {
        let part = |range: Range<usize>| cookie.get(range).unwrap();
        let attributes = domain_attributes(cookie.as_bytes());
        attributes.map(|found| (part(found.range), part(found.value))).collect()
    }

    /// R8.5, R8.6: the attribute is found whatever its case and blanks, and nothing else is.
    #[test]
    fn attributes_are_found_where_they_are() {
        for (cookie, expected) in [
            ("a=1; Domain=b.c; Path=/", &[("; Domain=b.c", "b.c")][..]),
            ("a=1;domain=.b.c", &[(";domain=.b.c", ".b.c")]),
            ("a=1; \tDOMAIN \t= \tb.c \t; x", &[("; \tDOMAIN \t= \tb.c \t", "b.c")]),
            ("a; Domain=b.c", &[("; Domain=b.c", "b.c")]),
            ("; Domain=b.c", &[("; Domain=b.c", "b.c")]),
            ("a=1; Domain", &[("; Domain", "")]),
            ("a=1; Domain =; x", &[("; Domain =", "")]),
            ("a=1; Domain=b.c; domain=d.e", &[("; Domain=b.c", "b.c"), ("; domain=d.e", "d.e")]),
            ("a=1; Domain=b=c", &[("; Domain=b=c", "b=c")]),
            ("Domain=b.c", &[]),
            ("a=1; Domains=b.c; xDomain=b.c; Doma", &[]),
            ("a=\"; Domain=b.c\"", &[("; Domain=b.c\"", "b.c\"")]),
            ("a=1;  Domain=b.c", &[(";  Domain=b.c", "b.c")]),
            ("a=1; \u{e9}; d; D; ; dOMAIN=b.c;", &[("; dOMAIN=b.c", "b.c")]),
            (";;;", &[]),
            ("", &[]),
            (&format!("a=1; Domain=b.c; Domain={}", "x".repeat(1025)), &[("; Domain=b.c", "b.c")]),
        ] {
            assert_eq!(found(cookie), expected, "{cookie}");
        }
        let longest = "x".repeat(1024);
        assert_eq!(found(&format!("a=1; Domain={longest}")).len(), 1);
    }
}
