//! Bodies on their way: handed on as they come, and not collected.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Gate, Play, Step, response};
use crate::wire::{chunk, pattern};
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "upload-streams",
        "R16.2",
        "upstream has the beginning of a body before its end is sent",
        upload
    ),
    check!(
        "download-streams",
        "R16.2",
        "the browser has the beginning of a body before its end is sent",
        download
    ),
    check!(
        "upload-large",
        "R16.2",
        "20 MB pass upwards without being collected",
        upload_large,
        First
    ),
    check!(
        "download-large",
        "R16.2",
        "20 MB pass downwards without being collected",
        download_large,
        First
    ),
];

const LARGE: usize = 20 * 1024 * 1024;

/// How much more memory an adapter may hold while that passes.
const GROWTH: u64 = 10 * 1024 * 1024;

async fn upload(context: &Context) -> Judged {
    for is_chunked in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = context.identify(&talk)?;
        let (lines, first, last) = if is_chunked {
            (
                "transfer-encoding: chunked\r\n",
                chunk(b"first"),
                [chunk(b"last"), chunk(b"")].concat(),
            )
        } else {
            ("content-length: 9\r\n", b"first".to_vec(), b"last".to_vec())
        };
        let mut wire = context.connect().await?;
        wire.send(ask.head_with(lines)).await?;
        wire.send(first).await?;
        talk.when(|seen| seen.body == b"first").await?;
        wire.send(last).await?;
        equal("status", wire.response("POST").await?.head.status()?, 200)?;
        equal("body", talk.only().await?.text(), "firstlast")?;
    }
    Ok(None)
}

async fn download(context: &Context) -> Judged {
    for is_chunked in [true, false] {
        let gate = Gate::closed();
        let (head, first, last) = if is_chunked {
            ("transfer-encoding: chunked", chunk(b"first"), [chunk(b"last"), chunk(b"")].concat())
        } else {
            ("content-length: 9", b"first".to_vec(), b"last".to_vec())
        };
        let start = [format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes(), first].concat();
        let steps = [Step::Body, Step::Send(start), Step::Await(gate.clone()), Step::Send(last)];
        let talk = context.expect(Play::steps(steps));
        let mut wire = context.connect().await?;
        wire.send(context.fetch(&talk)?.bytes()).await?;
        let head = wire.head().await?;
        let mut body = crate::wire::message::Body::of_response(&head, "GET")?;
        let mut seen = Vec::new();
        while let Some(piece) = body.piece(&mut wire).await? {
            seen.extend(piece);
            if seen == b"first" {
                gate.open();
            }
        }
        equal("body", seen, b"firstlast".to_vec())?;
    }
    Ok(None)
}

/// Watches the adapter's memory while something goes on.
async fn bounded(context: &Context, doing: impl Future<Output = Result<(), Wrong>>) -> Judged {
    let Some(before) = context.process.as_ref().and_then(|process| process.memory()) else {
        doing.await?;
        return Ok(Some("memory is not known".to_owned()));
    };
    let most = AtomicU64::new(before);
    let watching = async {
        loop {
            let memory = context.process.as_ref().and_then(|process| process.memory());
            most.fetch_max(memory.unwrap_or_default(), Ordering::Relaxed);
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        done = doing => done?,
        () = watching => {}
    }
    let growth = most.into_inner().saturating_sub(before);
    let words = format!("{} KB more memory", growth / 1024);
    ensure(growth <= GROWTH, || words.clone())?;
    Ok(Some(words))
}

async fn upload_large(context: &Context) -> Judged {
    let gate = Gate::closed();
    let answer = Step::Send(response("", b""));
    let steps = [Step::Piece, Step::Await(gate.clone()), Step::Body, answer];
    let talk = context.expect(Play::steps(steps));
    let body = pattern(LARGE, 8);
    let ask = context.identify(&talk)?;
    let doing = async {
        let mut wire = context.connect().await?;
        let (start, rest) = body.split_at(LARGE / 2);
        wire.send(ask.head_with(format!("content-length: {LARGE}\r\n"))).await?;
        // Nobody reads at upstream until the first half is on its way or stuck.
        let talk = talk.clone();
        tokio::spawn(async move {
            let _ = talk.when(|seen| !seen.body.is_empty()).await;
            sleep(Duration::from_millis(50)).await;
            gate.open();
        });
        wire.send(start).await?;
        wire.send(rest).await?;
        equal("status", wire.response("POST").await?.head.status()?, 200)
    };
    let judged = bounded(context, doing).await?;
    let seen = talk.only().await?;
    ensure(seen.body == body, || format!("{} bytes, or others", seen.body.len()))?;
    Ok(judged)
}

async fn download_large(context: &Context) -> Judged {
    let body = pattern(LARGE, 9);
    let talk = context.expect(Play::respond("", &body));
    let ask = context.fetch(&talk)?;
    let doing = async {
        let mut wire = context.connect().await?;
        wire.send(ask.bytes()).await?;
        // Nobody reads at the browser for a while.
        let head = wire.head().await?;
        sleep(Duration::from_millis(50)).await;
        let answer = wire.body_of(head, "GET").await?;
        ensure(answer.body == body, || format!("{} bytes, or others", answer.body.len()))
    };
    bounded(context, doing).await
}
