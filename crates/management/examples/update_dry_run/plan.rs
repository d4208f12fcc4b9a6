//! The plan, as text. The tests include this module, too.

use std::error::Error;
use std::fmt::{self, Write};

use firstparty_management::{
    Call, CallFailure, DeploymentSettings, InvalidationBatch, NextStep, Update,
};
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
    let mut host = Host::new(input, name);
    loop {
        let outcome = match update.poll() {
            NextStep::Call(call) => {
                host.describe(&call)?;
                host.answer(&call)
            }
            NextStep::Wait(duration) => {
                writeln!(host.text, "   Then wait for {duration:?}.")?;
                update.waited();
                continue;
            }
            NextStep::Done(response) => {
                let body = std::str::from_utf8(response.body())?;
                writeln!(host.text, "Then answer {}: {body}", response.status())?;
                break;
            }
        };
        update.reply(outcome);
    }
    let mut text = host.text;
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

/// Answers calls from the files, and writes them down.
struct Host<'a> {
    input: &'a Input<'a>,
    version: u32,
    calls: u32,
    /// Whether the configuration was written, so that its tag is not the file's any more.
    has_written: bool,
    text: String,
}

impl<'a> Host<'a> {
    fn new(input: &'a Input<'a>, name: &str) -> Self {
        let id = input.distribution_id;
        let text = format!("Plan for function {name} and distribution {id}:\n");
        let version = published_version(input, name);
        Self { input, version, calls: 0, has_written: false, text }
    }

    fn answer(&self, call: &Call<'_>) -> Result<Value, CallFailure> {
        match call {
            Call::GetFunction { .. } => Ok(self.function()),
            Call::UpdateFunctionCode { .. } => Ok(self.published()),
            Call::GetFunctionConfiguration { .. } => Ok(json!({"State": "Active"})),
            Call::GetDistributionConfig { .. } => Ok(self.input.distribution.clone()),
            Call::UpdateDistribution { .. } | Call::CreateInvalidation { .. } => Ok(json!({})),
            _ => Err(CallFailure::Other),
        }
    }

    /// The function as the file has it. If its creation or another update was in progress, that has
    /// ended by the time of a second look.
    fn function(&self) -> Value {
        let mut function = self.input.function.clone();
        for (member, ended) in [("LastUpdateStatus", "Successful"), ("State", "Active")] {
            if let Some(status) = function.pointer_mut(&format!("/Configuration/{member}")) {
                if self.calls > 1 {
                    *status = json!(ended);
                }
            }
        }
        function
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

    /// Writes down a call, and what it changes.
    fn describe(&mut self, call: &Call<'_>) -> fmt::Result {
        self.calls += 1;
        write!(self.text, "{}. {} ", self.calls, call.operation())?;
        match call {
            Call::GetFunction { .. } => {
                writeln!(self.text, "reads the function. It changes nothing.")
            }
            Call::UpdateFunctionCode { s3_bucket, s3_key, revision_id, .. } => {
                self.describe_code(s3_bucket, s3_key, revision_id)
            }
            Call::GetFunctionConfiguration { qualifier, .. } => {
                let version = format!("version {qualifier}, again and again until it is active");
                writeln!(self.text, "reads {version}. It changes nothing.")
            }
            Call::GetDistributionConfig { .. } => {
                writeln!(self.text, "reads the distribution's configuration. It changes nothing.")
            }
            Call::UpdateDistribution { if_match, distribution_config, .. } => {
                self.has_written = true;
                self.describe_configuration(if_match, distribution_config)
            }
            Call::CreateInvalidation { invalidation_batch, .. } => {
                self.describe_invalidation(invalidation_batch)
            }
            other => writeln!(self.text, "is not part of an update: {other:?}"),
        }
    }

    fn describe_code(&mut self, bucket: &str, key: &str, revision: &str) -> fmt::Result {
        let plan = &mut self.text;
        writeln!(plan, "changes the function. It takes the code from s3://{bucket}/{key}.")?;
        let version = self.version;
        if self.input.unchanged {
            writeln!(plan, "   The code is that of version {version}, so nothing is published.")?;
        } else {
            writeln!(plan, "   It publishes version {version}.")?;
        }
        writeln!(plan, "   It is refused if the function is not at revision {revision} any more.")
    }

    fn describe_configuration(&mut self, tag: &str, after: &Value) -> fmt::Result {
        let plan = &mut self.text;
        writeln!(plan, "changes the distribution's configuration:")?;
        let before = self.input.distribution.get("DistributionConfig").unwrap_or(&Value::Null);
        differences("", before, after, plan)?;
        writeln!(plan, "   It is refused and planned again if the tag is not {tag} any more.")
    }

    fn describe_invalidation(&mut self, batch: &InvalidationBatch<'_>) -> fmt::Result {
        let plan = &mut self.text;
        writeln!(plan, "removes the responses under these paths from the caches:")?;
        for path in batch.paths.items {
            writeln!(plan, "     {path}")?;
        }
        let reference = batch.caller_reference;
        match reference.rsplit_once('-') {
            Some((version, _)) if self.has_written => writeln!(
                plan,
                "   Its reference is {version}-DIGEST, with a digest of the paths and the new tag."
            ),
            _ => writeln!(
                plan,
                "   It changes nothing if the reference {reference} was used before."
            ),
        }
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
        _ => writeln!(plan, "     {path}\n       from {before}\n       to   {after}")?,
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
