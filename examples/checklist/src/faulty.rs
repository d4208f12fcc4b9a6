//! An adapter as somebody would write it in an afternoon, with a switch for each fault that its author
//! may have made. The checklist finds each of them, and nothing where there is none.

mod adapter;
mod bodies;
mod http2;

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

/// What no fault here is about, and what takes long in a build for tests.
const LONG: [&str; 5] =
    ["concurrent", "early-answer", "h2-bodies", "h2-concurrent", "request-head-too-large"];

/// The same, but for the one that collects bodies.
const FEW: [&str; 2] = ["upload-large", "download-large"];

/// What waits for a limit, or is a matter of moments.
const WAITING: [&str; 11] = [
    "download-large",
    "download-streams",
    "early-answer",
    "h2-silent-",
    "request-head-slow",
    "silent-",
    "slow-",
    "stuck-",
    "upload-large",
    "upload-streams",
    "upstream-unreachable",
];

/// Of each adapter exactly the checks fail that the table names.
///
/// What waits is judged first, while there is time for everything. What keeps the machine busy has limits that
/// it does not reach.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_found() {
    let is_waiting = |check: &&Check| WAITING.iter().any(|start| check.name.starts_with(start));
    let (waiting, others) = all().partition::<Vec<_>, _>(is_waiting);
    let mut failing: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); ADAPTERS.len()];
    for (checks, limit, together) in [(waiting, "1000", ADAPTERS.len()), (others, "5000", 5)] {
        let room = Arc::new(Semaphore::new(together));
        let judge = |(faults, _): &(&'static [Fault], _)| {
            let (faults, checks, room) = (*faults, checks.clone(), Arc::clone(&room));
            tokio::spawn(async move {
                let _room = room.acquire().await;
                judge(faults, checks, limit).await
            })
        };
        let judging: Vec<_> = ADAPTERS.iter().map(judge).collect();
        for (judged, failing) in judging.into_iter().zip(&mut failing) {
            failing.extend(judged.await.unwrap());
        }
    }
    for ((faults, expected), failing) in ADAPTERS.iter().zip(failing) {
        assert_eq!(failing, expected.iter().copied().collect(), "{faults:?}");
    }
}

/// Judges the adapter, with a limit for every wait, and gives the names of the checks that fail.
async fn judge(
    faults: &'static [Fault],
    checks: Vec<&'static Check>,
    limit: &str,
) -> BTreeSet<&'static str> {
    let limits = ["--first-byte-limit", limit, "--idle-limit", limit, "--connect-limit", limit];
    let routes = ["--agent-path", "agent", "--result-path", "result", "--patience", "2000"];
    let told = ["checklist", "--h2", "--version", "1.2.3", "--secret", SECRET];
    let upstream = ["--upstream", "127.0.0.1:0", "http://127.0.0.1:9/fp"];
    let args = told.into_iter().chain(limits).chain(routes).chain(upstream);
    let args = Args::parse_from(args);
    let upstream = Upstream::start(args.upstream, patience(&args)).unwrap();
    let adapter = Adapter::start(upstream.address(), &args, faults).await;
    let url = format!("http://{}/fp", adapter.address).parse().unwrap();
    let (args, upstream) = (Arc::new(args), Arc::new(upstream));
    let context = Context { args, url, upstream, process: None };
    let is_asked = |check: &&Check| {
        let others = if faults.contains(&Fault::BodiesAreCollected) { &[] } else { FEW.as_slice() };
        faults.is_empty() || !(LONG.contains(&check.name) || others.contains(&check.name))
    };
    let checks: Vec<_> = checks.into_iter().filter(is_asked).collect();
    let outcomes = run(&context, &checks, &Arc::new(Impossible::default())).await;
    let has_failed = |outcome: &&Outcome| outcome.verdict == Verdict::Failed;
    for outcome in outcomes.iter().filter(has_failed) {
        eprintln!("{faults:?}: {}: {}", outcome.check.name, outcome.seen);
    }
    outcomes.iter().filter(has_failed).map(|outcome| outcome.check.name).collect()
}

/// What is wrong with an adapter, and what that fails. What the last ones have wrong fails nothing in common.
const ADAPTERS: [(&[Fault], &[&str]); 17] = [
    // The longest first.
    (
        &[Fault::BodiesAreCollected],
        &["download-large", "download-streams", "silent-body", "upload-large", "upload-streams"],
    ),
    // It is as simple as it can be: it reads the response when it has sent all of the request.
    (&[], &["early-answer"]),
    (&[Fault::TrailersPass], &["h2-trailers", "trailers-downwards", "trailers-upwards"]),
    (&[Fault::InterimResponsesPass], &["early-hints", "early-hints-alone", "h2-early-hints"]),
    (&[Fault::RedirectsAreFollowed], &["redirect"]),
    (&[Fault::IdentificationIsRepeated], &["identification-once-new", "silent-upstream"]),
    (&[Fault::ACutLooksWhole], &["cut-chunked", "cut-http-1-0", "h2-cut", "silent-body"]),
    (&[Fault::ExpectIsForwarded], &["expect-kept"]),
    (
        &[Fault::TheSecretIsOnEveryRequest],
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
    (&[Fault::SetCookieIsJoined], &["h2-set-cookie-repeats", "set-cookie-repeats"]),
    (
        &[Fault::NoLimits],
        &[
            "h2-silent-browser",
            "silent-body",
            "silent-browser",
            "silent-upstream",
            "silent-upstream-kind",
            "stuck-upstream",
        ],
    ),
    (&[Fault::TheLengthStaysBesideTheCoding], &["length-and-coding"]),
    (
        &[Fault::TheAddressIsMissing, Fault::ConnectionsEnd],
        &["client-address", "client-address-forged"],
    ),
    (
        &[Fault::TheQueryIsWrittenAnew],
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
        &[Fault::FailuresAreTheFrameworks],
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
            "h2-failures",
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
    (&[Fault::ConnectionsOutliveTheirEnd], &["pipelined"]),
    (
        &[
            Fault::HeadsComeAtOnce,
            Fault::AMissingHostIsMadeUp,
            Fault::BrokenChunksAreForgiven,
            Fault::ConnectionFieldsPass,
        ],
        &[
            "broken-chunks",
            "h2-hop-fields",
            "host-missing",
            "host-missing-http-1-0",
            "request-head-slow",
            "response-hop-fields",
        ],
    ),
];
