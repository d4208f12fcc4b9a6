//! Runs the checks.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::check::{Check, Outcome, Turn, Verdict};
use crate::context::Context;
use crate::impossible::Impossible;
use crate::wrong::Wrong;

/// Runs these checks: most of them together, and before and after that those that have to be alone.
pub(crate) async fn run(
    context: &Context,
    checks: &[&'static Check],
    impossible: &Arc<Impossible>,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for check in turn(checks, Turn::First) {
        outcomes.push(judge(check, context, impossible).await);
    }
    let permits = Arc::new(Semaphore::new(context.args.jobs.max(1)));
    let mut running = JoinSet::new();
    // Those that wait for limits are among the last of the list, and begin first.
    for check in turn(checks, Turn::Together).rev() {
        let (context, permits) = (context.clone(), Arc::clone(&permits));
        let impossible = Arc::clone(impossible);
        running.spawn(async move {
            let _permit = permits.acquire().await;
            judge(check, &context, &impossible).await
        });
    }
    outcomes.extend(running.join_all().await);
    for check in turn(checks, Turn::Last) {
        outcomes.push(judge(check, context, impossible).await);
    }
    let place = |outcome: &Outcome| {
        checks.iter().position(|check| std::ptr::eq(*check, outcome.check)).unwrap_or(usize::MAX)
    };
    outcomes.sort_by_key(place);
    outcomes
}

fn turn(checks: &[&'static Check], turn: Turn) -> impl DoubleEndedIterator<Item = &'static Check> {
    checks.iter().copied().filter(move |check| check.turn == turn)
}

async fn judge(check: &'static Check, context: &Context, impossible: &Impossible) -> Outcome {
    let start = Instant::now();
    let judged = (check.run)(context).await;
    let time = start.elapsed();
    let (verdict, seen) = match (judged, impossible.reason(check.name)) {
        (Ok(seen), None) => (Verdict::Passed, seen.unwrap_or_default()),
        (Ok(_), Some(_)) => {
            (Verdict::NoLongerImpossible, "it passes: take the declaration away".to_owned())
        }
        (Err(Wrong::Failed(words)), None) => (Verdict::Failed, words),
        (Err(Wrong::Failed(_)), Some(reason)) => (Verdict::Impossible, reason.to_owned()),
        (Err(Wrong::Skipped(words)), _) => (Verdict::Skipped, words),
    };
    Outcome { check, verdict, seen, time }
}
