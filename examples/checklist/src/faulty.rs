//! An adapter as somebody would write it in an afternoon, with a switch for each fault that its author
//! may have made. The checklist finds each of them, and nothing where there is none.

mod adapter;
mod bodies;

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::Parser;
use tokio::sync::Semaphore;

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

/// What no fault here is about, and what takes long in a build for tests.
const LONG: [&str; 4] = ["upload-large", "download-large", "concurrent", "request-head-too-large"];

/// What waits for a limit.
const WAITING: [&str; 4] = ["silent-", "slow-", "stuck-", "upstream-unreachable"];

/// With a fault exactly the checks fail that the table names, and without one none.
///
/// What waits is judged first, while there is time for everything. What keeps the machine busy has limits that
/// it does not reach.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_found() {
    let is_waiting = |check: &&Check| WAITING.iter().any(|start| check.name.starts_with(start));
    let (waiting, others) = all().partition::<Vec<_>, _>(is_waiting);
    let mut failing: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); FAULTS.len()];
    for (checks, limit, together) in [(waiting, "1000", FAULTS.len()), (others, "5000", 5)] {
        let room = Arc::new(Semaphore::new(together));
        let judge = |(fault, _): &(Option<Fault>, _)| {
            let (fault, checks, room) = (*fault, checks.clone(), Arc::clone(&room));
            tokio::spawn(async move {
                let _room = room.acquire().await;
                judge(fault, checks, limit).await
            })
        };
        let judging: Vec<_> = FAULTS.iter().map(judge).collect();
        for (judged, failing) in judging.into_iter().zip(&mut failing) {
            failing.extend(judged.await.unwrap());
        }
    }
    for ((fault, expected), failing) in FAULTS.iter().zip(failing) {
        assert_eq!(failing, expected.iter().copied().collect(), "{fault:?}");
    }
}

/// Judges the adapter, with a limit for every wait, and gives the names of the checks that fail.
async fn judge(
    fault: Option<Fault>,
    checks: Vec<&'static Check>,
    limit: &str,
) -> BTreeSet<&'static str> {
    let limits = ["--first-byte-limit", limit, "--idle-limit", limit, "--connect-limit", limit];
    let routes = ["--agent-path", "agent", "--result-path", "result", "--patience", "2000"];
    let told = ["checklist", "--version", "1.2.3", "--secret", SECRET];
    let upstream = ["--upstream", "127.0.0.1:0", "http://127.0.0.1:9/fp"];
    let args = told.into_iter().chain(limits).chain(routes).chain(upstream);
    let args = Args::parse_from(args);
    let upstream = Upstream::start(args.upstream, patience(&args)).unwrap();
    let adapter = Adapter::start(upstream.address(), &args, fault).await;
    let url = format!("http://{}/fp", adapter.address).parse().unwrap();
    let (args, upstream) = (Arc::new(args), Arc::new(upstream));
    let context = Context { args, url, upstream, process: None };
    let is_asked = |check: &&Check| {
        !BEYOND_IT.contains(&check.name) && (fault.is_none() || !LONG.contains(&check.name))
    };
    let checks: Vec<_> = checks.into_iter().filter(is_asked).collect();
    let outcomes = run(&context, &checks, &Arc::new(Impossible::default())).await;
    let has_failed = |outcome: &&Outcome| outcome.verdict == Verdict::Failed;
    for outcome in outcomes.iter().filter(has_failed) {
        eprintln!("{fault:?}: {}: {}", outcome.check.name, outcome.seen);
    }
    outcomes.iter().filter(has_failed).map(|outcome| outcome.check.name).collect()
}

const FAULTS: [(Option<Fault>, &[&str]); 15] = [
    // The longest first.
    (Some(Fault::BodiesAreCollected), &["download-streams", "silent-body", "upload-streams"]),
    (None, &[]),
    (Some(Fault::TrailersPass), &["trailers-downwards", "trailers-upwards"]),
    (Some(Fault::InterimResponsesPass), &["early-hints", "early-hints-alone"]),
    (Some(Fault::RedirectsAreFollowed), &["redirect"]),
    (Some(Fault::IdentificationIsRepeated), &["identification-once-new", "silent-upstream"]),
    (Some(Fault::ACutLooksWhole), &["cut-chunked", "cut-http-1-0", "silent-body"]),
    (Some(Fault::ExpectIsForwarded), &["expect-kept"]),
    (
        Some(Fault::TheSecretIsOnEveryRequest),
        &[
            "agent-v3",
            "agent-v4",
            "browser-cache",
            "forgeries",
            "methods",
            "preflight",
            "secret-kept",
        ],
    ),
    (Some(Fault::SetCookieIsJoined), &["set-cookie-repeats"]),
    (
        Some(Fault::NoLimits),
        &["silent-body", "silent-upstream", "silent-upstream-kind", "stuck-upstream"],
    ),
    (Some(Fault::TheLengthStaysBesideTheCoding), &["length-and-coding"]),
    (Some(Fault::TheAddressIsMissing), &["client-address", "client-address-forged"]),
    (
        Some(Fault::TheQueryIsWrittenAnew),
        &[
            "browser-cache",
            "path-bytes",
            "path-escapes",
            "query-escapes",
            "query-punctuation",
            "query-quotes",
            "region-agrees",
        ],
    ),
    (
        Some(Fault::FailuresAreTheFrameworks),
        &[
            "answered-once",
            "early-hints-alone",
            "failure-coding",
            "failure-cut-head",
            "failure-ended",
            "failure-garbage",
            "failure-head",
            "failure-kind",
            "failure-reset",
            "get-twice-at-most",
            "identification-once-new",
            "other-methods-once",
            "silent-upstream",
            "silent-upstream-kind",
            "stuck-upstream",
            "upgrade-unasked",
            "upstream-down",
            "upstream-down-kind",
            "upstream-hangs-up",
            "upstream-hangs-up-kind",
            "upstream-unreachable",
        ],
    ),
];
