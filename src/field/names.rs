//! Lists of field names, as constants.

use http::HeaderName;

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
#[derive(Clone, Copy, Debug)]
pub struct Names {
    lists: &'static [&'static [&'static str]],
    prefixes: &'static [&'static str],
}

impl Names {
    /// No name at all.
    pub(crate) const NONE: Self = Self { lists: &[], prefixes: &[] };

    /// The names of all these lists.
    pub(crate) const fn listed(lists: &'static [&'static [&'static str]]) -> Self {
        Self { lists, prefixes: &[] }
    }

    /// Adds every name that begins with one of the prefixes.
    pub(crate) const fn and_prefixed(self, prefixes: &'static [&'static str]) -> Self {
        Self { prefixes, ..self }
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
