//! Putting a text together on the stack, so that the final value is the only allocation.

/// A text of up to `N` bytes on the stack. A longer text moves to the heap.
pub(crate) struct StackBuffer<const N: usize> {
    stack: [u8; N],
    len: usize,
    spilled: Vec<u8>,
}

impl<const N: usize> StackBuffer<N> {
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
                // No further text fits the stack.
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

    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.stack.get(..self.len).unwrap_or(&self.spilled)
    }
}

impl<const N: usize> std::fmt::Write for StackBuffer<N> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cleared_can_be_filled_again() {
        for length in 0..16 {
            let mut buffer = StackBuffer::<5>::new();
            for text in [&b"abcdefghijklmnop"[..length], b"12", b"1234567"] {
                buffer.clear();
                text.chunks(2).for_each(|part| buffer.push(part));
                assert_eq!(buffer.as_bytes(), text);
            }
        }
    }

    #[test]
    fn texts_of_any_length_come_back() {
        let text = b"abcdefghijklmnop";
        for piece in 1..8 {
            for length in 0..text.len() {
                let mut buffer = StackBuffer::<5>::new();
                for part in text[..length].chunks(piece) {
                    buffer.push(part);
                    buffer.push(b"");
                }
                assert_eq!(buffer.as_bytes(), &text[..length]);
            }
        }
    }
}
