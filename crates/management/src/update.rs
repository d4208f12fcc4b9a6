//! The update of a deployment (R14.4 to R14.6, R14.10).

mod conflicts;
mod state;

use std::mem;
use std::time::Duration;

use serde_json::Value;

use self::state::{Progress, State};
use crate::deployment::Deployment;
use crate::error::UpdateError;
use crate::failure::CallFailure;
use crate::step::NextStep;
use crate::throttle::{self, Throttle};
use crate::version::Search;

/// Updates the function to the newest code, and associates the distribution with the published
/// version ([R14.4] to [R14.10]).
///
/// It does not check a token: [`Run`](crate::Run) does. [The loop](crate#the-loop) shows how a host
/// drives it.
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
///
/// [R14.4]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.4
/// [R14.10]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.10
#[derive(Debug)]
pub struct Update {
    deployment: Deployment,
    progress: Progress,
    throttle: Throttle,
}

impl Update {
    /// The limit of reads of the version's state, and of the function's state while its creation or
    /// another update of it is in progress. A [`VERSION_PAUSE`](Self::VERSION_PAUSE) lies between two
    /// of them.
    pub const MAX_POLLS: u32 = state::MAX_POLLS;
    /// The limit of restarts: an update begins again if the code met another update of the function
    /// ([R14.10]). The waits before a restart are those of
    /// [`Run::THROTTLE_PAUSES`](crate::Run::THROTTLE_PAUSES), one after the other.
    ///
    /// [R14.10]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.10
    pub const MAX_RESTARTS: u32 = conflicts::MAX_RESTARTS;
    /// The limit of attempts to write the distribution's configuration.
    pub const MAX_ATTEMPTS: u32 = state::MAX_ATTEMPTS;
    /// The limit of calls. For each beginning, these are the reads of the function's state and one
    /// update of the code. Then come the pages of versions, the reads of the version's state, a read
    /// and a write for each attempt, and the invalidation. Each of them may be throttled five times.
    pub const MAX_CALLS: u32 = throttle::MAX_TRIES
        * ((1 + Self::MAX_RESTARTS) * (Self::MAX_POLLS + 1)
            + Search::MAX_PAGES
            + Self::MAX_POLLS
            + 2 * Self::MAX_ATTEMPTS
            + 1);
    /// The wait between two reads of the version's or the function's state.
    pub const VERSION_PAUSE: Duration = state::VERSION_PAUSE;
    /// The wait before the next attempt, if CloudFront does not accept the version yet.
    pub const DISTRIBUTION_PAUSE: Duration = state::DISTRIBUTION_PAUSE;

    /// Begins an update.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Update, UpdateError};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// let update = Update::new(deployment);
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn new(deployment: Deployment) -> Self {
        Self { deployment, progress: State::default().into(), throttle: Throttle::default() }
    }

    /// The next step. Call it after `new`, and after each `reply` and `waited`.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Update, UpdateError};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// let update = Update::new(deployment);
    /// let NextStep::Call(call) = update.poll() else { panic!() };
    /// assert_eq!(call.operation(), "GetFunction");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn poll(&self) -> NextStep<'_> {
        if let Some(pause) = self.throttle.pause() {
            return NextStep::Wait(pause);
        }
        match &self.progress {
            Progress::Calling(state) => NextStep::Call(state.call(&self.deployment)),
            Progress::Pausing { time, .. } => NextStep::Wait(*time),
            Progress::Done { response, .. } => NextStep::Done(response),
        }
    }

    /// Passes the outcome of the call that `poll` asked for. If it asks for none, nothing happens.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Update, UpdateError};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// use serde_json::json;
    ///
    /// let mut update = Update::new(deployment);
    /// update.reply(Ok(json!({"Configuration": {"RevisionId": "r1", "CodeSha256": "abc="}})));
    /// let NextStep::Call(call) = update.poll() else { panic!() };
    /// assert_eq!(call.operation(), "UpdateFunctionCode");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn reply(&mut self, outcome: Result<Value, CallFailure>) {
        let Progress::Calling(state) = &mut self.progress else { return };
        let Some(outcome) = self.throttle.pass(outcome) else { return };
        let next = mem::take(state).next(outcome, &self.deployment);
        self.progress = next.unwrap_or_else(Progress::from);
    }

    /// Says that the wait that `poll` asked for is over. If it asks for none, nothing happens.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Update, UpdateError};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// # fn sleep(_: std::time::Duration) {}
    /// # let mut update = Update::new(deployment);
    /// # let step = update.poll();
    /// if let NextStep::Wait(duration) = step {
    ///     sleep(duration);
    ///     update.waited();
    /// }
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn waited(&mut self) {
        if self.throttle.resume() {
            return;
        }
        if let Progress::Pausing { then, .. } = &mut self.progress {
            self.progress = mem::take(then).into();
        }
    }

    /// Why the update failed, for the host's log. It is `None` while the update runs, and after a
    /// success.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Update, UpdateError};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// let mut update = Update::new(deployment);
    /// update.reply(Err(CallFailure::AccessDenied));
    /// assert_eq!(update.error(), Some(UpdateError::AccessDenied("GetFunction")));
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
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
