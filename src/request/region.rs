//! The region that a query asks for, which selects the API host (contract [R3.3], [R3.4],
//! [R3.6]).
//!
//! [R3.3]: crate::contract#R3.3
//! [R3.4]: crate::contract#R3.4
//! [R3.6]: crate::contract#R3.6

use std::borrow::Cow;

use super::query::{self, Name, Parameter};
use crate::region::Region;

/// The name of the parameter.
pub(super) struct RegionName;

impl Name for RegionName {
    const TEXT: &'static str = "region";
}

/// The region that a query asks for: the decoded value of the first `region` parameter. Case
/// matters; an absent, empty or unknown value means [`Region::Us`] ([R3.3]).
///
/// ```
/// use firstparty::Region;
/// use firstparty::request::region;
///
/// assert_eq!(region::of_query("x=1&region=eu&region=ap"), Region::Eu);
/// assert_eq!(region::of_query("%72egion=%61p"), Region::Ap);
/// assert_eq!(region::of_query("region=EU"), Region::Us);
/// ```
///
/// [R3.3]: crate::contract#R3.3
#[must_use]
pub fn of_query(query: &str) -> Region {
    query::named::<RegionName>(query).next().and_then(of_parameter).unwrap_or_default()
}

fn of_parameter(parameter: Parameter<'_>) -> Option<Region> {
    // A value of two bytes can only match literally.
    let value = if let [first, second] = *parameter.value {
        [first, second]
    } else {
        parameter.two_bytes()?
    };
    match &value {
        b"us" => Some(Region::Us),
        b"eu" => Some(Region::Eu),
        b"ap" => Some(Region::Ap),
        _ => None,
    }
}

const fn as_parameter(region: Region) -> &'static [u8; 9] {
    match region {
        Region::Us => b"region=us",
        Region::Eu => b"region=eu",
        Region::Ap => b"region=ap",
    }
}

/// The region of a request, and the query in which every `region` parameter says so. A parameter
/// that disagrees is replaced; everything else stays byte for byte ([R3.4]).
///
/// The region is the `fixed` one if there is one ([`Config::region`](crate::Config::region),
/// [R3.6]), else the one that the query asks for, as [`of_query`] reads it.
///
/// ```
/// use firstparty::Region;
/// use firstparty::request::region;
///
/// let (region, query) = region::agree("region=eu&a=%zz&region=ap", None);
/// assert_eq!((region, &*query), (Region::Eu, "region=eu&a=%zz&region=eu"));
///
/// let (region, query) = region::agree("region=eu&a=%zz", Some(Region::Ap));
/// assert_eq!((region, &*query), (Region::Ap, "region=ap&a=%zz"));
/// ```
///
/// [R3.4]: crate::contract#R3.4
/// [R3.6]: crate::contract#R3.6
#[must_use]
pub fn agree(query: &str, fixed: Option<Region>) -> (Region, Cow<'_, str>) {
    let mut agreement = Agreement::new(query, fixed);
    agreement.read();
    agreement.finish();
    let region = agreement.region();
    // Parts of a text, split at `&`, are text.
    match String::from_utf8(agreement.corrected) {
        Ok(corrected) if !corrected.is_empty() => (region, corrected.into()),
        _ => (region, query.into()),
    }
}

/// A query whose `region` parameters are read in order and made to agree.
pub(super) struct Agreement<'q> {
    query: &'q str,
    chosen: Option<Region>,
    /// The query, corrected as far as `written`; empty if nothing had to be corrected.
    corrected: Vec<u8>,
    written: usize,
}

impl<'q> Agreement<'q> {
    pub(super) fn new(query: &'q str, fixed: Option<Region>) -> Self {
        Self { query, chosen: fixed, corrected: Vec::new(), written: 0 }
    }

    /// Reads all parameters.
    #[inline]
    pub(super) fn read(&mut self) {
        query::named::<RegionName>(self.query).for_each(|parameter| self.add(parameter));
    }

    /// Reads the next parameter, for a caller that goes over the query itself.
    #[inline]
    pub(super) fn add(&mut self, parameter: Parameter<'_>) {
        let region = of_parameter(parameter);
        let chosen = *self.chosen.get_or_insert(region.unwrap_or_default());
        if region != Some(chosen) {
            self.correct(parameter, chosen);
        }
    }

    fn correct(&mut self, parameter: Parameter<'_>, region: Region) {
        if self.written == 0 {
            // An empty or bare parameter grows by at most three bytes.
            self.corrected.reserve(self.query.len() + "=us".len());
        }
        let before = self.query.as_bytes().get(self.written..parameter.start);
        self.corrected.extend_from_slice(before.unwrap_or_default());
        self.corrected.extend_from_slice(as_parameter(region));
        self.written = parameter.end();
    }

    pub(super) fn region(&self) -> Region {
        self.chosen.unwrap_or_default()
    }

    /// The query as it is forwarded, once all parameters have been read.
    #[inline]
    pub(super) fn finish(&mut self) -> &[u8] {
        let query = self.query.as_bytes();
        if self.written == 0 {
            return query;
        }
        self.corrected.extend_from_slice(query.get(self.written..).unwrap_or_default());
        self.written = query.len();
        &self.corrected
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
            ("Region=eu", Region::Us),
            ("%52EGION=eu&region=ap", Region::Ap),
            ("region=Ap", Region::Us),
            ("region=AP", Region::Us),
            ("region=eu%20", Region::Us),
            ("region=eu.evil.com", Region::Us),
            ("region=constructor", Region::Us),
            ("region=%65%75", Region::Eu),
            ("region=%45%55", Region::Us),
        ] {
            assert_eq!(of_query(query), expected, "{query}");
        }
    }

    /// R3.4: what agrees is passed on as it is, without a copy; corrections are made in one.
    #[test]
    fn only_what_disagrees_is_written() {
        for query in ["", "x=1", "region=us", "region=eu&x&region=%65u", "region=%75%73"] {
            assert!(
                matches!(agree(query, None).1, Cow::Borrowed(same) if same == query),
                "{query}"
            );
        }
        for (query, expected) in [
            ("region", "region=us"),
            ("a&region=xx&b", "a&region=us&b"),
            ("region=ap&region=eu&region", "region=ap&region=ap&region=ap"),
        ] {
            let Cow::Owned(corrected) = agree(query, None).1 else { panic!("{query}") };
            assert_eq!(corrected, expected);
            assert_eq!(corrected.capacity(), query.len() + 3, "{query}");
        }
    }

    /// R3.6: a fixed region decides, and every parameter says so; none is added.
    #[test]
    fn a_fixed_region_decides() {
        for (query, expected) in [
            ("", ""),
            ("x=1", "x=1"),
            ("region=eu", "region=eu"),
            ("region=%65u&x", "region=%65u&x"),
            ("region=us", "region=eu"),
            ("region", "region=eu"),
            ("a&region=&b&%72egion=ap", "a&region=eu&b&region=eu"),
            ("region=ap&region=eu", "region=eu&region=eu"),
            ("region=constructor&Region=ap", "region=eu&Region=ap"),
        ] {
            let (region, query) = agree(query, Some(Region::Eu));
            assert_eq!((region, &*query), (Region::Eu, expected));
        }
        assert_eq!(agree("region=eu", Some(Region::Us)), (Region::Us, "region=us".into()));
    }

    proptest! {
        /// R3.3: the region is what a form decoder reads.
        #[test]
        fn the_region_agrees_with_a_form_decoder(
            query in "(region|Region|%72egion|%52egion|=|&|eu|EU|aP|ap|us|%65u|e|\\+|%|x){0,16}",
        ) {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let value = pairs.find(|(name, _)| name == "region").map(|(_, value)| value);
            let expected = match value.as_deref() {
                Some("eu") => Region::Eu,
                Some("ap") => Region::Ap,
                _ => Region::Us,
            };
            prop_assert_eq!(of_query(&query), expected);
        }
    }
}
