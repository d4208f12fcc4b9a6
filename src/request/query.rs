//! The query as bytes: read where a rule asks for it, never decoded and re-encoded (contract R3.1,
//! R3.2).

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;
use memchr::{memchr, memrchr};
use url::form_urlencoded;

/// The value of the first parameter with this name, as a form decodes it: `+` is a space, escapes
/// are decoded, invalid UTF-8 is replaced (WHATWG URL §5.1).
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

/// Finds parameters by a name known beforehand, in one vector scan.
///
/// A name is found as text, then its borders are looked at; only parameters with an escape in
/// their name are decoded. Short pairs by the thousand cost no more than one long value.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    text: &'static str,
    finder: memmem::Finder<'static>,
}

impl Name {
    /// `text` is made of unreserved characters.
    pub(crate) fn new(text: &'static str) -> Self {
        let finder = memmem::Finder::new(text);
        Self { text, finder }
    }

    /// The ranges of all parameters with this name, in order.
    pub(crate) fn find_iter<'q>(&'q self, query: &'q str) -> impl Iterator<Item = Range<usize>> {
        let mut plain = self.plain(query.as_bytes()).peekable();
        let mut escaped = self.escaped(query.as_bytes()).peekable();
        // No parameter is in both: a plain name has no escape.
        std::iter::from_fn(move || match (plain.peek(), escaped.peek()) {
            (Some(one), Some(other)) if other.start < one.start => escaped.next(),
            (Some(_), _) => plain.next(),
            (None, _) => escaped.next(),
        })
    }

    /// The first parameter with this name.
    pub(crate) fn find<'q>(&self, query: &'q str) -> Option<Parameter<'q>> {
        let range = self.find_iter(query).next()?;
        query.get(range).map(Parameter)
    }

    fn plain<'q>(&'q self, query: &'q [u8]) -> impl Iterator<Item = Range<usize>> + 'q {
        // A match that begins a parameter cannot overlap an earlier one: there is an `&` before it.
        self.finder.find_iter(query).filter_map(move |start| {
            let (before, from) = query.split_at_checked(start)?;
            let (_, behind) = from.split_at_checked(self.text.len())?;
            let whole =
                matches!(before, [] | [.., b'&']) && matches!(behind, [] | [b'=' | b'&', ..]);
            whole.then(|| start..query.len() - behind.len() + until_ampersand(behind))
        })
    }

    fn escaped<'q>(&'q self, query: &'q [u8]) -> impl Iterator<Item = Range<usize>> + 'q {
        // Where a parameter starts, at or before the next escape.
        let mut start = 0;
        std::iter::from_fn(move || {
            loop {
                let rest = query.get(start..)?;
                let escape = memchr(b'%', rest)?;
                let (before, from) = rest.split_at_checked(escape)?;
                let parameter = memrchr(b'&', before).map_or(0, |ampersand| ampersand + 1);
                let in_name = memchr(b'=', before.get(parameter..)?).is_none();
                let range = start + parameter..start + escape + until_ampersand(from);
                start = range.end + 1;
                if in_name && Parameter::name_is(query.get(range.clone())?, self.text) {
                    return Some(range);
                }
            }
        })
    }
}

fn until_ampersand(bytes: &[u8]) -> usize {
    memchr(b'&', bytes).unwrap_or(bytes.len())
}

/// One parameter, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameter<'q>(pub(crate) &'q str);

impl<'q> Parameter<'q> {
    /// The text behind the first `=`, as it came.
    pub(crate) fn raw_value(self) -> &'q str {
        self.0.split_once('=').map_or("", |(_, value)| value)
    }

    /// The decoded value.
    pub(crate) fn value(self) -> Cow<'q, str> {
        let decoded = form_urlencoded::parse(self.0.as_bytes()).next();
        decoded.map_or(Cow::Borrowed(""), |(_, value)| value)
    }

    /// Whether the decoded value is this text.
    pub(crate) fn value_is(self, text: &str) -> bool {
        decodes_to(self.raw_value().as_bytes(), text)
    }

    fn name_is(parameter: &[u8], text: &str) -> bool {
        // No longer name can decode to the text.
        let longest = parameter.get(..=text.len() * 3).unwrap_or(parameter);
        let name = memchr(b'=', longest).and_then(|end| longest.get(..end));
        decodes_to(name.unwrap_or(longest), text)
    }
}

/// Whether bytes, decoded as a form, are this ASCII text. Stops at the first difference, so that
/// it costs little where nearly nothing matches.
fn decodes_to(mut bytes: &[u8], text: &str) -> bool {
    let mut starts_alike = text.bytes().all(|expected| match decode_first(bytes) {
        Some((decoded, rest)) if decoded == expected => {
            bytes = rest;
            true
        }
        _ => false,
    });
    starts_alike &= bytes.is_empty();
    starts_alike
}

/// The first byte as a form decodes it, and what is behind it. A malformed escape is literal.
fn decode_first(bytes: &[u8]) -> Option<(u8, &[u8])> {
    match bytes {
        [b'%', high, low, rest @ ..] => match (hex(*high), hex(*low)) {
            (Some(high), Some(low)) => Some((high << 4 | low, rest)),
            _ => bytes.split_first().map(|(_, rest)| (b'%', rest)),
        },
        [b'+', rest @ ..] => Some((b' ', rest)),
        [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
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

    fn found<'q>(query: &'q str, name: &'static str) -> Vec<&'q str> {
        let name = Name::new(name);
        name.find_iter(query).map(|range| query.get(range).unwrap()).collect()
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
            ("a=%72egion&region%3D=1&region%=2", &[]),
            ("Region=eu&REGION=ap", &[]),
            ("x=region&x=&region", &["region"]),
            ("=region&&region==eu", &["region==eu"]),
            ("region=%72&a=%72", &["region=%72"]),
            ("%72%65%67%69%6f%6e=%65%75", &["%72%65%67%69%6f%6e=%65%75"]),
            ("", &[]),
        ] {
            assert_eq!(found(query, "region"), expected, "{query}");
            assert_eq!(naive(query, "region"), expected, "{query}");
        }
    }

    proptest! {
        /// R3.2: the scan finds what a form decoder finds.
        #[test]
        fn the_scan_agrees_with_a_form_decoder(
            query in "(region|regio|%72|%6E|n|e|=|&|%|\\+|%3D|eu|ap|[a-z]){0,24}",
        ) {
            prop_assert_eq!(found(&query, "region"), naive(&query, "region"));
        }

        /// R3.2: a value is compared as it is decoded.
        #[test]
        fn values_compare_as_decoded(value in "(e|u|%65|%75|%7|%|=|\\+){0,4}") {
            let parameter = format!("region={value}");
            let parameter = Parameter(&parameter);
            prop_assert_eq!(parameter.value_is("eu"), parameter.value() == "eu");
        }
    }
}
