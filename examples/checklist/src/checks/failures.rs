//! Upstream fails: before its head the browser gets an answer, behind it a visible cut.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use crate::check::{Check, check};
use crate::checks::answers::{ORIGIN, readable};
use crate::context::Context;
use crate::upstream::play::{Play, Step};
use crate::upstream::talk::{State, Talk};
use crate::wire::is_cut;
use crate::wire::message::Message;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "failure-reset",
        "R9.1, R9.2, R16.5",
        "an upstream that resets the connection is a failure",
        reset
    ),
    check!(
        "failure-ended",
        "R9.1, R9.2, R16.5",
        "an upstream that ends without an answer is a failure",
        ended
    ),
    check!("failure-cut-head", "R9.1, R9.2, R16.5", "a head that is cut is a failure", cut_head),
    check!(
        "failure-garbage",
        "R9.1, R9.2, R16.5",
        "an answer that is not HTTP is a failure, and is not shown",
        garbage
    ),
    check!(
        "failure-coding",
        "R6.5, R9.1, R16.5",
        "a coding that nobody takes off is a failure",
        coding
    ),
    check!("failure-kind", "R9.1", "a broken answer is told as one that is not HTTP", kind),
    check!("failure-head", "R9.4", "the answer to HEAD has no body", of_head),
    check!(
        "cut-length",
        "R16.2",
        "a body that ends before its length is cut for the browser",
        cut_length
    ),
    check!(
        "cut-chunked",
        "R16.2",
        "a body that ends before its last chunk is cut for the browser",
        cut_chunked
    ),
    check!(
        "cut-http-1-0",
        "R16.2",
        "a cut is a reset for HTTP/1.0, which knows no chunks",
        cut_old
    ),
    check!(
        "browser-leaves",
        "R16.2, R16.5",
        "upstream never takes a part of an upload for the whole",
        leaves
    ),
];

pub(super) const PROTOCOL: &str = "upstream did not speak HTTP as expected";

/// Asks in all four ways and checks each answer. Gives the words, each once.
pub(super) async fn fails(
    context: &Context,
    play: impl Fn() -> Play,
) -> Result<Vec<String>, Wrong> {
    let mut told = Vec::new();
    for has_origin in [true, false] {
        for is_identification in [false, true] {
            let talk = context.expect(play());
            let ask =
                if is_identification { context.identify(&talk) } else { context.fetch(&talk) }?;
            let ask = if has_origin { ask.field("origin", ORIGIN) } else { ask };
            let answer = context.ask(&ask).await?;
            told.push(failed(context, &answer, is_identification)?);
            readable(&answer, has_origin)?;
        }
    }
    told.dedup();
    Ok(told)
}

/// R9.1, R9.2, R16.5: the form of the answer, whose words name nothing of the host.
pub(super) fn failed(
    context: &Context,
    answer: &Message,
    is_identification: bool,
) -> Result<String, Wrong> {
    equal("status", answer.head.status()?, 500)?;
    let json = answer.json()?;
    let message =
        if is_identification { json.pointer("/error/message") } else { json.get("error") };
    let message = message.and_then(|message| message.as_str());
    let message = message.ok_or_else(|| Wrong::failed(format!("no message: {json}")))?;
    let words = answer.text().to_lowercase();
    let port = context.upstream.address().port().to_string();
    for word in ["127.0.0.1", "refused", "os error", "fpjs.io", "garbage", "socket", "hyper", &port]
    {
        ensure(!message.to_lowercase().contains(word), || format!("it says {word}: {words}"))?;
    }
    if !is_identification {
        equal("answer", json.clone(), json!({ "error": message }))?;
        return Ok(message.to_owned());
    }
    let id = json.get("requestId").and_then(|id| id.as_str()).unwrap_or_default();
    let (millis, tail) = id.split_once('.').unwrap_or_default();
    let is_time = millis.len() >= 13 && millis.bytes().all(|byte| byte.is_ascii_digit());
    let is_tail = tail.len() == 6 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric());
    ensure(is_time && is_tail, || format!("requestId: {id}"))?;
    let error = json!({ "code": "IntegrationFailed", "message": message });
    let expected = json!({ "v": "2", "error": error, "requestId": id, "products": {} });
    equal("answer", json.clone(), expected)?;
    Ok(message.to_owned())
}

async fn reset(context: &Context) -> Judged {
    fails(context, || Play::steps([Step::Body, Step::Reset]))
        .await
        .map(|told| Some(told.join(", ")))
}

async fn ended(context: &Context) -> Judged {
    fails(context, || Play::break_off("")).await.map(|told| Some(told.join(", ")))
}

async fn cut_head(context: &Context) -> Judged {
    fails(context, || Play::break_off("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n"))
        .await
        .map(|told| Some(told.join(", ")))
}

async fn garbage(context: &Context) -> Judged {
    fails(context, || Play::break_off("SSH-2.0-garbage\r\n\r\n"))
        .await
        .map(|told| Some(told.join(", ")))
}

async fn coding(context: &Context) -> Judged {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip";
    fails(context, || {
        Play::break_off(format!("{head}, chunked\r\nconnection: close\r\n\r\n0\r\n\r\n"))
    })
    .await?;
    fails(context, || Play::break_off(format!("{head}\r\nconnection: close\r\n\r\n")))
        .await
        .map(|told| Some(told.join(", ")))
}

async fn kind(context: &Context) -> Judged {
    let mut plays = vec![Play::steps([Step::Body, Step::Reset])];
    plays.extend(
        [
            "",
            "HTTP/1.1 200 OK\r\nx",
            "garbage\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\nconnection: close\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\nconnection: close\r\n\r\n",
        ]
        .map(Play::break_off),
    );
    for play in plays {
        equal("told", fails(context, || play.clone()).await?, [PROTOCOL])?;
    }
    Ok(None)
}

async fn of_head(context: &Context) -> Judged {
    let mut wire = context.connect().await?;
    for _ in 0..2 {
        let talk = context.expect(Play::break_off(""));
        wire.send(context.fetch(&talk)?.method("HEAD").bytes()).await?;
        let answer = wire.response("HEAD").await?;
        equal("status", answer.head.status()?, 500)?;
        wire = context.after(wire, &answer).await?;
    }
    Ok(None)
}

const LENGTH: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf.\r\n";

async fn cut_length(context: &Context) -> Judged {
    cut(context, LENGTH).await
}

async fn cut_chunked(context: &Context) -> Judged {
    cut(context, CHUNKED).await
}

async fn cut(context: &Context, response: &str) -> Judged {
    for end in [Step::End, Step::Reset] {
        for is_identification in [true, false] {
            let steps = [Step::Body, Step::Send(response.into()), end.clone()];
            let talk = context.expect(Play::steps(steps));
            let ask =
                if is_identification { context.identify(&talk) } else { context.fetch(&talk) }?;
            let mut wire = context.connect().await?;
            wire.send(ask.bytes()).await?;
            match wire.response(ask.method).await {
                Err(error) if is_cut(&error) => {}
                // An adapter that has not sent the head yet can still say what happened.
                Ok(answer) if answer.head.status()? == 500 => {
                    failed(context, &answer, is_identification)?;
                }
                Ok(answer) => {
                    return Err(Wrong::failed(format!("it looks whole: {:?}", answer.text())));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(None)
}

async fn cut_old(context: &Context) -> Judged {
    let talk = context.expect(Play::break_off(CHUNKED));
    let head = String::from_utf8_lossy(&context.fetch(&talk)?.bytes())
        .replace("HTTP/1.1\r\n", "HTTP/1.0\r\n");
    let mut wire = context.connect().await?;
    wire.send(head).await?;
    let error = match wire.response("GET").await {
        Err(error) => error,
        Ok(answer) if answer.head.status()? == 500 => {
            equal("cache-control", answer.get("cache-control")?.as_deref(), Some("no-store"))?;
            return failed(context, &answer, false).map(Some);
        }
        Ok(answer) => return Err(Wrong::failed(format!("it looks whole: {:?}", answer.text()))),
    };
    equal("end", error.kind(), std::io::ErrorKind::ConnectionReset)?;
    Ok(None)
}

/// How long an upload that upstream has not seen yet is waited for.
const WHILE: Duration = Duration::from_secs(2);

async fn leaves(context: &Context) -> Judged {
    for lines in
        ["content-length: 10\r\n\r\nhalf.", "transfer-encoding: chunked\r\n\r\n5\r\nhalf.\r\n"]
    {
        for is_reset in [true, false] {
            let talk: Talk = context.expect(Play::ok());
            let head = context.identify(&talk)?.head_with("");
            let head = head.strip_suffix(b"\r\n").unwrap_or(&head);
            let mut wire = context.connect().await?;
            wire.send([head, lines.as_bytes()].concat()).await?;
            // An adapter that collects bodies has sent nothing yet, which is as good.
            let _ = timeout(WHILE, talk.when(|_| true)).await;
            if is_reset {
                wire.reset();
            } else {
                drop(wire);
            }
            let has_begun = talk.count() > 0 || timeout(WHILE, talk.when(|_| true)).await.is_ok();
            if has_begun {
                let seen = talk.when(|seen| seen.state != State::Head).await?;
                equal("state", seen.state, State::Left)?;
            }
        }
    }
    Ok(None)
}
