//! The table of transitions, row by row. What waits is in `state/tests.rs`; whole runs against a
//! simulated cloud are in `tests/it`.

use serde_json::json;

use super::*;
use crate::call::Call;

const ARN: &str = "arn:aws:lambda:us-east-1:1:function:edge";

pub(super) fn function(revision: &str, code: &str) -> Value {
    json!({"Configuration": {"RevisionId": revision, "CodeSha256": code}})
}

pub(super) fn published(code: &str) -> Value {
    json!({"Version": "7", "FunctionArn": format!("{ARN}:7"), "RevisionId": "r2", "CodeSha256": code})
}

pub(super) fn distribution(etag: &str, version: u32) -> Value {
    json!({"ETag": etag, "DistributionConfig": {
        "Origins": {"Items": [{"Id": "cdn", "DomainName": "fpcdn.io"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "cdn", "LambdaFunctionAssociations": {"Items": [
            {"EventType": "origin-request", "LambdaFunctionARN": format!("{ARN}:{version}")},
        ]}},
    }})
}

pub(super) fn fed(outcomes: impl IntoIterator<Item = Result<Value, CallFailure>>) -> Update {
    let mut update = Update::new(Deployment::new("E1", "edge").unwrap());
    for outcome in outcomes {
        update.reply(outcome);
    }
    update
}

pub(super) fn operation(update: &Update) -> &'static str {
    match update.poll() {
        NextStep::Call(call) => call.operation(),
        NextStep::Wait(_) => "wait",
        NextStep::Done(_) => "done",
    }
}

/// The status of a success, the code of an error.
pub(super) fn end(update: &Update) -> String {
    let NextStep::Done(response) = update.poll() else { panic!("not done: {update:?}") };
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    match response.status().as_u16() {
        200 => {
            assert_eq!(update.error(), None);
            body["status"].as_str().unwrap().to_owned()
        }
        status => {
            assert_eq!((status, &body["status"]), (500, &json!("Error occurred")));
            assert_eq!(body["errorCode"], update.error().unwrap().code());
            update.error().unwrap().code().to_owned()
        }
    }
}

/// The reference of the invalidation of `/*` that comes next.
fn invalidation(update: &Update) -> String {
    let NextStep::Call(Call::CreateInvalidation { distribution_id: "E1", invalidation_batch }) =
        update.poll()
    else {
        panic!("{update:?}")
    };
    assert_eq!((invalidation_batch.paths.quantity, invalidation_batch.paths.items.len()), (1, 1));
    assert_eq!(invalidation_batch.paths.items, ["/*"]);
    invalidation_batch.caller_reference.to_owned()
}

pub(super) fn active() -> Value {
    json!({"State": "Active"})
}

/// Replies up to the configuration, with new code.
pub(super) fn to_distribution() -> [Result<Value, CallFailure>; 3] {
    [Ok(function("r1", "old")), Ok(published("new")), Ok(active())]
}

/// R14.4: the calls in order, each with what the ones before it gave.
#[test]
fn the_straight_way() {
    let mut update = fed(None);
    assert!(matches!(update.poll(), NextStep::Call(Call::GetFunction { function_name: "edge" })));
    update.reply(Ok(function("r1", "old")));
    let NextStep::Call(call) = update.poll() else { panic!() };
    let expected = Call::UpdateFunctionCode {
        function_name: "edge",
        s3_bucket: "fingerprint-pro-cloudfront-integration",
        s3_key: "v2/lambda_latest.zip",
        revision_id: "r1",
        publish: true,
    };
    assert_eq!(call, expected);
    update.reply(Ok(published("new")));
    let NextStep::Call(call) = update.poll() else { panic!() };
    assert_eq!(call, Call::GetFunctionConfiguration { function_name: "edge", qualifier: "7" });
    update.reply(Ok(active()));
    assert!(matches!(update.poll(), NextStep::Call(Call::GetDistributionConfig { id: "E1" })));
    update.reply(Ok(distribution("t1", 3)));
    let config = &distribution("t1", 7)["DistributionConfig"];
    let NextStep::Call(call) = update.poll() else { panic!() };
    let expected =
        Call::UpdateDistribution { id: "E1", if_match: "t1", distribution_config: config };
    assert_eq!(call, expected);
    update.reply(Ok(json!({"ETag": "t2"})));
    assert_eq!(invalidation(&update), "edge-7-5ebd50071ffd3d40");
    assert_eq!(update.error(), None);
    update.reply(Ok(json!({})));
    assert_eq!(end(&update), "Update completed");
}

/// R14.5: the distribution decides, the invalidation is sent in any case.
#[test]
fn not_required_is_what_the_distribution_says() {
    for (code, version, expected) in [
        ("old", 7, "Update is not required"),
        ("new", 7, "Update completed"),
        ("old", 3, "Update completed"),
    ] {
        let mut update = fed([
            Ok(function("r1", "old")),
            Ok(published(code)),
            Ok(active()),
            Ok(distribution("t1", version)),
        ]);
        if version != 7 {
            assert_eq!(operation(&update), "UpdateDistribution");
            update.reply(Ok(json!({})));
        }
        assert_eq!(operation(&update), "CreateInvalidation");
        update.reply(Err(CallFailure::AlreadyExists));
        assert_eq!(end(&update), expected);
    }
}

/// R14.4: the reference has the tag after the write, or the tag as read where none was needed, so a
/// repeat of the same run has the same reference.
#[test]
fn references_follow_the_tag() {
    let written = |reply: Value| {
        let mut update = fed(to_distribution());
        update.reply(Ok(distribution("t1", 3)));
        update.reply(Ok(reply));
        invalidation(&update)
    };
    let unwritten = |etag: &str| {
        let mut update = fed(to_distribution());
        update.reply(Ok(distribution(etag, 7)));
        invalidation(&update)
    };
    let (first, second) = ("edge-7-5ebf50071ffdc017", "edge-7-5ebd50071ffd3d40");
    assert_eq!(written(json!({"ETag": "t2"})), second);
    assert_eq!(unwritten("t2"), second);
    assert_eq!(unwritten("t1"), first);
    // Without a tag in the reply, the one before the write has to do.
    for odd in [json!({}), json!(null), json!({"ETag": ""}), json!({"ETag": 2})] {
        assert_eq!(written(odd), first);
    }
}

/// R14.5: code that cannot be compared counts as changed.
#[test]
fn unknown_code_is_changed_code() {
    for (before, after) in [(json!(null), json!(null)), (json!("c"), json!(null))] {
        let mut published = published("");
        published["CodeSha256"] = after;
        let function = json!({"Configuration": {"RevisionId": "r1", "CodeSha256": before}});
        let replies = [function, published, active(), distribution("t1", 7), json!({})];
        assert_eq!(end(&fed(replies.map(Ok))), "Update completed");
    }
}

/// R14.4: a reply that names no version leads to the list, page by page.
#[test]
fn unnamed_versions_are_looked_up() {
    let mut unnamed = published("new");
    unnamed["Version"] = json!("$LATEST");
    let mut update = fed([Ok(function("r1", "old")), Ok(unnamed)]);
    let marker = |update: &Update| match update.poll() {
        NextStep::Call(Call::ListVersionsByFunction { function_name: "edge", marker }) => {
            marker.map(str::to_owned)
        }
        step => panic!("{step:?}"),
    };
    assert_eq!(marker(&update), None);
    update.reply(Ok(json!({"Versions": [], "NextMarker": "m"})));
    assert_eq!(marker(&update), Some("m".into()));
    update.reply(Ok(json!({"Versions": [published("new")]})));
    assert_eq!(operation(&update), "GetFunctionConfiguration");
}

/// R14.6: polls a second apart, sixty of them, then E8100; a failed version is not waited for.
#[test]
fn activation_is_awaited() {
    for state in [json!("Pending"), json!("Inactive"), json!("Unheard"), json!(null), json!(1)] {
        let mut update = fed([Ok(function("r1", "old")), Ok(published("new"))]);
        for poll in 1..=Update::MAX_POLLS {
            assert_eq!(operation(&update), "GetFunctionConfiguration");
            update.waited(); // it did not ask to wait
            update.reply(Ok(json!({ "State": state })));
            if poll < Update::MAX_POLLS {
                assert!(matches!(update.poll(), NextStep::Wait(Update::VERSION_PAUSE)));
                update.reply(Err(CallFailure::AccessDenied)); // it did not ask for a call
                update.waited();
            }
        }
        assert_eq!(end(&update), "E8100");
    }
    let failed = json!({"State": "Failed"});
    assert_eq!(end(&fed([function("r1", "old"), published("new"), failed].map(Ok))), "E8100");
}

/// R14.6: a version that is not yet usable is offered again, three seconds apart, five times.
#[test]
fn unusable_versions_are_offered_again() {
    let mut update = fed(to_distribution());
    update.reply(Ok(distribution("t1", 3)));
    for attempt in 1..=Update::MAX_ATTEMPTS {
        let NextStep::Call(Call::UpdateDistribution { if_match: "t1", .. }) = update.poll() else {
            panic!("{update:?}")
        };
        update.reply(Err(CallFailure::NotYetUsable));
        if attempt < Update::MAX_ATTEMPTS {
            assert!(matches!(update.poll(), NextStep::Wait(Update::DISTRIBUTION_PAUSE)));
            update.waited();
        }
    }
    assert_eq!(end(&update), "E1000");
}

/// R14.6: a stale tag leads back to the configuration as it is now; attempts are shared.
#[test]
fn stale_writes_start_from_the_new_configuration() {
    let mut update = fed(to_distribution());
    for attempt in 1..=Update::MAX_ATTEMPTS {
        assert_eq!(operation(&update), "GetDistributionConfig");
        let etag = format!("t{attempt}");
        update.reply(Ok(distribution(&etag, 3)));
        let NextStep::Call(Call::UpdateDistribution { if_match, .. }) = update.poll() else {
            panic!()
        };
        assert_eq!(if_match, etag);
        update.reply(Err(CallFailure::Stale));
    }
    assert_eq!(end(&update), "E1000");

    let mut mixed = fed(to_distribution());
    mixed.reply(Ok(distribution("t", 3)));
    for _ in 0..2 {
        mixed.reply(Err(CallFailure::NotYetUsable));
        mixed.waited();
        mixed.reply(Err(CallFailure::Stale));
        mixed.reply(Ok(distribution("t", 3)));
    }
    mixed.reply(Err(CallFailure::NotYetUsable));
    assert_eq!(end(&mixed), "E1000");
}

/// R14.5: someone else made the edit in between.
#[test]
fn a_stale_write_may_find_nothing_left_to_do() {
    let mut update = fed(to_distribution());
    update.reply(Ok(distribution("t1", 3)));
    update.reply(Err(CallFailure::Stale));
    update.reply(Ok(distribution("t2", 7)));
    assert_eq!(operation(&update), "CreateInvalidation");
}

/// R14.5: what this run tried to write is there now, so the update was required.
#[test]
fn a_write_that_took_effect_and_is_stale_completes() {
    let mut update = fed([Ok(function("r1", "old")), Ok(published("old")), Ok(active())]);
    update.reply(Ok(distribution("t1", 3)));
    update.reply(Err(CallFailure::Stale));
    update.reply(Ok(distribution("t2", 7)));
    update.reply(Ok(json!({})));
    assert_eq!(end(&update), "Update completed");
}

/// R14.5: the configuration that is read again may name a later version by then.
#[test]
fn a_later_version_stays_after_a_stale_write() {
    let mut update = fed(to_distribution());
    update.reply(Ok(distribution("t1", 3)));
    update.reply(Err(CallFailure::Stale));
    update.reply(Ok(distribution("t2", 8)));
    assert_eq!(operation(&update), "CreateInvalidation");
}

/// R14.8: each call's failures.
#[test]
fn failed_calls_end_with_their_code() {
    let replies =
        [function("r1", "old"), published("new"), active(), distribution("t1", 3), json!({})];
    for calls in 0..=replies.len() {
        let code = |failure| {
            let mut update = fed(replies.iter().take(calls).cloned().map(Ok));
            update.reply(Err(failure));
            end(&update)
        };
        assert_eq!(code(CallFailure::AccessDenied), "E2200");
        assert_eq!(code(CallFailure::NotFound), "E2100");
        assert_eq!(code(CallFailure::Other), if calls == 1 { "E6000" } else { "E1000" });
        if calls != 1 {
            // Only new code can meet another update.
            assert_eq!(code(CallFailure::Conflict), "E1000");
        }
    }
}

/// R14.8: each reply's missing members.
#[test]
fn missing_members_end_with_their_code() {
    let replies = [function("r1", "old"), published("new"), active(), distribution("t1", 3)];
    let code = |calls: usize, reply: Value| {
        let mut update = fed(replies.iter().take(calls).cloned().map(Ok));
        update.reply(Ok(reply));
        end(&update)
    };
    for odd in [json!(null), json!([]), json!("x"), json!({})] {
        assert_eq!(code(0, odd.clone()), "E3100");
        assert_eq!(code(1, odd.clone()), "E8300");
        assert_eq!(code(3, odd.clone()), "E4100");
        assert_eq!(
            code(0, json!({ "Configuration": odd })),
            if odd.is_object() { "E8200" } else { "E3100" }
        );
    }
    assert_eq!(code(1, json!({"RevisionId": "r", "Version": "7"})), "E7100");
    assert_eq!(code(3, json!({"ETag": "t"})), "E4100");
    assert_eq!(code(3, json!({"DistributionConfig": {}})), "E4100");
    assert_eq!(code(3, json!({"ETag": "t", "DistributionConfig": {}})), "E5100");
}

/// The configuration's secrets are in no `Debug`, neither of the machine nor of what it asks for.
#[test]
fn debug_hides_the_configuration() {
    let mut config = distribution("t1", 3);
    let header = json!({"HeaderName": "fpjs_proxy_secret", "HeaderValue": "s3cret"});
    config["DistributionConfig"]["Origins"]["Items"][0]["CustomHeaders"] =
        json!({"Quantity": 1, "Items": [header]});
    let mut update = fed(to_distribution());
    update.reply(Ok(config.clone()));
    assert!(format!("{update:?}").contains(r#"etag: "t1", paths: ["/"#), "{update:?}");
    let mut update = fed(to_distribution());
    for outcome in [Ok(config), Err(CallFailure::NotYetUsable), Ok(json!({})), Ok(json!({}))] {
        update.reply(outcome);
        let shown = format!("{update:?} {:?}", update.poll());
        assert!(!shown.contains("s3cret"), "{shown}");
        update.waited();
        let shown = format!("{update:?} {:?}", update.poll());
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    assert_eq!(end(&update), "Update completed");
}

/// The end is final.
#[test]
fn after_the_end_nothing_counts() {
    let mut update = fed([Err(CallFailure::NotFound)]);
    update.reply(Ok(function("r1", "old")));
    update.waited();
    assert_eq!(end(&update), "E2100");
}
