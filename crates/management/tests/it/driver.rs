//! The host: makes the calls of a run, with the faults of a schedule.

use std::time::Duration;

use firstparty_management::{
    AuthorisationError, Call, CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run,
};
use serde_json::Value;

use super::cloud::{Cloud, DISTRIBUTION, FUNCTION, TOKEN};
use super::fault::{self, Fault};
use super::patience::Patience;
use super::world;

/// Which call of a run meets which fault.
pub(crate) type Schedule<'a> = &'a [(usize, Fault)];

/// What happened in a run.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// Operations in order.
    pub(crate) calls: Vec<&'static str>,
    /// Those of them that were not throttled.
    pub(crate) answered: Vec<&'static str>,
    /// Updates of the code that met another one.
    pub(crate) conflicts: u32,
    /// Time spent waiting, but for a throttled call.
    pub(crate) waited: Duration,
    /// Time spent waiting for throttled calls.
    pub(crate) throttled: Duration,
    /// The call that was given up because it stayed throttled.
    pub(crate) given_up: Option<&'static str>,
    /// Why the run was not authorised.
    pub(crate) reason: Option<AuthorisationError>,
    /// Status and body of the response, unless the host was killed.
    pub(crate) response: Option<(u16, Value)>,
    /// How often the distribution was written.
    pub(crate) writes: usize,
}

impl Trace {
    /// The status text, or the error code.
    pub(crate) fn end(&self) -> &str {
        let Some((status, body)) = &self.response else {
            return "killed";
        };
        let member = if *status == 500 { "errorCode" } else { "status" };
        body[member].as_str().expect("the member is a string")
    }
}

pub(crate) fn settings() -> DeploymentSettings {
    DeploymentSettings::from_variables(|name| match name {
        "SettingsSecretName" => Some("settings".into()),
        "CFDistributionId" => Some(DISTRIBUTION.into()),
        "LambdaFunctionName" => Some(FUNCTION.into()),
        _ => None,
    })
}

/// An authorised request.
pub(crate) fn request(method: &str, path: &str) -> Run {
    Run::new(
        &settings(),
        &FunctionUrlEvent::new(method, path, Some(&format!("mgmt-token {TOKEN}"))),
    )
}

/// One update.
pub(crate) fn update(cloud: &mut Cloud, schedule: Schedule<'_>) -> Trace {
    drive(request("POST", "/update"), cloud, schedule)
}

/// Drives a run to its end.
pub(crate) fn drive(mut run: Run, cloud: &mut Cloud, schedule: Schedule<'_>) -> Trace {
    let (mut trace, mut patience) = (Trace::default(), Patience::default());
    loop {
        let outcome = match run.poll() {
            NextStep::Done(response) => {
                assert_eq!(response.headers()["content-type"], "application/json");
                let body = serde_json::from_slice(response.body()).expect("the body is JSON");
                trace.response = Some((response.status().as_u16(), body));
                trace.reason = run.authorisation_error();
                assert_eq!(trace.reason.is_some(), response.status() == 401);
                return trace;
            }
            NextStep::Wait(duration) => {
                cloud.wait(duration);
                let for_throttled = patience.waits(duration);
                *(if for_throttled { &mut trace.throttled } else { &mut trace.waited }) += duration;
                run.waited();
                continue;
            }
            NextStep::Call(call) => {
                let number = trace.calls.len();
                let fault = schedule.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault);
                let outcome = answer(cloud, &call, fault, &mut trace);
                patience.calls(&call, &outcome, &mut trace);
                if fault == Some(Fault::Killed) {
                    return trace;
                }
                outcome
            }
        };
        run.reply(outcome);
        // After the token and after the configuration: rarely, as it takes time.
        if [1, 5].contains(&trace.calls.len()) {
            let shown = format!("{run:?} {:?}", run.poll());
            assert!(!shown.contains(TOKEN), "the token is shown");
            assert!(!shown.contains(world::HEADER), "an origin's header is shown");
        }
    }
}

/// The outcome that the run gets, noted in the trace.
fn answer(
    cloud: &mut Cloud,
    call: &Call<'_>,
    fault: Option<Fault>,
    trace: &mut Trace,
) -> Result<Value, CallFailure> {
    trace.calls.push(call.operation());
    assert!(trace.calls.len() <= Run::MAX_CALLS as usize, "unbounded");
    let (outcome, effective) = perform(cloud, call, fault);
    if call.operation() == "UpdateDistribution" {
        trace.writes += usize::from(effective);
    }
    if call.operation() == "UpdateFunctionCode" && outcome == Err(CallFailure::Conflict) {
        trace.conflicts += 1;
    }
    if outcome != Err(CallFailure::Throttled) {
        trace.answered.push(call.operation());
    }
    outcome
}

/// The outcome that the run gets, and whether the call took effect.
fn perform(
    cloud: &mut Cloud,
    call: &Call<'_>,
    fault: Option<Fault>,
) -> (Result<Value, CallFailure>, bool) {
    match fault {
        Some(Fault::Refused(name)) => {
            fault::make_true(cloud, name, call);
            return (Err(CallFailure::from_name(name)), false);
        }
        Some(Fault::Edited(edit)) => cloud.cloudfront.edited_by_someone(edit),
        Some(Fault::Busy) => cloud.lambda.update_begun_by_someone(cloud.now),
        Some(Fault::Updated) => cloud.lambda.updated_by_someone(),
        Some(Fault::Throttled) => cloud.throttled = 1 + Run::THROTTLE_PAUSES.len(),
        _ => {}
    }
    let mut outcome = cloud.perform(call);
    let mut effective = outcome.is_ok();
    if fault == Some(Fault::Repeated) {
        outcome = cloud.perform(call);
        effective |= outcome.is_ok();
    }
    let outcome = outcome.map_err(CallFailure::from_name);
    match fault {
        Some(Fault::Lost) => (Err(CallFailure::from_name("TimeoutError")), effective),
        Some(Fault::Garbled(garble)) => (outcome.map(|reply| garble.apply(&reply)), effective),
        _ => (outcome, effective),
    }
}
