//! Reading the query, which is never decoded and written anew (contract [R3.1], [R3.2]).
//!
//! [R3.1]: crate::contract#R3.1
//! [R3.2]: crate::contract#R3.2

use std::borrow::Cow;

use url::form_urlencoded;

use crate::octets::find::find;
use crate::octets::parts::{FrequentPart, Part, find_part};
use crate::octets::percent::{decode_first, escape_digits, strip_encoded};
use crate::octets::word::equal_to;

/// The value of the first parameter with this name, decoded as a form's: `+` is a space, escapes are
/// decoded, and invalid UTF-8 is replaced (WHATWG URL §5.1).
///
/// ```
/// use firstparty::request::query;
///
/// assert_eq!(query::first("a=1&%61=2&b=x+y%21", "a").as_deref(), Some("1"));
/// assert_eq!(query::first("a=1&%61=2&b=x+y%21", "b").as_deref(), Some("x y!"));
/// assert_eq!(query::first("a=1&flag", "flag").as_deref(), Some(""));
/// assert_eq!(query::first("a=1", "A"), None);
/// ```
#[must_use]
pub fn first<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    parameters.find(|(decoded, _)| decoded == name).map(|(_, value)| value)
}

/// The name of a parameter, known at compile time and made of two or more letters.
pub(crate) trait Name {
    const TEXT: &'static str;
    const FIRST: u8 = Self::START.0;
    const SECOND: u8 = Self::START.1;
    const START: (u8, u8) = match Self::TEXT.as_bytes() {
        [first, second, ..] => (*first, *second),
        _ => (b'%', b'%'),
    };
}

/// A parameter with the name begins with the first byte of the name, or with an escape.
impl<N: Name> Part for N {
    const SEPARATOR: u8 = b'&';

    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch it becomes vector code")]
    fn may_begin(first: u8) -> bool {
        (first == N::FIRST) | (first == b'%')
    }
}

impl<N: Name> FrequentPart for N {
    #[inline]
    fn may_begin_in(word: u64) -> u64 {
        equal_to(N::FIRST, word) | equal_to(b'%', word)
    }

    #[inline]
    fn may_be(text: &[u8]) -> bool {
        looks_like::<N>(text) && strip_encoded(text, N::TEXT).is_some()
    }
}

/// The parameters with a name, in order.
#[inline]
pub(crate) fn named<N: Name>(query: &str) -> impl Iterator<Item = Parameter<'_>> {
    let read = |query, start| Some(((), Parameter::new::<N>(query, start)?));
    parameters::<N, _>(query, read).map(|((), parameter)| parameter)
}

/// The parameters that `read` takes for one of those searched for, in order, each with what `read`
/// says of it. `read` gets the query and a position at which such a parameter may begin.
///
/// Only those positions are looked at. Values and other names are not decoded, and thousands of
/// short pairs cost no more than one long value.
#[inline]
pub(crate) fn parameters<'q, P: FrequentPart, T>(
    query: &'q str,
    read: impl Fn(&'q [u8], usize) -> Option<(T, Parameter<'q>)>,
) -> impl Iterator<Item = (T, Parameter<'q>)> {
    let query = query.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        let found = find_part::<P, _>(query, start, |start| read(query, start))?;
        start = found.1.end() + 1;
        Some(found)
    })
}

/// One parameter, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameter<'q> {
    /// Where in the query it begins.
    pub(crate) start: usize,
    pub(crate) text: &'q [u8],
    /// The bytes behind the first `=`.
    pub(crate) value: &'q [u8],
}

impl<'q> Parameter<'q> {
    /// The parameter that begins here, if it has the name.
    #[inline]
    pub(crate) fn new<N: Name>(query: &'q [u8], start: usize) -> Option<Self> {
        let query = query.get(start..)?;
        if looks_like::<N>(query) { Self::read::<N>(query, start) } else { None }
    }

    #[inline]
    fn read<N: Name>(query: &'q [u8], start: usize) -> Option<Self> {
        let behind = match query.strip_prefix(N::TEXT.as_bytes()) {
            Some(behind) => behind,
            None => strip_encoded(query, N::TEXT)?,
        };
        let name = query.len() - behind.len();
        let (value, end) = match behind {
            [b'=', behind @ ..] => (name + 1, name + 1 + until_ampersand(behind)),
            [] | [b'&', ..] => (name, name),
            _ => return None,
        };
        let text = query.get(..end)?;
        Some(Self { start, text, value: text.get(value..)? })
    }

    /// Where in the query it ends.
    pub(crate) fn end(self) -> usize {
        self.start + self.text.len()
    }

    /// The decoded value.
    pub(crate) fn decoded(self) -> Cow<'q, str> {
        let decoded = form_urlencoded::parse(self.text).next();
        decoded.map_or(Cow::Borrowed(""), |(_, value)| value)
    }

    /// The decoded value, if it has two bytes. They need not be UTF-8.
    pub(crate) fn two_bytes(self) -> Option<[u8; 2]> {
        let (first, rest) = decode_first(self.value)?;
        let (second, rest) = decode_first(rest)?;
        rest.is_empty().then_some([first, second])
    }
}

/// Whether a parameter may have the name, by its first letter if that is escaped, or else by its
/// second one, in which most names differ.
#[inline]
fn looks_like<N: Name>(parameter: &[u8]) -> bool {
    match parameter {
        // The second digit may be a letter in any case.
        [b'%', high, low, ..] => [*high, *low | 0x20] == escape_digits(N::FIRST),
        [_, second, ..] => *second == N::SECOND || *second == b'%',
        _ => false,
    }
}

#[inline]
fn until_ampersand(bytes: &[u8]) -> usize {
    find::<32>(b'&', bytes).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What [`Name`] has to find, found the slow way.
    fn naive<'q>(query: &'q str, name: &str) -> Vec<&'q str> {
        let named = |parameter: &&str| {
            form_urlencoded::parse(parameter.as_bytes()).next().is_some_and(|(n, _)| n == name)
        };
        query.split('&').filter(named).collect()
    }

    struct Region;

    impl Name for Region {
        const TEXT: &'static str = "region";
    }

    fn found(query: &str) -> Vec<&str> {
        let parameters = named::<Region>(query);
        parameters.map(|parameter| query.get(parameter.start..parameter.end()).unwrap()).collect()
    }

    /// R3.2: names are compared decoded, whole, with their case.
    #[test]
    fn names_are_found_whole_and_decoded() {
        for (query, expected) in [
            ("region=eu", &["region=eu"][..]),
            ("region", &["region"]),
            ("region&region=", &["region", "region="]),
            ("xregion=1&regionx=2&region=3", &["region=3"]),
            ("%72egion=1&region=2&regio%6E=3", &["%72egion=1", "region=2", "regio%6E=3"]),
            ("r%65gion=1&x&r%65gion=2", &["r%65gion=1", "r%65gion=2"]),
            ("a=%72egion&region%3D=1&region%=2", &[]),
            ("Region=eu&REGION=ap&%52egion=us&reg%49on", &[]),
            ("x=region&x=&region", &["region"]),
            ("=region&&region==eu", &["region==eu"]),
            ("region=%72&a=%72", &["region=%72"]),
            ("%72%65%67%69%6f%6e=%65%75", &["%72%65%67%69%6f%6e=%65%75"]),
            ("", &[]),
        ] {
            assert_eq!(found(query), expected, "{query}");
            assert_eq!(naive(query, "region"), expected, "{query}");
        }
    }

    proptest! {
        /// R3.2: the scan finds what a form decoder finds.
        #[test]
        fn the_scan_agrees_with_a_form_decoder(
            query in "(region|Region|REGION|regio|%72|%52|%6E|n|e|=|&|%|\\+|%3D|eu|ap|[a-z]){0,24}",
        ) {
            prop_assert_eq!(found(&query), naive(&query, "region"));
        }

        /// R3.2: so it does where names are far apart, and where many begin alike.
        #[test]
        fn distance_does_not_matter(
            pieces in prop::collection::vec("(&?region=eu&?|&?Region=ap|&r|&%|&re|%72egion|[x&]{1,3}|x{14,18}|x{62,66}|x{250,330}){1,3}", 0..6),
        ) {
            let query = pieces.concat();
            prop_assert_eq!(found(&query), naive(&query, "region"));
        }

        /// R3.2: a value is compared as it is decoded.
        #[test]
        fn values_compare_as_decoded(value in "(e|u|%65|%75|%7|%|=|\\+){0,4}") {
            let query = format!("region={value}");
            let parameter = named::<Region>(&query).next().unwrap();
            prop_assert_eq!(parameter.value, value.as_bytes());
            let two_bytes = parameter.two_bytes().map(Vec::from);
            let two_bytes = two_bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let decoded = Some(parameter.decoded()).filter(|decoded| decoded.len() == 2);
            prop_assert_eq!(two_bytes.as_deref(), decoded.as_deref());
        }
    }
}
