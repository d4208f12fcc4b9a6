//! [`firstparty_management::Run`] behind five functions that WebAssembly can export.
//!
//! An instance serves one request. Texts cross the border as JSON in UTF-8, each through one of two
//! buffers: the host asks [`input`] for room, writes there, and names the length in the call that
//! reads it; a call that returns text gives its place and length in one number. Either place is
//! good until the next call. No memory changes hands, so neither side frees what is the other's.

use std::cell::{Cell, RefCell};

use firstparty_management::{CallFailure, DeploymentSettings, NextStep, Run};
use serde_json::{Value, json};

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static RUN: Cell<Option<Run>> = const { Cell::new(None) };
}

/// Room for `length` bytes of input.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|input| {
        input.clear();
        input.resize(length, 0);
        input.as_mut_ptr()
    })
}

/// Begins a run. The input is `{"variables": {<name>: <text>}, "event": <the event>}`.
#[unsafe(no_mangle)]
pub extern "C" fn start() {
    let input = taken_input();
    let variable = |name: &str| Some(input.get("variables")?.get(name)?.as_str()?.to_owned());
    let event = input.get("event").unwrap_or(&Value::Null).to_string();
    RUN.set(Some(Run::from_json(&DeploymentSettings::from_variables(variable), event.as_bytes())));
}

/// What the run wants now: `{"call": {<operation>: <input>}}`, `{"wait": <milliseconds>}` or
/// `{"done": {"statusCode", "headers", "body"}, "log": <text for the log, or null>}`. Place and
/// length of the text, in the high and the low half.
#[unsafe(no_mangle)]
pub extern "C" fn poll() -> u64 {
    let text = with_run(|run| wanted(run).to_string()).unwrap_or_default();
    OUTPUT.with_borrow_mut(|output| {
        *output = text.into_bytes();
        (output.as_ptr() as u64) << 32 | output.len() as u64
    })
}

/// Feeds the outcome of the call: `{"ok": <output>}` or `{"error": <name>}`.
#[unsafe(no_mangle)]
pub extern "C" fn reply() {
    let mut input = taken_input();
    let name = input.get("error").and_then(Value::as_str).unwrap_or_default();
    let failure = CallFailure::from_name(name);
    let outcome = input.get_mut("ok").map(Value::take).ok_or(failure);
    with_run(|run| run.reply(outcome));
}

/// Says that the wait is over.
#[unsafe(no_mangle)]
pub extern "C" fn waited() {
    with_run(Run::waited);
}

fn wanted(run: &Run) -> Value {
    match run.poll() {
        NextStep::Call(call) => json!({ "call": call }),
        NextStep::Wait(duration) => json!({ "wait": duration.as_secs_f64() * 1e3 }),
        NextStep::Done(response) => json!({
            "done": {
                "statusCode": response.status().as_u16(),
                "headers": {"content-type": "application/json"},
                "body": String::from_utf8_lossy(response.body()),
            },
            "log": failure(run),
        }),
    }
}

/// Why the run failed. Its response says less, or nothing.
fn failure(run: &Run) -> Option<String> {
    let unauthorised = run.authorisation_error().map(|error| format!("not authorised: {error}"));
    unauthorised.or_else(|| run.error().map(|error| format!("update failed: {error}")))
}

fn with_run<T>(use_it: impl FnOnce(&mut Run) -> T) -> Option<T> {
    let mut run = RUN.take()?;
    let result = use_it(&mut run);
    RUN.set(Some(run));
    Some(result)
}

/// The input, emptied: it may hold the secret. Text that is not JSON becomes null, which no run takes
/// for anything.
fn taken_input() -> Value {
    let mut input = INPUT.take();
    let value = serde_json::from_slice(&input).unwrap_or_default();
    input.fill(0);
    value
}
