//! HTTP/2 on the browser's side: streams that share a connection, however each of them ends.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use h2::client::ResponseFuture;
use tokio::task::JoinSet;

use crate::browser::http2::{Connection, in_time, whole};
use crate::check::{Check, check};
use crate::checks::limits::took;
use crate::context::Context;
use crate::upstream::play::{Play, Step, response};
use crate::upstream::talk::State;
use crate::wire::pattern;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("h2-cut", "R16.2", "a broken response resets its stream and no other", cut),
    check!(
        "h2-closing",
        "R16.1",
        "a GET that meets a connection which upstream has closed is sent again, or fails alone",
        closing,
        Last
    ),
    check!(
        "h2-failures",
        "R9.1",
        "a failure is the answer of its stream, and others go on",
        failures
    ),
    check!(
        "h2-browser-leaves",
        "R16.2, R16.5",
        "a stream that is reset never arrives as a whole upload",
        leaves
    ),
    check!(
        "h2-silent-browser",
        "R16.4, R16.5",
        "a stream that falls silent is answered 408, and others go on",
        silent
    ),
    check!(
        "h2-concurrent",
        "R16.1",
        "of 50 streams on one connection each gets its own answer",
        concurrent
    ),
];

async fn cut(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let length = "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf";
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
        for half in [length, chunked] {
            let talk = context.expect(Play::break_off(half));
            let (response, _) = connection.begin(&context.fetch(&talk)?, true).await?;
            is_reset(response).await?;
            let talk = context.expect(Play::respond("", b"whole"));
            let answer = connection.ask(&context.fetch(&talk)?, b"").await?;
            equal("body of another stream", answer.body, b"whole")?;
        }
        Ok(None)
    })
    .await
}

/// The stream is reset, and the connection stays; or nothing of the answer had been sent yet.
async fn is_reset(response: ResponseFuture) -> Result<(), Wrong> {
    // The reset may overtake the head.
    let answer = match response.await {
        Ok(response) => whole(response).await,
        Err(error) => Err(error),
    };
    match answer {
        Err(error) => ensure(error.is_reset(), || format!("the connection: {error}")),
        Ok(answer) => ensure(answer.status == 500, || format!("it looks whole: {answer:?}")),
    }
}

async fn closing(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let mut failed = 0;
        for _ in 0..6 {
            // Nothing in the response says that the connection ends.
            let whole = response("", b"whole");
            let talk = context.expect(Play::steps([Step::Body, Step::Send(whole), Step::End]));
            let answer = connection.ask(&context.fetch(&talk)?, b"").await?;
            let is_answered = answer.status == 200 && answer.body == b"whole";
            let is_alone = answer.status == 500 && talk.count() == 0;
            ensure(is_answered || is_alone, || format!("{answer:?}"))?;
            talk.at_most(1)?;
            failed += usize::from(!is_answered);
        }
        ensure(failed < 6, || "none is answered".to_owned())?;
        Ok((failed > 0).then(|| format!("{failed} of 6 fail")))
    })
    .await
}

async fn failures(context: &Context) -> Judged {
    let connection = Arc::new(Connection::open(context).await?);
    in_time(context, async {
        let mut running = JoinSet::new();
        for n in 0..20 {
            let (context, connection) = (context.clone(), Arc::clone(&connection));
            running.spawn(async move { fails(&context, &connection, n % 2 == 0).await });
        }
        all(running).await
    })
    .await
}

async fn fails(context: &Context, connection: &Connection, fails: bool) -> Result<(), Wrong> {
    let talk = context.expect(if fails { Play::break_off("") } else { Play::ok() });
    let answer = connection.ask(&context.identify(&talk)?, b"{}").await?;
    equal("status", answer.status, if fails { 500 } else { 200 })?;
    let start = br#"{"v":"2","error":{"code":"IntegrationFailed""#;
    ensure(!fails || answer.body.starts_with(start), || format!("{answer:?}"))
}

/// Waits for all streams of a connection.
async fn all(mut running: JoinSet<Result<(), Wrong>>) -> Judged {
    while let Some(judged) = running.join_next().await {
        judged.map_err(|error| Wrong::failed(error.to_string()))??;
    }
    Ok(None)
}

async fn silent(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let talk = context.expect(Play::ok());
        let (response, mut stream) = connection.begin(&context.identify(&talk)?, false).await?;
        stream.send_data(Bytes::from_static(b"half."), false)?;
        let start = Instant::now();
        equal("status", response.await?.status().as_u16(), 408)?;
        let seen = took(start, context.args.idle_limit)?;
        let talk = context.expect(Play::ok());
        equal("another stream", connection.ask(&context.fetch(&talk)?, b"").await?.status, 200)?;
        Ok(Some(seen))
    })
    .await
}

async fn leaves(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        for reason in [h2::Reason::CANCEL, h2::Reason::NO_ERROR] {
            let talk = context.expect(Play::ok());
            let (_response, mut stream) =
                connection.begin(&context.identify(&talk)?, false).await?;
            stream.send_data(Bytes::from_static(b"half."), false)?;
            talk.when(|_| true).await?;
            stream.send_reset(reason);
            let state = talk.when(|seen| seen.state != State::Head).await?.state;
            equal(&format!("after {reason}"), state, State::Left)?;
        }
        Ok(None)
    })
    .await
}

async fn concurrent(context: &Context) -> Judged {
    let connection = Arc::new(Connection::open(context).await?);
    in_time(context, async {
        let mut running = JoinSet::new();
        for n in 0..50 {
            let (context, connection) = (context.clone(), Arc::clone(&connection));
            running.spawn(async move {
                let talk = context.expect(Play::respond("", &pattern(3_000 + n, n)));
                let answer =
                    connection.ask(&context.identify(&talk)?, &pattern(5_000 + n, n)).await?;
                ensure(answer.body == pattern(3_000 + n, n), || {
                    format!("answer {n} is another one")
                })?;
                let seen = talk.only().await?;
                ensure(seen.body == pattern(5_000 + n, n), || format!("body {n} is another one"))
            });
        }
        all(running).await
    })
    .await
}
