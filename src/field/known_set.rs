//! A set of known names.

use std::fmt;

use super::known_field::KnownField;

/// A set of [`KnownField`] names, with a byte for each: a byte is found by one load, a bit is not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownFieldSet([bool; KnownField::ALL.len()]);

impl KnownFieldSet {
    pub(crate) const EMPTY: Self = Self([false; KnownField::ALL.len()]);

    /// Adds members to a constant set.
    pub(crate) const fn and(mut self, mut members: &[KnownField]) -> Self {
        while let [first, rest @ ..] = members {
            self.insert(*first);
            members = rest;
        }
        self
    }

    pub(crate) const fn insert(&mut self, known: KnownField) {
        #[expect(clippy::indexing_slicing, reason = "the array has an entry for each variant")]
        {
            self.0[known as usize] = true;
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
        Self::EMPTY
    }
}

impl fmt::Debug for KnownFieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = KnownField::ALL.iter().filter(|&&known| self.contains(known));
        f.debug_set().entries(members).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_inserted() {
        let mut set = KnownFieldSet::default();
        set.insert(KnownField::Via);
        assert_eq!(set, KnownFieldSet::EMPTY.and(&[KnownField::Via]));
        assert_eq!(format!("{set:?}"), "{Via}");
        for &known in KnownField::ALL {
            assert_eq!(set.contains(known), known == KnownField::Via);
        }
    }
}
