//! The options in `connection` fields, most of which name further fields (RFC 9110 §7.6.1).

use http::header::CONNECTION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::known_field::KnownField;
use crate::octets::class::TOKEN;

/// How many names in all `connection` fields of a message are read (contract R5.1, R6.1).
pub(crate) const MAX_NAMES: usize = 100;

/// The fields that the `connection` fields of a message name, and that are therefore removed.
///
/// Members that are not tokens are ignored. So are `host` and `content-length`, which cannot be
/// connection-specific. Every other field that is named is removed, as the RFC demands.
#[derive(Debug, Default)]
pub(crate) struct ConnectionOptions {
    count: usize,
    close: bool,
    names: Vec<HeaderName>,
}

impl ConnectionOptions {
    /// Reads one `connection` field.
    pub(crate) fn read(&mut self, value: &HeaderValue) {
        if let b"keep-alive" | b"Keep-Alive" = value.as_bytes() {
            // The usual case.
            self.count += 1;
            return;
        }
        for member in Tokens(value.as_bytes()) {
            if self.count > MAX_NAMES {
                return;
            }
            if is_option(member) {
                self.count += 1;
                self.close |= member.len() == CLOSE.len() && self.count <= MAX_NAMES;
            } else if let Ok(name) = HeaderName::from_bytes(member) {
                self.count += 1;
                if self.count <= MAX_NAMES && !is_protected(&name) {
                    self.names.push(name);
                }
            }
        }
    }

    /// Reads all `connection` fields of a message.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut options = Self::default();
        headers.get_all(CONNECTION).iter().for_each(|value| options.read(value));
        options
    }

    pub(crate) fn contains(&self, name: &HeaderName) -> bool {
        self.names.contains(name) || self.close && name == CLOSE
    }

    /// Whether there are more names than are read.
    pub(crate) fn overflows(&self) -> bool {
        self.count > MAX_NAMES
    }

    /// Removes the named fields, with at most [`MAX_NAMES`] look-ups however large the message is.
    /// Returns whether any field was named.
    pub(crate) fn remove_from(&self, headers: &mut HeaderMap) -> bool {
        for name in &self.names {
            headers.remove(name);
        }
        if self.close {
            headers.remove(CLOSE);
        }
        !self.names.is_empty()
    }
}

/// The members of a list that are tokens (RFC 9110 §5.6.1). One pass over the bytes keeps thousands of
/// other members cheap.
struct Tokens<'v>(&'v [u8]);

impl<'v> Iterator for Tokens<'v> {
    type Item = &'v [u8];

    fn next(&mut self) -> Option<&'v [u8]> {
        loop {
            let (_, member) = split_at_first(self.0, |byte| !is_blank(byte) && byte != b',');
            let (token, behind) = split_at_first(member, |byte| !TOKEN.contains(byte));
            let (_, behind) = split_at_first(behind, |byte| !is_blank(byte));
            (_, self.0) = split_at_first(behind, |byte| byte == b',');
            if member.is_empty() {
                return None;
            }
            if self.0.len() == behind.len() {
                return Some(token);
            }
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[inline]
fn split_at_first(bytes: &[u8], is: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let first = bytes.iter().position(|&byte| is(byte));
    first.and_then(|first| bytes.split_at_checked(first)).unwrap_or((bytes, &[]))
}

/// An option that means no field. If the message has a field of this name nevertheless, that field is
/// named like any other.
pub(super) const CLOSE: &str = "close";

/// The options that nearly every message has. They need no place in the list of names: `keep-alive`
/// is always removed, and `close` is a flag.
fn is_option(member: &[u8]) -> bool {
    member.eq_ignore_ascii_case(CLOSE.as_bytes()) || member.eq_ignore_ascii_case(b"keep-alive")
}

/// Names whose removal would change where a message goes or where it ends.
fn is_protected(name: &HeaderName) -> bool {
    matches!(KnownField::of(name), Some(KnownField::Host | KnownField::ContentLength))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(value: &str) -> Vec<String> {
        let mut options = ConnectionOptions::default();
        options.read(&HeaderValue::from_str(value).unwrap());
        options.names.iter().map(ToString::to_string).collect()
    }

    /// R5.1: names that are not tokens, `host` and `content-length` are ignored.
    #[test]
    fn names_are_tokens_and_never_framing() {
        assert_eq!(
            options("close, X-One ,\tx two,, host,Content-Length, cookie, é, \"x\", a\"b, te\t"),
            ["x-one", "cookie", "te"],
        );
    }

    /// R5.1, R6.1: `close` is a name, too, should a field have it (RFC 9110 §7.6.1).
    #[test]
    fn a_field_called_close_is_named_by_the_option() {
        for (value, left) in [("keep-alive", 1), ("x, Close", 0), ("closed", 1)] {
            let mut headers = HeaderMap::new();
            headers.insert("close", HeaderValue::from_static("1"));
            let mut options = ConnectionOptions::default();
            options.read(&HeaderValue::from_static(value));
            assert_eq!(options.contains(&HeaderName::from_static("close")), left == 0, "{value}");
            options.remove_from(&mut headers);
            assert_eq!(headers.len(), left, "{value}");
        }
    }

    /// R5.1, R6.1: the hundredth name counts, the next is one too many.
    #[test]
    fn the_hundred_and_first_name_overflows() {
        let list = |count: usize| vec!["te"; count].join(",");
        for (count, overflows) in [(100, false), (101, true), (30_000, true)] {
            let mut options = ConnectionOptions::default();
            options.read(&HeaderValue::from_str(&list(count)).unwrap());
            assert_eq!(options.overflows(), overflows);
            assert_eq!(options.names.len(), 100);
        }
        for name in ["x", "close", "keep-alive", "Keep-Alive"] {
            let mut options = ConnectionOptions::default();
            for _ in 0..100 {
                options.read(&HeaderValue::from_static(name));
            }
            assert!(!options.overflows(), "{name}");
            options.read(&HeaderValue::from_static(name));
            assert!(options.overflows(), "{name}");
        }
        for (before, close) in [(99, true), (100, false)] {
            let mut options = ConnectionOptions::default();
            options
                .read(&HeaderValue::from_str(&format!("{}close", "te,".repeat(before))).unwrap());
            assert_eq!(options.close, close, "the hundredth, or the next");
        }
    }
}
