//! The `Domain` attributes of a `set-cookie` field (RFC 6265bis §5.6).

use std::ops::Range;

use memchr::memchr_iter;

/// Browsers ignore an attribute with a longer value (RFC 6265bis §5.6), so it does not count as the
/// last one.
const LONGEST_VALUE: usize = 1024;

/// A `Domain` attribute and its place in the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DomainAttribute<'c> {
    /// From its `;` up to the next one.
    pub(super) range: Range<usize>,
    /// The value, blanks around it left out.
    pub(super) value: Range<usize>,
    /// Whether there is an `=`.
    pub(super) has_equals: bool,
    text: &'c [u8],
}

impl<'c> DomainAttribute<'c> {
    /// The domain, without a leading dot; none if it is not even text.
    pub(super) fn domain(&self) -> Option<&'c str> {
        let text = std::str::from_utf8(self.text).ok()?;
        Some(text.strip_prefix('.').unwrap_or(text))
    }

    /// Reads the attribute behind the `;` at the start of the range, if it is a `Domain`.
    fn read(cookie: &'c [u8], range: Range<usize>) -> Option<Self> {
        const NAME: &[u8] = b"domain";
        let attribute = cookie.get(range.start + 1..range.end)?.trim_ascii_start();
        let [b'd' | b'D', ..] = attribute else { return None };
        let (name, behind) = attribute.split_at_checked(NAME.len())?;
        if !name.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let (has_equals, text) = match behind.trim_ascii_start() {
            [] => (false, &[][..]),
            [b'=', text @ ..] => (true, text.trim_ascii_start()),
            _ => return None,
        };
        // Both are ends of the attribute, so their lengths tell where they begin.
        let start = range.end - if has_equals { text.len() } else { behind.len() };
        let text = text.trim_ascii_end();
        if text.len() > LONGEST_VALUE {
            return None;
        }
        Some(Self { value: start..start + text.len(), range, has_equals, text })
    }
}

/// The `Domain` attributes of a field, in order.
pub(super) fn domain_attributes(cookie: &[u8]) -> impl Iterator<Item = DomainAttribute<'_>> {
    let mut ends = memchr_iter(b';', cookie);
    let mut next = ends.next();
    std::iter::from_fn(move || {
        loop {
            let start = next?;
            next = ends.next();
            // Most attributes are others, and their first letter tells.
            let is_other = match cookie.get(start + 1..) {
                Some([b' ', first, ..] | [first, ..]) => {
                    first.is_ascii_alphabetic() && !matches!(first, b'd' | b'D')
                }
                _ => false,
            };
            if is_other {
                continue;
            }
            let end = next.unwrap_or(cookie.len());
            if let Some(attribute) = DomainAttribute::read(cookie, start..end) {
                return Some(attribute);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cookie: &str) -> Vec<(&str, &str)> {
        let part = |range: Range<usize>| cookie.get(range).unwrap();
        let attributes = domain_attributes(cookie.as_bytes());
        attributes.map(|found| (part(found.range), part(found.value))).collect()
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
            (";;;", &[]),
            ("", &[]),
            (&format!("a=1; Domain=b.c; Domain={}", "x".repeat(1025)), &[("; Domain=b.c", "b.c")]),
        ] {
            assert_eq!(found(cookie), expected, "{cookie}");
        }
    }
}
