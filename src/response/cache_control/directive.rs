//! The directives of one `cache-control` field (RFC 9111 §5.2, RFC 9110 §5.6.1 and §5.6.4).

use crate::octets::decimal::{self, Decimal};
use crate::octets::find::find;

/// What a directive means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    MaxAge,
    SMaxage,
    /// `no-store`, `no-cache` or `private`: nothing is added beside it.
    Restriction,
    Other,
}

/// One directive of a field, with its place in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directive<'f> {
    start: usize,
    name: &'f [u8],
    /// The text behind `=` without blanks and quotes, or `None` without `=`.
    value: Option<&'f [u8]>,
    end: usize,
}

impl<'f> Directive<'f> {
    /// `member` may have blanks at its ends; `equals` is the position of its `=`.
    fn new(member: &'f [u8], equals: Option<usize>, start: usize) -> Self {
        let (name, value) = match equals.and_then(|equals| member.split_at_checked(equals)) {
            Some((name, [_, value @ ..])) => (name, Some(value.trim_ascii_end())),
            _ => (member.trim_ascii_end(), None),
        };
        let end = start + name.len() + value.map_or(0, |value| 1 + value.len());
        let text = name.trim_ascii_start();
        let start = start + (name.len() - text.len());
        let value = value.map(|value| unquoted(value.trim_ascii_start()));
        Self { start, name: text.trim_ascii_end(), value, end }
    }

    pub(super) fn kind(&self) -> Kind {
        // Nearly all names are written in lower case.
        match self.name {
            b"max-age" => Kind::MaxAge,
            b"s-maxage" => Kind::SMaxage,
            b"private" | b"no-store" | b"no-cache" => Kind::Restriction,
            // All of these have seven or eight letters.
            name if matches!(name.len(), 7 | 8) => kind_of_any_case(name),
            _ => Kind::Other,
        }
    }

    /// Where the name ends in the field.
    pub(super) fn name_end(&self) -> usize {
        self.start + self.name.len()
    }

    /// Where the directive ends in the field.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The age in seconds, at most [`u64::MAX`], or `None` if the value is not a number (R7.3).
    pub(super) fn seconds(&self) -> Option<u64> {
        match decimal::read(self.value?) {
            Decimal::Number(seconds) => Some(seconds),
            Decimal::TooLarge => Some(u64::MAX),
            Decimal::Malformed => None,
        }
    }
}

/// The same for a name in any case.
#[inline(never)]
fn kind_of_any_case(name: &[u8]) -> Kind {
    // The longest of the names has eight letters.
    let mut lower = [0; 8];
    let Some(lower) = lower.get_mut(..name.len()) else {
        return Kind::Other;
    };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    match &*lower {
        b"max-age" => Kind::MaxAge,
        b"s-maxage" => Kind::SMaxage,
        b"private" | b"no-store" | b"no-cache" => Kind::Restriction,
        _ => Kind::Other,
    }
}

/// The text of a quoted string. Quoted pairs are left as they are: a number that is written with
/// one is then not a number and counts as 0, which is safe.
fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        value => value,
    }
}

/// Calls `found` with each directive of a field, in order; empty members are passed over.
#[inline]
pub(super) fn for_each_directive<'f>(field: &'f [u8], mut found: impl FnMut(Directive<'f>)) {
    let mut start = 0;
    while let Some(rest) = field.get(start..).filter(|rest| !rest.is_empty()) {
        let (length, equals) = measure(rest);
        let directive = Directive::new(rest.get(..length).unwrap_or(rest), equals, start);
        start += length + 1;
        if directive.end > directive.start {
            found(directive);
        }
    }
}

/// The position of the comma that ends the first member, and that of its first `=`. A comma in a
/// quoted string, which can only begin right behind that `=`, does not end the member. A quote that
/// is never closed is an ordinary character. Each byte is looked at once.
fn measure(rest: &[u8]) -> (usize, Option<usize>) {
    let Some(at) = rest.iter().position(|&byte| byte == b',' || byte == b'=') else {
        return (rest.len(), None);
    };
    let Some([b'=', behind @ ..]) = rest.get(at..) else {
        return (at, None);
    };
    let quoted = behind.trim_ascii_start().strip_prefix(b"\"");
    let open = quoted.and_then(behind_quoted).unwrap_or(behind);
    let last = find::<12>(b',', open).unwrap_or(open.len());
    (rest.len() - open.len() + last, Some(at))
}

/// The text behind the closing quote of a quoted string (RFC 9110 §5.6.4).
fn behind_quoted(text: &[u8]) -> Option<&[u8]> {
    let mut escaped = false;
    let mut parts = text.splitn(2, |&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    parts.nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R7.3, RFC 9111 §5.2: names have no case.
    #[test]
    fn names_are_known_in_any_case() {
        for (name, kind) in [
            ("max-age", Kind::MaxAge),
            ("s-maxage", Kind::SMaxage),
            ("private", Kind::Restriction),
            ("no-store", Kind::Restriction),
            ("no-cache", Kind::Restriction),
            ("x-maxed", Kind::Other),
            ("x-others", Kind::Other),
            ("max-ages", Kind::Other),
            ("immutable", Kind::Other),
        ] {
            let (first, rest) = name.split_at(1);
            for name in [name, &(first.to_uppercase() + rest), &name.to_uppercase()] {
                let mut kinds = Vec::new();
                for_each_directive(name.as_bytes(), |directive| kinds.push(directive.kind()));
                assert_eq!(kinds, [kind], "{name}");
            }
        }
    }
}
