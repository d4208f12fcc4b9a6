//! Many exchanges at the same time.

use tokio::task::JoinSet;

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Play, response};
use crate::wire::pattern;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "concurrent",
        "R16.1",
        "of 200 exchanges at the same time each gets its own answer",
        concurrent,
        Last
    ),
    check!("sequential", "R16.1", "requests on one connection keep apart", sequential),
];

async fn concurrent(context: &Context) -> Judged {
    let mut running = JoinSet::new();
    for n in 0..200 {
        let context = context.clone();
        running.spawn(async move { own(&context, n).await });
    }
    while let Some(judged) = running.join_next().await {
        judged.map_err(|error| Wrong::failed(error.to_string()))??;
    }
    Ok(None)
}

/// An exchange in which everything has a number.
async fn own(context: &Context, n: usize) -> Result<(), Wrong> {
    let answer_body = pattern(1_000 + n * 31, n + 1_000);
    let fields = format!("set-cookie: n={n}\r\nx-answer: {n}\r\n");
    let talk = context.expect(Play::answer(response(&fields, &answer_body)));
    let body = pattern(2_000 + n * 17, n);
    let ask = context.identify(&talk)?.body(body.clone());
    let ask = ask.field("cookie", format!("_iidt=cookie-{n}")).field("x-number", n.to_string());
    let answer = context.ask(&ask).await?;
    let status = answer.head.status()?;
    ensure(status == 200, || format!("status {status}: {}", answer.text()))?;
    equal("set-cookie", answer.get("set-cookie")?, Some(format!("n={n}")))?;
    equal("x-answer", answer.get("x-answer")?, Some(n.to_string()))?;
    ensure(answer.body == answer_body, || format!("the answer of {n} is another one"))?;
    let seen = talk.only().await?;
    equal("cookie", seen.get("cookie")?, Some(format!("_iidt=cookie-{n}")))?;
    equal("x-number", seen.get("x-number")?, Some(n.to_string()))?;
    ensure(seen.body == body, || format!("the body of {n} is another one"))
}

async fn sequential(context: &Context) -> Judged {
    let mut wire = context.connect().await?;
    for n in 0..10 {
        let talk =
            context.expect(Play::respond(&format!("x-answer: {n}\r\n"), format!("{n}").as_bytes()));
        let ask = if n % 2 == 0 { context.identify(&talk)? } else { context.fetch(&talk)? };
        let ask = if n % 2 == 0 { ask.field("cookie", format!("_iidt={n}")) } else { ask };
        wire.send(ask.bytes()).await?;
        let answer = wire.response(ask.method).await?;
        equal("body", answer.text(), n.to_string())?;
        equal("x-answer", answer.get("x-answer")?, Some(n.to_string()))?;
        wire = context.after(wire, &answer).await?;
        let cookie = (n % 2 == 0).then(|| format!("_iidt={n}"));
        let seen = talk.only().await?;
        equal("cookie", seen.get("cookie")?, cookie)?;
    }
    Ok(None)
}
