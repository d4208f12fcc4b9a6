//! The flat form, the same both ways: lengths of 32 bits, little-endian, then the texts, one after
//! the other. An answer has numbers before its lengths; a call has them as its arguments.
//!
//! A text counts in octets, one for each character of JavaScript's. An answer in UTF-8 counts in
//! UTF-16 units, which is the same as long as all is ASCII.

/// The caller's buffer. It only grows, and is used again for every message.
#[derive(Default)]
pub(crate) struct Input(Vec<u8>);

impl Input {
    /// Makes room and says where.
    pub(crate) fn room(&mut self, size: usize) -> *mut u8 {
        if self.0.len() < size {
            self.0.resize(size, 0);
        }
        self.0.as_mut_ptr()
    }

    /// What the caller wrote.
    pub(crate) fn bytes(&self, size: usize) -> Option<&[u8]> {
        self.0.get(..size)
    }

    /// What the caller wrote as one text, behind the place of a message that is not finished.
    pub(crate) fn text(&self, at: usize, size: usize) -> Option<&str> {
        std::str::from_utf8(self.0.get(at..)?.get(..size)?).ok()
    }

    /// A message of `count` texts.
    pub(crate) fn texts(&self, size: usize, count: usize) -> Option<Texts<'_>> {
        let (lengths, octets) = self.bytes(size)?.split_at_checked(count.checked_mul(4)?)?;
        Some(Texts { lengths, octets })
    }
}

/// The texts of a message, one after the other.
pub(crate) struct Texts<'i> {
    lengths: &'i [u8],
    octets: &'i [u8],
}

impl<'i> Texts<'i> {
    /// Whether all texts, and what follows them, are printable ASCII. Sixteen octets are looked at
    /// together.
    pub(crate) fn are_printable(&self) -> bool {
        const ONES: u64 = u64::from_le_bytes([1; 8]);
        let (mut rest, mut odd) = (self.octets, 0);
        // The highest bit of an octet is set if it was, if a blank is more, or if it was 0x7F.
        let marks = |word: u64| word | word.wrapping_sub(0x20 * ONES) | word.wrapping_add(ONES);
        while let Some(([one, other], behind)) = two_words(rest) {
            odd |= marks(one) | marks(other);
            rest = behind;
        }
        odd & (0x80 * ONES) == 0 && rest.iter().all(|octet| matches!(octet, 0x20..0x7F))
    }

    /// The next text, if it is UTF-8.
    pub(crate) fn text(&mut self) -> Option<&'i str> {
        std::str::from_utf8(self.next()?).ok()
    }
}

fn two_words(octets: &[u8]) -> Option<([u64; 2], &[u8])> {
    let (one, rest) = octets.split_first_chunk()?;
    let (other, rest) = rest.split_first_chunk()?;
    Some(([u64::from_le_bytes(*one), u64::from_le_bytes(*other)], rest))
}

impl<'i> Iterator for Texts<'i> {
    type Item = &'i [u8];

    fn next(&mut self) -> Option<&'i [u8]> {
        let (length, lengths) = self.lengths.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (text, octets) = self.octets.split_at_checked(length)?;
        *self = Self { lengths, octets };
        Some(text)
    }
}

/// The answer's buffer, used again for every message.
#[derive(Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    texts: Vec<u8>,
}

impl Output {
    pub(crate) fn start(&self) -> *const u8 {
        self.bytes.as_ptr()
    }

    /// Begins a message with its numbers.
    pub(crate) fn begin(&mut self, numbers: &[u32]) {
        self.bytes.clear();
        self.texts.clear();
        for number in numbers {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    /// Adds a text that JavaScript reads as UTF-8.
    pub(crate) fn text(&mut self, text: &str) {
        let ascii = text.is_ascii();
        let units = if ascii { text.len() } else { text.encode_utf16().count() };
        self.piece(units, text.as_bytes());
    }

    /// Adds bytes that JavaScript reads one by one.
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.piece(octets.len(), octets);
    }

    fn piece(&mut self, length: usize, bytes: &[u8]) {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.texts.extend_from_slice(bytes);
    }

    /// Ends a message; its first number becomes the size of all texts in bytes.
    pub(crate) fn end(&mut self) {
        let size = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        if let Some(first) = self.bytes.first_chunk_mut() {
            *first = size.to_le_bytes();
        }
        self.bytes.append(&mut self.texts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(texts: &[&str]) -> Input {
        let mut output = Output::default();
        output.begin(&[]);
        for text in texts {
            output.octets(text.as_bytes());
        }
        output.bytes.append(&mut output.texts);
        Input(output.bytes)
    }

    #[test]
    fn texts_come_back() {
        for texts in [&["a", "", "bc"][..], &["ä€", "\u{1f980}", "a"], &["", ""], &[]] {
            let input = message(texts);
            let mut read = input.texts(input.0.len(), texts.len()).unwrap();
            for text in texts {
                assert_eq!(read.text(), Some(*text));
            }
            assert_eq!(read.next(), None);
        }
    }

    #[test]
    fn lengths_that_are_wrong_end_the_texts() {
        let input = message(&["abc"]);
        assert_eq!(input.texts(4, 1).unwrap().next(), None);
        assert!(input.texts(3, 1).is_none() && input.texts(8_000, 1).is_none());
        // Half of a character is no text.
        let mut input = message(&["ä"]);
        input.0[0] = 1;
        assert_eq!(input.texts(6, 1).unwrap().text(), None);
    }

    /// Wherever an octet stands that is not printable, it is seen.
    #[test]
    fn what_is_not_printable_is_seen() {
        for length in 1..=40 {
            for place in 0..length {
                for octet in 0..=255 {
                    let mut octets = vec![b' '; length];
                    octets[place] = octet;
                    let texts = Texts { lengths: &[], octets: &octets };
                    assert_eq!(texts.are_printable(), (0x20..0x7F).contains(&octet), "{octet}");
                }
            }
        }
        assert!(Texts { lengths: &[], octets: b"~ ~ ~ ~ ~" }.are_printable());
    }
}
