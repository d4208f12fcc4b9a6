//! Judges an adapter by its URL: one checklist for all of them.
//!
//! ```text
//! checklist --secret S --agent-path agent --result-path result http://127.0.0.1:8787/fp
//! ```
//!
//! stands on both sides of the adapter, asks what browsers ask, plays Fingerprint, and compares what
//! it sees with the contract. What it expects is written out here, not computed by the gateway.
//!
//! * `args`, `url`, `platform`, `impossible`: what it is told
//! * `adapter`: the adapter's process, if it is started here
//! * `wire`: HTTP/1.1 as bytes, for both sides
//! * `browser`: requests, as HTTP/1.1 and HTTP/2
//! * `upstream`: the stand-in, which plays a script for each request and writes down what came
//! * `context`: both sides in the hands of a check
//! * `wrong`, `check`: why a check has not passed, and what it says
//! * `checks`: the checks, a file for each topic
//! * `run`, `report`: runs them, and prints what came of it
//! * `faulty`: the test of the checklist, an adapter with faults

mod adapter;
mod args;
mod browser;
mod check;
mod checks;
mod context;
#[cfg(test)]
mod faulty;
mod impossible;
mod platform;
mod report;
mod run;
mod upstream;
mod url;
mod wire;
mod wrong;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;

use self::adapter::Process;
use self::args::Args;
use self::check::{Outcome, Verdict};
use self::context::Context;
use self::impossible::Impossible;
use self::upstream::Upstream;

#[tokio::main]
async fn main() -> ExitCode {
    match start(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("checklist: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether nothing is wrong.
async fn start(args: Args) -> Result<bool, String> {
    let all: Vec<_> = checks::all().collect();
    let is_asked =
        |name: &str| args.only.is_empty() || args.only.iter().any(|only| name.starts_with(only));
    let chosen: Vec<_> = all.iter().copied().filter(|check| is_asked(check.name)).collect();
    for only in &args.only {
        if !chosen.iter().any(|check| check.name.starts_with(only)) {
            return Err(format!("no check is called {only}"));
        }
    }
    if args.list {
        print!("{}", report::list(&chosen));
        return Ok(true);
    }
    let impossible = match &args.impossible {
        Some(path) => Impossible::read(path, &all)?,
        None => Impossible::default(),
    };
    let begun = Instant::now();
    let outcomes = judge(&args, &chosen, impossible).await?;
    if args.json {
        print!("{}", report::json(&outcomes));
    } else {
        print!("{}", report::table(&outcomes, begun.elapsed()));
    }
    if outcomes.iter().all(|outcome| outcome.verdict == Verdict::Skipped) {
        return Err("these options leave nothing to ask".to_owned());
    }
    Ok(!outcomes.iter().any(|outcome| outcome.verdict.is_wrong()))
}

async fn judge(
    args: &Args,
    checks: &[&'static check::Check],
    impossible: Impossible,
) -> Result<Vec<Outcome>, String> {
    let url = args.url.clone().ok_or("no URL")?;
    let address = args.upstream;
    let upstream = Upstream::start(address, context::patience(args));
    let upstream = upstream.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let process = match args.command.as_slice() {
        [] => None,
        command => Some(Arc::new(Process::start(command, &url).await?)),
    };
    let context = Context {
        args: Arc::new(args.clone()),
        url,
        upstream: Arc::new(upstream),
        process: process.clone(),
    };
    let outcomes = run::run(&context, checks, &Arc::new(impossible)).await;
    drop(context);
    if let Some(process) = process.and_then(Arc::into_inner) {
        process.stop().await.map_err(|error| format!("cannot end the adapter: {error}"))?;
    }
    Ok(outcomes)
}
