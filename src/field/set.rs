//! A set of field names and prefixes.

use std::borrow::{Borrow, Cow};

use http::HeaderName;

use super::known_field::KnownField;
use super::known_set::KnownFieldSet;
use super::names::Names;
use super::starts::Starts;

/// A set of field names: single names and whole prefixes.
///
/// It is built once and asked about every field of every message. A name that the crate knows takes
/// one look at a table; any other name is ruled out by how it begins or found by a binary search.
///
/// ```
/// use firstparty::field::FieldSet;
/// use firstparty::http::header::{self, HeaderName};
///
/// let set = FieldSet::new().with_names(["via", "x-internal"]).with_prefixes(["x-edge-"]);
/// assert!(set.contains(&header::VIA));
/// assert!(set.contains(&HeaderName::from_static("x-edge-location")));
/// assert!(!set.contains(&header::ACCEPT));
/// ```
#[derive(Clone, Debug, Default)]
pub struct FieldSet {
    known: KnownFieldSet,
    /// Names outside the table, lower case, sorted.
    others: Vec<Box<str>>,
    /// Lower case.
    prefixes: Vec<Cow<'static, str>>,
    /// How `others` and `prefixes` begin.
    starts: Starts,
}

impl FieldSet {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds names. Case does not matter; text that is not a field name matches nothing.
    #[must_use]
    pub fn with_names<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        // What is no name is no field's either.
        let names = names.into_iter();
        self.extend(names.filter_map(|name| HeaderName::from_bytes(name.as_ref().as_bytes()).ok()));
        self
    }

    /// Adds every name that starts with one of the prefixes. Case does not matter.
    #[must_use]
    pub fn with_prefixes<P: AsRef<str>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        for prefix in prefixes {
            let prefix = prefix.as_ref().to_ascii_lowercase();
            self.starts.insert_prefix(&prefix);
            self.prefixes.push(Cow::Owned(prefix));
        }
        // Nearly all are ruled out before a prefix is compared.
        for &known in KnownField::ALL {
            if self.contains_other(known.name().as_str()) {
                self.known.insert(known);
            }
        }
        self
    }

    /// Adds the members of a constant list, which the compiler has looked up.
    pub(super) fn insert_all(&mut self, names: &Names) {
        self.known.insert_all(names.known());
        self.prefixes.extend(names.prefixes().map(Cow::Borrowed));
        self.starts.insert_all(names.starts());
    }

    /// Adds names.
    pub(super) fn extend<N: Borrow<HeaderName>>(&mut self, names: impl IntoIterator<Item = N>) {
        for name in names {
            let name = name.borrow();
            match KnownField::of(name) {
                Some(known) => self.known.insert(known),
                None => {
                    self.starts.insert_name(name.as_str());
                    self.others.push(name.as_str().into());
                }
            }
        }
        self.others.sort_unstable();
        self.others.dedup();
    }

    /// Whether the name is in the set.
    #[must_use]
    pub fn contains(&self, name: &HeaderName) -> bool {
        match KnownField::of(name) {
            Some(known) => self.contains_known(known),
            None => self.contains_other(name.as_str()),
        }
    }

    /// The members that are known.
    pub(crate) fn known(&self) -> &KnownFieldSet {
        &self.known
    }

    #[inline]
    pub(crate) fn contains_known(&self, known: KnownField) -> bool {
        self.known.contains(known)
    }

    /// `name` is lower case, as every [`HeaderName`] is. A [`KnownField`] is found by its prefix only.
    #[inline]
    pub(crate) fn contains_other(&self, name: &str) -> bool {
        !self.starts.rule_out(name.as_bytes()) && self.has_prefix_or_other(name)
    }

    /// How the members begin that are not [`KnownField`].
    pub(super) fn starts(&self) -> &Starts {
        &self.starts
    }

    fn has_prefix_or_other(&self, name: &str) -> bool {
        self.prefixes.iter().any(|prefix| name.starts_with(&**prefix))
            || self.others.binary_search_by(|other| (**other).cmp(name)).is_ok()
    }
}

impl From<Names> for FieldSet {
    fn from(names: Names) -> Self {
        let mut set = Self::new();
        set.insert_all(&names);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(set: &FieldSet, name: &str) -> bool {
        set.contains(&HeaderName::from_bytes(name.as_bytes()).unwrap())
    }

    #[test]
    fn names_and_prefixes_are_found_whether_known_or_not() {
        let set = FieldSet::new()
            .with_names(["Via", "x-mine", "a-mine", "X-Own", "ETAG"])
            .with_prefixes(["X-Amz-Cf-", "X-Ours-"]);
        for name in [
            "via",
            "x-mine",
            "a-mine",
            "x-own",
            "etag",
            "x-amz-cf-id",
            "x-amz-cf-new",
            "x-amz-cf-",
            "x-ours-1",
        ] {
            assert!(contains(&set, name), "{name}");
        }
        for name in ["vi", "via2", "x-min", "x-amz-cf", "x-amz-date", "host"] {
            assert!(!contains(&set, name), "{name}");
        }
    }

    /// Whatever the length of names and prefixes, nothing is ruled out wrongly.
    #[test]
    fn short_names_and_prefixes_are_found() {
        let names = ["q", "qq", "qqq", "qqqq", "zqz"];
        let set = FieldSet::new().with_names(names);
        assert!(names.into_iter().all(|name| contains(&set, name)));
        assert!(["z", "zz", "zzz", "qqz"].into_iter().all(|name| !contains(&set, name)));
        for prefix in ["", "q", "qq", "qqq", "qqqq", "qqqqq"] {
            let set = FieldSet::new().with_prefixes([prefix]);
            for name in ["q", "qq", "qqq", "qqqq", "qqqqq", "z", "via"] {
                assert_eq!(contains(&set, name), name.starts_with(prefix), "{prefix} {name}");
            }
        }
    }

    #[test]
    fn the_empty_set_holds_nothing() {
        assert!(
            KnownField::ALL.iter().all(|known| !contains(&FieldSet::new(), known.name().as_str()))
        );
        assert!(!contains(&FieldSet::new(), "x-anything"));
    }
}
