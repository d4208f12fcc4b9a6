//! The names for which a walk has nothing to do.

use std::hash::{Hash, Hasher};

use http::HeaderName;

use super::known_field::KnownField;
use super::lookup::{LookupTable, NUMBERS, Slot};
use super::set::FieldSet;
use super::starts::Starts;

/// The names that a walk can pass over: a standard name by its slot, any other name by how it begins.
///
/// Equal names have equal slots, so a known name that is dropped or read is never passed over,
/// whatever `http` feeds to the hasher.
#[derive(Clone, Debug)]
pub(crate) struct PassedNames {
    numbers: [bool; NUMBERS],
    /// How the names begin that are not standard and may be wanted.
    starts: Starts,
}

/// What a walk finds out about a name.
pub(crate) enum Found {
    /// There is nothing to do for the name.
    Passed,
    /// The name is known.
    Known(KnownField),
    /// The name is not known.
    Other,
}

impl PassedNames {
    /// `is_wanted` says whether a walk has something to do for a known name, and `set` has the names
    /// and prefixes that are not known.
    pub(crate) fn new(is_wanted: impl Fn(KnownField) -> bool, set: &FieldSet) -> Self {
        Self::in_table(KnownField::table(), is_wanted, set)
    }

    fn in_table(
        table: &LookupTable,
        is_wanted: impl Fn(KnownField) -> bool,
        set: &FieldSet,
    ) -> Self {
        let mut numbers = [false; NUMBERS];
        if table.crowded || !texts_are_hashed_whole() {
            return Self { numbers, starts: Starts::all() };
        }
        let mut starts = set.starts().clone();
        let (standard, texts) = table.slots.split_at(NUMBERS);
        for (passed, known) in numbers.iter_mut().zip(standard) {
            *passed = known.is_some_and(|known| !is_wanted(known));
        }
        for &known in texts.iter().flatten().filter(|&&known| is_wanted(known)) {
            starts.insert_name(known.name().as_str());
        }
        Self { numbers, starts }
    }

    /// Looks a name up, unless it is passed over. The table is the one of [`KnownField::table`].
    #[inline]
    pub(crate) fn look_up(&self, table: &LookupTable, name: &HeaderName) -> Found {
        let slot = Slot::of(name, table.multiplier, Some(&self.starts));
        if slot == Slot::RULED_OUT || self.numbers.get(slot).is_some_and(|passed| *passed) {
            return Found::Passed;
        }
        table.find_at(slot, name).map_or(Found::Other, Found::Known)
    }
}

/// Whether `http` feeds the text of a name that is not standard to a hasher, whole and last of all.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(name: &'static str, passed: &PassedNames) -> Found {
        passed.look_up(KnownField::table(), &HeaderName::from_static(name))
    }

    /// Not needed for being right, but for being fast.
    #[test]
    fn names_are_hashed_as_is_hoped() {
        assert!(texts_are_hashed_whole());
    }

    /// A walk passes names over, but never one that it wants or that the set may have.
    #[test]
    fn names_without_a_use_are_passed_over() {
        let set = FieldSet::new().with_names(["x-own"]).with_prefixes(["x-forwarded-"]);
        let wanted = [KnownField::Host, KnownField::Via, KnownField::FpjsProxySecret];
        let passed = PassedNames::new(|known| wanted.contains(&known), &set);
        let table = KnownField::table();
        for &known in KnownField::ALL {
            let slot = Slot::of(known.name(), table.multiplier, None);
            match passed.look_up(table, known.name()) {
                Found::Passed => assert!(!wanted.contains(&known), "{known:?}"),
                Found::Known(found) => {
                    assert!(found == known && (slot >= NUMBERS || wanted.contains(&known)));
                }
                Found::Other => panic!("{known:?}"),
            }
        }
        for other in
            ["x-own", "x-ownership", "x-forwarded-for", "fpjs-proxy-x", "sec-websocket-key"]
        {
            assert!(matches!(look_up(other, &passed), Found::Other), "{other}");
        }
        for other in ["x", "q", "sec-fetch-mode", "x-real-ip", "priority"] {
            assert!(matches!(look_up(other, &passed), Found::Passed), "{other}");
        }
    }

    /// Then a standard name may share a slot with a name that is wanted.
    #[test]
    fn nothing_is_passed_over_in_a_crowded_table() {
        let table = LookupTable::with_multiplier(0);
        let passed = PassedNames::in_table(&table, |_| false, &FieldSet::new());
        assert!(KnownField::ALL.iter().all(|known| {
            matches!(passed.look_up(&table, known.name()), Found::Known(found) if found == *known)
        }));
        let other = HeaderName::from_static("x-forwarded-for");
        assert!(matches!(passed.look_up(&table, &other), Found::Other));
    }
}
