//! Cookie filter (R5.5).
//!
//! Oracle: a model that splits at every `;` keeps the same pairs; the crate `cookie` reads the
//! same names and values before and after; filtering once more changes nothing.

#![no_main]

use arbitrary::Arbitrary;
use cookie::Cookie;
use firstparty::http::HeaderValue;
use firstparty::request::cookie::CookieFilter;
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::model::cookie::kept;
use firstparty_fuzz::plan::{COOKIES, choose};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    names: u8,
    fields: Rest<'a>,
}

fuzz_target!(|input: Input<'_>| {
    let names = choose(COOKIES, input.names);
    let fields = input.fields.values();
    let filter = CookieFilter::new(names);
    let joined = filter.join(&fields);
    let expected = kept(names, fields.iter().map(HeaderValue::as_bytes));
    assert_eq!(joined.as_ref().map(HeaderValue::as_bytes), expected.as_deref());
    assert_eq!(filter.join(&joined), joined);
    let read: Vec<_> = fields.iter().flat_map(|field| pairs(field, names)).collect();
    let left: Vec<_> = joined.iter().flat_map(|field| pairs(field, names)).collect();
    if fields.iter().all(is_plain) {
        assert_eq!(left, read);
    }
});

/// `cookie` reads text, and takes more for blanks than spaces and tabs.
fn is_plain(field: &HeaderValue) -> bool {
    let plain = |one: char| !one.is_whitespace() || " \t".contains(one);
    std::str::from_utf8(field.as_bytes()).is_ok_and(|text| text.chars().all(plain))
}

/// What `cookie` makes of a field, as far as the names are wanted.
fn pairs(field: &HeaderValue, names: &[&str]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(field.as_bytes()).unwrap_or_default();
    let cookies = Cookie::split_parse(text).filter_map(Result::ok);
    let pairs = cookies.map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()));
    pairs.filter(|(name, _)| names.contains(&&**name)).collect()
}
