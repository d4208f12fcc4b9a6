//! A set of known names.

use super::known_field::KnownField;

/// A set of [`KnownField`] names, with a byte for each: a byte is found by one load, a bit is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownFieldSet([bool; KnownField::ALL.len()]);

impl KnownFieldSet {
    pub(crate) fn insert(&mut self, known: KnownField) {
        if let Some(member) = self.0.get_mut(known as usize) {
            *member = true;
        }
    }

    pub(crate) fn insert_all(&mut self, other: &Self) {
        for (member, &is_other) in self.0.iter_mut().zip(&other.0) {
            *member |= is_other;
        }
    }

    #[inline]
    pub(crate) fn contains(&self, known: KnownField) -> bool {
        self.0.get(known as usize).copied().unwrap_or_default()
    }
}

impl Default for KnownFieldSet {
    fn default() -> Self {
        Self([false; KnownField::ALL.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_inserted() {
        let mut set = KnownFieldSet::default();
        set.insert(KnownField::Via);
        for &known in KnownField::ALL {
            assert_eq!(set.contains(known), known == KnownField::Via);
        }
    }
}
