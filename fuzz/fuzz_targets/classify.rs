//! Classification (R2).
//!
//! Oracle: a model that compares lists of segments finds the same route or refuses with the same
//! status; what is forwarded is the end of the path, byte for byte, behind exactly one slash.

#![no_main]

use arbitrary::Arbitrary;
use firstparty::route::{Route, Routes};
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::judge::answer_of;
use firstparty_fuzz::model::route::{self as model, classify};
use firstparty_fuzz::plan::Setting;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    setting: Setting,
    path: Rest<'a>,
}

fuzz_target!(|input: Input<'_>| {
    let Some(path) = input.path.text() else { return };
    let plan = input.setting.plan();
    let found = Routes::new(&plan.config()).classify(path);
    if let Ok(Route::Result { suffix: rest } | Route::Api { path: rest }) = found {
        assert!(rest.starts_with('/') && !rest.starts_with("//"));
        assert!(rest == "/" || path.ends_with(rest), "{rest} is no end of {path}");
    }
    let found = found.map(|route| match route {
        Route::Agent => model::Route::Agent,
        Route::Result { suffix } => model::Route::Result(suffix.to_owned()),
        Route::Status => model::Route::Status,
        Route::Api { path } => model::Route::Api(path.to_owned()),
        other => panic!("a route that the contract does not know: {other:?}"),
    });
    let found = found.map_err(answer_of);
    assert_eq!(found, classify(&plan, path), "{plan:?}");
});
