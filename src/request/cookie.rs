//! Which cookies an authorised request may carry upstream (contract [R5.5]).
//!
//! [R5.5]: crate::contract#R5.5

use std::ops::Range;

use http::HeaderValue;
use memchr::{memchr, memmem};

use crate::octets::find::{begins_with, find};
use crate::octets::stack_buffer::StackBuffer;

/// Keeps the cookie-pairs with certain names, byte for byte and in order ([R5.5]).
///
/// A part without `=` is not a pair. Names are compared exactly, after spaces and tabs around them
/// are trimmed. A vector search finds the name, and only then are its borders looked at, so that
/// thousands of bytes of other cookies are passed over quickly.
///
/// ```
/// use firstparty::http::HeaderValue;
/// use firstparty::request::cookie::CookieFilter;
///
/// let filter = CookieFilter::new(["_iidt"]);
/// let kept = |fields: &[&'static str]| {
///     let fields: Vec<_> = fields.iter().copied().map(HeaderValue::from_static).collect();
///     filter.join(&fields)
/// };
/// assert_eq!(kept(&["_ga=1; _iidt=a=b; theme=dark"]).unwrap(), "_iidt=a=b");
/// assert_eq!(kept(&["_iidt=1", "x=2;_iidt=3"]).unwrap(), "_iidt=1; _iidt=3");
/// assert_eq!(kept(&["x_iidt=1; _iidt2=2; _iidt"]), None);
/// ```
///
/// [R5.5]: crate::contract#R5.5
#[derive(Clone, Debug)]
pub struct CookieFilter {
    names: Vec<Box<str>>,
    /// Set if there is a single name, which is the usual case.
    finder: Option<memmem::Finder<'static>>,
}

impl CookieFilter {
    /// A filter that keeps the cookies with these names.
    ///
    /// ```
    /// use firstparty::http::HeaderValue;
    /// use firstparty::request::cookie::CookieFilter;
    ///
    /// let none = CookieFilter::new([""; 0]);
    /// assert_eq!(none.join(&[HeaderValue::from_static("_iidt=1")]), None);
    /// ```
    #[must_use]
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let mut names: Vec<Box<str>> = names.into_iter().map(|name| name.as_ref().into()).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| !name.is_empty());
        let finder = match &*names {
            [name] => Some(memmem::Finder::new(&**name).into_owned()),
            _ => None,
        };
        Self { names, finder }
    }

    /// The kept pairs of all `cookie` fields of a request, joined by `; `, or `None` if no pair is
    /// kept.
    ///
    /// ```
    /// use firstparty::http::HeaderValue;
    /// use firstparty::request::cookie::CookieFilter;
    ///
    /// let fields = ["a=1; b=2", "c=3; a=4"].map(HeaderValue::from_static);
    /// assert_eq!(CookieFilter::new(["a", "c"]).join(&fields).unwrap(), "a=1; c=3; a=4");
    /// ```
    #[must_use]
    pub fn join<'f>(
        &self,
        fields: impl IntoIterator<Item = &'f HeaderValue>,
    ) -> Option<HeaderValue> {
        let mut kept = KeptCookies::new();
        for field in fields {
            kept.add(self, field);
        }
        kept.value()
    }

    /// Calls `keep` with the place of each pair of a field that is kept, in order.
    fn for_each_pair(&self, field: &[u8], mut keep: impl FnMut(Range<usize>)) {
        if let Some(finder) = &self.finder {
            return pairs_named(finder, field).for_each(keep);
        }
        let mut start = 0;
        for part in field.split(|&byte| byte == b';') {
            let pair = part.trim_ascii();
            if self.names_pair(pair) {
                let blanks = part.len() - part.trim_ascii_start().len();
                keep(start + blanks..start + blanks + pair.len());
            }
            start += part.len() + ";".len();
        }
    }

    fn names_pair(&self, part: &[u8]) -> bool {
        let Some(name) = memchr(b'=', part).and_then(|end| part.get(..end)) else {
            return false;
        };
        let name = name.trim_ascii_end();
        self.names.binary_search_by(|own| own.as_bytes().cmp(name)).is_ok()
    }
}

/// The places of the pairs with a certain name. Where the search finds the name inside another cookie,
/// one of the two borders is wrong.
fn pairs_named<'f>(
    name: &'f memmem::Finder<'_>,
    field: &'f [u8],
) -> impl Iterator<Item = Range<usize>> + 'f {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            // Looking at the next cookie first keeps a field with nothing but this name cheap.
            let rest = field.get(from..)?;
            let next = rest.trim_ascii_start();
            let is_next = begins_with(next, name.needle());
            let start = if is_next { field.len() - next.len() } else { from + name.find(rest)? };
            let (before, pair) = field.split_at_checked(start)?;
            let (_, behind) = pair.split_at_checked(name.needle().len())?;
            let is_pair = matches!(before.trim_ascii_end(), [] | [.., b';'])
                && matches!(behind.trim_ascii_start(), [b'=', ..]);
            if is_pair {
                let end = find::<12>(b';', pair).unwrap_or(pair.len());
                from = start + end + 1;
                let pair = pair.get(..end)?.trim_ascii_end();
                return Some(start..start + pair.len());
            }
            from = start + 1;
        }
    })
}

/// The pairs that are kept, joined. They are collected on the stack, so that the field's new value
/// is the only allocation.
pub(crate) struct KeptCookies(StackBuffer<256>);

impl KeptCookies {
    pub(crate) fn new() -> Self {
        Self(StackBuffer::new())
    }

    /// Adds the pairs of one more `cookie` field. Pairs that follow each other as they will be joined are
    /// copied at once.
    pub(crate) fn add(&mut self, filter: &CookieFilter, field: &HeaderValue) {
        let field = field.as_bytes();
        let mut run: Option<Range<usize>> = None;
        filter.for_each_pair(field, |pair| match &mut run {
            Some(run) if field.get(run.end..pair.start) == Some(b"; ") => run.end = pair.end,
            _ => self.push(run.replace(pair).and_then(|run| field.get(run))),
        });
        self.push(run.and_then(|run| field.get(run)));
    }

    #[inline]
    fn push(&mut self, pairs: Option<&[u8]>) {
        let Some(pairs) = pairs else { return };
        if !self.0.as_bytes().is_empty() {
            self.0.push(b"; ");
        }
        self.0.push(pairs);
    }

    /// The new value of the field, if a pair is kept.
    pub(crate) fn value(&self) -> Option<HeaderValue> {
        let pairs = self.0.as_bytes();
        // Slices of valid values, joined by valid bytes, are always a valid value.
        if pairs.is_empty() { None } else { HeaderValue::from_bytes(pairs).ok() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The contract's words, without regard to speed.
    fn naive(names: &[&str], fields: &[String]) -> Option<String> {
        let mut kept = Vec::new();
        for part in fields.iter().flat_map(|field| field.split(';')) {
            let part = part.trim_matches([' ', '\t']);
            if let Some((name, _)) = part.split_once('=') {
                if names.contains(&name.trim_matches([' ', '\t'])) {
                    kept.push(part);
                }
            }
        }
        (!kept.is_empty()).then(|| kept.join("; "))
    }

    fn join(names: &[&str], fields: &[String]) -> Option<String> {
        let fields: Vec<_> =
            fields.iter().map(|field| HeaderValue::from_str(field).unwrap()).collect();
        let joined = CookieFilter::new(names).join(&fields)?;
        Some(joined.to_str().unwrap().to_owned())
    }

    /// R5.5, with what peers were recorded doing.
    #[test]
    fn pairs_are_kept_byte_for_byte() {
        for (field, expected) in [
            ("_iidt=abc", Some("_iidt=abc")),
            ("a=1;\t_iidt=abc\t;b=2", Some("_iidt=abc")),
            ("  _iidt = spaced  ", Some("_iidt = spaced")),
            ("_iidt=; _iidt=x", Some("_iidt=; _iidt=x")),
            (
                "_iidt=1; _iidt=2;_iidt=3;  _iidt=4 ; _iidt=5",
                Some("_iidt=1; _iidt=2; _iidt=3; _iidt=4; _iidt=5"),
            ),
            ("_iidt=\"a;b\"", Some("_iidt=\"a")),
            ("a=\"x; _iidt=in\"", Some("_iidt=in\"")),
            ("_iidt=a=b==", Some("_iidt=a=b==")),
            ("a=1; _iidt=1; b=2;_iidt=2 ;c=3", Some("_iidt=1; _iidt=2")),
            ("_iidt=_iidt=_iidt=", Some("_iidt=_iidt=_iidt=")),
            ("=_iidt=abc; _Iidt=x; _iidt2=y; a_iidt=z; a=_iidt=q", None),
            ("_iidt; _iidt ;_iidt", None),
            ("a=1,_iidt=2, _iidt=3", None),
            (";;;", None),
            ("", None),
        ] {
            for names in [&["_iidt"][..], &["_iidt", "_vid"]] {
                assert_eq!(join(names, &[field.to_owned()]).as_deref(), expected, "{field}");
            }
        }
        let field = "_iidt=1; _IIDT=2; _vid=3; _Vid=4; _VID=5".to_owned();
        for (names, expected) in [
            (&["_IIDT"][..], "_IIDT=2"),
            (&["_IIDT", "_Vid"], "_IIDT=2; _Vid=4"),
            (&["_iidt", "_vid"], "_iidt=1; _vid=3"),
            (&["_iidt", "_IIDT"], "_iidt=1; _IIDT=2"),
        ] {
            let kept = join(names, std::slice::from_ref(&field));
            assert_eq!(kept.as_deref(), Some(expected), "{names:?}");
        }
        let none: [&str; 0] = [];
        assert_eq!(join(&none, &["_iidt=1".to_owned()]), None);
    }

    #[test]
    fn a_text_begins_with_its_start() {
        for (text, start, expected) in
            [("_iidt=1", "_iidt", true), ("_vid", "_iidt", false), ("a_iidt", "_iidt", false)]
        {
            assert_eq!(begins_with(text.as_bytes(), start.as_bytes()), expected, "{text}");
        }
    }

    /// R5.5: bytes outside ASCII stay.
    #[test]
    fn raw_bytes_survive() {
        let field = HeaderValue::from_bytes(b"a=1; _iidt=\xff\xe9; b").unwrap();
        let joined = CookieFilter::new(["_iidt"]).join([&field]).unwrap();
        assert_eq!(joined.as_bytes(), b"_iidt=\xff\xe9");
    }

    proptest! {
        /// R5.5: one name or several, one field or several, as the naive model.
        #[test]
        fn the_filter_agrees_with_a_naive_model(
            fields in prop::collection::vec(
                "(_iidt|_IIDT|_vid|_Vid|_|iidt|=|;| |\\t|; |,|a|\"){0,16}",
                0..4,
            ),
        ) {
            for names in [&["_iidt"][..], &["_IIDT"], &["_vid", "_iidt"], &["_Vid", "_IIDT"], &["_"], &[]] {
                prop_assert_eq!(join(names, &fields), naive(names, &fields));
            }
        }
    }
}
