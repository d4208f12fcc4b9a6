//! The `connection` field: which further names belong to the hop (RFC 9110 §7.6.1).

use http::header::CONNECTION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::names::Known;

/// Names in all `connection` fields of a message that are looked at (contract R5.1, R6.1).
pub(crate) const MAX_NAMES: usize = 100;

/// The fields that a message's `connection` fields name.
///
/// Members that are no tokens are ignored, and so are names that cannot be connection-specific:
/// `host` and `content-length`. Everything else goes, as the RFC says.
#[derive(Debug, Default)]
pub(crate) struct Nominated {
    count: usize,
    close: bool,
    names: Vec<HeaderName>,
}

impl Nominated {
    /// Reads one `connection` field.
    pub(crate) fn read(&mut self, value: &HeaderValue) {
        if let b"keep-alive" | b"Keep-Alive" = value.as_bytes() {
            // Nearly always.
            self.count += 1;
            return;
        }
        for member in value.as_bytes().split(|&byte| byte == b',') {
            if self.count > MAX_NAMES {
                return;
            }
            let member = member.trim_ascii();
            if member.is_empty() {
                continue;
            }
            if is_option(member) {
                self.count += 1;
                self.close |= member.len() == CLOSE.len() && self.count <= MAX_NAMES;
            } else if let Some(name) = name(member) {
                self.count += 1;
                if self.count <= MAX_NAMES && !is_protected(&name) {
                    self.names.push(name);
                }
            }
        }
    }

    /// Reads all `connection` fields of a message.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut nominated = Self::default();
        headers.get_all(CONNECTION).iter().for_each(|value| nominated.read(value));
        nominated
    }

    pub(crate) fn contains(&self, name: &HeaderName) -> bool {
        self.names.contains(name) || self.close && name == CLOSE
    }

    /// Whether more names came than are looked at.
    pub(crate) fn overflows(&self) -> bool {
        self.count > MAX_NAMES
    }

    /// Removes the named fields: at most [`MAX_NAMES`] look-ups, however large the message. Tells
    /// whether any was named.
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

/// A member that is a field name. A blank inside it is found before the member is taken for one,
/// which keeps thousands of members that are none cheap.
fn name(member: &[u8]) -> Option<HeaderName> {
    let is_name = !member.iter().take(8).any(|&byte| matches!(byte, b' ' | b'\t'));
    is_name.then(|| HeaderName::from_bytes(member).ok()).flatten()
}

/// The one option that is a field's name without any field being meant; if there is such a field
/// nevertheless, it is named like any other.
const CLOSE: &str = "close";

/// The options that nearly every message names. They need no place in a list: the field
/// `keep-alive` goes anyway, `close` is a flag.
fn is_option(member: &[u8]) -> bool {
    member.eq_ignore_ascii_case(CLOSE.as_bytes()) || member.eq_ignore_ascii_case(b"keep-alive")
}

/// Names whose removal would change where or how the message is read.
fn is_protected(name: &HeaderName) -> bool {
    matches!(Known::of(name), Some(Known::Host | Known::ContentLength))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nominated(value: &str) -> Vec<String> {
        let mut nominated = Nominated::default();
        nominated.read(&HeaderValue::from_str(value).unwrap());
        nominated.names.iter().map(ToString::to_string).collect()
    }

    /// R5.1: names that are not tokens, `host` and `content-length` are ignored.
    #[test]
    fn names_are_tokens_and_never_framing() {
        assert_eq!(
            nominated("close, X-One ,\tx two,, host,Content-Length, cookie, é, keep-alive"),
            ["x-one", "cookie"],
        );
    }

    /// R5.1, R6.1: `close` is a name, too, should a field have it (RFC 9110 §7.6.1).
    #[test]
    fn a_field_called_close_is_named_by_the_option() {
        for (value, left) in [("keep-alive", 1), ("x, Close", 0), ("closed", 1)] {
            let mut headers = HeaderMap::new();
            headers.insert("close", HeaderValue::from_static("1"));
            let mut nominated = Nominated::default();
            nominated.read(&HeaderValue::from_static(value));
            assert_eq!(nominated.contains(&HeaderName::from_static("close")), left == 0, "{value}");
            nominated.remove_from(&mut headers);
            assert_eq!(headers.len(), left, "{value}");
        }
    }

    /// R5.1, R6.1: the hundredth name counts, the next is one too many.
    #[test]
    fn the_hundred_and_first_name_overflows() {
        let list = |count: usize| vec!["te"; count].join(",");
        for (count, overflows) in [(100, false), (101, true), (30_000, true)] {
            let mut nominated = Nominated::default();
            nominated.read(&HeaderValue::from_str(&list(count)).unwrap());
            assert_eq!(nominated.overflows(), overflows);
            assert_eq!(nominated.names.len(), 100);
        }
        for name in ["x", "close", "keep-alive", "Keep-Alive"] {
            let mut nominated = Nominated::default();
            for _ in 0..100 {
                nominated.read(&HeaderValue::from_static(name));
            }
            assert!(!nominated.overflows(), "{name}");
            nominated.read(&HeaderValue::from_static(name));
            assert!(nominated.overflows(), "{name}");
        }
        for (before, close) in [(99, true), (100, false)] {
            let mut nominated = Nominated::default();
            nominated
                .read(&HeaderValue::from_str(&format!("{}close", "te,".repeat(before))).unwrap());
            assert_eq!(nominated.close, close, "the hundredth, or the next");
        }
    }
}
