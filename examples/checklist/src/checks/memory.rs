//! What an adapter holds while a large body passes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::check::{Check, check};
use crate::checks::streaming::{pass_downwards, pass_upwards};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::wrong::{Judged, Wrong, ensure};

/// They run before all others, one after the other: nobody else's bodies and connections count with theirs.
pub(crate) const CHECKS: &[Check] = &[
    check!(
        "upload-memory",
        "R16.2",
        "an adapter holds less than half of 20 MB that pass upwards",
        upload,
        First
    ),
    check!(
        "download-memory",
        "R16.2",
        "an adapter holds less than half of 20 MB that pass downwards",
        download,
        First
    ),
];

/// How much more memory an adapter may hold while that passes.
const GROWTH: u64 = 10 * 1024 * 1024;

async fn upload(context: &Context) -> Judged {
    ready(context).await?;
    bounded(|| memory(context), pass_upwards(context)).await
}

async fn download(context: &Context) -> Judged {
    ready(context).await?;
    bounded(|| memory(context), pass_downwards(context)).await
}

fn memory(context: &Context) -> Option<u64> {
    context.process.as_ref()?.memory()
}

/// What an adapter takes once, for its first requests, is not held for this body.
async fn ready(context: &Context) -> Result<(), Wrong> {
    if memory(context).is_none() {
        return Err(Wrong::skipped(UNKNOWN));
    }
    for is_upload in [true, false, true, false] {
        let talk = context.expect(Play::ok());
        let ask = if is_upload { context.identify(&talk) } else { context.fetch(&talk) };
        context.passes(&ask?, &talk).await?;
    }
    Ok(())
}

const UNKNOWN: &str =
    "the adapter's memory is not known: needs the command that starts it, and Linux";

/// Watches memory while something goes on.
async fn bounded(
    memory: impl Fn() -> Option<u64>,
    doing: impl Future<Output = Result<(), Wrong>>,
) -> Judged {
    let before = memory().ok_or_else(|| Wrong::skipped(UNKNOWN))?;
    let most = AtomicU64::new(before);
    let watching = async {
        loop {
            most.fetch_max(memory().unwrap_or_default(), Ordering::Relaxed);
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        biased;
        () = watching => {}
        done = doing => done?,
    }
    let growth = most.into_inner().saturating_sub(before);
    let words = format!("{} KB more memory", growth / 1024);
    ensure(growth <= GROWTH, || words.clone())?;
    Ok(Some(words))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use tokio::time::sleep;

    use super::{GROWTH, bounded};
    use crate::wrong::{Judged, Wrong};

    /// Watches a process that holds this much more at each look, and for a moment only.
    async fn watched(growth: u64) -> Judged {
        let looks = Cell::new(0);
        let memory = || {
            looks.set(looks.get() + 1);
            Some(GROWTH + if looks.get() == 2 { growth } else { 0 })
        };
        bounded(memory, async {
            sleep(Duration::from_millis(50)).await;
            Ok(())
        })
        .await
    }

    #[tokio::test]
    async fn the_most_that_is_held_counts() {
        assert_eq!(watched(GROWTH).await.unwrap().unwrap(), "10240 KB more memory");
        let Err(Wrong::Failed(words)) = watched(GROWTH + 1024).await else { panic!("it passes") };
        assert_eq!(words, "10241 KB more memory");
    }

    #[tokio::test]
    async fn unknown_memory_is_not_judged() {
        let judged = bounded(|| None, async { unreachable!("nobody would see what it takes") });
        assert!(matches!(judged.await, Err(Wrong::Skipped(_))));
    }
}
