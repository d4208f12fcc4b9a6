//! Fields noted during a walk over a message and removed after it.

use http::{HeaderMap, HeaderName};

use super::known_field::KnownField;
use super::set::FieldSet;

/// Collects the names of the fields that have to be removed from a message.
///
/// A walk meets a name once for each of its values, one after the other, but a name needs to be removed
/// only once. The first known names are noted on the stack.
pub(crate) struct Removals {
    known: [KnownField; Self::INLINE],
    len: usize,
    others: Vec<HeaderName>,
}

impl Removals {
    /// More than a usual message has.
    const INLINE: usize = 16;

    pub(crate) fn new() -> Self {
        Self { known: [KnownField::Host; Self::INLINE], len: 0, others: Vec::new() }
    }

    /// Notes a known name.
    #[inline]
    pub(crate) fn note(&mut self, known: KnownField) {
        let noted = self.known.get(..self.len).unwrap_or_default();
        if noted.last() == Some(&known) {
            return;
        }
        match self.known.get_mut(self.len) {
            Some(place) => {
                *place = known;
                self.len += 1;
            }
            None => self.note_name(known.name()),
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
        for known in self.known.iter().take(self.len).rev() {
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

    /// More names than are noted on the stack.
    #[test]
    fn every_noted_name_goes() {
        let mut headers = HeaderMap::new();
        let mut removals = Removals::new();
        for known in KnownField::ALL.iter().copied() {
            for _ in 0..2 {
                headers.append(known.name(), HeaderValue::from_static("1"));
                removals.note(known);
            }
        }
        headers.append("x-own", HeaderValue::from_static("1"));
        removals.apply(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-own"]);
    }
}
