//! The management function of a CloudFront deployment, as a state machine (R14).
//!
//! A deployment has a small function behind a URL. Fingerprint calls it with a token to read the
//! deployment's status, or to bring the newest code of the Lambda@Edge function into the
//! customer's distribution. This crate decides everything that function decides and performs
//! nothing: it names the next call to the cloud's API, is fed the reply, and ends in an HTTP
//! response. Time is an output too: where the cloud needs time, the machine asks the host to
//! [wait](NextStep::Wait).
//!
//! # Theory
//!
//! A management function can stop anywhere: its host is killed, a reply is lost after the call
//! took effect, someone edits the distribution at the same time. Four decisions make that
//! harmless, and everything else follows from them.
//!
//! 1. **The distribution is the truth.** Whether an update is required is read off what the
//!    distribution is associated with, never off what an earlier run remembers. A run that stopped
//!    half-way is finished by the next one.
//! 2. **Every write is conditional.** `UpdateFunctionCode` carries the revision that was read and
//!    `UpdateDistribution` the entity tag. A stale write is refused by the cloud, the configuration
//!    is read again, and the edit is made again, so nobody's edit is lost.
//! 3. **Every write can be repeated.** Unchanged code publishes no new version, and an association
//!    that is right already is left alone; one that names a later version is right too, so a slow
//!    run undoes nothing. The invalidation's reference is made of function and version: see
//!    [what that guarantees](#invalidations).
//! 4. **Everything is counted.** Pages, polls and attempts have limits, so a run ends after at most
//!    [`Update::MAX_CALLS`] calls, whatever the cloud replies.
//!
//! # Transitions
//!
//! [`Run`] is one request to the function's URL. A form that is wrong costs no call.
//!
//! | state | asks for | reply | next |
//! |---|---|---|---|
//! | authorising | `GetSecretValue` | token matches, `GET status` | [`Status`] |
//! | | | token matches, `POST update` | [`Update`] |
//! | | | token matches, any other route | done: 404 |
//! | | | anything else | done: 401 |
//!
//! [`Status`] asks for two descriptions and leaves out what it does not get.
//!
//! | state | asks for | reply | next |
//! |---|---|---|---|
//! | reading function | `GetFunction` | any | reading distribution |
//! | reading distribution | `GetDistribution` | any | done: 200 |
//!
//! [`Update`] ends with an [`UpdateError`] on every reply that this table does not name.
//!
//! | state | asks for | reply | next |
//! |---|---|---|---|
//! | reading function | `GetFunction` | revision | updating code |
//! | updating code | `UpdateFunctionCode` | names the version | checking version |
//! | | | names none | listing versions |
//! | listing versions | `ListVersionsByFunction` | marker, pages left | listing versions |
//! | | | last page, and the version is told | checking version |
//! | checking version | `GetFunctionConfiguration` | `Active` | reading distribution |
//! | | | other state but `Failed`, polls left | pausing, then checking version |
//! | reading distribution | `GetDistributionConfig` | an association differs | updating distribution |
//! | | | all are right, or at a later version | invalidating |
//! | updating distribution | `UpdateDistribution` | done | invalidating |
//! | | | stale, attempts left | reading distribution |
//! | | | not yet usable, attempts left | pausing, then updating distribution |
//! | invalidating | `CreateInvalidation` | done, or exists already | done: 200 |
//! | pausing | wait: 1 s for the version, 3 s for the distribution | – | what comes then |
//!
//! # Invalidations
//!
//! The reference of an invalidation is `{function}-{version}`, so a version has one invalidation.
//! Guaranteed is that a run which ends with success saw the cloud accept one with this reference,
//! or say that there is one already: an invalidation that an earlier run did not get to is made up
//! for, and a repeat with the same paths makes no second one.
//!
//! It is not guaranteed that everything cached of an older version is invalidated *after* the last
//! association moved. Once a version has its invalidation, a later run that associates the same
//! version with more behaviours sends the same reference; with the same paths CloudFront gives the
//! batch that exists, with other paths it refuses, which counts as done, and neither invalidates
//! anything again. What those behaviours cached before stays until it expires, or until a host
//! invalidates it under a reference of its own.
//!
//! # The loop
//!
//! `poll` says what the machine wants now. It changes nothing, so it may be called at any time.
//! After [`NextStep::Call`] perform the call and feed its outcome to `reply`; after
//! [`NextStep::Wait`] let the time pass and call `waited`; after either, poll again.
//! [`NextStep::Done`] is final. Input that was not asked for is ignored. Give up a run by dropping
//! it.
//!
//! ```
//! use firstparty_management::{
//!     Call, CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run,
//! };
//! use serde_json::{Value, json};
//!
//! # fn perform(call: &Call<'_>) -> Result<Value, CallFailure> {
//! #     match call {
//! #         Call::GetSecretValue { .. } => Ok(json!({"SecretString": r#"{"token":"t0ken"}"#})),
//! #         Call::GetFunction { .. } => Ok(json!({"Configuration": {"FunctionName": "edge"}})),
//! #         _ => Err(CallFailure::AccessDenied),
//! #     }
//! # }
//! # fn sleep(_: std::time::Duration) {}
//! let settings = DeploymentSettings::from_variables(|name| match name {
//!     "SettingsSecretName" => Some("fingerprint/settings".into()),
//!     "CFDistributionId" => Some("E2EXAMPLE".into()),
//!     "LambdaFunctionName" => Some("edge".into()),
//!     _ => None,
//! });
//! let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token t0ken"));
//!
//! let mut run = Run::new(&settings, &event);
//! let response = loop {
//!     match run.poll() {
//!         NextStep::Call(call) => {
//!             let outcome = perform(&call); // the host's cloud client
//!             run.reply(outcome);
//!         }
//!         NextStep::Wait(duration) => {
//!             sleep(duration); // or the host's timer
//!             run.waited();
//!         }
//!         NextStep::Done(response) => break response.clone(),
//!     }
//! };
//! assert_eq!(response.status(), 200);
//! assert_eq!(response.body(), r#"{"lambdaFunction":{"functionName":"edge"}}"#);
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod arn;
mod authorisation;
mod call;
mod distribution;
mod error;
mod event;
mod failure;
mod invalidation;
mod member;
mod reply;
mod route;
mod run;
mod settings;
mod status;
mod step;
mod update;
mod version;

pub use http;

pub use self::call::{Call, InvalidationBatch, Paths};
pub use self::error::UpdateError;
pub use self::event::{FunctionUrlEvent, FunctionUrlEventError};
pub use self::failure::CallFailure;
pub use self::run::Run;
pub use self::settings::{Deployment, DeploymentError, DeploymentSettings};
pub use self::status::Status;
pub use self::step::NextStep;
pub use self::update::Update;

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_cross_threads() {
        fn assert_crosses<T: Send + Sync>() {}
        assert_crosses::<Run>();
        assert_crosses::<Status>();
        assert_crosses::<Update>();
        assert_crosses::<NextStep<'_>>();
    }
}
