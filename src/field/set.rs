//! A set of field names and prefixes.

use http::HeaderName;

use super::known_field::KnownField;
use super::known_set::KnownFieldSet;
use super::names::Names;

/// A set of field names: single names and whole prefixes.
///
/// It is built once and asked about every field of every message. A name that the crate knows takes
/// one look at a table; any other name is ruled out by its third byte or found by a binary search.
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
    prefixes: Vec<Box<str>>,
    /// A Bloom filter of 64 bits over the third bytes of `others` and `prefixes`.
    third_bytes: u64,
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
        for name in names {
            let name = name.as_ref().to_ascii_lowercase();
            match HeaderName::try_from(&name).ok().as_ref().and_then(KnownField::of) {
                Some(known) => self.known.insert(known),
                None => {
                    self.third_bytes |= third_byte_bit(&name);
                    self.others.push(name.into());
                }
            }
        }
        self.others.sort_unstable();
        self.others.dedup();
        self
    }

    /// Adds every name that starts with one of the prefixes. Case does not matter.
    #[must_use]
    pub fn with_prefixes<P: AsRef<str>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        for prefix in prefixes {
            let prefix = prefix.as_ref().to_ascii_lowercase();
            for &known in KnownField::ALL {
                if known.name().as_str().starts_with(&prefix) {
                    self.known.insert(known);
                }
            }
            self.third_bytes |= if prefix.len() < 3 { u64::MAX } else { third_byte_bit(&prefix) };
            self.prefixes.push(prefix.into());
        }
        self
    }

    /// Adds the members of another set.
    #[must_use]
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.known.insert_all(&other.known);
        self.others.extend_from_slice(&other.others);
        self.others.sort_unstable();
        self.others.dedup();
        self.prefixes.extend_from_slice(&other.prefixes);
        self.third_bytes |= other.third_bytes;
        self
    }

    /// Whether the name is in the set.
    #[must_use]
    pub fn contains(&self, name: &HeaderName) -> bool {
        match KnownField::of(name) {
            Some(known) => self.contains_known(known),
            None => self.contains_other(name.as_str()),
        }
    }

    #[inline]
    pub(crate) fn contains_known(&self, known: KnownField) -> bool {
        self.known.contains(known)
    }

    /// `name` is lower case, as every [`HeaderName`] is, and not [`KnownField`].
    #[inline]
    pub(crate) fn contains_other(&self, name: &str) -> bool {
        !self.rules_out(name) && self.has_prefix_or_other(name)
    }

    /// The third byte alone rules out nearly all names, which is cheaper than comparing them. (The
    /// first byte would not: the prefixes of platforms begin with `x-`.)
    #[inline]
    fn rules_out(&self, name: &str) -> bool {
        self.third_bytes & third_byte_bit(name) == 0
    }

    fn has_prefix_or_other(&self, name: &str) -> bool {
        self.prefixes.iter().any(|prefix| name.starts_with(&**prefix))
            || self.others.binary_search_by(|other| (**other).cmp(name)).is_ok()
    }
}

impl From<Names> for FieldSet {
    fn from(names: Names) -> Self {
        Self::new().with_names(names.names()).with_prefixes(names.prefixes())
    }
}

/// The bit of a name's third byte. All shorter names share one.
#[inline]
fn third_byte_bit(name: &str) -> u64 {
    1 << (name.as_bytes().get(2).copied().unwrap_or_default() % 64)
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

    /// Whatever the length of names and prefixes, their third bytes rule out nothing wrongly.
    #[test]
    fn short_names_and_prefixes_are_found() {
        let names = ["q", "qq", "qqq", "qqqq", "zqz"];
        let set = FieldSet::new().with_names(names);
        assert!(names.into_iter().all(|name| contains(&set, name)));
        assert!(["z", "zz", "zzz", "qqz"].into_iter().all(|name| !contains(&set, name)));
        for prefix in ["", "q", "qq", "qqq", "qqqq"] {
            let set = FieldSet::new().with_prefixes([prefix]);
            for name in ["q", "qq", "qqq", "qqqq", "qqqqq", "z", "via"] {
                assert_eq!(contains(&set, name), name.starts_with(prefix), "{prefix} {name}");
            }
        }
    }

    /// Not needed for being right, but for being fast.
    #[test]
    fn third_bytes_rule_names_out() {
        let named = FieldSet::new().with_names(["x-mine"]);
        let prefixed = FieldSet::new().with_prefixes(["x-m", "x-mines-"]);
        for set in [&named, &prefixed] {
            for third in (b'!'..=b'~').map(char::from) {
                // A bit stands for two bytes, of which only one is a small letter, a digit or a hyphen.
                let expected = !matches!(third, 'm' | '-');
                assert_eq!(set.rules_out(&format!("x-{third}")), expected, "{third}");
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
