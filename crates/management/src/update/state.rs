//! The states of an update and all its transitions, in the order of the table in
//! [the crate](crate#transitions).

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::call::{Call, InvalidationBatch, Paths};
use crate::distribution::{self, Edit};
use crate::error::UpdateError;
use crate::failure::CallFailure;
use crate::member::{take_object, text};
use crate::reply;
use crate::settings::Deployment;
use crate::version::{Search, Version};

/// Polls of the version's state, [`VERSION_PAUSE`] apart.
pub(super) const MAX_POLLS: u32 = 60;
pub(super) const VERSION_PAUSE: Duration = Duration::from_secs(1);

/// Attempts to write the configuration, [`DISTRIBUTION_PAUSE`] apart where the version is too new.
pub(super) const MAX_ATTEMPTS: u32 = 5;
pub(super) const DISTRIBUTION_PAUSE: Duration = Duration::from_secs(3);

/// How far an update is.
#[derive(Debug)]
pub(super) enum Progress {
    Calling(State),
    Pausing { time: Duration, then: State },
    Done { response: Response<Bytes>, error: Option<UpdateError> },
}

/// How an update succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The distribution is associated with the newest code now.
    Completed,
    /// It was before: R14.5.
    NotRequired,
}

/// The call whose reply an update waits for, with what it knows by then.
#[derive(Debug)]
pub(super) enum State {
    ReadingFunction,
    UpdatingCode { revision: String, code: Option<String> },
    ListingVersions { search: Search, code_changed: bool },
    CheckingVersion { target: Target, polls: u32 },
    ReadingDistribution { target: Target, attempts: u32 },
    UpdatingDistribution { target: Target, attempts: u32, write: Write },
    Invalidating { target: Target, paths: Vec<String>, outcome: Outcome },
}

/// The version that the distribution is to be associated with.
#[derive(Debug)]
pub(super) struct Target {
    version: Version,
    /// Whether this run brought new code into the function.
    code_changed: bool,
    /// The invalidation's reference: one for each version, so that a repeat is no second batch.
    reference: String,
}

/// A configuration that is ready to be written.
pub(super) struct Write {
    etag: String,
    config: Value,
    paths: Vec<String>,
}

/// Without the configuration: the custom headers of its origins may hold secrets.
impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Write");
        shown.field("etag", &self.etag).field("paths", &self.paths).finish_non_exhaustive()
    }
}

impl State {
    /// The call that the state waits for.
    pub(super) fn call<'a>(&'a self, deployment: &'a Deployment) -> Call<'a> {
        let function_name = &deployment.function_name;
        let id = &deployment.distribution_id;
        match self {
            Self::ReadingFunction => Call::GetFunction { function_name },
            Self::UpdatingCode { revision, .. } => Call::UpdateFunctionCode {
                function_name,
                s3_bucket: &deployment.package.bucket,
                s3_key: &deployment.package.key,
                revision_id: revision,
                publish: true,
            },
            Self::ListingVersions { search, .. } => {
                Call::ListVersionsByFunction { function_name, marker: search.marker() }
            }
            Self::CheckingVersion { target, .. } => {
                Call::GetFunctionConfiguration { function_name, qualifier: target.version.number() }
            }
            Self::ReadingDistribution { .. } => Call::GetDistributionConfig { id },
            Self::UpdatingDistribution { write, .. } => Call::UpdateDistribution {
                id,
                if_match: &write.etag,
                distribution_config: &write.config,
            },
            Self::Invalidating { target, paths, .. } => Call::CreateInvalidation {
                distribution_id: id,
                invalidation_batch: InvalidationBatch {
                    paths: Paths { quantity: paths.len(), items: paths },
                    caller_reference: &target.reference,
                },
            },
        }
    }

    /// Where the outcome of the call leads.
    pub(super) fn answered(
        self,
        outcome: Result<Value, CallFailure>,
        deployment: &Deployment,
    ) -> Result<Progress, UpdateError> {
        let operation = self.call(deployment).operation();
        let or_fail = |failure| UpdateError::of_call(operation, failure);
        match self {
            Self::ReadingFunction => function_read(outcome.map_err(or_fail)?),
            Self::UpdatingCode { code, .. } => {
                let reply = outcome.map_err(UpdateError::of_code_update)?;
                code_updated(&reply, code.as_deref(), deployment)
            }
            Self::ListingVersions { search, code_changed } => {
                versions_listed(&outcome.map_err(or_fail)?, search, code_changed, deployment)
            }
            Self::CheckingVersion { target, polls } => {
                version_checked(&outcome.map_err(or_fail)?, target, polls + 1)
            }
            Self::ReadingDistribution { target, attempts } => {
                distribution_read(outcome.map_err(or_fail)?, target, attempts, deployment)
            }
            Self::UpdatingDistribution { target, attempts, write } => match outcome {
                Ok(_) => Ok(invalidating(target, write.paths, Outcome::Completed)),
                Err(failure) => {
                    refused(failure, target, attempts + 1, write).ok_or_else(|| or_fail(failure))
                }
            },
            Self::Invalidating { outcome: done, .. } => match outcome {
                Ok(_) | Err(CallFailure::AlreadyExists) => Ok(done.into()),
                Err(failure) => Err(or_fail(failure)),
            },
        }
    }
}

fn function_read(mut reply: Value) -> Result<Progress, UpdateError> {
    let configuration =
        take_object(&mut reply, "Configuration").ok_or(UpdateError::FunctionMissing)?;
    let revision = text(&configuration, "RevisionId").ok_or(UpdateError::RevisionBeforeMissing)?;
    let code = text(&configuration, "CodeSha256").map(str::to_owned);
    Ok(State::UpdatingCode { revision: revision.to_owned(), code }.into())
}

fn code_updated(
    reply: &Value,
    code_before: Option<&str>,
    deployment: &Deployment,
) -> Result<Progress, UpdateError> {
    let revision = text(reply, "RevisionId").ok_or(UpdateError::RevisionAfterMissing)?;
    let code = text(reply, "CodeSha256");
    // Code that is not told apart counts as changed: then success is "completed", which is true.
    let code_changed = code.is_none() || code != code_before;
    Ok(match Version::of(reply, deployment)? {
        Some(version) => checking(version, code_changed, deployment),
        None => State::ListingVersions { search: Search::new(revision, code), code_changed }.into(),
    })
}

fn versions_listed(
    page: &Value,
    mut search: Search,
    code_changed: bool,
    deployment: &Deployment,
) -> Result<Progress, UpdateError> {
    Ok(match search.read(page, deployment)? {
        Some(version) => checking(version, code_changed, deployment),
        None => State::ListingVersions { search, code_changed }.into(),
    })
}

fn checking(version: Version, code_changed: bool, deployment: &Deployment) -> Progress {
    let reference = format!("{}-{}", deployment.function_name, version.number());
    let target = Target { version, code_changed, reference };
    State::CheckingVersion { target, polls: 0 }.into()
}

/// A version that failed will not become active; any other state may, also one that is not known.
fn version_checked(reply: &Value, target: Target, polls: u32) -> Result<Progress, UpdateError> {
    match text(reply, "State") {
        Some("Active") => Ok(State::ReadingDistribution { target, attempts: 0 }.into()),
        Some("Failed") => Err(UpdateError::VersionNotActive),
        _ if polls < MAX_POLLS => Ok(Progress::Pausing {
            time: VERSION_PAUSE,
            then: State::CheckingVersion { target, polls },
        }),
        _ => Err(UpdateError::VersionNotActive),
    }
}

/// R14.5: what the distribution is associated with decides whether there is something to do.
fn distribution_read(
    mut reply: Value,
    target: Target,
    attempts: u32,
    deployment: &Deployment,
) -> Result<Progress, UpdateError> {
    let missing = UpdateError::DistributionConfigMissing;
    let etag = text(&reply, "ETag").ok_or(missing)?.to_owned();
    let mut config = take_object(&mut reply, "DistributionConfig").ok_or(missing)?;
    let Edit { changed, paths } = distribution::point(&mut config, deployment, &target.version)?;
    if changed > 0 {
        let write = Write { etag, config, paths };
        return Ok(State::UpdatingDistribution { target, attempts, write }.into());
    }
    // A write that was refused may have taken effect all the same, when something on the way
    // repeated it. Either way the invalidation is sent: an earlier run may have ended before its own.
    let worked = target.code_changed || attempts > 0;
    let outcome = if worked { Outcome::Completed } else { Outcome::NotRequired };
    Ok(invalidating(target, paths, outcome))
}

/// R14.6: what to do about a refused write while attempts are left.
fn refused(failure: CallFailure, target: Target, attempts: u32, write: Write) -> Option<Progress> {
    match failure {
        _ if attempts >= MAX_ATTEMPTS => None,
        CallFailure::Stale => Some(State::ReadingDistribution { target, attempts }.into()),
        CallFailure::NotYetUsable => Some(Progress::Pausing {
            time: DISTRIBUTION_PAUSE,
            then: State::UpdatingDistribution { target, attempts, write },
        }),
        _ => None,
    }
}

fn invalidating(target: Target, paths: Vec<String>, outcome: Outcome) -> Progress {
    State::Invalidating { target, paths, outcome }.into()
}

impl From<State> for Progress {
    fn from(state: State) -> Self {
        Self::Calling(state)
    }
}

impl From<Outcome> for Progress {
    fn from(outcome: Outcome) -> Self {
        let status = match outcome {
            Outcome::Completed => "Update completed",
            Outcome::NotRequired => "Update is not required",
        };
        Self::Done { response: reply::updated(status), error: None }
    }
}

impl From<UpdateError> for Progress {
    fn from(error: UpdateError) -> Self {
        Self::Done { response: reply::failed(error), error: Some(error) }
    }
}
