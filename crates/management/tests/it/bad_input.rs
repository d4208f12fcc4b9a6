//! Bad input: events, replies and configurations of any shape and size.

use firstparty_management::{Call, FunctionUrlEvent, FunctionUrlEventError, NextStep, Run};
use serde_json::{Value, json};

use super::cloud::{ARN, TOKEN};
use super::driver::{request, settings, update};
use super::world::{self, behaviour};

/// Malformed function-URL events: typed errors, and the response of an unauthorised request.
#[test]
fn malformed_events_are_unauthorised() {
    let http = json!({"http": {"method": "POST"}});
    for (payload, error) in [
        (json!(null), FunctionUrlEventError::Member("rawPath")),
        (json!({"rawPath": 1}), FunctionUrlEventError::Member("rawPath")),
        (
            json!({"rawPath": "/update"}),
            FunctionUrlEventError::Member("requestContext.http.method"),
        ),
        (
            json!({"rawPath": "/update", "requestContext": {"http": {"method": null}}}),
            FunctionUrlEventError::Member("requestContext.http.method"),
        ),
        (
            json!({"rawPath": "/update", "requestContext": http, "headers": [TOKEN]}),
            FunctionUrlEventError::Member("headers"),
        ),
        (
            json!({"rawPath": "/update", "requestContext": http, "headers": {"Authorization": {"x": TOKEN}}}),
            FunctionUrlEventError::Member("headers.authorization"),
        ),
    ] {
        let payload = payload.to_string();
        assert_eq!(FunctionUrlEvent::from_json(payload.as_bytes()), Err(error));
        assert!(!error.to_string().contains(TOKEN));
        let run = Run::from_json(&settings(), payload.as_bytes());
        let NextStep::Done(response) = run.poll() else { panic!("{payload}") };
        assert_eq!(response.status(), 401);
    }
    let deep = "[".repeat(100_000);
    assert_eq!(FunctionUrlEvent::from_json(deep.as_bytes()), Err(FunctionUrlEventError::Json));
    assert_eq!(FunctionUrlEvent::from_json(b""), Err(FunctionUrlEventError::Json));
}

/// A payload as AWS documents it.
#[test]
fn documented_events_are_read() {
    let payload = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/status/", "rawQueryString": "a=b",
        "headers": {"authorization": format!("mgmt-token {TOKEN}"), "x-forwarded-for": "::1"},
        "requestContext": {"accountId": "anonymous", "http": {"method": "GET", "path": "/status/"}},
        "isBase64Encoded": false,
    });
    let run = Run::from_json(&settings(), payload.to_string().as_bytes());
    assert!(matches!(run.poll(), NextStep::Call(Call::GetSecretValue { secret_id: "settings" })));
}

/// R14.9: in five megabytes of configuration, only the ARNs change.
#[test]
fn large_configurations_are_edited_in_place() {
    let similar = format!("{ARN}-2:1");
    let mut behaviours: Vec<Value> = (0..10_000)
        .map(|number| {
            let pattern = format!("/{number}/{}", "x".repeat(250));
            behaviour(&pattern, "cdn", &[("origin-request", similar.as_str())])
        })
        .collect();
    let arn = format!("{ARN}:1");
    behaviours.push(behaviour("/fp/*", "cdn", &[("origin-request", &arn)]));
    let mut cloud = world::fresh();
    let mut config = world::config(&behaviours);
    config["Unknown"] = json!("y".repeat(1_000_000));
    assert!(config.to_string().len() > 5_000_000);
    cloud.cloudfront = super::cloud::CloudFront::new(&config);
    assert_eq!(update(&mut cloud, &[]).end(), "Update completed");
    let last = config["CacheBehaviors"]["Items"].as_array_mut().unwrap().last_mut().unwrap();
    last["LambdaFunctionAssociations"]["Items"][0]["LambdaFunctionARN"] = json!(format!("{ARN}:3"));
    assert_eq!(cloud.cloudfront.config, config);
}

/// R14.8: at each step, replies of every JSON type and of half the documented shape.
#[test]
fn odd_replies_are_errors_with_a_code() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1.5e300),
        json!(""),
        json!([]),
        json!([[[]]]),
        json!({"Configuration": []}),
        json!({"Configuration": {"RevisionId": 1}}),
        json!({"RevisionId": "r", "Version": "1", "FunctionArn": "arn:::::::"}),
        json!({"Versions": {"Version": "1"}, "NextMarker": 5}),
        json!({"State": ["Active"]}),
        json!({"ETag": "", "DistributionConfig": {}}),
        json!({"ETag": "t", "DistributionConfig": {"Origins": {"Items": [null, 1, {}]}}}),
        json!({"ETag": "t", "DistributionConfig": {"CacheBehaviors": [], "DefaultCacheBehavior": 7}}),
    ];
    for steps in 1..7 {
        for reply in &odd {
            let mut cloud = world::fresh();
            let mut run = request("POST", "/update");
            for _ in 0..steps {
                let NextStep::Call(call) = run.poll() else { panic!() };
                let outcome = cloud.perform(&call).unwrap();
                run.reply(Ok(outcome));
            }
            run.reply(Ok(reply.clone()));
            // Whatever it is now, feeding the same again and again ends it.
            for _ in 0..Run::MAX_CALLS {
                run.waited();
                run.reply(Ok(reply.clone()));
            }
            let NextStep::Done(response) = run.poll() else { panic!("{steps} {reply}") };
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            assert!(response.status() == 200 || body["errorCode"].is_string());
        }
    }
}
