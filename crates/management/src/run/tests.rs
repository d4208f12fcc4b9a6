use serde_json::json;

use super::*;

fn reason(run: &Run) -> Option<AuthorisationError> {
    assert_eq!(done(run), (401, UNAUTHORISED.into()));
    run.authorisation_error()
}

fn settings(id: Option<&str>) -> DeploymentSettings {
    DeploymentSettings::from_variables(|name| match name {
        "SettingsSecretName" => Some("settings".into()),
        "LambdaFunctionName" => Some("edge".into()),
        "CFDistributionId" => id.map(str::to_owned),
        _ => None,
    })
}

fn done(run: &Run) -> (u16, String) {
    let NextStep::Done(response) = run.poll() else { panic!("not done: {run:?}") };
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(run.error(), None);
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

fn secret() -> Value {
    json!({"SecretString": r#"{"token":"s3cret"}"#})
}

const UNAUTHORISED: &str = r#"{"status":"Token is not specified or not valid"}"#;

/// R14.1: the host is told why, and the caller is not.
#[test]
fn the_host_learns_the_reason() {
    let settings = settings(Some("E1"));
    let run = |field| Run::new(&settings, &FunctionUrlEvent::new("GET", "/status", field));
    let missing = run(None);
    assert_eq!(reason(&missing), Some(AuthorisationError::FieldMissing));
    for field in ["", "s3cret", "Bearer s3cret", "mgmt-token "] {
        assert_eq!(reason(&run(Some(field))), Some(AuthorisationError::FieldMalformed));
    }
    for (outcome, expected) in [
        (Ok(secret()), AuthorisationError::TokenWrong),
        (Ok(json!({})), AuthorisationError::TokenMissing),
        (
            Err(CallFailure::AccessDenied),
            AuthorisationError::SecretUnreadable(CallFailure::AccessDenied),
        ),
        (Err(CallFailure::NotFound), AuthorisationError::SecretUnreadable(CallFailure::NotFound)),
    ] {
        let mut run = run(Some("mgmt-token x"));
        assert_eq!(run.authorisation_error(), None, "the token was not compared yet");
        run.reply(outcome);
        assert_eq!(reason(&run), Some(expected));
        assert!(!format!("{expected} {expected:?} {run:?}").contains("s3cret"));
    }
    let unnamed = DeploymentSettings::from_variables(|_| None);
    let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret"));
    assert_eq!(reason(&Run::new(&unnamed, &event)), Some(AuthorisationError::SecretNotNamed));
    let odd = crate::event::FunctionUrlEventError::Member("rawPath");
    let run = Run::from_json(&settings, b"{}");
    assert_eq!(reason(&run), Some(AuthorisationError::EventMalformed(odd)));
}

/// R14.10: the secret is read again after 1, 2, 4, 8 and 16 seconds.
#[test]
fn a_throttled_secret_is_read_again() {
    let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret"));
    let mut run = Run::new(&settings(Some("E1")), &event);
    for pause in Run::THROTTLE_PAUSES {
        assert!(matches!(run.poll(), NextStep::Call(Call::GetSecretValue { .. })));
        run.reply(Err(CallFailure::Throttled));
        assert!(matches!(run.poll(), NextStep::Wait(time) if time == pause), "{pause:?}");
        run.reply(Ok(secret())); // it did not ask for a call
        assert!(matches!(run.poll(), NextStep::Wait(time) if time == pause), "{pause:?}");
        run.waited();
    }
    run.reply(Err(CallFailure::Throttled));
    let throttled = AuthorisationError::SecretUnreadable(CallFailure::Throttled);
    assert_eq!(reason(&run), Some(throttled));
}

/// R14.1: a wrong form costs no call; a wrong token and a secret that cannot be read get the
/// same response.
#[test]
fn everyone_else_gets_one_response() {
    let settings = settings(Some("E1"));
    for field in [None, Some(""), Some("s3cret"), Some("Bearer s3cret"), Some("mgmt-token ")] {
        for path in ["/status", "/update", "/nowhere"] {
            let run = Run::new(&settings, &FunctionUrlEvent::new("POST", path, field));
            assert_eq!(done(&run), (401, UNAUTHORISED.into()), "{field:?}");
        }
    }
    let outcomes =
        [Ok(secret()), Ok(json!({})), Err(CallFailure::AccessDenied), Err(CallFailure::Other)];
    for outcome in outcomes {
        let mut run =
            Run::new(&settings, &FunctionUrlEvent::new("GET", "/status", Some("mgmt-token x")));
        assert!(matches!(
            run.poll(),
            NextStep::Call(Call::GetSecretValue { secret_id: "settings" })
        ));
        run.reply(outcome);
        assert_eq!(done(&run), (401, UNAUTHORISED.into()));
        run.reply(Ok(secret()));
        assert_eq!(done(&run), (401, UNAUTHORISED.into()), "a second try");
    }
}

/// R14.1: without a secret, or without an event, no caller is authorised.
#[test]
fn no_caller_is_authorised_without_a_secret() {
    let none = DeploymentSettings::from_variables(|_| None);
    let run = Run::new(&none, &FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret")));
    assert_eq!(done(&run), (401, UNAUTHORISED.into()));
    for payload in [&b""[..], b"{}", b"\xff", br#"{"rawPath":"/status"}"#] {
        let run = Run::from_json(&settings(Some("E1")), payload);
        assert_eq!(done(&run), (401, UNAUTHORISED.into()));
    }
}

/// R14.2: routes and settings are used after authorisation only.
#[test]
fn authorised_callers_learn_what_is_wrong() {
    let authorised = |id, method: &str, path: &str| {
        let event = FunctionUrlEvent::new(method, path, Some("mgmt-token s3cret"));
        let mut run = Run::new(&settings(id), &event);
        run.reply(Ok(secret()));
        run
    };
    let not_found = (404, r#"{"status":"Path not found"}"#.to_owned());
    assert_eq!(done(&authorised(Some("E1"), "GET", "/update")), not_found);
    assert_eq!(done(&authorised(None, "POST", "/elsewhere")), not_found);
    let (status, body) = done(&authorised(None, "POST", "/update"));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["error"]), (500, &json!("CFDistributionId is not set")));
    let expected = "Wrong function configuration. Check environment variables for Lambda@Edge function and CloudFront Distribution id";
    assert_eq!(body["status"], expected);
    for (method, path) in [("GET", "/status"), ("POST", "/update")] {
        let run = authorised(Some("E1"), method, path);
        assert!(matches!(run.poll(), NextStep::Call(Call::GetFunction { function_name: "edge" })));
        assert!(!format!("{run:?}").contains("s3cret"));
        assert_eq!(run.authorisation_error(), None);
    }
}

/// A wait that nothing asked for is ignored.
#[test]
fn waits_that_nothing_asked_for_are_ignored() {
    let mut run = Run::new(
        &settings(Some("E1")),
        &FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret")),
    );
    run.waited();
    assert!(matches!(run.poll(), NextStep::Call(Call::GetSecretValue { .. })));
    run.reply(Ok(secret()));
    run.waited();
    assert!(matches!(run.poll(), NextStep::Call(Call::GetFunction { .. })));
    // One that was asked for is not.
    run.reply(Err(CallFailure::Throttled));
    assert!(matches!(run.poll(), NextStep::Wait(_)));
    run.waited();
    assert!(matches!(run.poll(), NextStep::Call(Call::GetFunction { .. })));
}

/// `Debug` does not show the token.
#[test]
fn debug_hides_the_token() {
    let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret"));
    let run = Run::new(&settings(Some("E1")), &event);
    assert!(!format!("{run:?} {:?} {event:?}", run.poll()).contains("s3cret"));
}
