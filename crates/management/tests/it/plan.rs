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

/// R14.4: the sample's plan, call by call, with what each of them changes.
#[test]
fn the_samples_plan() {
    let expected = format!(
        r#"Plan for function edge and distribution UNKNOWN:
1. GetFunction reads the function. It changes nothing.
2. UpdateFunctionCode changes the function. It takes the code from s3://fingerprint-pro-cloudfront-integration/v2/lambda_latest.zip.
   It publishes version 8.
   It is refused if the function is not at revision b1c2d3 any more.
3. GetFunctionConfiguration reads version 8, again and again until it is active. It changes nothing.
4. GetDistributionConfig reads the distribution's configuration. It changes nothing.
5. UpdateDistribution changes the distribution's configuration:
     /CacheBehaviors/Items/[/ore54guier/*]/LambdaFunctionAssociations/Items/0/LambdaFunctionARN
       from "{ARN}:6"
       to   "{ARN}:8"
     /CacheBehaviors/Items/[/checkout/*/agent]/LambdaFunctionAssociations/Items/0/LambdaFunctionARN
       from "{ARN}:7"
       to   "{ARN}:8"
   It is refused and planned again if the tag is not E3EXAMPLE any more.
6. CreateInvalidation removes the responses under these paths from the caches:
     /checkout/*
     /ore54guier/*
   Its reference is edge-8-DIGEST, with a digest of the paths and the new tag.
Then answer 200 OK: {{"status":"Update completed"}}
"#
    );
    assert_eq!(plan(&sample()), expected);
}

/// R14.5: unchanged code is the highest version that is known.
#[test]
fn unchanged_code_is_the_highest_version() {
    let plan = plan(&Input { unchanged: true, ..sample() });
    assert!(plan.contains("reads version 7, again and again until it is active"), "{plan}");
    assert!(plan.contains("The code is that of version 7, so nothing is published."), "{plan}");
    assert!(plan.contains(&format!("from \"{ARN}:6\"\n       to   \"{ARN}:7\"")), "{plan}");
    assert!(!plan.contains(&format!("from \"{ARN}:7\"")), "{plan}");
}

/// R14.4, R14.5: where nothing is written, the reference is known, and a repeat is the same batch.
#[test]
fn nothing_to_write_is_said() {
    let plan = plan(&Input { version: Some(6), unchanged: true, ..sample() });
    let end = r#"
4. GetDistributionConfig reads the distribution's configuration. It changes nothing.
5. CreateInvalidation removes the responses under these paths from the caches:
     /checkout/*
     /ore54guier/*
   It changes nothing if the reference edge-6-921b0411d0aef4f3 was used before.
Then answer 200 OK: {"status":"Update is not required"}
"#;
    assert!(plan.ends_with(end), "{plan}");
}

/// R14.10: a function that is being updated or created is waited for.
#[test]
fn busy_functions_are_waited_for() {
    for (member, status) in [("LastUpdateStatus", "InProgress"), ("State", "Pending")] {
        let mut input = sample();
        input.function["Configuration"][member] = json!(status);
        is_waited_for(&plan(&input));
    }
}

fn is_waited_for(plan: &str) {
    let start = "\
1. GetFunction reads the function. It changes nothing.
   Then wait for 1s.
2. GetFunction reads the function. It changes nothing.
3. UpdateFunctionCode changes";
    assert!(plan.contains(start), "{plan}");
    assert!(plan.ends_with("Then answer 200 OK: {\"status\":\"Update completed\"}\n"), "{plan}");
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
    assert!(text.contains("takes the code from s3://own-bucket/own.zip."), "{text}");

    let versions = json!({"Versions": [{"FunctionArn": format!("{ARN}:11")}]});
    let plan = plan(&Input { versions, ..sample() });
    assert!(plan.contains("reads version 12, again and again until it is active"), "{plan}");
}
