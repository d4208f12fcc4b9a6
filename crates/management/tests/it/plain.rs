//! Runs without faults, end to end.

use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::{ARN, CloudFront, ForeignEdit};
use super::driver::{drive, request, update};
use super::fault::{Fault, Garble};
use super::world;

/// R14.4: each world's calls and end.
#[test]
fn updates_take_the_shortest_way() {
    let ends: Vec<(&str, String, usize, u64)> = world::ALL
        .map(|(name, start)| {
            let trace = update(&mut start(), &[]);
            (name, trace.end().to_owned(), trace.calls.len(), trace.waited.as_secs())
        })
        .to_vec();
    let completed = || "Update completed".to_owned();
    assert_eq!(
        ends,
        [
            ("fresh", completed(), 7, 0),
            ("settled", "Update is not required".to_owned(), 6, 0),
            ("half finished", completed(), 7, 0),
            ("mixed", completed(), 7, 0),
            ("unnamed", completed(), 9, 0),
            ("slow", completed(), 11, 8),
            ("busy", completed(), 9, 2),
            ("crowded", completed(), 7, 0),
        ]
    );
}

/// R14.4, R14.5: an association without a version is not at the newest one, so it is pointed there.
#[test]
fn associations_without_a_version_are_pointed() {
    let config = |arns: &[&str]| {
        let associations: Vec<_> = arns.iter().map(|arn| ("origin-request", *arn)).collect();
        world::config(&[world::behaviour("/fp/*", "cdn", &associations)])
    };
    let (old, newest) = (format!("{ARN}:1"), format!("{ARN}:2"));
    for arns in [&[ARN][..], &[ARN, &old], &[&newest, ARN]] {
        let mut cloud = world::settled();
        cloud.cloudfront = CloudFront::new(&config(arns));
        let trace = update(&mut cloud, &[]);
        assert_eq!((trace.end(), trace.writes), ("Update completed", 1), "{arns:?}");
        assert_eq!(cloud.cloudfront.config, config(&vec![&*newest; arns.len()]), "{arns:?}");
        assert_eq!(update(&mut cloud, &[]).end(), "Update is not required", "{arns:?}");
    }
}

/// R14.9: members that are null are there afterwards, also beside what is edited.
#[test]
fn nulls_are_written_back() {
    fn with_nulls(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.values_mut().for_each(with_nulls);
                members.insert("Nothing".to_owned(), Value::Null);
            }
            Value::Array(elements) => elements.iter_mut().for_each(with_nulls),
            _ => {}
        }
    }
    let mut cloud = world::crowded();
    let mut config = cloud.cloudfront.config.clone();
    with_nulls(&mut config);
    cloud.cloudfront = CloudFront::new(&config);
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
    let after = cloud.cloudfront.config.to_string();
    assert_eq!(after.replace(&format!("{ARN}:2"), &format!("{ARN}:1")), config.to_string());
    assert!(after.contains(&format!(r#""LambdaFunctionARN":"{ARN}:2","Nothing":null"#)), "{after}");
}

/// R14.4: the paths of the affected behaviours only.
#[test]
fn affected_paths_are_invalidated() {
    let mut cloud = world::crowded();
    update(&mut cloud, &[]);
    // The digest of these paths and the tag after the update, `ETAG2`.
    let paths = vec!["/*".into(), "/api/*".into(), "/fp/*".into()];
    let expected = [("edge-2-6b79d601c88bfd15".to_owned(), paths)];
    assert_eq!(cloud.cloudfront.invalidations, expected.into());
}

/// R14.4: more behaviours than an invalidation can have paths.
#[test]
fn many_behaviours_are_one_invalidation() {
    let arn = format!("{ARN}:1");
    let behaviours: Vec<_> = (0..40)
        .map(|at| world::behaviour(&format!("/{at}/*"), "cdn", &[("origin-request", &arn)]))
        .collect();
    let mut cloud = world::fresh();
    cloud.cloudfront = CloudFront::new(&world::config(&behaviours));
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
    assert_eq!(cloud.cloudfront.versions(), ["3"; 40]);
    assert_eq!(cloud.cloudfront.invalidations["edge-3-c5f5e6efb295f56f"], ["/*"]);
}

/// R14.4: all pages of a long list are read, each once.
#[test]
fn long_lists_are_read_to_their_end() {
    let mut cloud = world::unnamed();
    cloud.lambda.page = 50;
    cloud.lambda.extend(|number| format!("more-{number}"), 1_000);
    let trace = update(&mut cloud, &[]);
    let pages = trace.calls.iter().filter(|call| **call == "ListVersionsByFunction").count();
    // 4 + 1,000 versions, the new one and `$LATEST`, 50 on a page.
    assert_eq!((trace.end(), pages), ("Update completed", 21));
}

/// R14.5: code that was published before comes back, and the reply does not name its version.
#[test]
fn code_that_comes_back_is_found() {
    for package in ["a", "b", "c"] {
        let mut cloud = world::unnamed();
        cloud.lambda.package = package.into();
        assert_eq!(update(&mut cloud, &[]).end(), "Update completed", "{package}");
        assert_eq!(cloud.cloudfront.versions(), ["5"]);
        assert_eq!(update(&mut cloud, &[]).end(), "Update is not required", "{package}");
    }
}

/// R14.4, R14.8: the same when the newest version cannot be read: an older one with the same code is
/// not taken for it.
#[test]
fn illegible_lists_end_the_run() {
    for garble in [Garble::Null, Garble::Empty, Garble::Blank, Garble::Unheard, Garble::Mistyped] {
        let mut cloud = world::unnamed();
        cloud.lambda.package = "b".into();
        let trace = update(&mut cloud, &[(4, Fault::Garbled(garble))]);
        assert_eq!((trace.end(), trace.writes), ("E8000", 0), "{garble:?}");
        assert_eq!(update(&mut cloud, &[]).end(), "Update completed", "{garble:?}");
    }
}

/// R14.5: a write takes effect, a client on the way repeats it, and the repeat is refused as stale.
#[test]
fn repeated_writes_are_told_as_work() {
    let mut cloud = world::half_finished();
    let trace = update(&mut cloud, &[(5, Fault::Repeated)]);
    assert_eq!((trace.end(), trace.writes), ("Update completed", 1));
}

/// R14.5, R14.8: a change of another person to our associations, between read and write, is kept.
#[test]
fn edits_of_our_associations_are_seen() {
    let mut cloud = world::half_finished();
    let edit = |edit| [(5, Fault::Edited(edit))];
    let trace = update(&mut cloud, &edit(ForeignEdit::Removed));
    assert_eq!((trace.end(), cloud.cloudfront.versions()), ("Update completed", vec!["3".into()]));
    let mut cloud = world::fresh();
    assert_eq!(update(&mut cloud, &edit(ForeignEdit::Removed)).end(), "E6100");
    let mut cloud = world::mixed();
    let trace = update(&mut cloud, &edit(ForeignEdit::Repointed));
    assert_eq!((trace.end(), trace.writes), ("Update completed", 1));
    assert_eq!(cloud.cloudfront.versions(), ["2", "2"]);
}

/// R14.6: a version that stays pending is given up after 59 waits.
#[test]
fn pending_versions_are_given_up() {
    let mut cloud = world::fresh();
    cloud.lambda.activation = Duration::from_secs(600);
    let trace = update(&mut cloud, &[]);
    assert_eq!((trace.end(), trace.waited.as_secs()), ("E8100", 59));
    cloud.now += Duration::from_secs(600);
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
}

/// R14.6: a version that stays unusable is given up after four waits, and the next run finishes.
#[test]
fn unusable_versions_are_given_up() {
    let mut cloud = world::fresh();
    cloud.lambda.activation = Duration::from_secs(1);
    cloud.lambda.distribution_lag = Duration::from_secs(600);
    let trace = update(&mut cloud, &[]);
    assert_eq!((trace.end(), trace.waited.as_secs()), ("E1000", 1 + 12));
    cloud.now += Duration::from_secs(600);
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
}

/// R14.6: a run can handle edits before each of four writes. At a fifth it ends, and no edit is lost.
#[test]
fn persistent_editors_are_survived() {
    // Calls 4, 6, 8, … read the configuration, the calls between them write it.
    let edits: Vec<_> =
        (0..5).map(|edit| (5 + 2 * edit, Fault::Edited(ForeignEdit::OldVersion))).collect();
    let mut cloud = world::fresh();
    assert_eq!(update(&mut cloud, &edits[..4]).end(), "Update completed");
    assert_eq!(cloud.cloudfront.versions(), ["3"; 5]);
    let mut cloud = world::fresh();
    assert_eq!(update(&mut cloud, &edits).end(), "E1000");
    assert_eq!(cloud.cloudfront.versions(), ["2", "1", "1", "1", "1", "1"]);
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
}

/// R14.3: associations are counted, not the behaviours that have them.
#[test]
fn status_counts_associations() {
    let (one, two) = (format!("{ARN}:1"), format!("{ARN}:2"));
    let twice = [("origin-request", &*one), ("origin-request", &*two)];
    let behaviours = [
        world::behaviour("/a", "cdn", &twice),
        world::behaviour("/b", "api", &[("origin-request", ARN)]),
    ];
    let mut cloud = world::settled();
    cloud.cloudfront = CloudFront::new(&world::config(&behaviours));
    let (_, body) = drive(request("GET", "/status"), &mut cloud, &[]).response.unwrap();
    assert_eq!(body["cloudFrontDistribution"]["cacheBehaviorsWithFingerprintFunction"], 3);
}

/// R14.3: status against the same cloud, before and after an update.
#[test]
fn status_tells_what_there_is() {
    let mut cloud = world::crowded();
    let trace = drive(request("GET", "/status"), &mut cloud, &[]);
    assert_eq!(trace.calls, ["GetSecretValue", "GetFunction", "GetDistribution"]);
    let (status, body) = trace.response.unwrap();
    // The association with the same name in another account does not count.
    let expected = json!({
        "lambdaFunction": {
            "functionName": "edge", "lastModified": "2026-01-01T00:00:00.000+0000",
            "lastUpdateStatus": "Successful", "runtime": "nodejs24.x", "version": "$LATEST",
            "handler": "index.handler",
        },
        "cloudFrontDistribution": {
            "id": "E2EXAMPLE", "enabled": true, "status": "InProgress",
            "lastModifiedTime": "2026-01-01T00:00:00Z", "inProgressInvalidationBatches": 0,
            "cacheBehaviorsWithFingerprintFunction": 3,
        },
    });
    assert_eq!((status, body), (200, expected));
    // By name it does, when that is all that is known.
    let fault = [(1, Fault::Refused("AccessDeniedException"))];
    let (_, body) = drive(request("GET", "/status"), &mut cloud, &fault).response.unwrap();
    assert_eq!(body["cloudFrontDistribution"]["cacheBehaviorsWithFingerprintFunction"], 4);
}

/// R14.3: whatever fails, the status is a 200 without that part.
#[test]
fn status_survives_every_fault() {
    for at in [1, 2] {
        let calls = ["GetSecretValue", "GetFunction", "GetDistribution"];
        for fault in super::fault::all(calls[at]) {
            let trace = drive(request("GET", "/status"), &mut world::settled(), &[(at, fault)]);
            let Some((status, body)) = trace.response else {
                assert_eq!(fault, Fault::Killed);
                continue;
            };
            assert_eq!(status, 200);
            let failed = match fault {
                Fault::Refused(name) => !super::fault::is_throttling(name),
                Fault::Lost | Fault::Throttled => true,
                _ => false,
            };
            if failed {
                assert_eq!(body.get("lambdaFunction").is_none(), at == 1);
                assert_eq!(body.get("cloudFrontDistribution").is_none(), at == 2);
            }
        }
    }
}
