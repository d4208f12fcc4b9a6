//! Lists of field names, as constants.

use std::fmt;

use http::HeaderName;

use super::known_field::KnownField;
use super::known_set::KnownFieldSet;
use super::starts::Starts;

/// A constant list of field names and of prefixes of field names, all lower case.
///
/// ```
/// use firstparty::Platform;
/// use firstparty::http::HeaderName;
///
/// let denied = &Platform::Azure.profile().request_denylist;
/// assert!(denied.contains(&HeaderName::from_static("x-azure-ref")));
/// assert_eq!(denied.names().count(), 0);
/// assert!(denied.prefixes().any(|prefix| prefix == "x-azure-"));
/// ```
#[derive(Clone, Copy)]
pub struct Names {
    lists: &'static [&'static [&'static str]],
    prefixes: &'static [&'static str],
    /// What the compiler has looked up: all single names, and the known ones with a prefix.
    known: KnownFieldSet,
    /// How the prefixes begin.
    starts: Starts,
}

impl Names {
    /// No name at all.
    pub(crate) const NONE: Self =
        Self { lists: &[], prefixes: &[], known: KnownFieldSet::EMPTY, starts: Starts::NONE };

    /// The names of all these lists. The compiler refuses a name that is no [`KnownField`].
    pub(crate) const fn listed(lists: &'static [&'static [&'static str]]) -> Self {
        let mut known = KnownFieldSet::EMPTY;
        let mut left = lists;
        while let [list, rest @ ..] = left {
            let mut names = *list;
            while let [name, rest @ ..] = names {
                insert_listed(&mut known, name);
                names = rest;
            }
            left = rest;
        }
        Self { lists, known, ..Self::NONE }
    }

    /// Adds every name that begins with one of the prefixes.
    pub(crate) const fn and_prefixed(mut self, prefixes: &'static [&'static str]) -> Self {
        self.prefixes = prefixes;
        let mut left = prefixes;
        while let [prefix, rest @ ..] = left {
            self.starts.insert_prefix(prefix);
            insert_prefixed(&mut self.known, prefix);
            left = rest;
        }
        self
    }

    /// The members that are known.
    pub(super) const fn known(&self) -> &KnownFieldSet {
        &self.known
    }

    /// How the members begin that are not known.
    pub(super) const fn starts(&self) -> &Starts {
        &self.starts
    }

    /// The single names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.lists.iter().copied().flatten().copied()
    }

    /// The prefixes.
    pub fn prefixes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.prefixes.iter().copied()
    }

    /// Whether the list has a name, itself or by a prefix.
    #[must_use]
    pub fn contains(&self, name: &HeaderName) -> bool {
        self.names().any(|listed| name == listed)
            || self.prefixes().any(|prefix| name.as_str().starts_with(prefix))
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names")
            .field("lists", &self.lists)
            .field("prefixes", &self.prefixes)
            .finish_non_exhaustive()
    }
}

const fn insert_listed(known: &mut KnownFieldSet, name: &str) {
    let mut all = KnownField::ALL;
    while let [field, rest @ ..] = all {
        let text = field.text();
        if text.len() == name.len() && begins_with(text, name) {
            known.insert(*field);
            return;
        }
        all = rest;
    }
    #[expect(clippy::panic, reason = "only constants are lists, and then the compiler says it")]
    {
        panic!("a name in a list is one of `known_fields!`")
    }
}

const fn insert_prefixed(known: &mut KnownFieldSet, prefix: &str) {
    let mut all = KnownField::ALL;
    while let [field, rest @ ..] = all {
        if begins_with(field.text(), prefix) {
            known.insert(*field);
        }
        all = rest;
    }
}

/// As `str::starts_with`, which the compiler cannot call.
const fn begins_with(text: &str, prefix: &str) -> bool {
    let (mut text, mut prefix) = (text.as_bytes(), prefix.as_bytes());
    while let [first, rest @ ..] = prefix {
        match text {
            [same, left @ ..] if *same == *first => text = left,
            _ => return false,
        }
        prefix = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldSet;
    use crate::field::dropped::{FROM_REQUESTS, FROM_RESPONSES};
    use crate::platform::Platform;

    /// A name is listed by itself or by how it begins.
    #[test]
    fn names_are_listed() {
        let names = Names::listed(&[&["age", "te"], &["via"]]).and_prefixed(&["x-edge-"]);
        assert_eq!(names.names().collect::<Vec<_>>(), ["age", "te", "via"]);
        assert_eq!(names.prefixes().collect::<Vec<_>>(), ["x-edge-"]);
        for (name, expected) in [
            ("age", true),
            ("via", true),
            ("x-edge-location", true),
            ("x-edge", false),
            ("allow", false),
        ] {
            assert_eq!(names.contains(&HeaderName::from_static(name)), expected, "{name}");
        }
        assert!(!Names::NONE.contains(&HeaderName::from_static("age")));
        let shown = format!("{names:?}");
        assert!(shown.contains(r#"["via"]"#) && shown.contains(r#"["x-edge-"]"#), "{shown}");
    }

    /// R5.1 to R5.4, R6.1 to R6.3, R12: what the compiler has looked up is what a set finds out when it
    /// is made, and what the list itself says.
    #[test]
    fn the_compiler_looks_up_what_a_set_would() {
        let profiles = Platform::ALL.iter().map(|platform| platform.profile());
        let denied = profiles.flat_map(|one| [&one.request_denylist, &one.response_denylist]);
        let rows = FROM_REQUESTS.iter().chain(FROM_RESPONSES).map(|row| row.fields);
        let mut longest = 0;
        for names in denied.chain(rows) {
            let set = FieldSet::new().with_names(names.names()).with_prefixes(names.prefixes());
            assert_eq!(set.known(), names.known(), "{names:?}");
            longest = longest.max(names.names().count());
            let set = FieldSet::from(*names);
            let ends = ["", "x", "-"];
            let others =
                names.prefixes().flat_map(|prefix| ends.map(|end| format!("{prefix}{end}")));
            let known = KnownField::ALL.iter().map(|known| known.text().to_owned());
            for name in known.chain(others).chain(["x-forwarded-for".to_owned()]) {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                assert_eq!(set.contains(&name), names.contains(&name), "{name} {names:?}");
            }
        }
        assert!(longest > 20);
    }
}
