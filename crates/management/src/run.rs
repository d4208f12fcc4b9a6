//! One request to the function's URL, from its event to its response (R14.1, R14.2).

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::authorisation::PresentedToken;
use crate::call::Call;
use crate::error::UpdateError;
use crate::event::FunctionUrlEvent;
use crate::failure::CallFailure;
use crate::reply;
use crate::route::Route;
use crate::settings::DeploymentSettings;
use crate::status::Status;
use crate::step::NextStep;
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
    },
    Status(Status),
    Update(Update),
    Done(Response<Bytes>),
}

impl Run {
    /// The limit of calls in one run.
    pub const MAX_CALLS: u32 = 1 + Update::MAX_CALLS;

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
        let presented = event.authorization.as_deref().and_then(PresentedToken::from_field);
        let state = match (presented, &settings.secret_id) {
            (Some(presented), Some(secret_id)) => State::Authorising {
                presented,
                secret_id: secret_id.clone(),
                route: Route::of(&event.method, &event.path),
                settings: settings.clone(),
            },
            _ => State::Done(reply::unauthorised()),
        };
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
            Err(_) => Self { state: State::Done(reply::unauthorised()) },
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
            State::Authorising { secret_id, .. } => {
                NextStep::Call(Call::GetSecretValue { secret_id })
            }
            State::Status(status) => status.poll(),
            State::Update(update) => update.poll(),
            State::Done(response) => NextStep::Done(response),
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
            State::Authorising { presented, route, settings, .. } => {
                let secret = outcome.unwrap_or_default();
                self.state = if presented.is_in(&secret) {
                    State::authorised(*route, settings)
                } else {
                    State::Done(reply::unauthorised())
                };
            }
            State::Status(status) => status.reply(outcome),
            State::Update(update) => update.reply(outcome),
            State::Done(_) => {}
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
        if let State::Update(update) = &mut self.state {
            update.waited();
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
            State::Authorising { .. } | State::Status(_) | State::Done(_) => None,
        }
    }
}

impl State {
    fn authorised(route: Option<Route>, settings: &DeploymentSettings) -> Self {
        match (route, settings.deployment()) {
            (None, _) => Self::Done(reply::not_found()),
            (Some(_), Err(error)) => Self::Done(reply::misconfigured(error)),
            (Some(Route::Status), Ok(deployment)) => Self::Status(Status::new(deployment)),
            (Some(Route::Update), Ok(deployment)) => Self::Update(Update::new(deployment)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(id: Option<&str>) -> DeploymentSettings {
        DeploymentSettings::from_variables(|name| match name {
            "SettingsSecretName" => Some("settings".into()),
            "LambdaFunctionName" => Some("edge".into()),
            "CFDistributionId" => id.map(str::to_owned),
            _ => None,
        })
    }

    fn done(run: &Run) -> (u16, String) {
        let NextStep::Done(response) = run.poll() else { panic!("not done: {run:?}") };
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(run.error(), None);
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    fn secret() -> Value {
        json!({"SecretString": r#"{"token":"s3cret"}"#})
    }

    const UNAUTHORISED: &str = r#"{"status":"Token is not specified or not valid"}"#;

    /// R14.1: a wrong form costs no call; a wrong token and a secret that cannot be read get the
    /// same response.
    #[test]
    fn everyone_else_gets_one_response() {
        let settings = settings(Some("E1"));
        for field in [None, Some(""), Some("s3cret"), Some("Bearer s3cret"), Some("mgmt-token ")] {
            for path in ["/status", "/update", "/nowhere"] {
                let run = Run::new(&settings, &FunctionUrlEvent::new("POST", path, field));
                assert_eq!(done(&run), (401, UNAUTHORISED.into()), "{field:?}");
            }
        }
        let outcomes =
            [Ok(secret()), Ok(json!({})), Err(CallFailure::AccessDenied), Err(CallFailure::Other)];
        for outcome in outcomes {
            let mut run =
                Run::new(&settings, &FunctionUrlEvent::new("GET", "/status", Some("mgmt-token x")));
            assert!(matches!(
                run.poll(),
                NextStep::Call(Call::GetSecretValue { secret_id: "settings" })
            ));
            run.reply(outcome);
            assert_eq!(done(&run), (401, UNAUTHORISED.into()));
            run.reply(Ok(secret()));
            assert_eq!(done(&run), (401, UNAUTHORISED.into()), "a second try");
        }
    }

    /// R14.1: without a secret, or without an event, no caller is authorised.
    #[test]
    fn no_caller_is_authorised_without_a_secret() {
        let none = DeploymentSettings::from_variables(|_| None);
        let run =
            Run::new(&none, &FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret")));
        assert_eq!(done(&run), (401, UNAUTHORISED.into()));
        for payload in [&b""[..], b"{}", b"\xff", br#"{"rawPath":"/status"}"#] {
            let run = Run::from_json(&settings(Some("E1")), payload);
            assert_eq!(done(&run), (401, UNAUTHORISED.into()));
        }
    }

    /// R14.2: routes and settings are used after authorisation only.
    #[test]
    fn authorised_callers_learn_what_is_wrong() {
        let authorised = |id, method: &str, path: &str| {
            let event = FunctionUrlEvent::new(method, path, Some("mgmt-token s3cret"));
            let mut run = Run::new(&settings(id), &event);
            run.reply(Ok(secret()));
            run
        };
        let not_found = (404, r#"{"status":"Path not found"}"#.to_owned());
        assert_eq!(done(&authorised(Some("E1"), "GET", "/update")), not_found);
        assert_eq!(done(&authorised(None, "POST", "/elsewhere")), not_found);
        let (status, body) = done(&authorised(None, "POST", "/update"));
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &body["error"]), (500, &json!("CFDistributionId is not set")));
        let expected = "Wrong function configuration. Check environment variables for Lambda@Edge function and CloudFront Distribution id";
        assert_eq!(body["status"], expected);
        for (method, path) in [("GET", "/status"), ("POST", "/update")] {
            let run = authorised(Some("E1"), method, path);
            assert!(matches!(
                run.poll(),
                NextStep::Call(Call::GetFunction { function_name: "edge" })
            ));
            assert!(!format!("{run:?}").contains("s3cret"));
        }
    }

    /// A wait that nothing asked for is ignored.
    #[test]
    fn only_an_update_waits() {
        let mut run = Run::new(
            &settings(Some("E1")),
            &FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret")),
        );
        run.waited();
        assert!(matches!(run.poll(), NextStep::Call(Call::GetSecretValue { .. })));
        run.reply(Ok(secret()));
        run.waited();
        assert!(matches!(run.poll(), NextStep::Call(Call::GetFunction { .. })));
    }

    /// `Debug` does not show the token.
    #[test]
    fn debug_hides_the_token() {
        let event = FunctionUrlEvent::new("GET", "/status", Some("mgmt-token s3cret"));
        let run = Run::new(&settings(Some("E1")), &event);
        assert!(!format!("{run:?} {:?} {event:?}", run.poll()).contains("s3cret"));
    }
}
