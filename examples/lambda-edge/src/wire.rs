//! The flat form, the same both ways: numbers of 32 bits, little-endian, then texts one after the
//! other. How many numbers there are, and which of them are lengths of texts, is agreed for each
//! message.
//!
//! JavaScript counts the length of a text in UTF-16 units, and writes all texts at once, in UTF-8.
//! Lengths are therefore in units in both directions, and turned into bytes here. As long as all
//! is ASCII, as is usual, the two are the same.

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

    /// A message: its first numbers, then what `Pieces` gives.
    pub(crate) fn message<const N: usize>(&self, size: usize) -> Option<([u32; N], Reader<'_>)> {
        let mut reader = Reader { bytes: self.bytes(size)? };
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = reader.number()?;
        }
        Some((numbers, reader))
    }
}

/// Reads a message from its front.
pub(crate) struct Reader<'i> {
    bytes: &'i [u8],
}

impl<'i> Reader<'i> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u32::from_le_bytes(*number))
    }

    /// The texts, of which there are `count`: their lengths come first.
    pub(crate) fn texts(self, count: usize) -> Option<Texts<'i>> {
        let (lengths, text) = self.bytes.split_at_checked(count.checked_mul(4)?)?;
        Some(Texts { lengths, text: std::str::from_utf8(text).ok()? })
    }
}

/// The texts of a message, one after the other.
pub(crate) struct Texts<'i> {
    lengths: &'i [u8],
    text: &'i str,
}

impl<'i> Iterator for Texts<'i> {
    type Item = &'i str;

    fn next(&mut self) -> Option<&'i str> {
        let mut lengths = Reader { bytes: self.lengths };
        let units = usize::try_from(lengths.number()?).ok()?;
        self.lengths = lengths.bytes;
        let (text, rest) = split_at_units(self.text, units)?;
        self.text = rest;
        Some(text)
    }
}

/// Splits behind a number of UTF-16 units.
fn split_at_units(text: &str, units: usize) -> Option<(&str, &str)> {
    match text.split_at_checked(units) {
        Some((head, rest)) if head.is_ascii() => Some((head, rest)),
        _ => {
            let mut left = units;
            let mut bytes = 0;
            for character in text.chars() {
                let Some(fewer) = left.checked_sub(character.len_utf16()) else { break };
                if left == 0 {
                    break;
                }
                left = fewer;
                bytes += character.len_utf8();
            }
            text.split_at_checked(bytes).filter(|_| left == 0)
        }
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

    fn message(numbers: &[u32], texts: &[&str]) -> Input {
        let mut output = Output::default();
        output.begin(numbers);
        for text in texts {
            output.text(text);
        }
        output.bytes.append(&mut output.texts);
        Input(output.bytes)
    }

    #[test]
    fn texts_come_back() {
        for texts in [&["a", "", "bc"][..], &["ä€", "\u{1f980}", "a"], &["", ""], &[]] {
            let input = message(&[7, 8], texts);
            let ([7, 8], reader) = input.message(input.0.len()).unwrap() else { panic!() };
            assert_eq!(reader.texts(texts.len()).unwrap().collect::<Vec<_>>(), texts);
        }
    }

    #[test]
    fn lengths_that_are_wrong_end_the_texts() {
        // Half of a pair of surrogates, and more than there is.
        for (text, units) in [("\u{1f980}", 1), ("abc", 4), ("ä", 3)] {
            assert_eq!(split_at_units(text, units), None);
        }
        assert_eq!(split_at_units("äb", 0), Some(("", "äb")));
        assert_eq!(split_at_units("äb", 1), Some(("ä", "b")));
        let input = message(&[], &["abc"]);
        let ([], reader) = input.message(4).unwrap();
        assert_eq!(reader.texts(1).unwrap().next(), None);
        assert!(input.message::<9>(7).is_none() && input.message::<1>(8_000).is_none());
    }
}
