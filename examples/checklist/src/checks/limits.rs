//! Waiting has an end, and does not begin too soon.

use std::time::{Duration, Instant};

use crate::check::{Check, check};
use crate::checks::answers::{ORIGIN, readable};
use crate::checks::failures::failed;
use crate::context::Context;
use crate::upstream::play::{Gate, Play, Step};
use crate::wire::{chunk, is_cut};
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "silent-upstream",
        "R9.1, R16.4",
        "an upstream that says nothing is a failure, after the limit",
        silent
    ),
    check!(
        "silent-upstream-kind",
        "R9.1",
        "silence is told as an answer that came too late",
        silent_kind
    ),
    check!(
        "slow-upstream",
        "R16.4",
        "a body that comes slowly may take longer than the limits",
        slow_download
    ),
    check!(
        "slow-upload",
        "R16.4",
        "an upload may take longer than the limit for the first byte",
        slow_upload
    ),
    check!(
        "silent-body",
        "R16.2, R16.4",
        "a body that stands still is cut, after the limit",
        silent_body
    ),
    check!(
        "silent-browser",
        "R16.4, R16.5",
        "a browser that falls silent is answered 408, and upstream has no whole request",
        silent_browser
    ),
    check!(
        "stuck-upstream",
        "R16.4",
        "an upstream that reads no more is a failure, after the limit",
        stuck
    ),
];

const TIMEOUT: &str = "upstream did not answer in time";

/// Passes if a wait took the limit, more or less.
pub(super) fn took(start: Instant, limit: Duration) -> Result<String, Wrong> {
    let time = start.elapsed();
    let words = format!("{} ms of {}", time.as_millis(), limit.as_millis());
    ensure(time >= limit * 8 / 10, || format!("too early: {words}"))?;
    ensure(time <= limit * 2 + Duration::from_secs(5), || format!("too late: {words}"))?;
    Ok(words)
}

async fn silent(context: &Context) -> Judged {
    let start = Instant::now();
    let ways = [(true, true), (true, false), (false, true), (false, false)];
    let asked = ways.map(|(is_identification, has_origin)| async move {
        // Half of them are not even read to their end.
        let reads = is_identification == has_origin;
        let steps = if reads { vec![Step::Body, Step::Silence] } else { vec![Step::Silence] };
        let talk = context.expect(Play::steps(steps));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) }?;
        let ask = if has_origin { ask.field("origin", ORIGIN) } else { ask };
        let answer = context.ask(&ask).await?;
        failed(context, &answer, is_identification)?;
        readable(&answer, has_origin)?;
        talk.at_most(1)?;
        took(start, context.args.first_byte_limit)
    });
    let [a, b, c, d] = asked;
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    for judged in [b, c, d] {
        judged?;
    }
    a.map(Some)
}

async fn silent_kind(context: &Context) -> Judged {
    let asked = [true, false].map(|is_identification| async move {
        let talk = context.expect(Play::steps([Step::Body, Step::Silence]));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let answer = context.ask(&ask?).await?;
        equal("told", failed(context, &answer, is_identification)?, TIMEOUT)
    });
    let [a, b] = asked;
    let (a, b) = tokio::join!(a, b);
    a.and(b)?;
    Ok(None)
}

/// A quarter of a limit, so that no load makes it a whole one.
fn quarter(limit: Duration) -> Duration {
    limit / 4
}

async fn slow_download(context: &Context) -> Judged {
    let pause = quarter(context.args.idle_limit);
    let longest = context.args.idle_limit.max(context.args.first_byte_limit);
    let count = longest.as_millis() / pause.as_millis().max(1) + 1;
    let mut steps = vec![Step::Body];
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    steps.push(Step::Send(head.into()));
    for _ in 0..count {
        steps.extend([Step::Send(chunk(b"x")), Step::Pause(pause)]);
    }
    steps.push(Step::Send(chunk(b"")));
    let talk = context.expect(Play::steps(steps));
    let start = Instant::now();
    let answer = context.ask(&context.fetch(&talk)?).await?;
    equal("body", answer.body.len() as u128, count)?;
    Ok(Some(format!("{} ms", start.elapsed().as_millis())))
}

async fn slow_upload(context: &Context) -> Judged {
    let pause = quarter(context.args.idle_limit.min(context.args.first_byte_limit));
    let count = context.args.first_byte_limit.as_millis() / pause.as_millis().max(1) + 1;
    let talk = context.expect(Play::ok());
    let mut wire = context.connect().await?;
    wire.send(context.identify(&talk)?.head_with("transfer-encoding: chunked\r\n")).await?;
    for _ in 0..count {
        wire.send(chunk(b"x")).await?;
        tokio::time::sleep(pause).await;
    }
    wire.send(chunk(b"")).await?;
    equal("status", wire.response("POST").await?.head.status()?, 200)?;
    equal("body", talk.only().await?.body.len() as u128, count)?;
    Ok(None)
}

async fn silent_body(context: &Context) -> Judged {
    let length = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf.\r\n";
    let asked = [length, chunked].map(|text| async move {
        let steps = [Step::Body, Step::Send(text.into()), Step::Silence];
        let talk = context.expect(Play::steps(steps));
        let mut wire = context.connect().await?;
        wire.send(context.fetch(&talk)?.bytes()).await?;
        let start = Instant::now();
        let head = wire.head().await?;
        match wire.body_of(head, "GET").await {
            Err(error) if is_cut(&error) => took(start, context.args.idle_limit),
            // An adapter that has not sent the head yet can still say what happened.
            Ok(answer) if answer.head.status()? == 500 => {
                failed(context, &answer, false)?;
                took(start, context.args.idle_limit)
            }
            Err(error) => Err(error.into()),
            Ok(answer) => Err(Wrong::failed(format!("it looks whole: {:?}", answer.text()))),
        }
    });
    let [a, b] = asked;
    let (a, b) = tokio::join!(a, b);
    b?;
    a.map(Some)
}

async fn silent_browser(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let mut wire = context.connect().await?;
    let ask = context.identify(&talk)?;
    wire.send(ask.head_with("content-length: 10\r\n")).await?;
    wire.send("half.").await?;
    let start = Instant::now();
    let answer = wire.response("POST").await?;
    equal("status", answer.head.status()?, 408)?;
    let seen = took(start, context.args.idle_limit)?;
    if talk.count() > 0 {
        let state = talk.when(|seen| seen.state != crate::upstream::talk::State::Head).await?.state;
        equal("at upstream", state, crate::upstream::talk::State::Left)?;
    }
    Ok(Some(seen))
}

async fn stuck(context: &Context) -> Judged {
    let gate = Gate::closed();
    let talk = context.expect(Play::steps([Step::Await(gate.clone()), Step::End]));
    // More than lies between the two.
    let length = 64 * 1024 * 1024;
    let ask = context.identify(&talk)?;
    let stream = context.stream().await?;
    let (mut reading, mut writing) = stream.into_split();
    let head = ask.head_with(format!("content-length: {length}\r\n"));
    let start = Instant::now();
    let sending = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        writing.write_all(&head).await?;
        let piece = vec![0; 1024 * 1024];
        for _ in 0..length / piece.len() {
            writing.write_all(&piece).await?;
        }
        Ok::<_, std::io::Error>(())
    });
    let mut bytes = Vec::new();
    let read = read_head(&mut reading, &mut bytes);
    let read = tokio::time::timeout(context.patience(), read).await;
    sending.abort();
    gate.open();
    read.map_err(|_| Wrong::failed("the adapter waits for ever"))??;
    let head = String::from_utf8_lossy(&bytes).into_owned();
    ensure(head.starts_with("HTTP/1.1 500 "), || format!("answer: {head}"))?;
    took(start, context.args.first_byte_limit.min(context.args.idle_limit)).map(Some)
}

/// Reads to the end of a head, while another task writes.
async fn read_head(
    reading: &mut tokio::net::tcp::OwnedReadHalf,
    bytes: &mut Vec<u8>,
) -> Result<(), Wrong> {
    use tokio::io::AsyncReadExt;
    while crate::wire::head::length(bytes).is_none() {
        ensure(reading.read_buf(bytes).await? > 0, || "the connection ends".to_owned())?;
    }
    Ok(())
}
