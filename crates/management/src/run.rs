//! One request to the function's URL, from its event to its response (R14.1, R14.2).

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::authorisation::{AuthorisationError, PresentedToken};
use crate::call::Call;
use crate::error::UpdateError;
use crate::event::FunctionUrlEvent;
use crate::failure::CallFailure;
use crate::reply;
use crate::route::Route;
use crate::settings::DeploymentSettings;
use crate::status::Status;
use crate::step::NextStep;
use crate::throttle::{self, Throttle};
use crate::update::Update;

/// One request to the function's URL ([R14.1], [R14.2]).
///
/// A run checks the form of the request's `authorization` field, then compares the token with the
/// one in the settings secret, and only then uses route and settings. All unauthorised callers get
/// the same response. [The loop](crate#the-loop) shows how a host drives it.
///
/// ```
/// use firstparty_management::{DeploymentSettings, FunctionUrlEvent, NextStep, Run};
///
/// let settings = DeploymentSettings::from_variables(|_| None);
/// let run = Run::new(&settings, &FunctionUrlEvent::new("POST", "/update", Some("Basic dTpw")));
/// let NextStep::Done(response) = run.poll() else { panic!("no call is made for such a field") };
/// assert_eq!(response.status(), 401);
/// ```
///
/// [R14.1]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.1
/// [R14.2]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.2
#[derive(Debug)]
pub struct Run {
    state: State,
}

#[derive(Debug)]
enum State {
    Authorising {
        presented: PresentedToken,
        secret_id: String,
        route: Option<Route>,
        settings: DeploymentSettings,
        throttle: Throttle,
    },
    Status(Status),
    Update(Update),
    Done(Response<Bytes>),
    Unauthorised {
        response: Response<Bytes>,
        error: AuthorisationError,
    },
}

impl Run {
    /// The limit of calls in one run: those for the secret, and those of an update.
    pub const MAX_CALLS: u32 = throttle::MAX_TRIES + Update::MAX_CALLS;
    /// The waits before a throttled call is made again ([R14.10]). Each call has all of them.
    ///
    /// [R14.10]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.10
    pub const THROTTLE_PAUSES: [Duration; 5] = throttle::PAUSES;

    /// Begins the run for an event. It is done at once if there is no well-formed `authorization`
    /// field, or no settings secret.
    ///
    /// ```
    /// use firstparty_management::{Call, DeploymentSettings, FunctionUrlEvent, NextStep, Run};
    ///
    /// let settings = DeploymentSettings::from_variables(|name| Some(format!("my-{name}")));
    /// let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token t0ken"));
    /// let run = Run::new(&settings, &event);
    /// let NextStep::Call(call) = run.poll() else { panic!() };
    /// assert_eq!(call, Call::GetSecretValue { secret_id: "my-SettingsSecretName" });
    /// ```
    #[must_use]
    pub fn new(settings: &DeploymentSettings, event: &FunctionUrlEvent) -> Self {
        let state = State::authorising(settings, event).unwrap_or_else(State::from);
        Self { state }
    }

    /// Like [`Run::new`], for an event that is not parsed yet. A payload that is not an event is
    /// answered with 401.
    ///
    /// ```
    /// # use firstparty_management::{DeploymentSettings, NextStep, Run};
    /// let settings = DeploymentSettings::from_variables(|_| None);
    /// let run = Run::from_json(&settings, b"{}");
    /// let NextStep::Done(response) = run.poll() else { panic!() };
    /// assert_eq!(response.status(), 401);
    /// ```
    #[must_use]
    pub fn from_json(settings: &DeploymentSettings, payload: &[u8]) -> Self {
        match FunctionUrlEvent::from_json(payload) {
            Ok(event) => Self::new(settings, &event),
            Err(error) => Self { state: AuthorisationError::EventMalformed(error).into() },
        }
    }

    /// The next step. Call it after `new`, and after each `reply` and `waited`.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run};
    /// # let settings = DeploymentSettings::from_variables(|name| Some(format!("my-{name}")));
    /// # let event = FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken"));
    /// let run = Run::new(&settings, &event);
    /// match run.poll() {
    ///     NextStep::Call(call) => println!("make the call {}", call.operation()),
    ///     NextStep::Wait(duration) => println!("wait for {duration:?}"),
    ///     NextStep::Done(response) => println!("send {response:?}"),
    /// }
    /// ```
    pub fn poll(&self) -> NextStep<'_> {
        match &self.state {
            State::Authorising { secret_id, throttle, .. } => match throttle.pause() {
                Some(pause) => NextStep::Wait(pause),
                None => NextStep::Call(Call::GetSecretValue { secret_id }),
            },
            State::Status(status) => status.poll(),
            State::Update(update) => update.poll(),
            State::Done(response) | State::Unauthorised { response, .. } => {
                NextStep::Done(response)
            }
        }
    }

    /// Passes the outcome of the call that `poll` asked for. If it asks for none, nothing happens.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run};
    /// # let settings = DeploymentSettings::from_variables(|name| Some(format!("my-{name}")));
    /// # let event = FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken"));
    /// let mut run = Run::new(&settings, &event);
    /// run.reply(Err(CallFailure::AccessDenied)); // the secret could not be read
    /// let NextStep::Done(response) = run.poll() else { panic!() };
    /// assert_eq!(response.status(), 401);
    /// ```
    pub fn reply(&mut self, outcome: Result<Value, CallFailure>) {
        match &mut self.state {
            State::Authorising { presented, route, settings, throttle, .. } => {
                let Some(secret) = throttle.pass(outcome) else { return };
                self.state = match presented.check(secret) {
                    Ok(()) => State::authorised(*route, settings),
                    Err(error) => error.into(),
                };
            }
            State::Status(status) => status.reply(outcome),
            State::Update(update) => update.reply(outcome),
            State::Done(_) | State::Unauthorised { .. } => {}
        }
    }

    /// Says that the wait that `poll` asked for is over. If it asks for none, nothing happens.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run};
    /// # let settings = DeploymentSettings::from_variables(|name| Some(format!("my-{name}")));
    /// # let event = FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken"));
    /// # fn sleep(_: std::time::Duration) {}
    /// # let mut run = Run::new(&settings, &event);
    /// # let step = run.poll();
    /// if let NextStep::Wait(duration) = step {
    ///     sleep(duration);
    ///     run.waited();
    /// }
    /// ```
    pub fn waited(&mut self) {
        match &mut self.state {
            State::Authorising { throttle, .. } => {
                throttle.resume();
            }
            State::Status(status) => status.waited(),
            State::Update(update) => update.waited(),
            State::Done(_) | State::Unauthorised { .. } => {}
        }
    }

    /// Why the update failed, for the host's log. It is `None` while the update runs, after a
    /// success, and for other requests.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run};
    /// # let settings = DeploymentSettings::from_variables(|name| Some(format!("my-{name}")));
    /// # let event = FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken"));
    /// use firstparty_management::UpdateError;
    /// use serde_json::json;
    ///
    /// # let settings = DeploymentSettings::from_variables(|name| match name {
    /// #     "CFDistributionId" => Some("E2EXAMPLE".into()),
    /// #     _ => Some("edge".into()),
    /// # });
    /// let mut run = Run::new(&settings, &event);
    /// run.reply(Ok(json!({"SecretString": r#"{"token":"t0ken"}"#}))); // the secret
    /// run.reply(Err(CallFailure::NotFound)); // the function
    /// assert_eq!(run.error(), Some(UpdateError::ResourceNotFound("GetFunction")));
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<UpdateError> {
        match &self.state {
            State::Update(update) => update.error(),
            _ => None,
        }
    }

    /// Why the request was not authorised, for the host's log ([R14.1]). The caller does not learn
    /// it. It is `None` for an authorised request, and before the token was compared.
    ///
    /// ```
    /// use firstparty_management::{
    ///     AuthorisationError, CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run,
    /// };
    ///
    /// let settings = DeploymentSettings::from_variables(|name| Some(format!("my-{name}")));
    /// let event = FunctionUrlEvent::new("POST", "/update", Some("mgmt-token t0ken"));
    /// let mut run = Run::new(&settings, &event);
    /// run.reply(Err(CallFailure::AccessDenied)); // the secret could not be read
    ///
    /// let NextStep::Done(response) = run.poll() else { panic!() };
    /// assert_eq!(response.body(), r#"{"status":"Token is not specified or not valid"}"#);
    /// let reason = AuthorisationError::SecretUnreadable(CallFailure::AccessDenied);
    /// assert_eq!(run.authorisation_error(), Some(reason));
    /// ```
    ///
    /// [R14.1]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.1
    #[must_use]
    pub fn authorisation_error(&self) -> Option<AuthorisationError> {
        match &self.state {
            State::Unauthorised { error, .. } => Some(*error),
            _ => None,
        }
    }
}

impl State {
    /// The form of the field is checked first: a caller without it costs no call (R14.1).
    fn authorising(
        settings: &DeploymentSettings,
        event: &FunctionUrlEvent,
    ) -> Result<Self, AuthorisationError> {
        let presented = PresentedToken::from_field(event.authorization.as_deref())?;
        let secret_id = settings.secret_id.clone().ok_or(AuthorisationError::SecretNotNamed)?;
        Ok(Self::Authorising {
            presented,
            secret_id,
            route: Route::of(&event.method, &event.path),
            settings: settings.clone(),
            throttle: Throttle::default(),
        })
    }

    fn authorised(route: Option<Route>, settings: &DeploymentSettings) -> Self {
        match (route, settings.deployment()) {
            (None, _) => Self::Done(reply::not_found()),
            (Some(_), Err(error)) => Self::Done(reply::misconfigured(error)),
            (Some(Route::Status), Ok(deployment)) => Self::Status(Status::new(deployment)),
            (Some(Route::Update), Ok(deployment)) => Self::Update(Update::new(deployment)),
        }
    }
}

impl From<AuthorisationError> for State {
    fn from(error: AuthorisationError) -> Self {
        Self::Unauthorised { response: reply::unauthorised(), error }
    }
}

#[cfg(test)]
mod tests;
