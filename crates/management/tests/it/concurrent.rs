//! Two updates at once, in every order of their steps, with and without a release between them.

use std::time::Duration;

use firstparty_management::{CallFailure, NextStep, Run};
use serde_json::Value;

use super::cloud::{Cloud, blanked};
use super::driver::request;
use super::invariant::finish;
use super::world::{self, Start};

/// Lets the run take one step. It is false if the run has ended.
fn step(run: &mut Run, cloud: &mut Cloud) -> bool {
    let outcome = match run.poll() {
        NextStep::Done(_) => return false,
        NextStep::Wait(duration) => {
            cloud.wait(duration);
            run.waited();
            return true;
        }
        NextStep::Call(call) => cloud.perform(&call).map_err(CallFailure::from_name),
    };
    run.reply(outcome);
    true
}

fn end(run: &Run) -> (u16, Value) {
    let NextStep::Done(response) = run.poll() else { panic!("not done: {run:?}") };
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// One choice of an order: which of the actors had its turn, and how many there were to choose from.
#[derive(Debug)]
struct Choice {
    taken: usize,
    of: usize,
}

/// Runs both, and the release if there is one, in the order of `choices`, and beyond it the first
/// actor first. Both are authorised before: that touches nothing, so its order is of no matter.
/// `choices` becomes the order that was taken while there was a choice.
fn interleave(start: Start, mut release: Option<&str>, choices: &mut Vec<Choice>) {
    let (mut cloud, mut turns, mut waits) = (start(), 0, 0);
    let mut runs = [request("POST", "/update"), request("POST", "/update")];
    assert!(runs.iter_mut().all(|run| step(run, &mut cloud)));
    loop {
        let mut actors: Vec<usize> =
            (0..2).filter(|run| !matches!(runs[*run].poll(), NextStep::Done(_))).collect();
        if actors.is_empty() {
            break;
        }
        actors.extend(release.map(|_| 2));
        let mut taken = 0;
        if actors.len() > 1 {
            if choices.len() == turns {
                choices.push(Choice { taken: 0, of: actors.len() });
            }
            taken = choices[turns].taken;
            turns += 1;
        }
        let before = numbers(&cloud);
        match runs.get_mut(actors[taken]) {
            Some(run) => {
                waits += usize::from(matches!(run.poll(), NextStep::Wait(_)));
                assert!(step(run, &mut cloud));
            }
            None => release.take().unwrap().clone_into(&mut cloud.lambda.package),
        }
        let back = before.iter().zip(numbers(&cloud)).any(|(before, after)| after < *before);
        assert!(!back, "moved back: {choices:?}");
    }
    check(&cloud, &runs, choices);
    assert!(waits > 0 || cloud.lambda.update_time.is_zero(), "none waited: {choices:?}");
    finish(cloud, &[]);
}

/// The versions that the distribution is associated with.
fn numbers(cloud: &Cloud) -> Vec<u32> {
    cloud.cloudfront.versions().iter().map(|version| version.parse().unwrap()).collect()
}

/// No edit is lost, and both runs succeed: one that met the other began again. What was published
/// last is what the distribution is associated with.
fn check(cloud: &Cloud, runs: &[Run; 2], choices: &[Choice]) {
    let cloudfront = &cloud.cloudfront;
    assert!(cloudfront.is_valid());
    assert_eq!(blanked(&cloudfront.config), blanked(&cloudfront.without_us));
    let ends = runs.each_ref().map(end);
    assert!(ends.iter().all(|(status, _)| *status == 200), "{ends:?} {choices:?}");
    assert!(cloudfront.caches.are_fresh(), "{choices:?}");
    let newest = cloud.lambda.newest().to_string();
    assert!(cloudfront.versions().iter().all(|version| *version == newest), "{choices:?}");
}

/// Every order: after one, the next in the order of a depth-first walk.
fn interleavings(start: Start, release: Option<&str>) -> usize {
    let (mut choices, mut explored) = (Vec::new(), 0);
    loop {
        interleave(start, release, &mut choices);
        explored += 1;
        while choices.last().is_some_and(|choice| choice.taken + 1 == choice.of) {
            choices.pop();
        }
        match choices.last_mut() {
            Some(choice) => choice.taken += 1,
            None => return explored,
        }
    }
}

/// R14.4 to R14.6: two runs cannot spoil each other's work.
#[test]
fn every_order_of_two_updates() {
    for (start, orders) in [
        (world::fresh as Start, 2_376),
        (world::settled, 592),
        (world::half_finished, 2_376),
        (world::mixed, 2_376),
    ] {
        assert_eq!(interleavings(start, None), orders);
    }
}

/// R14.10: an update of the function takes time, so the runs meet in it. The one that comes second
/// waits for the first.
#[test]
fn every_order_of_two_updates_that_take_time() {
    let start = || {
        let mut cloud = world::fresh();
        cloud.lambda.update_time = Duration::from_secs(1);
        cloud
    };
    assert_eq!(interleavings(start, None), 2_922);
}

/// R14.5: a run that published before a release, and goes on after the run that published it,
/// moves nothing back.
#[test]
fn every_order_of_two_updates_and_a_release() {
    assert_eq!(interleavings(world::fresh, Some("released")), 38_772);
}
