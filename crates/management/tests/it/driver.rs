//! The host: makes the calls of a run, with the faults of a schedule.

use std::time::Duration;

use firstparty_management::{
    Call, CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run,
};
use serde_json::Value;

use super::cloud::{Cloud, DISTRIBUTION, FUNCTION, TOKEN};
use super::fault::{self, Fault};
use super::world;

/// Which call of a run meets which fault.
pub(crate) type Schedule<'a> = &'a [(usize, Fault)];

/// What happened in a run.
#[derive(Debug)]
pub(crate) struct Trace {
    /// Operations in order.
    pub(crate) calls: Vec<&'static str>,
    /// Time spent waiting.
    pub(crate) waited: Duration,
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
    let mut trace = Trace { calls: Vec::new(), waited: Duration::ZERO, response: None, writes: 0 };
    loop {
        let outcome = match run.poll() {
            NextStep::Done(response) => {
                assert_eq!(response.headers()["content-type"], "application/json");
                let body = serde_json::from_slice(response.body()).expect("the body is JSON");
                trace.response = Some((response.status().as_u16(), body));
                return trace;
            }
            NextStep::Wait(duration) => {
                cloud.wait(duration);
                trace.waited += duration;
                run.waited();
                continue;
            }
            NextStep::Call(call) => {
                let number = trace.calls.len();
                trace.calls.push(call.operation());
                assert!(trace.calls.len() <= Run::MAX_CALLS as usize, "unbounded");
                let fault = schedule.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault);
                let writes = call.operation() == "UpdateDistribution";
                let (outcome, effective) = perform(cloud, &call, fault);
                trace.writes += usize::from(writes && effective);
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

/// The outcome that the run gets, and whether the call took effect.
fn perform(
    cloud: &mut Cloud,
    call: &Call<'_>,
    fault: Option<Fault>,
) -> (Result<Value, CallFailure>, bool) {
    let reference = match call {
        Call::CreateInvalidation { invalidation_batch, .. } => {
            Some(invalidation_batch.caller_reference)
        }
        _ => None,
    };
    match fault {
        Some(fault @ Fault::Refused(name)) => {
            fault::make_true(cloud, fault, reference);
            return (Err(CallFailure::from_name(name)), false);
        }
        Some(Fault::Edited(edit)) => cloud.cloudfront.edited_by_someone(edit),
        _ => {}
    }
    let mut outcome = cloud.perform(call);
    let effective = outcome.is_ok();
    if fault == Some(Fault::Repeated) {
        outcome = cloud.perform(call);
    }
    let outcome = outcome.map_err(CallFailure::from_name);
    match fault {
        Some(Fault::Lost) => (Err(CallFailure::from_name("TimeoutError")), effective),
        Some(Fault::Garbled(garble)) => (outcome.map(|reply| garble.apply(&reply)), effective),
        _ => (outcome, effective),
    }
}
