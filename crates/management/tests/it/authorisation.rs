//! What an unauthorised caller costs and learns (R14.1).

use std::collections::HashSet;

use firstparty_management::{AuthorisationError, CallFailure, FunctionUrlEvent, NextStep, Run};
use serde_json::{Value, json};

use super::cloud::{Cloud, TOKEN};
use super::driver::{drive, request, settings};
use super::fault::{self, Fault};
use super::world;

/// Fields that are missing or malformed.
const MALFORMED: [Option<&str>; 12] = [
    None,
    Some(""),
    Some(" "),
    Some("mgmt-token"),
    Some("mgmt-token "),
    Some("mgmt-token  x"),
    Some(" mgmt-token s3cret-t0ken"),
    Some("mgmt-token s3cret-t0ken "),
    Some("Basic eDp5"),
    Some(TOKEN),
    Some("mgmt-token a,mgmt-token b"),
    Some("mgmt-token \u{0}"),
];

const REQUESTS: [(&str, &str); 4] =
    [("POST", "/update"), ("GET", "/status"), ("GET", "/"), ("DELETE", "/nowhere")];

/// R14.1: no call is made for them, whatever the request.
#[test]
fn malformed_fields_cost_no_call() {
    let mut runs = 0;
    for field in MALFORMED {
        for (method, path) in REQUESTS {
            let run = Run::new(&settings(), &FunctionUrlEvent::new(method, path, field));
            let trace = drive(run, &mut world::fresh(), &[]);
            assert_eq!(trace.calls, [""; 0], "{field:?}");
            assert_eq!(trace.response.unwrap().0, 401);
            let reason = match field {
                None => AuthorisationError::FieldMissing,
                Some(_) => AuthorisationError::FieldMalformed,
            };
            assert_eq!(trace.reason, Some(reason));
            runs += 1;
        }
    }
    assert_eq!(runs, 48);
}

/// R14.1, R14.10: a well-formed but wrong token costs one call, or its repeats. The response is always the same: it depends
/// neither on the cloud's state, nor on the request, nor on the secret.
#[test]
fn unauthorised_responses_are_one_constant() {
    let constant = json!({"status": "Token is not specified or not valid"});
    let (mut runs, mut reasons) = (0, HashSet::new());
    for (_, start) in world::ALL {
        for (method, path) in REQUESTS {
            let faults = fault::all("GetSecretValue").into_iter().map(Some).chain([None]);
            for fault in faults.filter(|fault| *fault != Some(Fault::Killed)) {
                let event = FunctionUrlEvent::new(method, path, Some("mgmt-token wrong"));
                let schedule: Vec<_> = fault.into_iter().map(|fault| (0, fault)).collect();
                let trace = drive(Run::new(&settings(), &event), &mut start(), &schedule);
                let calls = match fault {
                    Some(Fault::Throttled) => 6,
                    Some(Fault::Refused(name)) if fault::is_throttling(name) => 2,
                    _ => 1,
                };
                assert_eq!(trace.calls, vec!["GetSecretValue"; calls], "{fault:?}");
                assert_eq!(trace.response, Some((401, constant.clone())));
                let reason = reason(fault);
                assert_eq!(trace.reason, Some(reason), "{fault:?}");
                reasons.insert(reason);
                runs += 1;
            }
        }
    }
    println!("{runs} unauthorised runs, one response");
    assert!(runs > 500);
    assert_eq!(reasons.len(), 6, "the host is told more than the caller: {reasons:?}");
}

/// What the host is told if the call for the secret met this fault, and the token is wrong.
fn reason(fault: Option<Fault>) -> AuthorisationError {
    let unreadable = AuthorisationError::SecretUnreadable;
    match fault {
        Some(Fault::Throttled) => unreadable(CallFailure::Throttled),
        Some(Fault::Refused(name)) if !fault::is_throttling(name) => {
            unreadable(CallFailure::from_name(name))
        }
        Some(Fault::Lost) => unreadable(CallFailure::Other),
        Some(Fault::Garbled(_)) => AuthorisationError::TokenMissing,
        Some(
            Fault::Refused(_)
            | Fault::Killed
            | Fault::Repeated
            | Fault::Edited(_)
            | Fault::Busy
            | Fault::Updated,
        )
        | None => AuthorisationError::TokenWrong,
    }
}

/// R14.1: the right token with an unreadable secret is not authorised either.
#[test]
fn a_failed_secret_authorises_nobody() {
    for fault in fault::all("GetSecretValue") {
        let trace = drive(request("GET", "/status"), &mut world::settled(), &[(0, fault)]);
        let expected = match fault {
            Fault::Killed => None,
            _ if fault.spoils_secret() || fault == Fault::Throttled => Some(401),
            _ => Some(200),
        };
        assert_eq!(trace.response.map(|(status, _)| status), expected, "{fault:?}");
    }
}

/// R14.1: what goes wrong with any other call does not make a caller unauthorised.
#[test]
fn other_calls_do_not_unauthorise() {
    for (method, path) in [("GET", "/status"), ("POST", "/update")] {
        let calls = drive(request(method, path), &mut world::fresh(), &[]).calls;
        for (at, operation) in calls.iter().enumerate().skip(1) {
            for fault in fault::all(operation) {
                let run = request(method, path);
                let response = drive(run, &mut world::fresh(), &[(at, fault)]).response;
                assert!(response.is_none_or(|(status, _)| status != 401), "{operation} {fault:?}");
            }
        }
    }
}

/// R14.1: every text that differs from the token in one character is wrong.
#[test]
fn near_misses_are_wrong() {
    let mut cloud: Cloud = world::settled();
    let mut misses: Vec<String> = (0..TOKEN.len())
        .map(|at| {
            let mut near = TOKEN.as_bytes().to_vec();
            near[at] ^= 1;
            String::from_utf8(near).unwrap()
        })
        .collect();
    misses.extend((1..TOKEN.len()).map(|length| TOKEN[..length].to_owned()));
    misses.push(format!("{TOKEN}{TOKEN}"));
    for miss in misses {
        let event = FunctionUrlEvent::new("GET", "/status", Some(&format!("mgmt-token {miss}")));
        let trace = drive(Run::new(&settings(), &event), &mut cloud, &[]);
        assert_eq!(trace.response.unwrap().0, 401, "{miss}");
    }
}

/// R14.1: blanks around the token in the secret count.
#[test]
fn blanks_belong_to_the_token() {
    for expected in [format!("{TOKEN} "), format!(" {TOKEN}"), format!("{TOKEN}\n")] {
        let mut run = request("GET", "/status");
        run.reply(Ok(json!({"SecretString": json!({"token": expected}).to_string()})));
        let NextStep::Done(response) = run.poll() else { panic!("{expected:?}") };
        assert_eq!(response.status(), 401, "{expected:?}");
    }
}

/// R14.2: without deployment settings an authorised caller learns which one is missing.
#[test]
fn missing_settings_are_told_to_authorised_callers_only() {
    let settings = firstparty_management::DeploymentSettings::from_variables(|name| {
        (name == "SettingsSecretName").then(|| "settings".to_owned())
    });
    let run = |token: &str| {
        let event = FunctionUrlEvent::new("POST", "/update", Some(&format!("mgmt-token {token}")));
        drive(Run::new(&settings, &event), &mut world::settled(), &[]).response.unwrap()
    };
    let (status, body) = run(TOKEN);
    assert_eq!((status, &body["error"]), (500, &json!("CFDistributionId is not set")));
    assert_eq!(run("wrong").0, 401);
}

/// No text of an operation's error gets into a response.
#[test]
fn errors_do_not_leak() {
    let mut run = request("POST", "/update");
    run.reply(Ok(json!({"SecretString": json!({"token": TOKEN}).to_string()})));
    run.reply(Err(CallFailure::from_name("arn:aws:iam::1:role/leak is not allowed")));
    let NextStep::Done(response) = run.poll() else { panic!("it failed") };
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body, json!({"status": "Error occurred", "errorCode": "E1000"}));
    assert_eq!(run.error().unwrap().to_string(), "GetFunction failed");
}
