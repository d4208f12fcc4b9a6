//! The directives of one `cache-control` field (RFC 9111 §5.2, RFC 9110 §5.6.1 and §5.6.4).

use crate::scan;

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
    /// What stands behind `=`, blanks and quotes removed; none without `=`.
    value: Option<&'f [u8]>,
    end: usize,
}

impl<'f> Directive<'f> {
    fn new(member: &'f [u8], start: usize) -> Self {
        let equals =
            scan::find::<12>(b'=', member).and_then(|equals| member.split_at_checked(equals));
        let (name, value) = match equals {
            Some((name, [_, value @ ..])) => {
                (name.trim_ascii_end(), Some(unquoted(value.trim_ascii())))
            }
            _ => (member, None),
        };
        Self { start, name, value, end: start + member.len() }
    }

    pub(super) fn kind(&self) -> Kind {
        let is = |name: &[u8]| self.name.eq_ignore_ascii_case(name);
        match self.name.len() {
            7 if is(b"max-age") => Kind::MaxAge,
            8 if is(b"s-maxage") => Kind::SMaxage,
            7 if is(b"private") => Kind::Restriction,
            8 if is(b"no-store") || is(b"no-cache") => Kind::Restriction,
            _ => Kind::Other,
        }
    }

    /// Where the name ends in the field, and where the directive does.
    pub(super) fn name_end(&self) -> usize {
        self.start + self.name.len()
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The age in seconds; 0 if it is none (R7.3), the largest number if it is larger.
    pub(super) fn seconds(&self) -> u32 {
        self.number().map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// Whether the directive states exactly this age, so that it can stay as it is.
    pub(super) fn says(&self, seconds: u32) -> bool {
        self.number() == Some(u64::from(seconds))
    }

    /// A non-negative integer, saturating.
    fn number(&self) -> Option<u64> {
        let digits = self.value.filter(|digits| !digits.is_empty())?;
        digits.iter().try_fold(0_u64, |number, &digit| {
            let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
            Some(number.saturating_mul(10).saturating_add(digit))
        })
    }
}

/// The text of a quoted string. Quoted pairs stay, so that a number written with one is none, and
/// counts as 0: the safe side.
fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        value => value,
    }
}

/// The directives of a field, in order; empty members are passed over.
pub(super) fn directives(field: &[u8]) -> impl Iterator<Item = Directive<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = field.get(start..).filter(|rest| !rest.is_empty())?;
            let length = member_length(rest);
            let member = rest.get(..length).unwrap_or(rest);
            let blanks = member.len() - member.trim_ascii_start().len();
            let directive = Directive::new(member.trim_ascii(), start + blanks);
            start += length + 1;
            if directive.end > directive.start {
                return Some(directive);
            }
        }
    })
}

/// Where the comma is that ends the first member. A comma inside a quoted string, which begins
/// right behind the first `=`, does not; a quote that is never closed is a character like others.
fn member_length(rest: &[u8]) -> usize {
    let comma = scan::find::<12>(b',', rest).unwrap_or(rest.len());
    let Some(equals) = scan::find::<12>(b'=', rest.get(..comma).unwrap_or(rest)) else {
        return comma;
    };
    let behind = rest.get(equals + 1..).unwrap_or_default();
    let value = behind.trim_ascii_start();
    let [b'"', quoted @ ..] = value else {
        return comma;
    };
    match quoted_length(quoted) {
        Some(length) => {
            let closed = rest.len() - quoted.len() + length + 1;
            let behind = rest.get(closed..).unwrap_or_default();
            closed + scan::find::<12>(b',', behind).unwrap_or(behind.len())
        }
        None => comma,
    }
}

/// The length of a quoted string up to its closing quote (RFC 9110 §5.6.4).
fn quoted_length(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}
