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
struct RegionName;

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

const fn as_parameter(region: Region) -> &'static str {
    match region {
        Region::Us => "region=us",
        Region::Eu => "region=eu",
        Region::Ap => "region=ap",
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
#[inline]
pub fn agree(query: &str, fixed: Option<Region>) -> (Region, Cow<'_, str>) {
    let mut chosen = fixed;
    let mut corrected = String::new();
    let mut written = 0;
    for parameter in query::named::<RegionName>(query) {
        let region = of_parameter(parameter);
        let chosen = *chosen.get_or_insert(region.unwrap_or_default());
        if region == Some(chosen) {
            continue;
        }
        if written == 0 {
            // An empty or bare parameter grows by at most three bytes.
            corrected.reserve(query.len() + "=us".len());
        }
        corrected.push_str(query.get(written..parameter.start).unwrap_or_default());
        corrected.push_str(as_parameter(chosen));
        written = parameter.end();
    }
    let region = chosen.unwrap_or_default();
    if written == 0 {
        return (region, query.into());
    }
    corrected.push_str(query.get(written..).unwrap_or_default());
    (region, corrected.into())
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
