//! The query as bytes: read where a rule asks for it, never decoded and re-encoded (contract R3.1,
//! R3.2).

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memmem};
use url::form_urlencoded;

use crate::scan;

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

/// A query, scanned once for what every [`Name`] asks first: whether it has escapes at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'q> {
    pub(crate) text: &'q str,
    first_escape: Option<usize>,
}

impl<'q> Query<'q> {
    pub(crate) fn new(text: &'q str) -> Self {
        Self { text, first_escape: memchr(b'%', text.as_bytes()) }
    }
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
    /// `text` is made of letters.
    pub(crate) fn new(text: &'static str) -> Self {
        let finder = memmem::Finder::new(text);
        Self { text, finder }
    }

    /// The first parameter with this name.
    pub(crate) fn find<'q>(&self, query: Query<'q>) -> Option<Parameter<'q>> {
        let (plain, escaped) = (self.plain(query.text, 0), self.escaped(query, 0));
        let range = if is_first(escaped.as_ref(), plain.as_ref()) { escaped } else { plain };
        query.text.get(range?).map(Parameter)
    }

    /// The ranges of all parameters with this name, in order.
    pub(crate) fn find_iter<'q>(&'q self, query: Query<'q>) -> impl Iterator<Item = Range<usize>> {
        let mut plain = self.plain(query.text, 0);
        let mut escaped = self.escaped(query, 0);
        // No parameter is in both: a plain name has no escape.
        std::iter::from_fn(move || {
            if is_first(escaped.as_ref(), plain.as_ref()) {
                let found = escaped.take()?;
                escaped = self.escaped(query, found.end + 1);
                Some(found)
            } else {
                let found = plain.take()?;
                plain = self.plain(query.text, found.end + 1);
                Some(found)
            }
        })
    }

    /// The first parameter at or behind a place (where one begins) whose name is the text.
    fn plain(&self, query: &str, mut from: usize) -> Option<Range<usize>> {
        let query = query.as_bytes();
        loop {
            // A look at the very next parameter keeps a query of nothing but this name cheap.
            let rest = query.get(from..)?;
            let is_next = rest.starts_with(self.text.as_bytes());
            let start = from + if is_next { 0 } else { self.finder.find(rest)? };
            let (before, found) = query.split_at_checked(start)?;
            let (_, behind) = found.split_at_checked(self.text.len())?;
            if matches!(before, [] | [.., b'&']) && matches!(behind, [] | [b'=' | b'&', ..]) {
                return Some(start..query.len() - behind.len() + until_ampersand(behind));
            }
            from = start + 1;
        }
    }

    /// The first parameter at or behind a place whose name, with an escape in it, decodes to the
    /// text. The first escape of a parameter decides: it has to be one of a letter, and to stand
    /// in the name. Most are those of values (`%2F`), and one look passes them over.
    fn escaped(&self, query: Query<'_>, from: usize) -> Option<Range<usize>> {
        let mut from = from.max(query.first_escape?);
        let query = query.text.as_bytes();
        loop {
            let at = from + scan::find::<4>(b'%', query.get(from..)?)?;
            let escape = query.get(at..)?;
            let end = at + until_ampersand(escape);
            if let [_, b'4'..=b'7', ..] = escape {
                let start = self.name_start(query.get(..at)?);
                let parameter = start.and_then(|start| query.get(start..end));
                if parameter.is_some_and(|found| Parameter::name_is(found, self.text)) {
                    return start.map(|start| start..end);
                }
            }
            from = end + 1;
        }
    }

    /// Where the parameter starts whose name goes on behind these bytes, unless it is too long to
    /// decode to the text.
    fn name_start(&self, before: &[u8]) -> Option<usize> {
        let longest = before.len().min(self.text.len() * 3);
        let mut behind = before.len();
        for byte in before.iter().rev().take(longest) {
            match byte {
                b'&' => return Some(behind),
                b'=' => return None,
                _ => behind -= 1,
            }
        }
        (behind == 0).then_some(0)
    }
}

fn is_first(one: Option<&Range<usize>>, other: Option<&Range<usize>>) -> bool {
    one.is_some_and(|one| other.is_none_or(|other| one.start < other.start))
}

fn until_ampersand(bytes: &[u8]) -> usize {
    scan::find::<12>(b'&', bytes).unwrap_or(bytes.len())
}

/// One parameter, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameter<'q>(pub(crate) &'q str);

impl<'q> Parameter<'q> {
    /// The text behind the first `=`, as it came.
    pub(crate) fn raw_value(self) -> &'q str {
        let equals = scan::find::<12>(b'=', self.0.as_bytes());
        equals.and_then(|equals| self.0.get(equals + 1..)).unwrap_or_default()
    }

    /// The decoded value.
    pub(crate) fn value(self) -> Cow<'q, str> {
        let decoded = form_urlencoded::parse(self.0.as_bytes()).next();
        decoded.map_or(Cow::Borrowed(""), |(_, value)| value)
    }

    /// Whether the decoded value is this text.
    pub(crate) fn value_is(self, text: &str) -> bool {
        let raw = self.raw_value();
        behind(raw.as_bytes(), text).is_some_and(<[u8]>::is_empty)
    }

    fn name_is(parameter: &[u8], text: &str) -> bool {
        matches!(behind(parameter, text), Some([] | [b'=', ..]))
    }
}

/// What is behind the bytes that, decoded as a form, are this ASCII text. Stops at the first
/// difference, so that it costs little where nearly nothing matches.
fn behind<'b>(mut bytes: &'b [u8], text: &str) -> Option<&'b [u8]> {
    for expected in text.bytes() {
        bytes = match bytes {
            [byte, rest @ ..] if *byte == expected => rest,
            _ => decode_first(bytes).filter(|&(decoded, _)| decoded == expected)?.1,
        };
    }
    Some(bytes)
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
        name.find_iter(Query::new(query)).map(|range| query.get(range).unwrap()).collect()
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
