//! An adapter as somebody would write it in an afternoon, with a switch for each fault that its author
//! may have made. The checklist finds each of them, and nothing where there is none.

mod adapter;
mod bodies;

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::Parser;

use self::adapter::{Adapter, Fault, SECRET};
use crate::args::Args;
use crate::check::{Check, Outcome, Verdict};
use crate::checks::all;
use crate::context::{Context, patience};
use crate::impossible::Impossible;
use crate::run::run;
use crate::upstream::Upstream;

/// What this adapter cannot do with or without a fault, because it is as simple as it can be.
const BEYOND_IT: [&str; 1] = [
    // It reads the response when it has sent all of the request.
    "early-answer",
];

/// Judges the adapter with a fault, and gives the names of the checks that fail.
async fn failing(fault: Option<Fault>) -> BTreeSet<&'static str> {
    let limits = ["--first-byte-limit", "1000", "--idle-limit", "1000", "--connect-limit", "700"];
    let routes = ["--agent-path", "agent", "--result-path", "result", "--patience", "3000"];
    let told = ["checklist", "--version", "1.2.3", "--secret", SECRET, "--jobs", "16"];
    let upstream = ["--upstream", "127.0.0.1:0", "http://127.0.0.1:9/fp"];
    let args = told.into_iter().chain(limits).chain(routes).chain(upstream);
    let args = Args::parse_from(args);
    let upstream = Upstream::start(args.upstream, patience(&args)).unwrap();
    let adapter = Adapter::start(upstream.address(), &args, fault).await;
    let url = format!("http://{}/fp", adapter.address).parse().unwrap();
    let (args, upstream) = (Arc::new(args), Arc::new(upstream));
    let context = Context { args, url, upstream, process: None };
    let checks: Vec<&'static Check> =
        all().filter(|check| !BEYOND_IT.contains(&check.name)).collect();
    let outcomes = run(&context, &checks, &Arc::new(Impossible::default())).await;
    let has_failed = |outcome: &&Outcome| outcome.verdict == Verdict::Failed;
    for outcome in outcomes.iter().filter(has_failed) {
        eprintln!("{}: {}", outcome.check.name, outcome.seen);
    }
    outcomes.iter().filter(has_failed).map(|outcome| outcome.check.name).collect()
}

/// A test for each fault: exactly these checks fail.
macro_rules! faults {
    ($($name:ident: $fault:expr => [$($check:literal),* $(,)?];)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let expected: BTreeSet<&str> = [$($check),*].into();
            assert_eq!(failing($fault).await, expected);
        }
    )+};
}

faults! {
    no_fault: None => [];
    trailers_pass: Some(Fault::TrailersPass) => [];
    interim_responses_pass: Some(Fault::InterimResponsesPass) => [];
    redirects_are_followed: Some(Fault::RedirectsAreFollowed) => [];
    identification_is_repeated: Some(Fault::IdentificationIsRepeated) => [];
    a_cut_looks_whole: Some(Fault::ACutLooksWhole) => [];
    expect_is_forwarded: Some(Fault::ExpectIsForwarded) => [];
    bodies_are_collected: Some(Fault::BodiesAreCollected) => [];
    the_secret_is_on_every_request: Some(Fault::TheSecretIsOnEveryRequest) => [];
    set_cookie_is_joined: Some(Fault::SetCookieIsJoined) => [];
    no_limit_for_the_first_byte: Some(Fault::NoLimitForTheFirstByte) => [];
    the_length_stays_beside_the_coding: Some(Fault::TheLengthStaysBesideTheCoding) => [];
    the_address_is_missing: Some(Fault::TheAddressIsMissing) => [];
    the_query_is_written_anew: Some(Fault::TheQueryIsWrittenAnew) => [];
    failures_are_the_frameworks: Some(Fault::FailuresAreTheFrameworks) => [];
}
