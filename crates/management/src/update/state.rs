//! The states of an update and its transitions, in the order of the
//! [table in the crate's docs](crate#transitions).

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::conflicts::CodesRead;
use crate::call::Call;
use crate::deployment::Deployment;
use crate::distribution::{self, Edit};
use crate::error::UpdateError;
use crate::failure::CallFailure;
use crate::invalidation::Invalidation;
use crate::member::{take_object, text};
use crate::reply;
use crate::version::{Search, Version};

/// The number of times that the state of the version, or of a function that is being updated, is
/// read, with a [`VERSION_PAUSE`] between them.
pub(super) const MAX_POLLS: u32 = 60;
pub(super) const VERSION_PAUSE: Duration = Duration::from_secs(1);

/// The number of attempts to write the configuration. A [`DISTRIBUTION_PAUSE`] follows one that
/// comes too early for the version.
pub(super) const MAX_ATTEMPTS: u32 = 5;
pub(super) const DISTRIBUTION_PAUSE: Duration = Duration::from_secs(3);

/// What an update is doing.
#[derive(Debug)]
pub(super) enum Progress {
    Calling(State),
    Pausing { time: Duration, then: State },
    Done { response: Response<Bytes>, error: Option<UpdateError> },
}

/// How an update succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This run associated the distribution with the newest code.
    Completed,
    /// The distribution was associated with the newest code already (R14.5).
    NotRequired,
}

/// The call whose reply an update waits for, and the data that the update has so far.
#[derive(Debug)]
pub(super) enum State {
    ReadingFunction { codes: CodesRead, polls: u32 },
    UpdatingCode { codes: CodesRead, revision: String },
    ListingVersions { search: Search, code_changed: bool },
    CheckingVersion { target: Target, polls: u32 },
    ReadingDistribution { target: Target, attempts: u32 },
    UpdatingDistribution { target: Target, attempts: u32, write: Write },
    Invalidating { invalidation: Invalidation, outcome: Outcome },
}

/// The version to associate the distribution with.
#[derive(Debug)]
pub(super) struct Target {
    version: Version,
    /// Whether this run brought new code into the function.
    code_changed: bool,
}

/// An edited configuration and what is needed to write it.
pub(super) struct Write {
    etag: String,
    config: Value,
    paths: Vec<String>,
}

/// Leaves out the configuration, because the custom headers of its origins may have secrets.
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
            Self::ReadingFunction { .. } => Call::GetFunction { function_name },
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
            Self::Invalidating { invalidation, .. } => Call::CreateInvalidation {
                distribution_id: id,
                invalidation_batch: invalidation.batch(),
            },
        }
    }

    /// The next step after the outcome of the call.
    pub(super) fn next(
        self,
        outcome: Result<Value, CallFailure>,
        deployment: &Deployment,
    ) -> Result<Progress, UpdateError> {
        let operation = self.call(deployment).operation();
        match self {
            Self::ReadingFunction { codes, polls } => {
                function_read(reply_of(operation, outcome)?, codes, polls + 1)
            }
            Self::UpdatingCode { codes, .. } => match outcome {
                Ok(reply) => code_updated(&reply, &codes, deployment),
                Err(failure) => code_refused(failure, codes),
            },
            Self::ListingVersions { search, code_changed } => {
                versions_listed(&reply_of(operation, outcome)?, search, code_changed, deployment)
            }
            Self::CheckingVersion { target, polls } => {
                version_checked(&reply_of(operation, outcome)?, target, polls + 1)
            }
            Self::ReadingDistribution { target, attempts } => {
                distribution_read(reply_of(operation, outcome)?, target, attempts, deployment)
            }
            Self::UpdatingDistribution { target, attempts, write } => match outcome {
                Ok(reply) => Ok(distribution_written(&reply, &target, write, deployment)),
                Err(failure) => refused(failure, target, attempts + 1, write)
                    .ok_or_else(|| UpdateError::of_call(operation, failure)),
            },
            Self::Invalidating { outcome: of_update, .. } => match outcome {
                Ok(_) | Err(CallFailure::AlreadyExists) => Ok(of_update.into()),
                Err(failure) => Err(UpdateError::of_call(operation, failure)),
            },
        }
    }
}

/// The reply to a call whose failure ends the update.
fn reply_of(
    operation: &'static str,
    outcome: Result<Value, CallFailure>,
) -> Result<Value, UpdateError> {
    outcome.map_err(|failure| UpdateError::of_call(operation, failure))
}

/// Waits while the function cannot be updated (R14.10).
fn function_read(
    mut reply: Value,
    mut codes: CodesRead,
    polls: u32,
) -> Result<Progress, UpdateError> {
    let configuration =
        take_object(&mut reply, "Configuration").ok_or(UpdateError::FunctionMissing)?;
    if is_busy(&configuration) {
        let then = State::ReadingFunction { codes, polls };
        return paused_poll(polls, then).ok_or(UpdateError::FunctionBusy);
    }
    let revision = text(&configuration, "RevisionId").ok_or(UpdateError::RevisionBeforeMissing)?;
    codes.add(text(&configuration, "CodeSha256"));
    Ok(State::UpdatingCode { codes, revision: revision.to_owned() }.into())
}

/// Whether the function is being updated, or is being created or woken. Lambda updates the code of
/// active and inactive functions only.
fn is_busy(configuration: &Value) -> bool {
    text(configuration, "LastUpdateStatus") == Some("InProgress")
        || text(configuration, "State") == Some("Pending")
}

/// Begins again after a conflict with another update, while there are restarts left (R14.10).
fn code_refused(failure: CallFailure, codes: CodesRead) -> Result<Progress, UpdateError> {
    match codes.pause() {
        Some(time) if failure == CallFailure::Conflict => {
            let then = State::ReadingFunction { codes, polls: 0 };
            Ok(Progress::Pausing { time, then })
        }
        _ => Err(UpdateError::of_code_update(failure)),
    }
}

/// The pause after a read of a state that is not the final one, while there are reads left.
fn paused_poll(polls: u32, then: State) -> Option<Progress> {
    (polls < MAX_POLLS).then_some(Progress::Pausing { time: VERSION_PAUSE, then })
}

fn code_updated(
    reply: &Value,
    before: &CodesRead,
    deployment: &Deployment,
) -> Result<Progress, UpdateError> {
    let revision = text(reply, "RevisionId").ok_or(UpdateError::RevisionAfterMissing)?;
    let code = text(reply, "CodeSha256");
    let code_changed = before.differ_from(code);
    Ok(match Version::of(reply, deployment)? {
        Some(version) => checking(version, code_changed),
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
        Some(version) => checking(version, code_changed),
        None => State::ListingVersions { search, code_changed }.into(),
    })
}

fn checking(version: Version, code_changed: bool) -> Progress {
    let target = Target { version, code_changed };
    State::CheckingVersion { target, polls: 0 }.into()
}

/// Waits unless the version has failed. Any other state, even an unknown one, may become active.
fn version_checked(reply: &Value, target: Target, polls: u32) -> Result<Progress, UpdateError> {
    match text(reply, "State") {
        Some("Active") => Ok(State::ReadingDistribution { target, attempts: 0 }.into()),
        Some("Failed") => Err(UpdateError::VersionNotActive),
        _ => {
            let then = State::CheckingVersion { target, polls };
            paused_poll(polls, then).ok_or(UpdateError::VersionNotActive)
        }
    }
}

/// Decides by the distribution's associations whether there is anything to update (R14.5).
fn distribution_read(
    mut reply: Value,
    target: Target,
    attempts: u32,
    deployment: &Deployment,
) -> Result<Progress, UpdateError> {
    let missing = UpdateError::DistributionConfigMissing;
    let etag = text(&reply, "ETag").ok_or(missing)?.to_owned();
    let mut config = take_object(&mut reply, "DistributionConfig").ok_or(missing)?;
    let Edit { changed, paths } =
        distribution::associate(&mut config, deployment, &target.version)?;
    if changed > 0 {
        let write = Write { etag, config, paths };
        return Ok(State::UpdatingDistribution { target, attempts, write }.into());
    }
    // A refused write may have taken effect nevertheless, if a client on the way repeated it.
    let has_written = target.code_changed || attempts > 0;
    let outcome = if has_written { Outcome::Completed } else { Outcome::NotRequired };
    // The invalidation is sent in both cases: an earlier run may have ended before it sent one.
    Ok(invalidating(&target, paths, &etag, outcome, deployment))
}

/// The invalidation has the entity tag after the update. If the reply has none, it has the tag that the
/// write was conditional on: no other write can have succeeded with that one.
fn distribution_written(
    reply: &Value,
    target: &Target,
    write: Write,
    deployment: &Deployment,
) -> Progress {
    let etag = text(reply, "ETag").unwrap_or(&write.etag);
    invalidating(target, write.paths, etag, Outcome::Completed, deployment)
}

/// Tries a refused write again while there are attempts left (R14.6).
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

fn invalidating(
    target: &Target,
    paths: Vec<String>,
    etag: &str,
    outcome: Outcome,
    deployment: &Deployment,
) -> Progress {
    let function = &deployment.function_name;
    let invalidation = Invalidation::new(function, target.version.number(), paths, etag);
    State::Invalidating { invalidation, outcome }.into()
}

/// Where an update begins.
impl Default for State {
    fn default() -> Self {
        Self::ReadingFunction { codes: CodesRead::default(), polls: 0 }
    }
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

#[cfg(test)]
mod tests;
