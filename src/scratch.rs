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

    /// Writes a number in decimal. By hand: formatting cost five times as much.
    pub(crate) fn push_number(&mut self, number: u32) {
        let mut unit = 1;
        while number / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            self.push_byte(b'0' + u8::try_from(number / unit % 10).unwrap_or_default());
            unit /= 10;
        }
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
