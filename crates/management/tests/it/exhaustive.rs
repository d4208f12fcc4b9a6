//! Every call at every step fails in every way, singly and in pairs.
//!
//! The numbers are those of the schedules explored, asserted so that a change that explores less
//! does not go unnoticed: 1,277 single faults and 40,198 pairs in all.

use super::fault::{self, Fault};
use super::invariant::explore;
use super::world::{self, Start};

/// R14.4 to R14.9 under every single fault and every pair of faults: how many there were.
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
    assert_eq!(explored(world::fresh), (166, 4_252));
}

#[test]
fn from_a_settled_deployment() {
    assert_eq!(explored(world::settled), (139, 2_872));
}

#[test]
fn from_a_half_finished_update() {
    assert_eq!(explored(world::half_finished), (166, 4_558));
}

#[test]
fn from_mixed_associations() {
    assert_eq!(explored(world::mixed), (166, 4_396));
}

#[test]
fn from_unnamed_versions() {
    assert_eq!(explored(world::unnamed), (210, 6_508));
}

#[test]
fn from_slow_activation() {
    assert_eq!(explored(world::slow), (264, 13_054));
}

#[test]
fn from_a_crowded_distribution() {
    assert_eq!(explored(world::crowded), (166, 4_558));
}
