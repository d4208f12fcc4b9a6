//! Random worlds under random schedules, several runs and several releases in a row.

use std::time::Duration;

use proptest::prelude::*;

use super::cloud::{Cloud, ForeignEdit};
use super::fault::{self, Fault, Garble};
use super::invariant::{checked_update, finish};
use super::world;

fn cloud() -> impl Strategy<Value = Cloud> {
    let start = prop::sample::select(world::ALL.map(|(_, start)| start).to_vec());
    let times = (0..5_u64, 0..7_u64, 0..4_u64);
    (start, times, any::<bool>()).prop_map(|(start, (activation, lag, update), named)| {
        let mut cloud = start();
        cloud.lambda.update_time = Duration::from_secs(update);
        cloud.lambda.activation = Duration::from_secs(activation);
        cloud.lambda.distribution_lag = Duration::from_secs(lag);
        cloud.lambda.names_version = named;
        cloud
    })
}

fn fault() -> impl Strategy<Value = Fault> {
    let operations =
        ["GetFunction", "UpdateFunctionCode", "UpdateDistribution", "CreateInvalidation"];
    let names: Vec<_> =
        operations.into_iter().flat_map(fault::error_names).map(Fault::Refused).collect();
    let garbles =
        vec![Garble::Null, Garble::Empty, Garble::Blank, Garble::Unheard, Garble::Mistyped];
    prop_oneof![
        4 => prop::sample::select(ForeignEdit::ALL.to_vec()).prop_map(Fault::Edited),
        4 => Just(Fault::Refused("PreconditionFailed")),
        4 => Just(Fault::Refused("InvalidLambdaFunctionAssociation")),
        4 => Just(Fault::Refused("ResourceConflictException")),
        4 => Just(Fault::Refused("TooManyRequestsException")),
        2 => Just(Fault::Busy),
        2 => Just(Fault::Updated),
        1 => Just(Fault::Throttled),
        2 => prop::sample::select(names),
        1 => Just(Fault::Lost),
        1 => Just(Fault::Killed),
        1 => Just(Fault::Repeated),
        1 => prop::sample::select(garbles).prop_map(Fault::Garbled),
    ]
}

/// One run: the code that was released before it, if any, and what goes wrong in it. There are few
/// codes, so that they come back: those of earlier versions too.
fn run() -> impl Strategy<Value = (Option<&'static str>, Vec<(usize, Fault)>)> {
    let package = prop::sample::select(vec!["a", "b", "c", "new"]);
    (prop::option::of(package), prop::collection::vec((0..16_usize, fault()), 0..8))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// R14.4 to R14.10 under schedules of any length: about nine thousand runs.
    #[test]
    fn random_schedules_keep_the_invariants(
        mut cloud in cloud(),
        runs in prop::collection::vec(run(), 1..5),
    ) {
        for (released, schedule) in &runs {
            if let Some(package) = released {
                cloud.lambda.package = (*package).to_owned();
            }
            checked_update(&mut cloud, schedule);
        }
        finish(cloud, &[]);
    }
}
