//! The plan that the example `update_dry_run` prints.

use std::process::Command;

use crate::program;

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:edge";

/// Runs the example, built anew, and gives its output.
fn dry_run(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(program::build("update_dry_run"));
    let output = command.args(arguments).envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).unwrap()
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
- invalidate, unless done already (reference edge-8)
    /checkout/*
    /ore54guier/*
Then answer 200 OK: {{"status":"Update completed"}}
"#
    );
    assert_eq!(dry_run(&[], &[]), expected);
}

/// R14.5: unchanged code is the highest version that is known.
#[test]
fn unchanged_code_is_the_highest_version() {
    let plan = dry_run(&["--unchanged"], &[]);
    assert!(plan.contains("wait until version 7 is active"), "{plan}");
    assert!(plan.contains(&format!("from \"{ARN}:6\"\n      to   \"{ARN}:7\"")), "{plan}");
    assert!(!plan.contains(&format!("from \"{ARN}:7\"")), "{plan}");
}

/// R14.2, R14.4: the environment's settings count, and so do versions from a file.
#[test]
fn settings_come_from_the_environment() {
    let variables = [("LambdaCodeBucket", "own-bucket"), ("LambdaCodeKey", "own.zip")];
    let plan = dry_run(&[], &variables);
    assert!(plan.contains("take the code from s3://own-bucket/own.zip"), "{plan}");

    let file = std::env::temp_dir().join(format!("versions-{}.json", std::process::id()));
    let list = serde_json::json!({"Versions": [{"FunctionArn": format!("{ARN}:11")}]});
    std::fs::write(&file, list.to_string()).unwrap();
    let path = file.to_str().unwrap();
    let plan = dry_run(&["--versions", path], &[]);
    std::fs::remove_file(&file).unwrap();
    assert!(plan.contains("wait until version 12 is active"), "{plan}");
}
