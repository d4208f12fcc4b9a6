//! Fields noted during a walk over a message and removed after it.

use http::{HeaderMap, HeaderName};

use super::known_field::KnownField;
use super::known_set::KnownFieldSet;
use super::set::FieldSet;

/// Collects the names of the fields that have to be removed from a message.
///
/// A walk meets a name once for each of its values, but a name needs to be removed only once. Known
/// names are noted in an array on the stack.
pub(crate) struct Removals {
    noted: KnownFieldSet,
    order: [KnownField; KnownField::ALL.len()],
    len: usize,
    others: Vec<HeaderName>,
}

impl Removals {
    pub(crate) fn new() -> Self {
        Self {
            noted: KnownFieldSet::default(),
            order: [KnownField::Host; KnownField::ALL.len()],
            len: 0,
            others: Vec::new(),
        }
    }

    /// Notes a known name.
    #[inline]
    pub(crate) fn note(&mut self, known: KnownField) {
        if self.noted.contains(known) {
            return;
        }
        // There is a slot for every known name, and each is noted at most once.
        if let Some(slot) = self.order.get_mut(self.len) {
            *slot = known;
            self.len += 1;
            self.noted.insert(known);
        }
    }

    /// Notes a name that is not known, if it is in the set.
    #[inline]
    pub(crate) fn note_other(&mut self, name: &HeaderName, set: &FieldSet) {
        if set.contains_other(name.as_str()) {
            self.note_name(name);
        }
    }

    // Hardly any message has such a name.
    #[cold]
    fn note_name(&mut self, name: &HeaderName) {
        if self.others.last() != Some(name) {
            self.others.push(name.clone());
        }
    }

    /// Removes the noted fields, the last one first: a removal moves the last entry of the map into
    /// the hole, and in this order fewer entries have to be moved.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        for name in self.others.iter().rev() {
            headers.remove(name);
        }
        for known in self.order.iter().take(self.len).rev() {
            headers.remove(known.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn every_value_of_a_noted_name_goes_and_nothing_else() {
        let mut headers = HeaderMap::new();
        for name in ["via", "accept", "x-own-1", "via", "x-own-2", "cookie", "x-own-1"] {
            headers.append(name, HeaderValue::from_static("1"));
        }
        let set = FieldSet::new().with_prefixes(["x-own-"]);
        let mut removals = Removals::new();
        for name in headers.keys() {
            removals.note_other(name, &set);
        }
        removals.note(KnownField::Via);
        removals.note(KnownField::Via);
        removals.apply(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept", "cookie"]);
    }
}
