//! An update, as text, against a cloud that always says the same.

use firstparty_management::{
    Call, CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run,
};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:lambda:us-east-1:1:function:edge";

/// All that the run wants, up to its response.
pub(crate) fn outcome() -> String {
    let event = FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken"));
    let mut run = Run::new(&DeploymentSettings::from_variables(variable), &event);
    let mut outcome = String::new();
    loop {
        let wanted = run.poll();
        outcome += &format!("{wanted:?}\n");
        match wanted {
            NextStep::Call(call) => {
                let reply = reply(&call);
                run.reply(reply);
            }
            NextStep::Wait(_) => run.waited(),
            NextStep::Done(_) => return outcome,
        }
    }
}

fn variable(name: &str) -> Option<String> {
    match name {
        "SettingsSecretName" => Some("settings".to_owned()),
        "CFDistributionId" => Some("E2EXAMPLE".to_owned()),
        "LambdaFunctionName" => Some("edge".to_owned()),
        _ => None,
    }
}

fn reply(call: &Call<'_>) -> Result<Value, CallFailure> {
    Ok(match call {
        Call::GetSecretValue { .. } => json!({"SecretString": r#"{"token":"t0ken"}"#}),
        Call::GetFunction { .. } => json!({"Configuration": {"RevisionId": "r1"}}),
        Call::UpdateFunctionCode { .. } => {
            json!({"Version": "8", "FunctionArn": format!("{ARN}:8"), "RevisionId": "r2"})
        }
        Call::GetFunctionConfiguration { .. } => json!({"State": "Active"}),
        Call::GetDistributionConfig { .. } => json!({"ETag": "t", "DistributionConfig": {
            "Origins": {"Items": [{"Id": "cdn", "DomainName": "fpcdn.io"}]},
            "DefaultCacheBehavior": {"TargetOriginId": "cdn", "LambdaFunctionAssociations": {
                "Items": [
                    {"EventType": "origin-request", "LambdaFunctionARN": format!("{ARN}:7")},
                ],
            }},
        }}),
        _ => json!({}),
    })
}
