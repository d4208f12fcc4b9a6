//! Looking names up: a perfect hash of those the gateway knows.

use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use http::HeaderName;

use super::names::Known;

impl Known {
    /// Looks a name up: one hash, at most one comparison.
    #[inline]
    pub(crate) fn of(name: &HeaderName) -> Option<Self> {
        Self::table().find(name)
    }

    /// What [`Known::of`] looks into, for a walk that asks for many names.
    #[inline]
    pub(crate) fn table() -> &'static Table {
        &TABLE
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// A perfect hash of the names, over what `HeaderName` gives a [`Hasher`]: for a standard name two
/// integers, so that its text is not even fetched, for any other name its bytes. In the walk over
/// the 23 fields of an identification request, that took 460 instructions less than hashing and
/// comparing texts.
///
/// What a name hashes to is `http`'s own business: should it change, names may share a slot, which
/// makes looking them up slow but not wrong.
pub(crate) struct Table {
    slots: [Option<Known>; SLOTS],
    multiplier: u32,
    /// Whether some names found their slot taken.
    crowded: bool,
}

/// Slots for the integers of standard names, then twelve for each of the other names.
const SLOTS: usize = 768;
const NUMBERS: usize = 256;
const TEXTS: usize = SLOTS - NUMBERS;

impl Table {
    /// Takes the first multiplier that gives each name a slot of its own. One of six does.
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
        for &known in Known::ALL {
            let slot = table.slots.get_mut(Slot::of(known.name(), multiplier));
            match slot {
                Some(slot @ None) => *slot = Some(known),
                _ => table.crowded = true,
            }
        }
        table
    }

    #[inline]
    pub(crate) fn find(&self, name: &HeaderName) -> Option<Known> {
        let slot = self.slots.get(Slot::of(name, self.multiplier));
        match slot.copied().flatten() {
            Some(known) if known.name() == name => Some(known),
            _ if self.crowded => Self::search(name),
            _ => None,
        }
    }

    #[cold]
    fn search(name: &HeaderName) -> Option<Known> {
        Known::ALL.iter().copied().find(|known| known.name() == name)
    }
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
    /// The text of a name. Length, middle and last byte tell all names apart.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a hash may lose bits")]
    fn write(&mut self, text: &[u8]) {
        let (_, [middle, .., last]) = text.split_at(text.len() / 2) else {
            return;
        };
        let key = u32::from_le_bytes([text.len() as u8, *middle, *last, 0]);
        let hash = key.wrapping_mul(self.multiplier) >> (u32::BITS - TEXTS.trailing_zeros());
        self.slot = NUMBERS + hash as usize;
    }

    /// First whether the name is standard, then, if it is, its number.
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
        for &known in Known::ALL {
            assert_eq!(Known::of(known.name()), Some(known));
        }
        for other in ["accepts", "x", "x-forwarded-for", "fpjs-proxy-"] {
            assert_eq!(Known::of(&HeaderName::from_static(other)), None);
        }
    }

    /// Not needed for being right, but for being fast.
    #[test]
    fn every_name_has_a_slot_of_its_own() {
        assert!(!TABLE.crowded);
        let standard = Slot::of(&http::header::X_XSS_PROTECTION, TABLE.multiplier);
        assert!(standard < NUMBERS, "{standard}");
    }

    /// Whatever `http` makes of a name, it is found.
    #[test]
    fn a_crowded_table_finds_every_name_all_the_same() {
        let crowded = Table::with_multiplier(0);
        assert!(crowded.crowded);
        for &known in Known::ALL {
            assert_eq!(crowded.find(known.name()), Some(known));
        }
        assert_eq!(crowded.find(&HeaderName::from_static("x-forwarded-for")), None);
    }
}
