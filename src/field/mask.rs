//! A set of known names.

use super::names::Known;

/// A set of [`Known`] names. A byte each: to find one bit of 128 takes ten instructions, to load a
/// byte takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mask([bool; Known::ALL.len()]);

impl Mask {
    pub(crate) fn insert(&mut self, known: Known) {
        if let Some(member) = self.0.get_mut(known as usize) {
            *member = true;
        }
    }

    #[inline]
    pub(crate) fn contains(&self, known: Known) -> bool {
        self.0.get(known as usize).copied().unwrap_or_default()
    }
}

impl Default for Mask {
    fn default() -> Self {
        Self([false; Known::ALL.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_holds_what_was_put_in() {
        let mut mask = Mask::default();
        mask.insert(Known::Via);
        for &known in Known::ALL {
            assert_eq!(mask.contains(known), known == Known::Via);
        }
    }
}
