//! The management function of a CloudFront deployment, as a state machine ([R14]).
//!
//! A deployment has a small function behind a URL. Fingerprint calls it with a token, to read the
//! deployment's status or to update the distribution to the newest code of the Lambda@Edge
//! function. This crate makes all decisions of that function and no calls: it names the next call
//! to the cloud's API, gets the outcome, and ends with an HTTP response. It does not keep time
//! either: it asks the host to [wait](NextStep::Wait).
//!
//! # Why it is built like this
//!
//! A run can stop anywhere: its host is killed, a reply is lost after the call took effect, or
//! another person edits the distribution at the same time. Four decisions make that harmless.
//!
//! 1. **The distribution is the truth.** The associations of the distribution decide whether an
//!    update is required. No run relies on the memory of another. If a run stops half-way, the next
//!    run completes its work.
//! 2. **Every write is conditional.** `UpdateFunctionCode` has the revision that was read, and
//!    `UpdateDistribution` has the entity tag. The cloud refuses a stale write. Then the
//!    configuration is read and edited again, so no edit of another person is lost.
//! 3. **Every write can be repeated.** Unchanged code does not publish a new version. An association
//!    that is right stays. One with a later version is right too, so a slow run does not undo the
//!    work of a faster one. The invalidation's reference names the version, the paths and the state
//!    of the distribution; see [Invalidations](#invalidations).
//! 4. **Everything has a limit.** Pages, reads, attempts and repeats are counted, so an update ends
//!    after at most [`Update::MAX_CALLS`] calls, whatever the cloud replies.
//!
//! # Transitions
//!
//! [`Run`] is one request to the function's URL. If its `authorization` field is malformed, the run
//! ends without a call. All unauthorised callers get the same response;
//! [`Run::authorisation_error`] tells the host why.
//!
//! | state | asks for | reply | next |
//! |---|---|---|---|
//! | authorising | `GetSecretValue` | token matches, `GET status` | [`Status`] |
//! | | | token matches, `POST update` | [`Update`] |
//! | | | token matches, any other route | done: 404 |
//! | | | anything else | done: 401 |
//!
//! [`Status`] makes two calls. It leaves out the part whose call fails.
//!
//! | state | asks for | reply | next |
//! |---|---|---|---|
//! | reading function | `GetFunction` | any | reading distribution |
//! | reading distribution | `GetDistribution` | any | done: 200 |
//!
//! [`Update`] ends with an [`UpdateError`] after every reply that is not in this table.
//!
//! | state | asks for | reply | next |
//! |---|---|---|---|
//! | reading function | `GetFunction` | `InProgress` or `Pending`, reads left | pausing, then reading function |
//! | | | revision | updating code |
//! | updating code | `UpdateFunctionCode` | names the version | checking version |
//! | | | does not name it | listing versions |
//! | | | conflict, restarts left | pausing, then reading function |
//! | listing versions | `ListVersionsByFunction` | marker, pages left | listing versions |
//! | | | last page, version found | checking version |
//! | checking version | `GetFunctionConfiguration` | `Active` | reading distribution |
//! | | | any other state but `Failed`, reads left | pausing, then checking version |
//! | reading distribution | `GetDistributionConfig` | an association differs | updating distribution |
//! | | | all have this version or a later one | invalidating |
//! | updating distribution | `UpdateDistribution` | done | invalidating |
//! | | | stale, attempts left | reading distribution |
//! | | | not yet usable, attempts left | pausing, then updating distribution |
//! | invalidating | `CreateInvalidation` | done, or exists already | done: 200 |
//! | pausing | a wait: 1 s for function and version, 3 s for the distribution; 1, 2, 4, 8 and 16 s after conflicts | – | the state named above |
//!
//! A conflict is another update of the function that is in progress, or that ended after the function
//! was read.
//!
//! In each state of the three tables, a call that is throttled is made again after 1, 2, 4, 8 and 16
//! seconds ([R14.10]). Only then does it count as failed.
//!
//! # Invalidations
//!
//! A path of an invalidation ends with `*`, so it covers requests with a query. It may cover more than
//! the behaviour's path pattern, but never less ([R14.4]).
//!
//! The reference of an invalidation is `{function}-{version}-{digest}`. The digest is FNV-1a of 64 bits
//! over the paths and the distribution's entity tag, each followed by a byte FF. The entity tag
//! changes with the distribution's configuration. So a repeat of the same run sends the same
//! reference, and CloudFront answers with the batch that exists. After any change of the distribution
//! (it was rolled back, or has another behaviour with the function), a run invalidates again, even at
//! the same version.
//!
//! If a run ends with success, CloudFront has accepted an invalidation of these paths in this state of
//! the distribution. If an earlier run stopped before its invalidation, the next run sends it.
//!
//! # The loop
//!
//! `poll` names the next step. It changes nothing, so it can be called at any time. At
//! [`NextStep::Call`], make the call and pass its outcome to `reply`. At [`NextStep::Wait`], wait
//! and call `waited`. Then poll again. [`NextStep::Done`] is the end. Outcomes that `poll` did not
//! ask for are ignored. To give up, drop the run.
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
//!
//! [R14]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14
//! [R14.4]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.4
//! [R14.10]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.10
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod arn;
mod authorisation;
mod call;
mod deployment;
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
mod throttle;
mod update;
mod version;

pub use http;

pub use self::authorisation::AuthorisationError;
pub use self::call::{Call, InvalidationBatch, Paths};
pub use self::deployment::{Deployment, DeploymentError};
pub use self::error::UpdateError;
pub use self::event::{FunctionUrlEvent, FunctionUrlEventError};
pub use self::failure::CallFailure;
pub use self::run::Run;
pub use self::settings::DeploymentSettings;
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
