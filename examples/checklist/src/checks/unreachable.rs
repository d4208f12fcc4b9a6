//! An upstream that cannot be reached. Nothing else may be asked meanwhile.

use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::check::{Check, check};
use crate::checks::failures::{PROTOCOL, failed, fails};
use crate::checks::limits::took;
use crate::context::Context;
use crate::upstream::listening::bind;
use crate::upstream::play::Play;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "upstream-down",
        "R9.1, R9.2, R16.5",
        "an upstream that is down is a failure, until it is back",
        down,
        Last
    ),
    check!(
        "upstream-down-kind",
        "R9.1",
        "the answer says that the connection could not be made",
        down_kind,
        Last
    ),
    check!(
        "upstream-unreachable",
        "R9.1, R16.4",
        "a connection that is not made in time is a failure",
        unreachable,
        Last
    ),
    check!(
        "upstream-hangs-up",
        "R9.1, R9.2, R16.5",
        "an upstream that resets each connection before it has read a head is a failure",
        hangs_up,
        Last
    ),
    check!(
        "upstream-hangs-up-kind",
        "R9.1",
        "the answer says that upstream's was broken",
        hangs_up_kind,
        Last
    ),
    check!(
        "strays",
        "R3.1",
        "no request reached upstream without the query that was sent",
        strays,
        Last
    ),
];

const CONNECT: &str = "could not connect to upstream";

async fn down(context: &Context) -> Judged {
    context.upstream.go_away().await;
    let told = fails(context, Play::ok).await;
    context.upstream.listen()?;
    let told = told?;
    let talk = context.expect(Play::ok());
    context.passes(&context.fetch(&talk)?, &talk).await.map_err(|wrong| wrong.at("afterwards"))?;
    Ok(Some(told.join(", ")))
}

async fn down_kind(context: &Context) -> Judged {
    context.upstream.go_away().await;
    // A connection that was kept breaks, and is told as such.
    let first = fails(context, Play::ok).await;
    let told = fails(context, Play::ok).await;
    context.upstream.listen()?;
    first?;
    equal("told", told?, [CONNECT])?;
    Ok(None)
}

async fn unreachable(context: &Context) -> Judged {
    context.upstream.go_away().await;
    let judged = with_a_full_queue(context).await;
    context.upstream.listen()?;
    let seen = judged?;
    let talk = context.expect(Play::ok());
    context.passes(&context.fetch(&talk)?, &talk).await.map_err(|wrong| wrong.at("afterwards"))?;
    Ok(Some(seen))
}

async fn with_a_full_queue(context: &Context) -> Result<String, Wrong> {
    let address = context.upstream.address();
    let listener = bind(address, 1)?;
    // What cannot get into the queue waits, and the system asks again and again.
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        timeout(Duration::from_millis(150), TcpStream::connect(address)).await
    {
        waiting.push(stream);
        if waiting.len() >= 64 {
            return Err(Wrong::skipped("this system's queue is never full"));
        }
    }
    let talk = context.expect(Play::ok());
    let start = Instant::now();
    let answer = context.ask(&context.identify(&talk)?).await?;
    failed(context, &answer, true)?;
    let seen = took(start, context.args.connect_limit)?;
    drop(listener);
    Ok(seen)
}

async fn hangs_up(context: &Context) -> Judged {
    Ok(Some(before_a_hanging_up(context).await?.join(", ")))
}

async fn hangs_up_kind(context: &Context) -> Judged {
    equal("told", before_a_hanging_up(context).await?, [PROTOCOL])?;
    Ok(None)
}

/// What browsers are told while upstream resets each connection.
async fn before_a_hanging_up(context: &Context) -> Result<Vec<String>, Wrong> {
    context.upstream.go_away().await;
    let listener = bind(context.upstream.address(), 1024)?;
    let resetting = tokio::spawn(async move {
        let mut streams = JoinSet::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            streams.spawn(async move {
                // Too little to know which request it is.
                let read = stream.read_exact(&mut [0; 10]).await;
                read.and(stream.set_zero_linger())
            });
        }
    });
    let told = fails(context, Play::ok).await;
    resetting.abort();
    let _ = resetting.await;
    context.upstream.listen()?;
    told
}

async fn strays(context: &Context) -> Judged {
    let strays = context.upstream.strays();
    ensure(strays.is_empty(), || format!("{strays:?}"))?;
    Ok(None)
}
