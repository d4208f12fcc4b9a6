//! Cache-control (R7).
//!
//! Oracle: a model that rewrites directive by directive writes the same bytes; capping once more
//! changes nothing; fields for certain caches go; no other field is touched.

#![no_main]

use arbitrary::Arbitrary;
use firstparty::config::CachePolicy;
use firstparty::http::header::{CACHE_CONTROL, EXPIRES, VARY};
use firstparty::http::{HeaderMap, HeaderValue};
use firstparty::response::cache_control::AgeCap;
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::model::cache_control::capped;
use firstparty_fuzz::model::response::TARGETED;
use firstparty_fuzz::plan::{CAPS, choose};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    cap: u8,
    /// Bit 0: there is an `expires`. Bit 1: there are fields for certain caches.
    others: u8,
    fields: Rest<'a>,
}

fuzz_target!(|input: Input<'_>| {
    let Some((max_age, s_maxage)) = choose(CAPS, input.cap) else { return };
    let cap = AgeCap::new(CachePolicy::Cap { max_age, s_maxage }).expect("a cap");
    let expires = input.others & 1 == 1;
    let mut headers = HeaderMap::new();
    headers.insert(VARY, HeaderValue::from_static("max-age=99999"));
    if expires {
        headers.insert(EXPIRES, HeaderValue::from_static("max-age=99999"));
    }
    for field in input.fields.values() {
        headers.append(CACHE_CONTROL, field);
    }
    let before = headers.clone();
    if input.others & 2 == 2 {
        for name in TARGETED {
            headers.insert(*name, HeaderValue::from_static("max-age=99999"));
        }
    }
    cap.apply(&mut headers);
    assert_eq!(values(&headers), capped(&values(&before), expires, max_age, s_maxage));
    let mut again = headers.clone();
    cap.apply(&mut again);
    assert_eq!(again, headers);
    for name in [EXPIRES, VARY] {
        assert_eq!(headers.get(&name), before.get(&name));
    }
    assert_eq!(headers.len(), before.len());
});

fn values(headers: &HeaderMap) -> Vec<Vec<u8>> {
    let fields = headers.get_all(CACHE_CONTROL).iter();
    fields.map(|field| field.as_bytes().to_vec()).collect()
}
