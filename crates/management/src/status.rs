//! The deployment's status (R14.3).

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::deployment::Deployment;
use crate::failure::CallFailure;
use crate::member::{take_object, text};
use crate::step::NextStep;
use crate::throttle::{self, Throttle};
use crate::{distribution, reply};

/// Reads the deployment's status ([R14.3]).
///
/// The response is always a 200. It has one part about the function and one about the distribution.
/// If the call for a part fails, that part is left out. [The loop](crate#the-loop) shows how a host
/// drives it.
///
/// ```
/// use firstparty_management::{CallFailure, Deployment, NextStep, Status};
/// use serde_json::json;
///
/// let mut status = Status::new(Deployment::new("E2EXAMPLE", "edge")?);
/// assert!(matches!(status.poll(), NextStep::Call(call) if call.operation() == "GetFunction"));
/// status.reply(Ok(json!({"Configuration": {"FunctionName": "edge", "Runtime": "nodejs24.x"}})));
/// assert!(matches!(status.poll(), NextStep::Call(call) if call.operation() == "GetDistribution"));
/// status.reply(Err(CallFailure::AccessDenied));
/// let NextStep::Done(response) = status.poll() else { panic!("it asks for two calls") };
/// let body = r#"{"lambdaFunction":{"functionName":"edge","runtime":"nodejs24.x"}}"#;
/// assert_eq!(response.body(), body);
/// # Ok::<(), firstparty_management::DeploymentError>(())
/// ```
///
/// [R14.3]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.3
#[derive(Debug)]
pub struct Status {
    deployment: Deployment,
    state: State,
    throttle: Throttle,
}

#[derive(Debug)]
enum State {
    ReadingFunction,
    ReadingDistribution { body: Map<String, Value>, function: Option<String> },
    Done(Response<Bytes>),
}

/// The members of the status, and their names in the function's configuration.
const FUNCTION: [(&str, &str); 8] = [
    ("functionName", "FunctionName"),
    ("lastModified", "LastModified"),
    ("lastUpdateStatus", "LastUpdateStatus"),
    ("lastUpdateStatusReason", "LastUpdateStatusReason"),
    ("lastUpdateStatusCode", "LastUpdateStatusReasonCode"),
    ("runtime", "Runtime"),
    ("version", "Version"),
    ("handler", "Handler"),
];

/// The same for the distribution.
const DISTRIBUTION: [(&str, &str); 4] = [
    ("id", "Id"),
    ("status", "Status"),
    ("lastModifiedTime", "LastModifiedTime"),
    ("inProgressInvalidationBatches", "InProgressInvalidationBatches"),
];

impl Status {
    /// The limit of calls: two, each made again if it is throttled ([R14.10]).
    ///
    /// [R14.10]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.10
    pub const MAX_CALLS: u32 = 2 * throttle::MAX_TRIES;

    /// Begins to read the status.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Status};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// let status = Status::new(deployment);
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn new(deployment: Deployment) -> Self {
        Self { deployment, state: State::ReadingFunction, throttle: Throttle::default() }
    }

    /// The next step. Call it after `new`, and after each `reply` and `waited`.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Status};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// let status = Status::new(deployment);
    /// assert!(matches!(status.poll(), NextStep::Call(_)));
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn poll(&self) -> NextStep<'_> {
        if let Some(pause) = self.throttle.pause() {
            return NextStep::Wait(pause);
        }
        match &self.state {
            State::ReadingFunction => {
                NextStep::Call(Call::GetFunction { function_name: &self.deployment.function_name })
            }
            State::ReadingDistribution { .. } => {
                NextStep::Call(Call::GetDistribution { id: &self.deployment.distribution_id })
            }
            State::Done(response) => NextStep::Done(response),
        }
    }

    /// Passes the outcome of the call that `poll` asked for. If it asks for none, nothing happens.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Status};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// let mut status = Status::new(deployment);
    /// status.reply(Err(CallFailure::AccessDenied)); // the function
    /// status.reply(Err(CallFailure::AccessDenied)); // the distribution
    /// let NextStep::Done(response) = status.poll() else { panic!() };
    /// assert_eq!(response.body(), "{}");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn reply(&mut self, outcome: Result<Value, CallFailure>) {
        let NextStep::Call(_) = self.poll() else { return };
        let Some(outcome) = self.throttle.pass(outcome) else { return };
        let value = outcome.unwrap_or_default();
        match &mut self.state {
            State::ReadingFunction => {
                let arn = value.get("Configuration").and_then(|it| text(it, "FunctionArn"));
                let function = arn.map(str::to_owned);
                let mut body = Map::new();
                if let Some(part) = function_part(value) {
                    body.insert("lambdaFunction".to_owned(), part);
                }
                self.state = State::ReadingDistribution { body, function };
            }
            State::ReadingDistribution { body, function } => {
                let part = distribution_part(value, &self.deployment, function.as_deref());
                if let Some(part) = part {
                    body.insert("cloudFrontDistribution".to_owned(), part);
                }
                let body = Value::Object(std::mem::take(body));
                self.state = State::Done(reply::json(StatusCode::OK, &body));
            }
            State::Done(_) => {}
        }
    }

    /// Says that the wait that `poll` asked for is over. If it asks for none, nothing happens.
    ///
    /// ```
    /// # use firstparty_management::{CallFailure, Deployment, NextStep, Status};
    /// # let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// use std::time::Duration;
    ///
    /// let mut status = Status::new(deployment);
    /// status.reply(Err(CallFailure::Throttled));
    /// let NextStep::Wait(duration) = status.poll() else { panic!() };
    /// assert_eq!(duration, Duration::from_secs(1));
    /// status.waited();
    /// assert!(matches!(status.poll(), NextStep::Call(call) if call.operation() == "GetFunction"));
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn waited(&mut self) {
        self.throttle.resume();
    }
}

fn function_part(mut reply: Value) -> Option<Value> {
    let configuration = take_object(&mut reply, "Configuration")?;
    Some(Value::Object(scalars(&configuration, &FUNCTION).collect()))
}

fn distribution_part(
    mut reply: Value,
    deployment: &Deployment,
    function: Option<&str>,
) -> Option<Value> {
    let mut distribution = take_object(&mut reply, "Distribution")?;
    let config = take_object(&mut distribution, "DistributionConfig");
    let mut part: Map<String, Value> = scalars(&distribution, &DISTRIBUTION).collect();
    if let Some(mut config) = config {
        part.extend(scalars(&config, &[("enabled", "Enabled")]));
        let count = distribution::count_associations(&mut config, deployment, function);
        part.insert("cacheBehaviorsWithFingerprintFunction".to_owned(), Value::from(count));
    }
    Some(Value::Object(part))
}

/// Those of the members that are strings, numbers or booleans. Nothing else of a reply gets into the
/// response.
fn scalars<'a>(
    from: &'a Value,
    members: &'a [(&str, &str)],
) -> impl Iterator<Item = (String, Value)> + 'a {
    members.iter().filter_map(|(name, source)| {
        let value = from.get(source)?;
        let plain = value.is_string() || value.is_number() || value.is_boolean();
        plain.then(|| ((*name).to_owned(), value.clone()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(
        function: Result<Value, CallFailure>,
        distribution: Result<Value, CallFailure>,
    ) -> Value {
        let mut status = Status::new(Deployment::new("E1", "edge").unwrap());
        for outcome in [function, distribution, Err(CallFailure::Other)] {
            status.reply(outcome);
        }
        let NextStep::Done(response) = status.poll() else {
            panic!("two replies are all it needs")
        };
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        serde_json::from_slice(response.body()).unwrap()
    }

    /// R14.3: every member, under the name that the caller knows.
    #[test]
    fn both_halves_are_reported() {
        let function = json!({"Code": {"Location": "signed"}, "Configuration": {
            "FunctionName": "edge", "LastModified": "2026", "LastUpdateStatus": "Failed",
            "LastUpdateStatusReason": "why", "LastUpdateStatusReasonCode": "EniLimitExceeded",
            "Runtime": "nodejs24.x", "Version": "$LATEST", "Handler": "index.handler",
            "Environment": {"Variables": {"a": "s3cret"}},
        }});
        let distribution = json!({"ETag": "t", "Distribution": {
            "Id": "E1", "Status": "Deployed", "LastModifiedTime": "2026",
            "InProgressInvalidationBatches": 2, "DistributionConfig": {
                "Enabled": false,
                "Origins": {"Items": [{"Id": "cdn", "DomainName": "fpcdn.io"}]},
                "DefaultCacheBehavior": {"TargetOriginId": "cdn", "LambdaFunctionAssociations":
                    {"Items": [{"EventType": "origin-request",
                        "LambdaFunctionARN": "arn:aws:lambda:us-east-1:1:function:edge:3"}]}},
            },
        }});
        let expected = json!({
            "lambdaFunction": {
                "functionName": "edge", "lastModified": "2026", "lastUpdateStatus": "Failed",
                "lastUpdateStatusReason": "why", "lastUpdateStatusCode": "EniLimitExceeded",
                "runtime": "nodejs24.x", "version": "$LATEST", "handler": "index.handler",
            },
            "cloudFrontDistribution": {
                "id": "E1", "enabled": false, "status": "Deployed", "lastModifiedTime": "2026",
                "inProgressInvalidationBatches": 2, "cacheBehaviorsWithFingerprintFunction": 1,
            },
        });
        assert_eq!(status(Ok(function), Ok(distribution)), expected);
    }

    /// R14.10: either call is made again after 1, 2, 4, 8 and 16 seconds, and then its part is left
    /// out. After the end, nothing counts.
    #[test]
    fn throttled_calls_are_made_again() {
        let mut status = Status::new(Deployment::new("E1", "edge").unwrap());
        let mut calls = 0;
        for operation in ["GetFunction", "GetDistribution"] {
            for pause in throttle::PAUSES.map(Some).into_iter().chain([None]) {
                let NextStep::Call(call) = status.poll() else { panic!("{status:?}") };
                assert_eq!(call.operation(), operation);
                status.reply(Err(CallFailure::Throttled));
                calls += 1;
                if let Some(pause) = pause {
                    assert!(matches!(status.poll(), NextStep::Wait(time) if time == pause));
                    status.reply(Ok(json!({"Configuration": {}}))); // it did not ask for a call
                    status.waited();
                }
            }
        }
        assert_eq!(calls, Status::MAX_CALLS);
        status.reply(Err(CallFailure::Throttled));
        status.waited();
        let NextStep::Done(response) = status.poll() else { panic!("{status:?}") };
        assert_eq!(response.body(), "{}");
    }

    /// R14.3: a part whose call failed, or whose reply has no data, is left out.
    #[test]
    fn failed_halves_are_left_out() {
        let denied = || Err(CallFailure::AccessDenied);
        assert_eq!(status(denied(), denied()), json!({}));
        assert_eq!(status(Ok(json!(null)), Ok(json!({"Distribution": 1}))), json!({}));
        let half = status(denied(), Ok(json!({"Distribution": {"Id": ["odd"], "Status": null}})));
        assert_eq!(half, json!({"cloudFrontDistribution": {}}), "nothing to count");
        let empty = json!({"Distribution": {"DistributionConfig": {}}});
        let counted = json!({"cacheBehaviorsWithFingerprintFunction": 0});
        assert_eq!(status(denied(), Ok(empty)), json!({ "cloudFrontDistribution": counted }));
        let half = status(Ok(json!({"Configuration": {"Version": {"odd": 1}}})), denied());
        assert_eq!(half, json!({"lambdaFunction": {}}));
    }
}
