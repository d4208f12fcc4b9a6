//! The plan that the example `update_dry_run` prints.

use serde_json::{Value, json};

use update_dry_run::Input;

#[path = "../../examples/update_dry_run/plan.rs"]
mod update_dry_run;

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:edge";

/// The input without files and arguments.
fn sample() -> Input<'static> {
    Input {
        function: update_dry_run::sample_function(),
        distribution: update_dry_run::sample_distribution(),
        versions: Value::Null,
        distribution_id: "UNKNOWN",
        version: None,
        unchanged: false,
    }
}

fn plan(input: &Input<'_>) -> String {
    let plan = update_dry_run::make(input, |_| None).unwrap();
    assert!(plan.succeeds, "{}", plan.text);
    plan.text
}

/// R14.4: the sample's plan, line by line.
#[test]
fn the_samples_plan() {
    let expected = format!(
        r#"Plan for function edge and distribution UNKNOWN:
- read: GetFunction
- take the code from s3://fingerprint-pro-cloudfront-integration/v2/lambda_latest.zip and publish it
  (refused if the function is not at revision b1c2d3 any more)
- wait until version 8 is active
- read: GetDistributionConfig
- change the distribution's configuration
  (refused and planned again if its tag is not E3EXAMPLE any more)
    /CacheBehaviors/Items/[/ore54guier/*]/LambdaFunctionAssociations/Items/0/LambdaFunctionARN
      from "{ARN}:6"
      to   "{ARN}:8"
    /CacheBehaviors/Items/[/checkout/*/agent]/LambdaFunctionAssociations/Items/0/LambdaFunctionARN
      from "{ARN}:7"
      to   "{ARN}:8"
- invalidate, unless done already (reference edge-8-921b0411d0aef4f3)
    /checkout/*
    /ore54guier/*
Then answer 200 OK: {{"status":"Update completed"}}
"#
    );
    assert_eq!(plan(&sample()), expected);
}

/// R14.5: unchanged code is the highest version that is known.
#[test]
fn unchanged_code_is_the_highest_version() {
    let plan = plan(&Input { unchanged: true, ..sample() });
    assert!(plan.contains("wait until version 7 is active"), "{plan}");
    assert!(plan.contains(&format!("from \"{ARN}:6\"\n      to   \"{ARN}:7\"")), "{plan}");
    assert!(!plan.contains(&format!("from \"{ARN}:7\"")), "{plan}");
}

/// R14.2, R14.4: the environment's settings count, and so do versions that are listed.
#[test]
fn settings_come_from_the_environment() {
    let own = update_dry_run::make(&sample(), |variable| match variable {
        "LambdaCodeBucket" => Some("own-bucket".to_owned()),
        "LambdaCodeKey" => Some("own.zip".to_owned()),
        _ => None,
    });
    let text = own.unwrap().text;
    assert!(text.contains("take the code from s3://own-bucket/own.zip"), "{text}");

    let versions = json!({"Versions": [{"FunctionArn": format!("{ARN}:11")}]});
    let plan = plan(&Input { versions, ..sample() });
    assert!(plan.contains("wait until version 12 is active"), "{plan}");
}
