//! Every call at every step fails in every way, singly and in pairs.
//!
//! The numbers are those of the schedules explored, asserted so that a change that explores less
//! does not go unnoticed: 1,747 single faults and 100,370 pairs in all.

use super::fault::{self, Fault};
use super::invariant::explore;
use super::world::{self, Start};

/// R14.4 to R14.10 under every single fault and every pair of faults: how many there were.
fn explored(start: Start) -> (usize, usize) {
    let (mut singles, mut pairs) = (0, 0);
    let calls = explore(start(), &[]).calls;
    for (first, fault) in faults(&calls, 0) {
        let calls = explore(start(), &[(first, fault)]).calls;
        singles += 1;
        for (second, other) in faults(&calls, first + 1) {
            explore(start(), &[(first, fault), (second, other)]);
            pairs += 1;
        }
    }
    println!("{singles} single faults and {pairs} pairs explored");
    (singles, pairs)
}

/// Every fault of every call from `start` on.
fn faults(calls: &[&'static str], start: usize) -> Vec<(usize, Fault)> {
    calls
        .iter()
        .enumerate()
        .skip(start)
        .flat_map(|(at, operation)| fault::all(operation).into_iter().map(move |fault| (at, fault)))
        .collect()
}

#[test]
fn from_new_code() {
    assert_eq!(explored(world::fresh), (195, 9_573));
}

#[test]
fn from_a_settled_deployment() {
    assert_eq!(explored(world::settled), (164, 6_891));
}

#[test]
fn from_a_half_finished_update() {
    assert_eq!(explored(world::half_finished), (195, 9_927));
}

#[test]
fn from_mixed_associations() {
    assert_eq!(explored(world::mixed), (195, 9_741));
}

#[test]
fn from_unnamed_versions() {
    assert_eq!(explored(world::unnamed), (247, 14_371));
}

#[test]
fn from_slow_activation() {
    assert_eq!(explored(world::slow), (309, 24_851));
}

#[test]
fn from_a_busy_function() {
    assert_eq!(explored(world::busy), (247, 15_089));
}

#[test]
fn from_a_crowded_distribution() {
    assert_eq!(explored(world::crowded), (195, 9_927));
}
