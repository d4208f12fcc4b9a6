//! Answers that the adapter gives itself.

use crate::browser::ask::Ask;
use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::wire::message::Message;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "refusals",
        "R9.3",
        "a refusal is JSON that the page can read, and is kept nowhere",
        refusals
    ),
    check!("refusals-of-head", "R9.4", "a refusal of HEAD has no body", refusals_of_head),
];

pub(super) const ORIGIN: &str = "https://www.shop.example";

/// R9.1: the page may read an answer if it has said who it is.
pub(super) fn readable(answer: &Message, has_origin: bool) -> Result<(), Wrong> {
    let some = |text| has_origin.then_some(text);
    let media_type = answer.get("content-type")?.unwrap_or_default();
    ensure(media_type.starts_with("application/json"), || format!("content-type: {media_type}"))?;
    equal("cache-control", answer.get("cache-control")?.as_deref(), Some("no-store"))?;
    for (name, value) in [
        ("access-control-allow-origin", ORIGIN),
        ("access-control-allow-credentials", "true"),
        ("vary", "origin"),
    ] {
        let seen = answer.get(name)?.map(|seen| seen.to_ascii_lowercase());
        equal(name, seen.as_deref(), some(value))?;
    }
    Ok(())
}

/// R5.7: a request for upstream's own host, which every adapter refuses by the gateway's answer.
fn refused(context: &Context) -> Result<Ask, Wrong> {
    let talk = context.expect(Play::ok());
    Ok(context.fetch(&talk)?.host("api.fpjs.io"))
}

async fn refusals(context: &Context) -> Judged {
    for (method, has_origin) in [("GET", true), ("GET", false), ("POST", true), ("OPTIONS", true)] {
        let ask = refused(context)?.method(method);
        let ask = if has_origin { ask.field("origin", ORIGIN) } else { ask };
        let answer = context.ask(&if method == "POST" { ask.body(*b"{}") } else { ask }).await?;
        equal("status", answer.head.status()?, 400)?;
        readable(&answer, has_origin)?;
        let json = answer.json()?;
        let words = json.get("error").and_then(|error| error.as_str()).map(str::len);
        ensure(words > Some(0), || format!("no error: {json}"))?;
    }
    Ok(None)
}

async fn refusals_of_head(context: &Context) -> Judged {
    let mut wire = context.connect().await?;
    for _ in 0..2 {
        wire.send(refused(context)?.method("HEAD").bytes()).await?;
        let answer = wire.response("HEAD").await?;
        equal("status", answer.head.status()?, 400)?;
        equal("cache-control", answer.get("cache-control")?.as_deref(), Some("no-store"))?;
        wire = context.after(wire, &answer).await?;
    }
    Ok(None)
}
