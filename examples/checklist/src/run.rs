//! Runs the checks.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::check::{Check, Outcome, Turn, Verdict};
use crate::context::Context;
use crate::impossible::{Declaration, Impossible};
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
    let (verdict, seen) = match (judged, impossible.declaration(check.name)) {
        (Ok(seen), None) => (Verdict::Passed, seen.unwrap_or_default()),
        (Ok(_), Some(Declaration::Sometimes { sometimes })) => {
            (Verdict::Impossible, format!("{sometimes}: it passes this time"))
        }
        (Ok(_), Some(Declaration::Always(_))) => {
            (Verdict::NoLongerImpossible, "it passes: take the declaration away".to_owned())
        }
        (Err(Wrong::Failed(words)), None) => (Verdict::Failed, words),
        // Another failure than the declared one does not hide behind it.
        (Err(Wrong::Failed(words)), Some(declared)) => {
            (Verdict::Impossible, format!("{}: {words}", declared.reason()))
        }
        (Err(Wrong::Skipped(words)), _) => (Verdict::Skipped, words),
    };
    Outcome { check, verdict, seen, time }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use clap::Parser;
    use tokio::time::sleep;

    use super::run;
    use crate::args::Args;
    use crate::check::{Check, Verdict, check};
    use crate::context::Context;
    use crate::impossible::Impossible;
    use crate::upstream::Upstream;
    use crate::wrong::{Judged, Wrong, ensure};

    /// Between no adapter and no upstream.
    fn nowhere() -> Context {
        let told = ["checklist", "--upstream", "127.0.0.1:0", "http://127.0.0.1:9/fp"];
        let args = Args::parse_from(told);
        let upstream = Upstream::start(args.upstream, Duration::from_secs(1)).unwrap();
        let url = args.url.clone().unwrap();
        Context { args: Arc::new(args), url, upstream: Arc::new(upstream), process: None }
    }

    /// How many checks run, and whether one that has to be alone does: it counts as many.
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    const MANY: usize = 100;

    async fn alone(_: &Context) -> Judged {
        beside(MANY, 0).await
    }

    async fn together(_: &Context) -> Judged {
        beside(1, MANY - 1).await
    }

    /// Runs for a moment beside at most that many.
    async fn beside(weight: usize, most: usize) -> Judged {
        let others = RUNNING.fetch_add(weight, Ordering::SeqCst);
        sleep(Duration::from_millis(5)).await;
        RUNNING.fetch_sub(weight, Ordering::SeqCst);
        ensure(others <= most, || format!("{others} beside it"))?;
        Ok(None)
    }

    static CHECKS: [Check; 6] = [
        check!("a", "R16.2", "", together),
        check!("b", "R16.2", "", alone, First),
        check!("c", "R16.2", "", together),
        check!("d", "R16.2", "", alone, Last),
        check!("e", "R16.2", "", alone, First),
        check!("f", "R16.2", "", alone, Last),
    ];

    async fn passes(_: &Context) -> Judged {
        Ok(None)
    }

    async fn fails(_: &Context) -> Judged {
        Err(Wrong::failed("it fails"))
    }

    async fn is_skipped(_: &Context) -> Judged {
        Err(Wrong::skipped("nothing to ask"))
    }

    /// A declaration excuses a failure, is wrong about what passes, and says nothing of what is not asked.
    #[tokio::test]
    async fn declarations_count_for_failures_alone() {
        static CHECKS: [Check; 5] = [
            check!("fails", "R16.2", "", fails),
            check!("fails-too", "R16.2", "", fails),
            check!("passes", "R16.2", "", passes),
            check!("passes-sometimes", "R16.2", "", passes),
            check!("is-skipped", "R16.2", "", is_skipped),
        ];
        let checks: Vec<_> = CHECKS.iter().collect();
        let text = r#"{"fails": "why", "passes": "why", "is-skipped": "why",
            "passes-sometimes": {"sometimes": "why"}}"#;
        let impossible = Arc::new(Impossible::parse(text, &checks).unwrap());
        let outcomes = run(&nowhere(), &checks, &impossible).await;
        let verdicts = outcomes.iter().map(|outcome| (outcome.verdict, outcome.seen.as_str()));
        let expected = [
            (Verdict::Impossible, "why: it fails"),
            (Verdict::Failed, "it fails"),
            (Verdict::NoLongerImpossible, "it passes: take the declaration away"),
            (Verdict::Impossible, "why: it passes this time"),
            (Verdict::Skipped, "nothing to ask"),
        ];
        assert_eq!(verdicts.collect::<Vec<_>>(), expected);
        let wrong: Vec<_> = outcomes.iter().map(|outcome| outcome.verdict.is_wrong()).collect();
        assert_eq!(wrong, [false, true, true, false, false]);
    }

    /// Memory is measured first, with nobody beside; and in the end nobody misses the upstream that is away.
    #[tokio::test]
    async fn the_first_and_the_last_are_alone() {
        let checks: Vec<_> = CHECKS.iter().collect();
        let outcomes = run(&nowhere(), &checks, &Arc::new(Impossible::default())).await;
        let names: String = outcomes.iter().map(|outcome| outcome.check.name).collect();
        assert_eq!(names, "abcdef");
        for outcome in outcomes {
            assert_eq!(outcome.verdict, Verdict::Passed, "{}", outcome.seen);
        }
    }
}
