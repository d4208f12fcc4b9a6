//! Finding the number of a name: a perfect hash of the names that the gateway knows.

use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use http::HeaderName;

use super::known_field::KnownField;
use super::starts::Starts;

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
    pub(super) slots: [Option<KnownField>; SLOTS],
    pub(super) multiplier: u32,
    /// Whether some names found their slot taken.
    pub(super) crowded: bool,
}

/// Slots for the integers of standard names, and behind them slots for the texts of the others.
const SLOTS: usize = 768;
pub(super) const NUMBERS: usize = 256;
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

    pub(super) fn with_multiplier(multiplier: u32) -> Self {
        let mut table = Self { slots: [None; SLOTS], multiplier, crowded: false };
        for &known in KnownField::ALL {
            let slot = table.slots.get_mut(Slot::of(known.name(), multiplier, None));
            match slot {
                Some(slot @ None) => *slot = Some(known),
                _ => table.crowded = true,
            }
        }
        table
    }

    #[inline]
    pub(crate) fn find(&self, name: &HeaderName) -> Option<KnownField> {
        self.find_at(Slot::of(name, self.multiplier, None), name)
    }

    /// The name in a slot, if it is the given one.
    #[inline]
    pub(super) fn find_at(&self, slot: usize, name: &HeaderName) -> Option<KnownField> {
        match self.slots.get(slot).copied().flatten() {
            Some(known) if known.name() == name => Some(known),
            _ if self.crowded => Self::search(name),
            _ => None,
        }
    }

    #[cold]
    fn search(name: &HeaderName) -> Option<KnownField> {
        KnownField::ALL.iter().copied().find(|known| known.name() == name)
    }
}

/// A hasher whose result is a slot of the table.
pub(super) struct Slot<'p> {
    index: usize,
    multiplier: u32,
    /// How the names begin that are not standard and may be wanted.
    starts: Option<&'p Starts>,
}

impl<'p> Slot<'p> {
    /// The slot of a text that no wanted name begins with. The table does not have it.
    pub(super) const RULED_OUT: usize = SLOTS;

    #[inline]
    pub(super) fn of(name: &HeaderName, multiplier: u32, starts: Option<&'p Starts>) -> usize {
        let mut slot = Self { index: 0, multiplier, starts };
        name.hash(&mut slot);
        usize::try_from(slot.finish()).unwrap_or(Self::RULED_OUT)
    }
}

impl Hasher for Slot<'_> {
    /// Hashes the text of a name. Length, middle byte and last byte tell all known names apart.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a hash may lose bits")]
    fn write(&mut self, text: &[u8]) {
        if self.starts.is_some_and(|starts| starts.rule_out(text)) {
            self.index = Self::RULED_OUT;
            return;
        }
        let (middle, last) = match text.split_at(text.len() / 2) {
            (_, [middle, .., last]) => (*middle, *last),
            // No known name is as short.
            _ => (0, 0),
        };
        let key = u32::from_le_bytes([text.len() as u8, middle, last, 0]);
        let hash = key.wrapping_mul(self.multiplier) >> (u32::BITS - TEXTS.trailing_zeros());
        self.index = NUMBERS + hash as usize;
    }

    /// Called first with whether the name is standard, then, if it is, with its number.
    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.index = number.unsigned_abs() % NUMBERS;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.index as u64
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
        let standard = Slot::of(&http::header::X_XSS_PROTECTION, TABLE.multiplier, None);
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
    }
}
