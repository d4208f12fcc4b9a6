//! The update of a deployment, driven from outside: R14.4 to R14.6.

mod state;

use std::mem;
use std::time::Duration;

use serde_json::Value;

use self::state::{Progress, State};
use crate::error::UpdateError;
use crate::failure::CallFailure;
use crate::settings::Deployment;
use crate::step::NextStep;
use crate::version::Search;

/// Brings the newest code into the function and the published version into the distribution
/// (R14.4 to R14.9).
///
/// Driven like every machine of [this crate](crate#the-loop). It checks no token: that is
/// [`Run`](super::Run)'s part.
///
/// ```
/// use firstparty_management::{Call, CallFailure, Deployment, NextStep, Update};
///
/// let mut update = Update::new(Deployment::new("E2EXAMPLE", "edge")?);
/// assert!(matches!(update.poll(), NextStep::Call(Call::GetFunction { function_name: "edge" })));
/// update.reply(Err(CallFailure::NotFound));
/// let NextStep::Done(response) = update.poll() else { panic!("a missing function ends it") };
/// assert_eq!(response.status(), 500);
/// assert_eq!(response.body(), r#"{"errorCode":"E2100","status":"Error occurred"}"#);
/// # Ok::<(), firstparty_management::DeploymentError>(())
/// ```
#[derive(Debug)]
pub struct Update {
    deployment: Deployment,
    progress: Progress,
}

impl Update {
    /// Polls of the version's state, [`Self::VERSION_PAUSE`] apart.
    pub const MAX_POLLS: u32 = state::MAX_POLLS;
    /// Attempts to write the distribution's configuration, whatever refused the ones before.
    pub const MAX_ATTEMPTS: u32 = state::MAX_ATTEMPTS;
    /// Calls that are asked for at most: function, code, pages of versions, polls, a read and a
    /// write an attempt, invalidation.
    pub const MAX_CALLS: u32 = 2 + Search::MAX_PAGES + Self::MAX_POLLS + 2 * Self::MAX_ATTEMPTS + 1;
    /// The wait between two polls of the version's state.
    pub const VERSION_PAUSE: Duration = state::VERSION_PAUSE;
    /// The wait before a version is offered to the distribution again.
    pub const DISTRIBUTION_PAUSE: Duration = state::DISTRIBUTION_PAUSE;

    /// A machine that has asked for nothing yet.
    #[must_use]
    pub fn new(deployment: Deployment) -> Self {
        Self { deployment, progress: State::ReadingFunction.into() }
    }

    /// What the machine wants now. Poll after `new`, after each `reply` and each `waited`.
    pub fn poll(&self) -> NextStep<'_> {
        match &self.progress {
            Progress::Calling(state) => NextStep::Call(state.call(&self.deployment)),
            Progress::Pausing { time, .. } => NextStep::Wait(*time),
            Progress::Done { response, .. } => NextStep::Done(response),
        }
    }

    /// Takes the outcome of the call that `poll` asked for. It is ignored if `poll` asks for none.
    pub fn reply(&mut self, outcome: Result<Value, CallFailure>) {
        if let Progress::Calling(state) = &mut self.progress {
            let state = mem::replace(state, State::ReadingFunction);
            let next = state.answered(outcome, &self.deployment);
            self.progress = next.unwrap_or_else(Progress::from);
        }
    }

    /// Says that the wait `poll` asked for is over. It is ignored if `poll` asks for none.
    pub fn waited(&mut self) {
        if let Progress::Pausing { then, .. } = &mut self.progress {
            self.progress = mem::replace(then, State::ReadingFunction).into();
        }
    }

    /// Why the update failed, once it did: for the host's log.
    #[must_use]
    pub fn error(&self) -> Option<UpdateError> {
        match self.progress {
            Progress::Done { error, .. } => error,
            Progress::Calling(_) | Progress::Pausing { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
