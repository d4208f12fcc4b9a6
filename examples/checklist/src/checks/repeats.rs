//! What is sent again, and what never is.

use crate::browser::ask::Ask;
use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Play, Step};
use crate::upstream::talk::Talk;
use crate::wire::message::Message;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "identification-once",
        "R16.1",
        "an identification request that meets a broken connection is not sent again",
        identification
    ),
    check!(
        "identification-once-new",
        "R16.1",
        "an identification request on a new connection is not sent again",
        identification_new
    ),
    check!(
        "other-methods-once",
        "R16.1",
        "a request with content or with another method is not sent again",
        others
    ),
    check!("get-twice-at-most", "R16.1", "a GET or HEAD is sent twice at most", get),
    check!(
        "answered-once",
        "R16.1",
        "a request whose answer has begun is not sent again",
        answered
    ),
    check!("redirect", "R16.1", "a redirect is handed on, not followed", redirect),
];

/// How often a kept connection is hoped for. An adapter need not keep any.
const TRIES: usize = 12;

/// A request, built for a talk.
type Build<'a> = &'a (dyn Fn(&Talk) -> Result<Ask, Wrong> + Sync);

/// Asks until a request comes over a kept connection, where upstream takes it, sends this much of an
/// answer, and ends the connection. Gives its answer, and how often it came.
async fn trapped(
    context: &Context,
    part: &str,
    build: Build<'_>,
) -> Result<Option<(Message, usize)>, Wrong> {
    let trap = [Step::Body, Step::Send(part.into()), Step::End];
    for _ in 0..TRIES {
        let talk = context.expect(Play::ok().on_kept(trap.clone()));
        let answer = context.ask(&build(&talk)?).await?;
        let first = talk.when(|_| true).await?;
        if first.served > 0 {
            return Ok(Some((answer, talk.count())));
        }
        equal("status", answer.head.status()?, 200)?;
    }
    Ok(None)
}

async fn once(context: &Context, part: &str, build: Build<'_>) -> Result<bool, Wrong> {
    let Some((answer, count)) = trapped(context, part, build).await? else {
        return Ok(false);
    };
    equal("requests at upstream", count, 1)?;
    equal("status", answer.head.status()?, 500)?;
    Ok(true)
}

const NOT_KEPT: &str = "the adapter keeps no connections to upstream";

/// What is judged on new connections, too, passes without a kept one, but says so.
fn note(was_kept: bool) -> Option<String> {
    (!was_kept).then(|| NOT_KEPT.to_owned())
}

/// On a new connection upstream takes a request, sends this much of an answer, and ends the connection or
/// resets it.
async fn once_on_a_new_one(context: &Context, part: &str, build: Build<'_>) -> Result<(), Wrong> {
    for end in [Step::End, Step::Reset] {
        let talk = context.expect(Play::steps([Step::Body, Step::Send(part.into()), end]));
        let answer = context.ask(&build(&talk)?).await?;
        equal("status", answer.head.status()?, 500)?;
        equal("requests at upstream", talk.count(), 1)?;
    }
    Ok(())
}

async fn identification(context: &Context) -> Judged {
    let mut was_kept = once(context, "", &|talk| context.identify(talk)).await?;
    let empty = |talk: &Talk| Ok(context.api("POST", "/", talk)?.body(*b""));
    was_kept |= once(context, "", &empty).await?;
    if was_kept { Ok(None) } else { Err(Wrong::skipped(NOT_KEPT)) }
}

async fn identification_new(context: &Context) -> Judged {
    once_on_a_new_one(context, "", &|talk| context.identify(talk)).await?;
    Ok(None)
}

async fn others(context: &Context) -> Judged {
    let mut was_kept = false;
    for method in ["OPTIONS", "DELETE", "PATCH", "PUT", "GET"] {
        let build = |talk: &Talk| {
            let ask = context.api(method, "/x", talk)?;
            Ok(if method == "GET" { ask.body(*b"{}") } else { ask })
        };
        was_kept |= once(context, "", &build).await.map_err(|wrong| wrong.at(method))?;
        let judged = once_on_a_new_one(context, "", &build).await;
        judged.map_err(|wrong| wrong.at(format!("{method} on a new connection")))?;
    }
    Ok(note(was_kept))
}

async fn get(context: &Context) -> Judged {
    let mut repeats = 0;
    for method in ["GET", "HEAD"] {
        let build = |talk: &Talk| Ok(context.fetch(talk)?.method(method));
        if let Some((answer, count)) = trapped(context, "", &build).await? {
            ensure(count <= 2, || format!("{method} came {count} times"))?;
            let expected = if count == 2 { 200 } else { 500 };
            equal("status", answer.head.status()?, expected)?;
            repeats += count - 1;
        }
        // Nothing that upstream does makes it a third time.
        let always = [Step::Body, Step::End];
        for _ in 0..3 {
            let talk = context.expect(Play::ok().on_kept(always.clone()).again(always.clone()));
            context.ask(&build(&talk)?).await?;
            talk.at_most(2)?;
        }
        let talk = context.expect(Play::steps(always));
        equal("status", context.ask(&build(&talk)?).await?.head.status()?, 500)?;
        talk.at_most(2)?;
    }
    Ok(Some(if repeats > 0 { "it is sent again" } else { "it is not sent again" }.to_owned()))
}

async fn answered(context: &Context) -> Judged {
    let mut was_kept = false;
    for part in ["H", "HTTP/1.1 200 OK\r\n"] {
        was_kept |= once(context, part, &|talk| context.fetch(talk)).await?;
        once_on_a_new_one(context, part, &|talk| context.fetch(talk)).await?;
    }
    Ok(note(was_kept))
}

async fn redirect(context: &Context) -> Judged {
    for status in [301, 302, 303, 307, 308] {
        for is_identification in [true, false] {
            let elsewhere = context.expect(Play::respond("", b"elsewhere"));
            let location = format!(
                "http://{}/x{}",
                context.upstream.address(),
                context.fetch(&elsewhere)?.suffix()
            );
            let head = format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\n");
            let talk = context.expect(Play::answer(format!("{head}content-length: 0\r\n\r\n")));
            let ask =
                if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
            let answer = context.ask(&ask?).await?;
            equal("status", answer.head.status()?, status)?;
            equal("location", answer.get("location")?, Some(location))?;
            talk.only().await?;
            elsewhere.none()?;
        }
    }
    Ok(None)
}
