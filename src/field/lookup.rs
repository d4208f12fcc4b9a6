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
    slots: [Option<KnownField>; SLOTS],
    /// The slot of each name, in the order of their numbers.
    pub(super) places: [u16; KnownField::ALL.len()],
    pub(super) multiplier: u32,
    /// Whether some names found their slot taken.
    pub(super) crowded: bool,
    /// Whether `http` feeds the text of a name that is not standard to a hasher, whole and last of all.
    pub(super) texts_are_hashed_whole: bool,
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
        let mut table = Self {
            slots: [None; SLOTS],
            places: [0; KnownField::ALL.len()],
            multiplier,
            crowded: false,
            texts_are_hashed_whole: texts_are_hashed_whole(),
        };
        for (&known, place) in KnownField::ALL.iter().zip(&mut table.places) {
            let slot = Slot::of(known.name(), multiplier, None);
            *place = u16::try_from(slot).unwrap_or(u16::MAX);
            match table.slots.get_mut(slot) {
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

fn texts_are_hashed_whole() -> bool {
    let name = HeaderName::from_static("x-not-a-standard-name");
    let mut last = LastText::default();
    name.hash(&mut last);
    last.0 == name.as_str().as_bytes()
}

/// What was fed last, if it was a text.
#[derive(Default)]
struct LastText(Vec<u8>);

impl Hasher for LastText {
    fn write(&mut self, text: &[u8]) {
        self.0 = text.to_vec();
    }

    fn write_isize(&mut self, _: isize) {
        self.0.clear();
    }

    fn finish(&self) -> u64 {
        0
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

    /// Not needed for being right, but for being fast.
    #[test]
    fn names_are_hashed_as_is_hoped() {
        assert!(TABLE.texts_are_hashed_whole);
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
