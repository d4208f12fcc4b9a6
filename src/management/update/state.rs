//! The states of an update and all its transitions, in the order of the table in
//! [`management`](crate::management#transitions).

use serde_json::Value;

use super::{Next, Outcome, Update};
use crate::management::call::{Call, InvalidationBatch, Paths};
use crate::management::distribution::{self, Edit};
use crate::management::member::{take_object, text};
use crate::management::version::{Search, Version};
use crate::management::{Deployment, Error, Failure, Step};

/// What an update waits for, with what it knows by then.
#[derive(Debug)]
pub(super) enum State {
    ReadingFunction,
    UpdatingCode {
        revision: String,
        code: Option<String>,
    },
    ListingVersions {
        search: Search,
        code_changed: bool,
    },
    CheckingVersion {
        target: Target,
        polls: u32,
    },
    PausingForVersion {
        target: Target,
        polls: u32,
    },
    ReadingDistribution {
        target: Target,
        attempts: u32,
    },
    UpdatingDistribution {
        target: Target,
        attempts: u32,
        write: Write,
    },
    PausingForDistribution {
        target: Target,
        attempts: u32,
        write: Write,
    },
    Invalidating {
        target: Target,
        paths: Vec<String>,
        outcome: Outcome,
    },
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
#[derive(Debug)]
pub(super) struct Write {
    etag: String,
    config: Value,
    paths: Vec<String>,
}

impl State {
    /// What the state asks for.
    pub(super) fn wants<'a>(&'a self, deployment: &'a Deployment) -> Step<'a> {
        let function_name = &deployment.function_name;
        let id = &deployment.distribution_id;
        let call = match self {
            Self::PausingForVersion { .. } => return Step::Wait(Update::VERSION_PAUSE),
            Self::PausingForDistribution { .. } => return Step::Wait(Update::DISTRIBUTION_PAUSE),
            Self::ReadingFunction => Call::GetFunction { function_name },
            Self::UpdatingCode { revision, .. } => Call::UpdateFunctionCode {
                function_name,
                s3_bucket: &deployment.package.bucket,
                s3_key: &deployment.package.key,
                revision_id: revision,
                publish: true,
            },
            Self::ListingVersions { search, .. } => Call::ListVersionsByFunction {
                function_name,
                marker: search.marker(),
            },
            Self::CheckingVersion { target, .. } => {
                let qualifier = target.version.number();
                Call::GetFunctionConfiguration {
                    function_name,
                    qualifier,
                }
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
                    paths: Paths {
                        quantity: paths.len(),
                        items: paths,
                    },
                    caller_reference: &target.reference,
                },
            },
        };
        Step::Call(call)
    }

    /// Where the outcome of the call leads that [`State::wants`] named.
    pub(super) fn answered(
        self,
        operation: &'static str,
        outcome: Result<Value, Failure>,
        deployment: &Deployment,
    ) -> Result<Next, Error> {
        let or_fail = |failure| Error::of_call(operation, failure);
        match self {
            Self::ReadingFunction => function_read(outcome.map_err(or_fail)?),
            Self::UpdatingCode { code, .. } => {
                let reply = outcome.map_err(Error::of_code_update)?;
                code_updated(&reply, code.as_deref(), deployment)
            }
            Self::ListingVersions {
                search,
                code_changed,
            } => {
                let page = outcome.map_err(or_fail)?;
                versions_listed(&page, search, code_changed, deployment)
            }
            Self::CheckingVersion { target, polls } => {
                version_checked(&outcome.map_err(or_fail)?, target, polls + 1)
            }
            Self::ReadingDistribution { target, attempts } => {
                distribution_read(outcome.map_err(or_fail)?, target, attempts, deployment)
            }
            Self::UpdatingDistribution {
                target,
                attempts,
                write,
            } => match outcome {
                Ok(_) => Ok(invalidating(target, write.paths, Outcome::Completed)),
                Err(failure) => {
                    refused(failure, target, attempts + 1, write).ok_or_else(|| or_fail(failure))
                }
            },
            Self::Invalidating { outcome: done, .. } => match outcome {
                Ok(_) | Err(Failure::AlreadyExists) => Ok(Next::Done(done)),
                Err(failure) => Err(or_fail(failure)),
            },
            pausing @ (Self::PausingForVersion { .. } | Self::PausingForDistribution { .. }) => {
                Ok(Next::Working(pausing))
            }
        }
    }

    /// Where the end of a wait leads.
    pub(super) fn resumed(self) -> Self {
        match self {
            Self::PausingForVersion { target, polls } => Self::CheckingVersion { target, polls },
            Self::PausingForDistribution {
                target,
                attempts,
                write,
            } => Self::UpdatingDistribution {
                target,
                attempts,
                write,
            },
            calling => calling,
        }
    }
}

fn function_read(mut reply: Value) -> Result<Next, Error> {
    let configuration = take_object(&mut reply, "Configuration").ok_or(Error::FunctionMissing)?;
    let revision = text(&configuration, "RevisionId").ok_or(Error::RevisionBeforeMissing)?;
    Ok(Next::Working(State::UpdatingCode {
        revision: revision.to_owned(),
        code: text(&configuration, "CodeSha256").map(str::to_owned),
    }))
}

fn code_updated(
    reply: &Value,
    code_before: Option<&str>,
    deployment: &Deployment,
) -> Result<Next, Error> {
    let revision = text(reply, "RevisionId").ok_or(Error::RevisionAfterMissing)?;
    let code = text(reply, "CodeSha256");
    // Code that is not told apart counts as changed: then success is "completed", which is true.
    let code_changed = code.is_none() || code != code_before;
    Ok(Next::Working(match Version::of(reply, deployment)? {
        Some(version) => checking(version, code_changed, deployment),
        None => State::ListingVersions {
            search: Search::new(revision, code),
            code_changed,
        },
    }))
}

fn versions_listed(
    page: &Value,
    mut search: Search,
    code_changed: bool,
    deployment: &Deployment,
) -> Result<Next, Error> {
    Ok(Next::Working(match search.read(page, deployment)? {
        Some(version) => checking(version, code_changed, deployment),
        None => State::ListingVersions {
            search,
            code_changed,
        },
    }))
}

fn checking(version: Version, code_changed: bool, deployment: &Deployment) -> State {
    let reference = format!("{}-{}", deployment.function_name, version.number());
    State::CheckingVersion {
        target: Target {
            version,
            code_changed,
            reference,
        },
        polls: 0,
    }
}

/// A version that failed will not become active; any other state may, also one that is not known.
fn version_checked(reply: &Value, target: Target, polls: u32) -> Result<Next, Error> {
    match text(reply, "State") {
        Some("Active") => Ok(Next::Working(State::ReadingDistribution {
            target,
            attempts: 0,
        })),
        Some("Failed") => Err(Error::VersionNotActive),
        _ if polls < Update::MAX_POLLS => {
            Ok(Next::Working(State::PausingForVersion { target, polls }))
        }
        _ => Err(Error::VersionNotActive),
    }
}

/// R14.5: what the distribution is associated with decides whether there is something to do.
fn distribution_read(
    mut reply: Value,
    target: Target,
    attempts: u32,
    deployment: &Deployment,
) -> Result<Next, Error> {
    let missing = Error::DistributionConfigMissing;
    let etag = text(&reply, "ETag").ok_or(missing)?.to_owned();
    let mut config = take_object(&mut reply, "DistributionConfig").ok_or(missing)?;
    let Edit { changed, paths } = distribution::point(&mut config, deployment, &target.version)?;
    Ok(match (changed, target.code_changed) {
        (0, false) => invalidating(target, paths, Outcome::NotRequired),
        (0, true) => invalidating(target, paths, Outcome::Completed),
        _ => {
            let write = Write {
                etag,
                config,
                paths,
            };
            Next::Working(State::UpdatingDistribution {
                target,
                attempts,
                write,
            })
        }
    })
}

/// R14.6: what to do about a refused write while attempts are left.
fn refused(failure: Failure, target: Target, attempts: u32, write: Write) -> Option<Next> {
    let again = match failure {
        _ if attempts >= Update::MAX_ATTEMPTS => return None,
        Failure::Stale => State::ReadingDistribution { target, attempts },
        Failure::NotYetUsable => State::PausingForDistribution {
            target,
            attempts,
            write,
        },
        _ => return None,
    };
    Some(Next::Working(again))
}

fn invalidating(target: Target, paths: Vec<String>, outcome: Outcome) -> Next {
    Next::Working(State::Invalidating {
        target,
        paths,
        outcome,
    })
}
