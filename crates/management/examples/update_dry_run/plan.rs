//! The plan, as text. The tests include this module, too.

use std::error::Error;
use std::fmt::{self, Write};

use firstparty_management::{Call, CallFailure, DeploymentSettings, NextStep, Update};
use serde_json::{Value, json};

/// The content of the files and the arguments.
pub(crate) struct Input<'a> {
    pub(crate) function: Value,
    pub(crate) distribution: Value,
    /// Null without a file.
    pub(crate) versions: Value,
    pub(crate) distribution_id: &'a str,
    /// The version that the update publishes, if it is not the next one.
    pub(crate) version: Option<u32>,
    /// Whether the code has not changed since the highest version was published.
    pub(crate) unchanged: bool,
}

/// The plan of an update.
pub(crate) struct Plan {
    pub(crate) text: String,
    pub(crate) succeeds: bool,
}

/// Makes a plan with [`Update`]. `variable` reads the environment.
pub(crate) fn make(
    input: &Input<'_>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Plan, Box<dyn Error>> {
    let name = input.function.pointer("/Configuration/FunctionName").and_then(Value::as_str);
    let name = name.ok_or("the function's file has no Configuration.FunctionName")?;
    let settings = DeploymentSettings::from_variables(|asked| match asked {
        "CFDistributionId" => Some(input.distribution_id.to_owned()),
        "LambdaFunctionName" => Some(name.to_owned()),
        other => variable(other),
    });
    let mut update = Update::new(settings.deployment()?);
    let cloud = Files { input, version: published_version(input, name) };
    let id = input.distribution_id;
    let mut text = format!("Plan for function {name} and distribution {id}:\n");
    loop {
        let outcome = match update.poll() {
            NextStep::Call(call) => {
                cloud.describe(&call, &mut text)?;
                cloud.answer(&call)
            }
            NextStep::Wait(_) => {
                update.waited();
                continue;
            }
            NextStep::Done(response) => {
                let body = std::str::from_utf8(response.body())?;
                writeln!(text, "Then answer {}: {body}", response.status())?;
                break;
            }
        };
        update.reply(outcome);
    }
    if let Some(error) = update.error() {
        writeln!(text, "The update would fail: {error}.")?;
    }
    Ok(Plan { text, succeeds: update.error().is_none() })
}

fn published_version(input: &Input<'_>, name: &str) -> u32 {
    let highest =
        highest_version(&input.distribution, name).max(highest_version(&input.versions, name));
    let next = if input.unchanged { highest } else { highest.saturating_add(1) };
    input.version.unwrap_or(next)
}

/// Answers calls from the files.
struct Files<'a> {
    input: &'a Input<'a>,
    version: u32,
}

impl Files<'_> {
    fn answer(&self, call: &Call<'_>) -> Result<Value, CallFailure> {
        match call {
            Call::GetFunction { .. } => Ok(self.input.function.clone()),
            Call::UpdateFunctionCode { .. } => Ok(self.published()),
            Call::GetFunctionConfiguration { .. } => Ok(json!({"State": "Active"})),
            Call::GetDistributionConfig { .. } => Ok(self.input.distribution.clone()),
            Call::UpdateDistribution { .. } | Call::CreateInvalidation { .. } => Ok(json!({})),
            _ => Err(CallFailure::Other),
        }
    }

    /// The function's state after its code was updated.
    fn published(&self) -> Value {
        let mut published = self.input.function.get("Configuration").cloned().unwrap_or_default();
        if let Some(members) = published.as_object_mut() {
            members.insert("Version".into(), json!(self.version.to_string()));
            members.insert("RevisionId".into(), json!("after the update"));
            if !self.input.unchanged {
                members.insert("CodeSha256".into(), json!("new code"));
            }
        }
        published
    }

    /// One line of the plan, or several.
    fn describe(&self, call: &Call<'_>, plan: &mut String) -> fmt::Result {
        match call {
            Call::UpdateFunctionCode { s3_bucket, s3_key, revision_id, .. } => {
                writeln!(plan, "- take the code from s3://{s3_bucket}/{s3_key} and publish it")?;
                writeln!(
                    plan,
                    "  (refused if the function is not at revision {revision_id} any more)"
                )?;
            }
            Call::GetFunctionConfiguration { qualifier, .. } => {
                writeln!(plan, "- wait until version {qualifier} is active")?;
            }
            Call::UpdateDistribution { if_match, distribution_config, .. } => {
                writeln!(plan, "- change the distribution's configuration")?;
                writeln!(
                    plan,
                    "  (refused and planned again if its tag is not {if_match} any more)"
                )?;
                let before =
                    self.input.distribution.get("DistributionConfig").unwrap_or(&Value::Null);
                differences("", before, distribution_config, plan)?;
            }
            Call::CreateInvalidation { invalidation_batch, .. } => {
                let reference = invalidation_batch.caller_reference;
                writeln!(plan, "- invalidate, unless done already (reference {reference})")?;
                for path in invalidation_batch.paths.items {
                    writeln!(plan, "    {path}")?;
                }
            }
            reading => writeln!(plan, "- read: {}", reading.operation())?,
        }
        Ok(())
    }
}

/// Writes every value that differs. Secrets are not hidden.
fn differences(path: &str, before: &Value, after: &Value, plan: &mut String) -> fmt::Result {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) if old.keys().eq(new.keys()) => {
            for ((name, before), after) in old.iter().zip(new.values()) {
                differences(&format!("{path}/{name}"), before, after, plan)?;
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (at, (before, after)) in old.iter().zip(new).enumerate() {
                let pattern = before.get("PathPattern").and_then(Value::as_str);
                let label =
                    pattern.map_or_else(|| at.to_string(), |pattern| format!("[{pattern}]"));
                differences(&format!("{path}/{label}"), before, after, plan)?;
            }
        }
        _ => writeln!(plan, "    {path}\n      from {before}\n      to   {after}")?,
    }
    Ok(())
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

pub(crate) fn sample_function() -> Value {
    json!({"Configuration": {
        "FunctionName": "edge",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:edge",
        "Version": "$LATEST",
        "CodeSha256": "old code",
        "RevisionId": "b1c2d3",
    }})
}

pub(crate) fn sample_distribution() -> Value {
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
