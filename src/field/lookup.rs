//! Finding the number of a name: a perfect hash of the names that the gateway knows.

use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use http::HeaderName;

use super::known_field::KnownField;

impl KnownField {
    /// Looks a name up: one hash, at most one comparison.
    #[inline]
    pub(crate) fn of(name: &HeaderName) -> Option<Self> {
        Self::table().find(name)
    }

    /// The table behind [`KnownField::of`], for a walk that looks up many names.
    #[inline]
    pub(crate) fn table() -> &'static LookupTable {
        &TABLE
    }
}

static TABLE: LazyLock<LookupTable> = LazyLock::new(LookupTable::new);

/// A perfect hash of the names, over what a `HeaderName` feeds to a [`Hasher`]: two integers for a
/// standard name, whose text is then not even fetched, and the bytes of any other name.
///
/// What `http` feeds to the hasher is not part of its promise. If it changes, names may share a
/// slot; look-ups are then slower, but still right.
pub(crate) struct LookupTable {
    slots: [Option<KnownField>; SLOTS],
    multiplier: u32,
    /// Whether some names found their slot taken.
    crowded: bool,
}

/// Slots for the integers of standard names, and behind them slots for the texts of the others.
const SLOTS: usize = 768;
const NUMBERS: usize = 256;
const TEXTS: usize = SLOTS - NUMBERS;

impl LookupTable {
    /// Takes the first multiplier that gives each name a slot of its own.
    fn new() -> Self {
        let mut table = Self::with_multiplier(0x9e37_79b1);
        for _ in 0..1000 {
            if !table.crowded {
                break;
            }
            let next = table.multiplier.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
            table = Self::with_multiplier(next);
        }
        table
    }

    fn with_multiplier(multiplier: u32) -> Self {
        let mut table = Self { slots: [None; SLOTS], multiplier, crowded: false };
        for &known in KnownField::ALL {
            let slot = table.slots.get_mut(Slot::of(known.name(), multiplier));
            match slot {
                Some(slot @ None) => *slot = Some(known),
                _ => table.crowded = true,
            }
        }
        table
    }

    #[inline]
    pub(crate) fn find(&self, name: &HeaderName) -> Option<KnownField> {
        self.find_at(Slot::of(name, self.multiplier), name)
    }

    /// As [`Self::find`], for a walk that has nothing to do for the passed names.
    #[inline]
    pub(crate) fn look_up(&self, name: &HeaderName, passed: &PassedNames) -> Found {
        let slot = Slot::of(name, self.multiplier);
        if passed.0.get(slot).is_some_and(|passed| *passed) {
            return Found::Passed;
        }
        self.find_at(slot, name).map_or(Found::Other, Found::Known)
    }

    #[inline]
    fn find_at(&self, slot: usize, name: &HeaderName) -> Option<KnownField> {
        match self.slots.get(slot).copied().flatten() {
            Some(known) if known.name() == name => Some(known),
            _ if self.crowded => Self::search(name),
            _ => None,
        }
    }

    /// The standard names for which a walk has nothing to do.
    pub(crate) fn passed(&self, is_wanted: impl Fn(KnownField) -> bool) -> PassedNames {
        let mut passed = [false; NUMBERS];
        if !self.crowded && self.has_numbers_apart() {
            for (passed, known) in passed.iter_mut().zip(self.slots) {
                *passed = known.is_some_and(|known| !is_wanted(known));
            }
        }
        PassedNames(passed)
    }

    /// Whether names that are not standard have slots of their own, as `http` hashes them.
    fn has_numbers_apart(&self) -> bool {
        let other = HeaderName::from_static("x-not-a-standard-name");
        Slot::of(&other, self.multiplier) >= NUMBERS
    }

    #[cold]
    fn search(name: &HeaderName) -> Option<KnownField> {
        KnownField::ALL.iter().copied().find(|known| known.name() == name)
    }
}

/// For each slot of a standard name, whether a walk can pass the name over.
///
/// Equal names have equal slots, so a known name that is dropped or read is never passed over,
/// whatever `http` feeds to the hasher. Names that are not standard have other slots.
#[derive(Clone, Debug)]
pub(crate) struct PassedNames([bool; NUMBERS]);

/// What a walk finds out about a name.
pub(crate) enum Found {
    /// There is nothing to do for the name.
    Passed,
    /// The name is known.
    Known(KnownField),
    /// The name is not known.
    Other,
}

/// A hasher whose result is a slot of the table.
struct Slot {
    slot: usize,
    multiplier: u32,
}

impl Slot {
    #[inline]
    fn of(name: &HeaderName, multiplier: u32) -> usize {
        let mut slot = Self { slot: 0, multiplier };
        name.hash(&mut slot);
        usize::try_from(slot.finish()).unwrap_or(SLOTS)
    }
}

impl Hasher for Slot {
    /// Hashes the text of a name. Length, middle byte and last byte tell all known names apart.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a hash may lose bits")]
    fn write(&mut self, text: &[u8]) {
        let (middle, last) = match text.split_at(text.len() / 2) {
            (_, [middle, .., last]) => (*middle, *last),
            // No known name is as short.
            _ => (0, 0),
        };
        let key = u32::from_le_bytes([text.len() as u8, middle, last, 0]);
        let hash = key.wrapping_mul(self.multiplier) >> (u32::BITS - TEXTS.trailing_zeros());
        self.slot = NUMBERS + hash as usize;
    }

    /// Called first with whether the name is standard, then, if it is, with its number.
    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.slot = number.unsigned_abs() % NUMBERS;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.slot as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_own_number() {
        for &known in KnownField::ALL {
            assert_eq!(KnownField::of(known.name()), Some(known));
        }
        for other in ["accepts", "x", "x-forwarded-for", "fpjs-proxy-"] {
            assert_eq!(KnownField::of(&HeaderName::from_static(other)), None);
        }
    }

    /// Look-ups would be right without it, but slow.
    #[test]
    fn every_name_has_a_slot_of_its_own() {
        assert!(!TABLE.crowded);
        let standard = Slot::of(&http::header::X_XSS_PROTECTION, TABLE.multiplier);
        assert!(standard < NUMBERS, "{standard}");
    }

    /// Whatever `http` feeds to the hasher, every name is found.
    #[test]
    fn a_crowded_table_finds_every_name_all_the_same() {
        let crowded = LookupTable::with_multiplier(0);
        assert!(crowded.crowded);
        for &known in KnownField::ALL {
            assert_eq!(crowded.find(known.name()), Some(known));
        }
        assert_eq!(crowded.find(&HeaderName::from_static("x-forwarded-for")), None);
        assert_eq!(crowded.passed(|_| false).0, [false; NUMBERS]);
    }

    /// A walk passes standard names over, but never one that it wants or that is not standard.
    #[test]
    fn names_without_a_use_are_passed_over() {
        let wanted = [KnownField::Host, KnownField::Via, KnownField::FpjsProxySecret];
        let passed = TABLE.passed(|known| wanted.contains(&known));
        for &known in KnownField::ALL {
            let is_standard = Slot::of(known.name(), TABLE.multiplier) < NUMBERS;
            match TABLE.look_up(known.name(), &passed) {
                Found::Passed => assert!(is_standard && !wanted.contains(&known), "{known:?}"),
                Found::Known(found) => {
                    assert!(found == known && (!is_standard || wanted.contains(&known)));
                }
                Found::Other => panic!("{known:?}"),
            }
        }
        for other in ["x-forwarded-for", "fpjs-proxy-x", "sec-websocket-key", "x", "dn", "q"] {
            assert_eq!(
                Slot::of(&HeaderName::from_static(other), TABLE.multiplier) < NUMBERS,
                other.starts_with("sec-"),
            );
            let found = TABLE.look_up(&HeaderName::from_static(other), &passed);
            assert!(matches!(found, Found::Other), "{other}");
        }
    }
}
