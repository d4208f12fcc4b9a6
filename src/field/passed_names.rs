//! The names for which a walk has nothing to do.

use http::HeaderName;

use super::known_field::KnownField;
use super::known_set::KnownFieldSet;
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
    /// `wanted` are the known names for which a walk has something to do, and `set` has the names
    /// and prefixes that are not known.
    pub(crate) fn new(wanted: &KnownFieldSet, set: &FieldSet) -> Self {
        Self::in_table(KnownField::table(), wanted, set)
    }

    fn in_table(table: &LookupTable, wanted: &KnownFieldSet, set: &FieldSet) -> Self {
        let mut numbers = [false; NUMBERS];
        if table.crowded || !table.texts_are_hashed_whole {
            return Self { numbers, starts: Starts::all() };
        }
        let mut starts = *set.starts();
        for (&known, &slot) in KnownField::ALL.iter().zip(&table.places) {
            match (numbers.get_mut(usize::from(slot)), wanted.contains(known)) {
                (Some(passed), is_wanted) => *passed = !is_wanted,
                (None, true) => starts.insert_name(known.text()),
                (None, false) => {}
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(name: &'static str, passed: &PassedNames) -> Found {
        passed.look_up(KnownField::table(), &HeaderName::from_static(name))
    }

    /// A walk passes names over, but never one that it wants or that the set may have.
    #[test]
    fn names_without_a_use_are_passed_over() {
        let set = FieldSet::new().with_names(["x-own"]).with_prefixes(["x-forwarded-"]);
        let wanted = KnownFieldSet::EMPTY.and(&[
            KnownField::Host,
            KnownField::Via,
            KnownField::FpjsProxySecret,
        ]);
        let passed = PassedNames::new(&wanted, &set);
        let table = KnownField::table();
        for &known in KnownField::ALL {
            let slot = Slot::of(known.name(), table.multiplier, None);
            match passed.look_up(table, known.name()) {
                Found::Passed => assert!(!wanted.contains(known), "{known:?}"),
                Found::Known(found) => {
                    assert!(found == known && (slot >= NUMBERS || wanted.contains(known)));
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
        let passed = PassedNames::in_table(&table, &KnownFieldSet::EMPTY, &FieldSet::new());
        assert!(KnownField::ALL.iter().all(|known| {
            matches!(passed.look_up(&table, known.name()), Found::Known(found) if found == *known)
        }));
        let other = HeaderName::from_static("x-forwarded-for");
        assert!(matches!(passed.look_up(&table, &other), Found::Other));
    }
}
