//! Request fields (R5.0 to R5.5, R5.8).
//!
//! Oracle: a model that asks of every field whether a rule wants it to go keeps the same, byte for
//! byte and in order, or refuses by the rule that comes first; `host` is upstream's, once;
//! filtering once more changes nothing.

#![no_main]

use arbitrary::Arbitrary;
use firstparty::http::{HeaderMap, HeaderValue};
use firstparty::request::field::RequestFields;
use firstparty::route::Kind;
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::judge::answer_of;
use firstparty_fuzz::model::{fields, request};
use firstparty_fuzz::plan::{Kept, Plan, Setting};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    setting: Setting,
    authorised: u8,
    fields: Rest<'a>,
}

const UPSTREAM: HeaderValue = HeaderValue::from_static("api.fpjs.io");

thread_local!(static FILTERS: Kept<RequestFields> = Kept::default());

fuzz_target!(|input: Input<'_>| {
    let plan = input.setting.plan();
    let authorised = input.authorised & 1 == 1;
    let kind = if authorised { Kind::Identification } else { Kind::Plain };
    let headers = input.fields.fields();
    let before = fields::read(&headers);
    let hosts = before.get("host").map_or(0, Vec::len);
    let one_host = if hosts > 1 { Err((400, "R5.7")) } else { Ok(()) };
    let expected = request::framing(&before).and(one_host);

    let build = |plan: &Plan| RequestFields::new(&plan.config(), plan.platform);
    let filter = FILTERS.with(|kept| kept.get(&input.setting, build));
    let mut after = headers.clone();
    let browser = match filter.filter(&mut after, kind, &UPSTREAM) {
        Ok(browser) => browser,
        Err(refusal) => {
            assert_eq!(Err(answer_of(refusal)), expected, "{refusal}");
            return;
        }
    };
    assert_eq!(expected, Ok(()));
    let mut expected = request::kept(&plan, &before, authorised);
    expected.insert("host".to_owned(), vec![UPSTREAM.as_bytes().to_vec()]);
    assert_eq!(fields::read(&after), expected);
    assert_eq!(browser.host.as_ref(), headers.get("host"));
    let origin = only(&headers, "origin");
    assert_eq!(browser.origin.as_ref(), origin);

    let mut again = after.clone();
    filter.filter(&mut again, kind, &UPSTREAM).expect("a filtered request is fine");
    assert_eq!(again, after);
});

fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
