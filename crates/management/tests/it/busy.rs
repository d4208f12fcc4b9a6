//! Runs against a cloud that is busy: with other updates, or with too many calls (R14.10).

use std::time::Duration;

use super::cloud::ForeignEdit;
use super::driver::{drive, request, update};
use super::fault::Fault;
use super::world;

/// R14.10: a function that is being updated is waited for, and then it is updated.
#[test]
fn busy_functions_are_awaited() {
    for seconds in [1, 10, 59] {
        let mut cloud = world::fresh();
        cloud.lambda.busy_until = cloud.now + Duration::from_secs(seconds);
        let trace = update(&mut cloud, &[]);
        assert_eq!((trace.end(), trace.waited.as_secs()), ("Update completed", seconds));
        assert_eq!(trace.conflicts, 0);
    }
}

/// R14.10: so is a function that is being created.
#[test]
fn pending_functions_are_awaited() {
    let mut cloud = world::fresh();
    cloud.lambda.pending_until = cloud.now + Duration::from_secs(10);
    let trace = update(&mut cloud, &[]);
    assert_eq!((trace.end(), trace.waited.as_secs()), ("Update completed", 10));
    assert_eq!(trace.conflicts, 0);
}

/// R14.10: one that stays busy is given up after 59 waits, and the next run finishes.
#[test]
fn busy_functions_are_given_up() {
    let mut cloud = world::fresh();
    cloud.lambda.busy_until = cloud.now + Duration::from_secs(60);
    let trace = update(&mut cloud, &[]);
    assert_eq!((trace.end(), trace.waited.as_secs()), ("E8100", 59));
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
}

/// R14.10: an update that begins between read and write is waited for. The revision is read again.
#[test]
fn updates_of_others_are_awaited() {
    let mut cloud = world::fresh();
    let trace = update(&mut cloud, &[(2, Fault::Busy)]);
    assert_eq!((trace.end(), trace.waited.as_secs()), ("Update completed", 2));
    let calls = [
        "GetSecretValue",
        "GetFunction",
        "UpdateFunctionCode", // refused
        "GetFunction",        // in progress
        "GetFunction",
        "UpdateFunctionCode",
        "GetFunctionConfiguration",
        "GetDistributionConfig",
        "UpdateDistribution",
        "CreateInvalidation",
    ];
    assert_eq!(trace.calls, calls);
}

/// R14.10: five conflicts are survived. The sixth ends the run.
#[test]
fn persistent_conflicts_are_given_up() {
    // Calls 1, 3, 5, … read the function, the calls between them update it.
    let conflicts: Vec<_> = (0..6)
        .map(|conflict| (2 + 2 * conflict, Fault::Refused("ResourceConflictException")))
        .collect();
    let trace = update(&mut world::fresh(), &conflicts[..5]);
    assert_eq!((trace.end(), trace.conflicts, trace.waited.as_secs()), ("Update completed", 5, 31));
    let trace = update(&mut world::fresh(), &conflicts);
    assert_eq!((trace.end(), trace.conflicts, trace.waited.as_secs()), ("E6000", 6, 31));
}

/// R14.10: an update that began and ended between read and write is a conflict, too. The revision is
/// read again. Both kinds share the five restarts.
#[test]
fn ended_updates_of_others_begin_again() {
    let trace = update(&mut world::fresh(), &[(2, Fault::Updated)]);
    assert_eq!((trace.end(), trace.conflicts, trace.waited.as_secs()), ("Update completed", 1, 1));
    assert_eq!(trace.calls[2..5], ["UpdateFunctionCode", "GetFunction", "UpdateFunctionCode"]);
    let kinds = [Fault::Updated, Fault::Refused("ResourceConflictException")];
    let mixed: Vec<_> = (0..6).map(|conflict| (2 + 2 * conflict, kinds[conflict % 2])).collect();
    assert_eq!(update(&mut world::fresh(), &mixed[..5]).end(), "Update completed");
    let trace = update(&mut world::fresh(), &mixed);
    assert_eq!((trace.end(), trace.conflicts), ("E6000", 6));
}

/// R14.5, R14.10: a client on the way repeats new code, and the repeat meets the update that the
/// first one began. The run tells its own work as work.
#[test]
fn repeated_code_updates_are_told_as_work() {
    let mut cloud = world::fresh();
    cloud.lambda.update_time = Duration::from_secs(3);
    let trace = update(&mut cloud, &[(2, Fault::Repeated)]);
    assert_eq!((trace.end(), trace.conflicts, trace.writes), ("Update completed", 1, 1));
    assert_eq!(cloud.lambda.newest(), 3, "published once");
}

/// R14.10: each call of an update and of a status is made again after 1, 2, 4, 8 and 16 seconds. If
/// it stays throttled, it has failed with its step's own code.
#[test]
fn throttled_calls_are_made_again() {
    let codes = ["401", "E1000", "E6000", "E1000", "E1000", "E1000", "E1000"];
    for (at, code) in codes.into_iter().enumerate() {
        let trace = update(&mut world::fresh(), &[(at, Fault::Throttled)]);
        let end = if at == 0 { "401" } else { trace.end() };
        assert_eq!((end, trace.calls.len(), trace.throttled.as_secs()), (code, at + 6, 31));
        let name = "RequestLimitExceeded";
        let names: Vec<_> = (at..at + 5).map(|number| (number, Fault::Refused(name))).collect();
        let trace = update(&mut world::fresh(), &names);
        assert_eq!(trace.end(), "Update completed", "{at}");
        assert_eq!((trace.calls.len(), trace.throttled.as_secs()), (7 + 5, 31));
    }
    for at in [1, 2] {
        let trace =
            drive(request("GET", "/status"), &mut world::fresh(), &[(at, Fault::Throttled)]);
        let (status, body) = trace.response.unwrap();
        assert_eq!((status, trace.throttled.as_secs()), (200, 31));
        assert_eq!(body.get("lambdaFunction").is_none(), at == 1);
        assert_eq!(body.get("cloudFrontDistribution").is_none(), at == 2);
    }
}

/// R14.4, R14.5: a distribution that was rolled back and updated again at the same version is
/// invalidated again. A repeat of the same run is not.
#[test]
fn every_change_is_invalidated_once() {
    let mut cloud = world::fresh();
    for round in 1..=3 {
        for _ in 0..2 {
            assert_eq!(update(&mut cloud, &[]).conflicts, 0);
            assert_eq!(cloud.cloudfront.versions(), ["3"]);
            assert_eq!(cloud.cloudfront.invalidations.len(), round);
            assert!(cloud.cloudfront.caches.are_fresh());
        }
        cloud.cloudfront.edited_by_someone(ForeignEdit::Repointed);
        assert!(!cloud.cloudfront.caches.are_fresh());
    }
}

/// R14.4: paths that CloudFront takes, for patterns with characters that it refuses.
#[test]
fn odd_patterns_are_covered() {
    let mut cloud = world::busy();
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
    let paths: Vec<_> = cloud.cloudfront.invalidations.values().collect();
    assert_eq!(paths, [&["/*", "/a*", "/fp*"]]);
}
