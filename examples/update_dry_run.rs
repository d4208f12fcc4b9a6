//! What would an update change? Reads a distribution's configuration and a function's state from
//! files and prints a plan. It calls nobody and changes nothing.
//!
//! The files are what these commands print:
//!
//! ```sh
//! aws lambda get-function --function-name NAME > function.json
//! aws cloudfront get-distribution-config --id ID > distribution.json
//! cargo run --features management --example update_dry_run -- \
//!     --function function.json --distribution distribution.json
//! ```
//!
//! The environment's settings count as they do for the management function: `LambdaCodeBucket` and
//! `LambdaCodeKey` for a package of your own, `fpjs_cdn_url` and `fpjs_ingress_base_host` for other
//! origins. The version that would be published is one more than the highest that is known: from
//! the distribution, and from what `aws lambda list-versions-by-function --function-name NAME`
//! prints if it is given as `--versions`.
//!
//! Without files it plans the update of a small sample deployment. The plan is made by the same
//! machine that performs updates: this host answers its calls from the files.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use clap::Parser;
use firstparty::management::{Call, Failure, Settings, Step, Update};
use serde_json::{Value, json};

/// Prints what an update of a CloudFront deployment would change.
#[derive(Parser)]
struct Arguments {
    /// The output of `aws lambda get-function`.
    #[arg(long, requires = "distribution")]
    function: Option<PathBuf>,
    /// The output of `aws cloudfront get-distribution-config`.
    #[arg(long, requires = "function")]
    distribution: Option<PathBuf>,
    /// The distribution's id, which its configuration does not tell.
    #[arg(long, default_value = "UNKNOWN")]
    distribution_id: String,
    /// The output of `aws lambda list-versions-by-function`.
    #[arg(long)]
    versions: Option<PathBuf>,
    /// The version that would be published [default: one more than the highest that is known, or
    /// that one if the code is unchanged].
    #[arg(long)]
    version: Option<u32>,
    /// Plan for code that has not changed since the highest version was published.
    #[arg(long)]
    unchanged: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("update_dry_run: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let function = read(arguments.function.as_deref(), sample_function)?;
    let distribution = read(arguments.distribution.as_deref(), sample_distribution)?;
    let name = function.pointer("/Configuration/FunctionName").and_then(Value::as_str);
    let name = name.ok_or("the function's file has no Configuration.FunctionName")?;
    let settings = Settings::from_variables(|variable| match variable {
        "CFDistributionId" => Some(arguments.distribution_id.clone()),
        "LambdaFunctionName" => Some(name.to_owned()),
        other => env::var(other).ok(),
    });
    let deployment = settings.deployment()?;
    let versions = read(arguments.versions.as_deref(), || Value::Null)?;
    let highest = highest_version(&distribution, name).max(highest_version(&versions, name));
    let next = if arguments.unchanged { highest } else { highest.saturating_add(1) };
    let version = arguments.version.unwrap_or(next);
    let cloud = Files { function: &function, distribution: &distribution, version, arguments };

    println!("Plan for function {name} and distribution {}:", arguments.distribution_id);
    let mut update = Update::new(deployment);
    loop {
        let outcome = match update.poll() {
            Step::Call(call) => {
                cloud.describe(&call);
                cloud.answer(&call)
            }
            Step::Wait(_) => {
                update.waited();
                continue;
            }
            Step::Done(response) => {
                println!("Then answer {}: {}", response.status(), text(response.body())?);
                return Ok(conclude(&update));
            }
        };
        update.reply(outcome);
    }
}

fn conclude(update: &Update) -> ExitCode {
    match update.error() {
        None => ExitCode::SUCCESS,
        Some(error) => {
            println!("The update would fail: {error}.");
            ExitCode::FAILURE
        }
    }
}

/// A cloud that knows what the files say.
struct Files<'a> {
    function: &'a Value,
    distribution: &'a Value,
    version: u32,
    arguments: &'a Arguments,
}

impl Files<'_> {
    fn answer(&self, call: &Call<'_>) -> Result<Value, Failure> {
        match call {
            Call::GetFunction { .. } => Ok(self.function.clone()),
            Call::UpdateFunctionCode { .. } => Ok(self.published()),
            Call::GetFunctionConfiguration { .. } => Ok(json!({"State": "Active"})),
            Call::GetDistributionConfig { .. } => Ok(self.distribution.clone()),
            Call::UpdateDistribution { .. } | Call::CreateInvalidation { .. } => Ok(json!({})),
            _ => Err(Failure::Other),
        }
    }

    /// The function's state after its code was updated.
    fn published(&self) -> Value {
        let mut published = self.function.get("Configuration").cloned().unwrap_or_default();
        if let Some(members) = published.as_object_mut() {
            members.insert("Version".into(), json!(self.version.to_string()));
            members.insert("RevisionId".into(), json!("after the update"));
            if !self.arguments.unchanged {
                members.insert("CodeSha256".into(), json!("new code"));
            }
        }
        published
    }

    /// One line of the plan, or several.
    fn describe(&self, call: &Call<'_>) {
        match call {
            Call::UpdateFunctionCode { s3_bucket, s3_key, revision_id, .. } => {
                println!("- take the code from s3://{s3_bucket}/{s3_key} and publish it");
                println!("  (refused if the function is not at revision {revision_id} any more)");
            }
            Call::GetFunctionConfiguration { qualifier, .. } => {
                println!("- wait until version {qualifier} is active");
            }
            Call::UpdateDistribution { if_match, distribution_config, .. } => {
                println!("- change the distribution's configuration");
                println!("  (refused and planned again if its tag is not {if_match} any more)");
                let before = self.distribution.get("DistributionConfig").unwrap_or(&Value::Null);
                differences("", before, distribution_config);
            }
            Call::CreateInvalidation { invalidation_batch, .. } => {
                let reference = invalidation_batch.caller_reference;
                println!("- invalidate, unless done already (reference {reference})");
                for path in invalidation_batch.paths.items {
                    println!("    {path}");
                }
            }
            reading => println!("- read: {}", reading.operation()),
        }
    }
}

/// Prints every value that differs, whatever it is: a plan hides nothing.
fn differences(path: &str, before: &Value, after: &Value) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) if old.keys().eq(new.keys()) => {
            for ((name, before), after) in old.iter().zip(new.values()) {
                differences(&format!("{path}/{name}"), before, after);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (at, (before, after)) in old.iter().zip(new).enumerate() {
                let pattern = before.get("PathPattern").and_then(Value::as_str);
                let label =
                    pattern.map_or_else(|| at.to_string(), |pattern| format!("[{pattern}]"));
                differences(&format!("{path}/{label}"), before, after);
            }
        }
        _ => println!("    {path}\n      from {before}\n      to   {after}"),
    }
}

/// The highest version of the function in any ARN.
fn highest_version(value: &Value, name: &str) -> u32 {
    match value {
        Value::String(text) => text
            .rsplit_once(':')
            .filter(|(function, _)| function.ends_with(&format!(":function:{name}")))
            .and_then(|(_, version)| version.parse().ok())
            .unwrap_or(0),
        Value::Array(items) => {
            items.iter().map(|item| highest_version(item, name)).max().unwrap_or(0)
        }
        Value::Object(members) => {
            members.values().map(|member| highest_version(member, name)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

fn read(path: Option<&Path>, sample: fn() -> Value) -> Result<Value, Box<dyn Error>> {
    let Some(path) = path else {
        return Ok(sample());
    };
    let read =
        || -> Result<Value, Box<dyn Error>> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
    read().map_err(|error| format!("{}: {error}", path.display()).into())
}

fn text(body: &[u8]) -> Result<&str, Box<dyn Error>> {
    Ok(std::str::from_utf8(body)?)
}

fn sample_function() -> Value {
    json!({"Configuration": {
        "FunctionName": "edge",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:edge",
        "Version": "$LATEST",
        "CodeSha256": "old code",
        "RevisionId": "b1c2d3",
    }})
}

fn sample_distribution() -> Value {
    let association = |version: u32| {
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:edge:{version}");
        json!({"Quantity": 1, "Items": [
            {"EventType": "origin-request", "LambdaFunctionARN": arn, "IncludeBody": true},
        ]})
    };
    json!({"ETag": "E3EXAMPLE", "DistributionConfig": {
        "Comment": "sample",
        "Origins": {"Quantity": 1, "Items": [{"Id": "fingerprint", "DomainName": "fpcdn.io"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "shop"},
        "CacheBehaviors": {"Quantity": 2, "Items": [
            {"PathPattern": "/ore54guier/*", "TargetOriginId": "fingerprint",
                "LambdaFunctionAssociations": association(6)},
            {"PathPattern": "/checkout/*/agent", "TargetOriginId": "fingerprint",
                "LambdaFunctionAssociations": association(7)},
        ]},
    }})
}
