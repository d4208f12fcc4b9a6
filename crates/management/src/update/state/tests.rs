//! Waiting for a function that is being updated, and for a cloud that throttles (R14.10).

use serde_json::json;

use super::*;
use crate::step::NextStep;
use crate::update::Update;
use crate::update::tests::{
    active, distribution, end, fed, function, operation, published, to_distribution,
};

/// R14.10: a function that is being updated is read each second, sixty times, then E8100. The update
/// that follows begins with what was read last.
#[test]
fn busy_functions_are_awaited() {
    let busy = || {
        let mut function = function("r0", "old");
        function["Configuration"]["LastUpdateStatus"] = json!("InProgress");
        Ok(function)
    };
    let mut update = fed(None);
    for poll in 1..=Update::MAX_POLLS {
        assert_eq!(operation(&update), "GetFunction");
        update.waited(); // it did not ask to wait
        update.reply(busy());
        if poll < Update::MAX_POLLS {
            assert!(matches!(update.poll(), NextStep::Wait(Update::VERSION_PAUSE)), "{poll}");
            update.waited();
        }
    }
    assert_eq!(end(&update), "E8100");
    assert_eq!(update.error(), Some(UpdateError::FunctionBusy));

    let mut update = fed([busy()]);
    update.waited();
    for status in ["Successful", "Failed", "unheard-of", ""] {
        let mut update = fed([busy()]);
        update.waited();
        let mut function = function("r1", "old");
        function["Configuration"]["LastUpdateStatus"] = json!(status);
        update.reply(Ok(function));
        let NextStep::Call(Call::UpdateFunctionCode { revision_id, .. }) = update.poll() else {
            panic!("{status}")
        };
        assert_eq!(revision_id, "r1");
    }
    update.reply(Ok(function("r1", "old")));
    assert_eq!(operation(&update), "UpdateFunctionCode");
}

/// R14.10: a function that is being created is awaited like one that is being updated. One that is
/// inactive can be updated, and so may be one in a state that is not known.
#[test]
fn pending_functions_are_awaited() {
    for (state, status, next) in [
        ("Pending", "Successful", "wait"),
        ("Pending", "InProgress", "wait"),
        ("Active", "InProgress", "wait"),
        ("Active", "Successful", "UpdateFunctionCode"),
        ("Inactive", "Successful", "UpdateFunctionCode"),
        ("Failed", "Successful", "UpdateFunctionCode"),
        ("unheard-of", "Successful", "UpdateFunctionCode"),
    ] {
        let mut function = function("r0", "old");
        function["Configuration"]["State"] = json!(state);
        function["Configuration"]["LastUpdateStatus"] = json!(status);
        let update = fed([Ok(function)]);
        assert_eq!(operation(&update), next, "{state} {status}");
    }
    let pending = json!({"Configuration": {"State": "Pending"}});
    let mut update = fed(None);
    for _ in 0..Update::MAX_POLLS {
        update.waited();
        update.reply(Ok(pending.clone()));
    }
    assert_eq!(update.error(), Some(UpdateError::FunctionBusy));
}

/// R14.10: a conflict leads back to the function as it is now, after 1, 2, 4, 8 and 16 seconds, then
/// E6000. Each wait for the function has all its reads.
#[test]
fn conflicts_begin_again() {
    let mut update = fed(None);
    for conflict in 1..=Update::MAX_RESTARTS + 1 {
        assert_eq!(operation(&update), "GetFunction", "{conflict}");
        for _ in 1..Update::MAX_POLLS {
            update.reply(Ok(json!({"Configuration": {"LastUpdateStatus": "InProgress"}})));
            update.waited();
        }
        let revision = format!("r{conflict}");
        update.reply(Ok(function(&revision, "old")));
        let NextStep::Call(Call::UpdateFunctionCode { revision_id, .. }) = update.poll() else {
            panic!("{update:?}")
        };
        assert_eq!(revision_id, revision);
        update.reply(Err(CallFailure::Conflict));
        if conflict <= Update::MAX_RESTARTS {
            let NextStep::Wait(pause) = update.poll() else { panic!("{conflict}") };
            assert_eq!(pause.as_secs(), 1 << (conflict - 1));
            update.waited();
        }
    }
    assert_eq!(end(&update), "E6000");
    assert_eq!(update.error(), Some(UpdateError::CodeUpdateFailed));
}

/// The end of an update whose code met another update after each of these reads but the last.
fn ended(reads: &[&str]) -> String {
    let mut update = fed(None);
    for (number, code) in reads.iter().enumerate() {
        if number > 0 {
            update.reply(Err(CallFailure::Conflict));
            update.waited();
        }
        update.reply(Ok(function("r", code)));
    }
    for reply in [published("new"), active(), distribution("t", 7), json!({})] {
        update.reply(Ok(reply));
    }
    end(&update)
}

/// R14.5, R14.10: code that this run brought in, though it was refused, counts as changed. So does
/// code of someone else that this run replaced.
#[test]
fn code_is_compared_with_each_read_before_an_update() {
    for (reads, expected) in [
        (&["new"][..], "Update is not required"),
        (&["new", "new"], "Update is not required"),
        (&["old", "new"], "Update completed"),
        (&["new", "hotfix"], "Update completed"),
        (&["old", "hotfix"], "Update completed"),
        (&["new", "hotfix", "new"], "Update completed"),
    ] {
        assert_eq!(ended(reads), expected, "{reads:?}");
    }
}

/// R14.5, R14.10: what was read while another update was in progress does not count.
#[test]
fn code_of_a_busy_function_does_not_count() {
    let mut busy = function("r0", "old");
    busy["Configuration"]["LastUpdateStatus"] = json!("InProgress");
    let mut update = fed([Ok(busy)]);
    update.waited();
    for reply in
        [function("r1", "new"), published("new"), active(), distribution("t", 7), json!({})]
    {
        update.reply(Ok(reply));
    }
    assert_eq!(end(&update), "Update is not required");
}

/// R14.10: any call that is throttled is made again, the same each time, and then fails with its own
/// code.
#[test]
fn throttled_calls_are_made_again() {
    let replies =
        [function("r1", "old"), published("new"), active(), distribution("t1", 3), json!({})];
    for calls in 0..=replies.len() {
        let mut update = fed(replies.iter().take(calls).cloned().map(Ok));
        let call = format!("{:?}", update.poll());
        for pause in crate::Run::THROTTLE_PAUSES {
            assert_eq!(format!("{:?}", update.poll()), call);
            update.reply(Err(CallFailure::Throttled));
            assert!(matches!(update.poll(), NextStep::Wait(time) if time == pause), "{call}");
            assert_eq!(update.error(), None);
            update.reply(Ok(json!({}))); // it did not ask for a call
            update.waited();
        }
        assert_eq!(format!("{:?}", update.poll()), call);
        update.reply(Err(CallFailure::Throttled));
        assert_eq!(end(&update), if calls == 1 { "E6000" } else { "E1000" });
    }
}

/// R14.6, R14.10: the repeats of a throttled write spend none of its attempts.
#[test]
fn repeats_spend_no_attempts() {
    let mut update = fed(to_distribution());
    update.reply(Ok(distribution("t1", 3)));
    for attempt in 1..=Update::MAX_ATTEMPTS {
        for _ in crate::Run::THROTTLE_PAUSES {
            assert_eq!(operation(&update), "UpdateDistribution", "{attempt}");
            update.reply(Err(CallFailure::Throttled));
            update.waited();
        }
        update.reply(Err(CallFailure::NotYetUsable));
        update.waited();
    }
    assert_eq!(end(&update), "E1000");
}

/// Replies to the longest update, none of them throttled.
fn longest() -> Vec<Result<Value, CallFailure>> {
    let busy = || Ok(json!({"Configuration": {"LastUpdateStatus": "InProgress"}}));
    let mut unnamed = published("new");
    unnamed["Version"] = json!("$LATEST");
    let mut replies = Vec::new();
    for restart in 0..=Update::MAX_RESTARTS {
        replies.extend((1..Update::MAX_POLLS).map(|_| busy()));
        replies.push(Ok(function("r1", "old")));
        let is_last = restart == Update::MAX_RESTARTS;
        replies.push(if is_last { Ok(unnamed.clone()) } else { Err(CallFailure::Conflict) });
    }
    let page = || Ok(json!({"Versions": [], "NextMarker": "m"}));
    replies.extend((1..Search::MAX_PAGES).map(|_| page()));
    replies.push(Ok(json!({"Versions": [published("new")]})));
    replies.extend((1..Update::MAX_POLLS).map(|_| Ok(json!({"State": "Pending"}))));
    replies.push(Ok(active()));
    for _ in 1..Update::MAX_ATTEMPTS {
        replies.extend([Ok(distribution("t", 3)), Err(CallFailure::Stale)]);
    }
    replies.extend([Ok(distribution("t", 3)), Ok(json!({})), Ok(json!({}))]);
    replies
}

/// The bound on calls is the number of calls of the longest run there is, in which each call is
/// throttled as often as it can be (R14.10).
#[test]
fn the_longest_run_reaches_the_bound() {
    let settings = crate::DeploymentSettings::from_variables(|name| match name {
        "SettingsSecretName" => Some("settings".to_owned()),
        "CFDistributionId" => Some("E1".to_owned()),
        "LambdaFunctionName" => Some("edge".to_owned()),
        _ => None,
    });
    let event = crate::FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t"));
    let mut run = crate::Run::new(&settings, &event);
    let secret = Ok(json!({"SecretString": r#"{"token":"t"}"#}));
    let mut calls = 0;
    for reply in std::iter::once(secret).chain(longest()) {
        for outcome in std::iter::repeat_n(Err(CallFailure::Throttled), 5).chain([reply]) {
            run.waited();
            assert!(matches!(run.poll(), NextStep::Call(_)), "{calls}: {run:?}");
            run.reply(outcome);
            calls += 1;
        }
    }
    let NextStep::Done(response) = run.poll() else { panic!("{run:?}") };
    assert_eq!(response.body(), r#"{"status":"Update completed"}"#);
    assert_eq!(longest().len(), 637);
    assert_eq!(Update::MAX_CALLS, 6 * 637);
    assert_eq!((calls, crate::Run::MAX_CALLS), (3_828, 3_828));
}
