//! The `Domain` attributes of a `set-cookie` field (RFC 6265bis §5.6).

use std::ops::Range;

use memchr::memchr;

use crate::octets::find::find;
use crate::octets::letters::{equal_but_for_case, for_each_letter};

/// Browsers ignore an attribute with a longer value (RFC 6265bis §5.6), so it does not count as the
/// last one.
const LONGEST_VALUE: usize = 1024;

/// A `Domain` attribute and its place in the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DomainAttribute<'c> {
    /// From its `;` up to the next one.
    pub(super) range: Range<usize>,
    /// The value, without the blanks around it.
    pub(super) value: Range<usize>,
    /// Whether there is an `=`.
    pub(super) has_equals: bool,
    text: &'c [u8],
}

impl<'c> DomainAttribute<'c> {
    /// The domain, without a leading dot.
    pub(super) fn domain(&self) -> &'c [u8] {
        self.text.strip_prefix(b".").unwrap_or(self.text)
    }

    /// Reads the attribute whose name would begin at a letter, if it is a `Domain`.
    fn read(cookie: &'c [u8], letter: usize) -> Option<Self> {
        let (before, attribute) = cookie.split_at_checked(letter)?;
        let start = before.trim_ascii_end().strip_suffix(b";")?.len();
        let (name, rest) = attribute.split_first_chunk::<6>()?;
        if !equal_but_for_case(name, b"Domain") {
            return None;
        }
        let behind = find::<32>(b';', rest).and_then(|end| rest.get(..end)).unwrap_or(rest);
        let end = letter + name.len() + behind.len();
        let (has_equals, text) = match behind.trim_ascii_start() {
            [] => (false, &[][..]),
            [b'=', text @ ..] => (true, text.trim_ascii_start()),
            _ => return None,
        };
        // Both texts reach to the end of the attribute, so that their lengths tell where they begin.
        let from = end - if has_equals { text.len() } else { behind.len() };
        let text = text.trim_ascii_end();
        if text.len() > LONGEST_VALUE {
            return None;
        }
        Some(Self { value: from..from + text.len(), range: start..end, has_equals, text })
    }
}

/// Calls `found` with each `Domain` attribute of a field, in order.
#[inline]
pub(super) fn for_each_domain<'c>(cookie: &'c [u8], mut found: impl FnMut(DomainAttribute<'c>)) {
    // Searching for the letter is faster than looking behind each `;`, of which there are more. The
    // name and the value of the cookie are passed over.
    let start = memchr(b';', cookie).unwrap_or(cookie.len());
    for_each_letter::<b'd'>(cookie, start, |letter| {
        if let Some(attribute) = DomainAttribute::read(cookie, letter) {
            found(attribute);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cookie: &str) -> Vec<(&str, &str)> {
        let part = |range: Range<usize>| cookie.get(range).unwrap();
        let mut all = Vec::new();
        for_each_domain(cookie.as_bytes(), |found| {
            all.push((part(found.range), part(found.value)));
        });
        all
    }

    /// R8.5, R8.6: the attribute is found whatever its case and blanks, and nothing else is.
    #[test]
    fn attributes_are_found_where_they_are() {
        for (cookie, expected) in [
            ("a=1; Domain=b.c; Path=/", &[("; Domain=b.c", "b.c")][..]),
            ("a=1;domain=.b.c", &[(";domain=.b.c", ".b.c")]),
            ("a=1; \tDOMAIN \t= \tb.c \t; x", &[("; \tDOMAIN \t= \tb.c \t", "b.c")]),
            ("a; Domain=b.c", &[("; Domain=b.c", "b.c")]),
            ("; Domain=b.c", &[("; Domain=b.c", "b.c")]),
            ("a=1; Domain", &[("; Domain", "")]),
            ("a=1; Domain =; x", &[("; Domain =", "")]),
            ("a=1; Domain=b.c; domain=d.e", &[("; Domain=b.c", "b.c"), ("; domain=d.e", "d.e")]),
            ("a=1; Domain=b=c", &[("; Domain=b=c", "b=c")]),
            ("Domain=b.c", &[]),
            ("a=1; Domains=b.c; xDomain=b.c; Doma", &[]),
            ("a=\"; Domain=b.c\"", &[("; Domain=b.c\"", "b.c\"")]),
            ("a=1;  Domain=b.c", &[(";  Domain=b.c", "b.c")]),
            ("a=1; \u{e9}; d; D; ; dOMAIN=b.c;", &[("; dOMAIN=b.c", "b.c")]),
            (";;;", &[]),
            ("", &[]),
            (&format!("a=1; Domain=b.c; Domain={}", "x".repeat(1025)), &[("; Domain=b.c", "b.c")]),
        ] {
            assert_eq!(found(cookie), expected, "{cookie}");
        }
        let longest = "x".repeat(1024);
        assert_eq!(found(&format!("a=1; Domain={longest}")).len(), 1);
    }
}
