//! A text built on the stack, so that the value it becomes is the only allocation.

/// Up to `N` bytes on the stack; longer texts spill to the heap.
pub(crate) struct Scratch<const N: usize> {
    stack: [u8; N],
    len: usize,
    spilled: Vec<u8>,
}

impl<const N: usize> Scratch<N> {
    pub(crate) fn new() -> Self {
        Self { stack: [0; N], len: 0, spilled: Vec::new() }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        match self.stack.get_mut(self.len..end) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.len = end;
            }
            None => {
                if self.spilled.is_empty() {
                    self.spilled.extend_from_slice(self.stack.get(..self.len).unwrap_or_default());
                }
                self.spilled.extend_from_slice(bytes);
                // From here on, nothing fits the stack any more.
                self.len = N.saturating_add(1);
            }
        }
    }

    #[inline]
    pub(crate) fn push_byte(&mut self, byte: u8) {
        match self.stack.get_mut(self.len) {
            Some(free) => {
                *free = byte;
                self.len += 1;
            }
            None => self.push(&[byte]),
        }
    }

    /// Writes a number in decimal. By hand: formatting cost five times as much, and from its
    /// first digit on, with a division by a power of ten for each, three times.
    pub(crate) fn push_number(&mut self, mut number: u32) {
        // As many digits as `u32::MAX` has.
        let mut digits = [b'0'; 10];
        let mut count = 0;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
            count += 1;
            if number == 0 {
                break;
            }
        }
        self.push(digits.get(digits.len() - count..).unwrap_or_default());
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.stack.get(..self.len).unwrap_or(&self.spilled)
    }
}

impl<const N: usize> std::fmt::Write for Scratch<N> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_decimal() {
        for number in [0, 1, 9, 10, 99, 100, 3600, 1_234_567_890, u32::MAX] {
            let mut scratch = Scratch::<12>::new();
            scratch.push_number(number);
            assert_eq!(scratch.as_bytes(), number.to_string().as_bytes());
        }
    }

    #[test]
    fn what_was_cleared_can_be_filled_again() {
        for length in 0..16 {
            let mut scratch = Scratch::<5>::new();
            for text in [&b"abcdefghijklmnop"[..length], b"12", b"1234567"] {
                scratch.clear();
                text.chunks(2).for_each(|part| scratch.push(part));
                assert_eq!(scratch.as_bytes(), text);
            }
        }
    }

    #[test]
    fn texts_of_any_length_come_back() {
        let text = b"abcdefghijklmnop";
        for piece in 1..8 {
            for length in 0..text.len() {
                let mut scratch = Scratch::<5>::new();
                for part in text[..length].chunks(piece) {
                    scratch.push(part);
                    scratch.push(b"");
                }
                assert_eq!(scratch.as_bytes(), &text[..length]);
            }
        }
    }
}
