//! Two updates at once, in every order of their steps.

use firstparty::management::{Failure, Run, Step};
use serde_json::Value;

use super::cloud::{Cloud, blanked};
use super::driver::request;
use super::invariant::finish;
use super::world::{self, Start};

/// Lets the run go one step, and says whether it had one to go.
fn step(run: &mut Run, cloud: &mut Cloud) -> bool {
    let outcome = match run.poll() {
        Step::Done(_) => return false,
        Step::Wait(duration) => {
            cloud.now += duration;
            run.waited();
            return true;
        }
        Step::Call(call) => cloud.perform(&call).map_err(Failure::from_name),
    };
    run.reply(outcome);
    true
}

fn end(run: &Run) -> (u16, Value) {
    let Step::Done(response) = run.poll() else { panic!("not done: {run:?}") };
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// Runs both in the order of `choices` (true: the second run's turn) and beyond it with the first
/// run first; `choices` becomes the order that was taken while there was a choice.
fn interleave(start: Start, choices: &mut Vec<bool>) {
    let (mut cloud, mut taken) = (start(), 0);
    let mut runs = [request("POST", "/update"), request("POST", "/update")];
    loop {
        let running = runs.each_ref().map(|run| !matches!(run.poll(), Step::Done(_)));
        let turn = match running {
            [false, false] => break,
            [first, true] if !first => 1,
            [true, false] => 0,
            _ => {
                if choices.len() == taken {
                    choices.push(false);
                }
                taken += 1;
                usize::from(choices[taken - 1])
            }
        };
        assert!(step(&mut runs[turn], &mut cloud));
    }
    check(&cloud, &runs, choices);
    finish(cloud, &[]);
}

/// No edit is lost, at least one run succeeds, and a run that does not was refused a stale revision.
fn check(cloud: &Cloud, runs: &[Run; 2], choices: &[bool]) {
    let cloudfront = &cloud.cloudfront;
    assert!(cloudfront.is_valid());
    assert_eq!(blanked(&cloudfront.config), blanked(&cloudfront.without_us));
    let ends = runs.each_ref().map(end);
    for (status, body) in &ends {
        assert!(*status == 200 || body["errorCode"] == "E6000", "{ends:?} {choices:?}");
    }
    assert!(ends.iter().any(|(status, _)| *status == 200), "{ends:?} {choices:?}");
    let newest = cloud.lambda.newest().to_string();
    assert!(cloudfront.versions().iter().all(|version| *version == newest), "{choices:?}");
}

/// Every order: after one, the next in the order of a depth-first walk.
fn interleavings(start: Start) -> usize {
    let (mut choices, mut explored) = (Vec::new(), 0);
    loop {
        interleave(start, &mut choices);
        explored += 1;
        while choices.last() == Some(&true) {
            choices.pop();
        }
        match choices.last_mut() {
            Some(first) => *first = true,
            None => return explored,
        }
    }
}

/// R14.4 to R14.6: two runs cannot spoil each other's work.
#[test]
fn every_order_of_two_updates() {
    for (start, orders) in [
        (world::fresh as Start, 2_004),
        (world::settled, 552),
        (world::half_finished, 2_004),
        (world::mixed, 2_004),
    ] {
        assert_eq!(interleavings(start), orders);
    }
}
