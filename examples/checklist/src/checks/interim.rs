//! What comes before and behind a message: interim responses, expectations, trailers.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Gate, Play, Step};
use crate::upstream::talk::Talk;
use crate::wrong::{Judged, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("expect", "R16.3", "the adapter itself asks a waiting browser to go on", expect),
    check!("expect-kept", "R5.1, R16.3", "an expectation does not reach upstream", expect_kept),
    check!(
        "early-hints",
        "R16.3",
        "interim responses and their fields do not reach the browser",
        early_hints
    ),
    check!(
        "early-hints-alone",
        "R16.3",
        "an interim response does not stand for the final one",
        hints_alone
    ),
    check!(
        "upgrade-unasked",
        "R16.3",
        "another protocol that nobody asked for is a failure",
        upgrade
    ),
    check!(
        "trailers-upwards",
        "R5.3, R16.3",
        "a browser's trailers do not reach upstream",
        trailers_upwards
    ),
    check!(
        "trailers-downwards",
        "R16.3",
        "upstream's trailers do not reach the browser",
        trailers_downwards
    ),
    check!(
        "early-answer",
        "R16.2",
        "an answer that comes before the upload has ended is handed on",
        early_answer
    ),
];

async fn expect(context: &Context) -> Judged {
    let gate = Gate::closed();
    let steps = [
        Step::Await(gate.clone()),
        Step::Body,
        Step::Send(crate::upstream::play::response("", b"")),
    ];
    let talk = context.expect(Play::steps(steps));
    let ask = context.identify(&talk)?.field("expect", "100-continue");
    let mut wire = context.connect().await?;
    wire.send(ask.head_with("content-length: 4\r\n")).await?;
    // Upstream says nothing, so this comes from the adapter.
    equal("status", wire.head().await?.status()?, 100)?;
    gate.open();
    wire.send(b"body").await?;
    equal("status", wire.response("POST").await?.head.status()?, 200)?;
    equal("body", talk.only().await?.text(), "body")?;
    Ok(None)
}

async fn expect_kept(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let ask = context.identify(&talk)?.field("Expect", "100-Continue");
    let mut wire = context.connect().await?;
    // A browser need not wait.
    wire.send(ask.bytes()).await?;
    let mut answer = wire.response("POST").await?;
    if answer.head.status()? == 100 {
        answer = wire.response("POST").await?;
    }
    equal("status", answer.head.status()?, 200)?;
    ensure(!talk.only().await?.head.has("expect"), || "expect went upstream".to_owned())?;
    Ok(None)
}

pub(super) const HINTS: &str = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\
                     strict-transport-security: max-age=1\r\nset-cookie: a=1\r\n\r\n";

async fn early_hints(context: &Context) -> Judged {
    for is_identification in [true, false] {
        let text = format!("{HINTS}HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-kept: 1\r\n\r\nok");
        let talk = context.expect(Play::answer(text));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let answer = context.ask(&ask?).await?;
        equal("status", answer.head.status()?, 200)?;
        equal("body", answer.text(), "ok")?;
        for name in ["link", "strict-transport-security", "set-cookie"] {
            ensure(!answer.head.has(name), || format!("{name} of the interim response passed"))?;
        }
        equal("x-kept", answer.get("x-kept")?.as_deref(), Some("1"))?;
    }
    Ok(None)
}

async fn hints_alone(context: &Context) -> Judged {
    let talk = context.expect(Play::break_off(HINTS));
    let answer = context.ask(&context.identify(&talk)?).await?;
    equal("status", answer.head.status()?, 500)?;
    Ok(None)
}

async fn upgrade(context: &Context) -> Judged {
    let text = "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";
    let talk = context.expect(Play::break_off(text));
    let answer = context.ask(&context.identify(&talk)?).await?;
    equal("status", answer.head.status()?, 500)?;
    Ok(None)
}

async fn trailers_upwards(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let ask =
        context.identify(&talk)?.field("te", "trailers").field("trailer", "fpjs-proxy-secret");
    let mut wire = context.connect().await?;
    wire.send(ask.head_with("transfer-encoding: chunked\r\n")).await?;
    wire.send("4\r\nbody\r\n0\r\nfpjs-proxy-secret: forged\r\nx-late: 1\r\n\r\n").await?;
    equal("status", wire.response("POST").await?.head.status()?, 200)?;
    let seen = talk.only().await?;
    equal("body", seen.text(), "body")?;
    equal("trailers", seen.trailers, Vec::<String>::new())?;
    for name in ["x-late", "trailer", "te"] {
        ensure(!seen.head.has(name), || format!("{name} went upstream"))?;
    }
    equal("fpjs-proxy-secret", seen.head.get("fpjs-proxy-secret")?, context.args.secret.clone())?;
    Ok(None)
}

async fn trailers_downwards(context: &Context) -> Judged {
    let text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-late\r\n\r\n\
                4\r\nbody\r\n0\r\nx-late: 1\r\nstrict-transport-security: max-age=1\r\n\r\n";
    for te in [None, Some("trailers")] {
        let talk = context.expect(Play::answer(text));
        let ask = context.fetch(&talk)?;
        let answer = context.ask(&te.map_or(ask.clone(), |te| ask.field("te", te))).await?;
        equal("body", answer.text(), "body")?;
        equal("trailers", answer.trailers.clone(), Vec::<String>::new())?;
        for name in ["x-late", "trailer", "strict-transport-security"] {
            ensure(!answer.head.has(name), || format!("{name} reached the browser"))?;
        }
    }
    Ok(None)
}

async fn early_answer(context: &Context) -> Judged {
    for is_chunked in [true, false] {
        let answer = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\n\r\n{}";
        let talk: Talk = context.expect(Play::steps([Step::Send(answer.into()), Step::Silence]));
        let ask = context.identify(&talk)?;
        let mut wire = context.connect().await?;
        if is_chunked {
            wire.send(ask.head_with("transfer-encoding: chunked\r\n")).await?;
            wire.send("5\r\nhalf.\r\n").await?;
        } else {
            wire.send(ask.head_with("content-length: 10\r\n")).await?;
            wire.send("half.").await?;
        }
        let answer = wire.response("POST").await?;
        equal("status", answer.head.status()?, 413)?;
        equal("body", answer.text(), "{}")?;
    }
    Ok(None)
}
