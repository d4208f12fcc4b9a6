//! What is true after every run, whatever went wrong, and after the run that follows.

use std::time::Duration;

use firstparty_management::{Run, Update};

use super::cloud::{Cloud, FUNCTION, ForeignEdit, blanked};
use super::driver::{self, Schedule, Trace};
use super::fault::{self, Fault};

const COMPLETED: &str = "Update completed";
const NOT_REQUIRED: &str = "Update is not required";
/// Rightly so, if someone removed all associations.
const NOT_ASSOCIATED: &str = "E6100";
const UNAUTHORISED: &str = "Token is not specified or not valid";

/// Runs one update under a schedule, checks it, and lets the next runs finish it.
pub(crate) fn explore(mut cloud: Cloud, schedule: Schedule<'_>) -> Trace {
    let trace = checked_update(&mut cloud, schedule);
    finish(cloud, schedule);
    trace
}

/// One update under a schedule, checked.
pub(crate) fn checked_update(cloud: &mut Cloud, schedule: Schedule<'_>) -> Trace {
    cloud.throttled = 0;
    cloud.cloudfront.last_seen.clear();
    cloud.cloudfront.without_us = cloud.cloudfront.config.clone();
    let before = cloud.clone();
    let trace = driver::update(cloud, schedule);
    distribution_is_whole(cloud, schedule);
    associations_are_old_or_new(cloud, &trace, schedule);
    work_is_bounded(&trace);
    reply_is_true(&before, cloud, &trace, schedule);
    trace
}

/// R14.5: the next run completes the work, and the one after it has nothing to do.
pub(crate) fn finish(mut cloud: Cloud, schedule: Schedule<'_>) {
    cloud.now += Duration::from_secs(60);
    let next = checked_update(&mut cloud, &[]);
    let associated = !cloud.cloudfront.versions().is_empty();
    let ends: &[_] = if associated { &[COMPLETED, NOT_REQUIRED] } else { &[NOT_ASSOCIATED] };
    assert!(ends.contains(&next.end()), "{schedule:?}: {next:?}");
    assert!(is_current(&cloud), "{schedule:?}: {:?}", cloud.cloudfront.versions());
    let fresh = cloud.cloudfront.caches.are_fresh();
    assert!(fresh, "responses of an earlier version stay: {:?} {schedule:?}", cloud.cloudfront);
    let invalidations = cloud.cloudfront.invalidations.len();
    let last = checked_update(&mut cloud, &[]);
    let end = if associated { NOT_REQUIRED } else { NOT_ASSOCIATED };
    assert_eq!((last.end(), last.writes), (end, 0), "{schedule:?}");
    // R14.4: a repeat of the same run does not invalidate again.
    assert_eq!(cloud.cloudfront.invalidations.len(), invalidations, "{schedule:?}");
}

/// R14.9, R14.7: the configuration is valid, has all edits, and other associations are unchanged.
fn distribution_is_whole(cloud: &Cloud, schedule: Schedule<'_>) {
    let cloudfront = &cloud.cloudfront;
    assert!(cloudfront.is_valid(), "{schedule:?}");
    assert_eq!(blanked(&cloudfront.config), blanked(&cloudfront.without_us), "{schedule:?}");
}

/// Each association is where it was, or was put by someone meanwhile, or (all that were seen
/// together) at the newest version.
fn associations_are_old_or_new(after: &Cloud, trace: &Trace, schedule: Schedule<'_>) {
    let newest = after.lambda.newest().to_string();
    let old = after.cloudfront.versions_without_us();
    let new = after.cloudfront.versions();
    let written = trace.writes > 0;
    assert_eq!(old.len(), new.len());
    for (was, version) in old.iter().zip(&new) {
        let moved = written && *version == newest;
        assert!(moved || version == was, "{version} was {was}: {trace:?}");
    }
    let undone = |fault: &Fault| {
        [ForeignEdit::Repointed, ForeignEdit::OldVersion].map(Fault::Edited).contains(fault)
    };
    let undone = schedule.iter().filter(|(_, fault)| undone(fault)).count();
    assert!(trace.writes <= 1 + undone, "written for nothing: {trace:?} {schedule:?}");
    if written && undone == 0 {
        assert!(after.cloudfront.last_seen.iter().all(|version| *version == newest), "{trace:?}");
    }
}

fn work_is_bounded(trace: &Trace) {
    let count = |operation| trace.answered.iter().filter(|call| **call == operation).count();
    let beginnings = 1 + trace.conflicts;
    assert!(beginnings <= 1 + Update::MAX_RESTARTS + 1);
    assert!(trace.calls.len() <= Run::MAX_CALLS as usize);
    assert!(count("GetFunction") <= (beginnings * Update::MAX_POLLS) as usize);
    assert!(count("UpdateFunctionCode") <= beginnings as usize);
    assert!(count("GetFunctionConfiguration") <= Update::MAX_POLLS as usize);
    assert!(count("UpdateDistribution") <= Update::MAX_ATTEMPTS as usize);
    for once in ["GetSecretValue", "CreateInvalidation"] {
        assert!(count(once) <= 1, "{once} twice: {trace:?}");
    }
    let longest = Update::VERSION_PAUSE * ((1 + beginnings) * Update::MAX_POLLS)
        + Run::THROTTLE_PAUSES.iter().sum::<Duration>()
        + Update::DISTRIBUTION_PAUSE * (Update::MAX_ATTEMPTS - 1);
    assert!(trace.waited <= longest, "{trace:?}");
    let throttled = trace.calls.len() - trace.answered.len();
    assert!(trace.throttled <= Duration::from_secs(16) * u32::try_from(throttled).unwrap());
}

fn reply_is_true(before: &Cloud, after: &Cloud, trace: &Trace, schedule: Schedule<'_>) {
    match trace.end() {
        "killed" => {}
        UNAUTHORISED => {
            assert!(trace.calls.iter().all(|call| *call == "GetSecretValue"), "{trace:?}");
            let guilty = schedule.iter().any(|(at, fault)| {
                trace.calls.get(*at) == Some(&"GetSecretValue") && fault.spoils_secret()
            });
            let throttled = trace.given_up == Some("GetSecretValue");
            assert!(guilty || throttled, "401 for no reason: {trace:?} {schedule:?}");
        }
        COMPLETED | NOT_REQUIRED => success_is_true(before, after, trace, schedule),
        code => {
            let guilty = schedule.iter().any(|(at, fault)| {
                let operation = trace.calls.get(*at);
                operation.is_some_and(|operation| fault::codes(operation, *fault).contains(&code))
            });
            // It looked, and there was none.
            let removed = code == NOT_ASSOCIATED
                && trace.calls.contains(&"GetDistributionConfig")
                && after.cloudfront.last_seen.is_empty();
            let exhausted = code == "E1000" && writes_tried(trace) == Update::MAX_ATTEMPTS as usize;
            let refused = code == "E6000" && trace.conflicts > Update::MAX_RESTARTS;
            let throttled = match trace.given_up {
                Some("UpdateFunctionCode") => code == "E6000",
                Some(_) => code == "E1000",
                None => false,
            };
            let explained = guilty || exhausted || removed || refused || throttled;
            assert!(explained, "{code} for no reason: {trace:?} {schedule:?}");
        }
    }
}

/// The distribution that was seen has the newest code, and the caches nothing of an earlier version.
fn success_is_true(before: &Cloud, after: &Cloud, trace: &Trace, schedule: Schedule<'_>) {
    let newest = after.lambda.newest().to_string();
    let seen = &after.cloudfront.last_seen;
    assert!(after.lambda.is_up_to_date());
    assert!(!seen.is_empty() && seen.iter().all(|version| *version == newest));
    let reference = format!("{FUNCTION}-{newest}-");
    let mut references = after.cloudfront.invalidations.keys();
    assert!(references.any(|known| known.starts_with(&reference)));
    let edited = schedule.iter().any(|(_, fault)| matches!(fault, Fault::Edited(_)));
    assert!(edited || after.cloudfront.caches.are_fresh(), "{trace:?} {schedule:?}");
    if trace.end() == NOT_REQUIRED {
        assert_eq!(trace.writes, 0);
        assert_eq!(before.lambda.newest(), after.lambda.newest());
    }
}

fn writes_tried(trace: &Trace) -> usize {
    trace.answered.iter().filter(|call| **call == "UpdateDistribution").count()
}

/// Whether every association is with the newest version, and that with the newest code.
fn is_current(cloud: &Cloud) -> bool {
    let newest = cloud.lambda.newest().to_string();
    cloud.lambda.is_up_to_date()
        && cloud.cloudfront.versions().iter().all(|version| *version == newest)
}
