//! Step 2a: the region, which chooses the API host (contract R3.3, R3.4).

use std::fmt;
use std::sync::LazyLock;

use serde::Serialize;

use super::query::{Name, Parameter};

static REGION: LazyLock<Name> = LazyLock::new(|| Name::new("region"));

/// A region of Fingerprint's API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Region {
    /// The United States, also the answer to anything that is no region.
    #[default]
    Us,
    /// The European Union.
    Eu,
    /// Asia and the Pacific.
    Ap,
}

impl Region {
    /// Every region.
    pub const ALL: &[Self] = &[Self::Us, Self::Eu, Self::Ap];

    /// The region that a query asks for: the first `region` parameter's, name and value decoded.
    /// Case matters; absent, empty and unknown mean [`Region::Us`].
    ///
    /// ```
    /// use firstparty::request::region::Region;
    ///
    /// assert_eq!(Region::of_query("x=1&region=eu&region=ap"), Region::Eu);
    /// assert_eq!(Region::of_query("%72egion=%61p"), Region::Ap);
    /// assert_eq!(Region::of_query("region=EU"), Region::Us);
    /// ```
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        REGION.find(query).map_or(Self::Us, Self::of_parameter)
    }

    fn of_parameter(parameter: Parameter<'_>) -> Self {
        let named = |region: &&Self| parameter.value_is(region.as_str());
        Self::ALL.iter().find(named).copied().unwrap_or_default()
    }

    /// `us`, `eu` or `ap`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Ap => "ap",
        }
    }

    /// What stands before the API host.
    #[must_use]
    pub const fn host_prefix(self) -> &'static str {
        match self {
            Self::Us => "",
            Self::Eu => "eu.",
            Self::Ap => "ap.",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A query whose region parameters may disagree with the region that was chosen (R3.4).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disagreement<'q> {
    query: &'q str,
    region: Region,
    /// How many parameters disagree, and how many bytes they take.
    count: usize,
    bytes: usize,
}

impl<'q> Disagreement<'q> {
    /// Chooses the region of a query and counts the parameters that say otherwise.
    pub(crate) fn of_query(query: &'q str) -> (Region, Self) {
        let parameters = REGION.find_iter(query).filter_map(|range| query.get(range));
        let mut parameters = parameters.map(Parameter).peekable();
        let region = parameters.peek().copied().map_or(Region::Us, Region::of_parameter);
        let (mut count, mut bytes) = (0, 0);
        for parameter in parameters.filter(|parameter| !parameter.value_is(region.as_str())) {
            count += 1;
            bytes += parameter.0.len();
        }
        let disagreement = Self { query, region, count, bytes };
        (region, disagreement)
    }

    /// A query that is left as it is.
    pub(crate) fn none(query: &'q str) -> Self {
        Self { query, region: Region::Us, count: 0, bytes: 0 }
    }

    /// The length of the query once they agree.
    pub(crate) fn corrected_length(&self) -> usize {
        self.query.len() - self.bytes + self.count * ("region=".len() + self.region.as_str().len())
    }

    /// Writes the query with the parameters that disagree replaced; all others byte for byte.
    pub(crate) fn write_corrected(&self, text: &mut Vec<u8>) {
        let mut written = 0;
        if self.count > 0 {
            for range in REGION.find_iter(self.query) {
                let parameter = self.query.get(range.clone()).map(Parameter);
                if parameter.is_none_or(|parameter| parameter.value_is(self.region.as_str())) {
                    continue;
                }
                let kept = self.query.get(written..range.start).unwrap_or_default();
                text.extend_from_slice(kept.as_bytes());
                text.extend_from_slice(b"region=");
                text.extend_from_slice(self.region.as_str().as_bytes());
                written = range.end;
            }
        }
        text.extend_from_slice(self.query.get(written..).unwrap_or_default().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::form_urlencoded;

    use super::*;

    /// R3.3: `us`, absent, empty and everything else mean the bare host.
    #[test]
    fn only_regions_are_regions() {
        for (query, expected) in [
            ("region=eu", Region::Eu),
            ("region=ap", Region::Ap),
            ("region=us", Region::Us),
            ("", Region::Us),
            ("region", Region::Us),
            ("region=&region=eu", Region::Us),
            ("region=EU", Region::Us),
            ("region=eu%20", Region::Us),
            ("region=eu.evil.com", Region::Us),
            ("region=constructor", Region::Us),
            ("region=%65%75", Region::Eu),
        ] {
            assert_eq!(Region::of_query(query), expected, "{query}");
        }
    }

    proptest! {
        /// R3.3: the region is what a form decoder reads.
        #[test]
        fn the_region_agrees_with_a_form_decoder(
            query in "(region|%72egion|=|&|eu|ap|us|%65u|e|\\+|%|x){0,16}",
        ) {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let value = pairs.find(|(name, _)| name == "region").map(|(_, value)| value);
            let expected = match value.as_deref() {
                Some("eu") => Region::Eu,
                Some("ap") => Region::Ap,
                _ => Region::Us,
            };
            prop_assert_eq!(Region::of_query(&query), expected);
        }
    }
}
