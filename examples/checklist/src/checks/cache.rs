//! How long a script may be kept.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "cache-cap",
        "R7.1",
        "the ages of a script are capped, and nothing else of the field changes",
        cap
    ),
    check!("cache-kept", "R7.4", "cache-control of any other response stays", kept),
    check!(
        "cache-age",
        "R6.3, R7.5",
        "a script comes without age and without orders for other caches",
        age
    ),
];

const SCRIPT: &str = "content-type: text/javascript; charset=utf-8\r\n";

async fn cap(context: &Context) -> Judged {
    for (sent, expected) in [
        ("public, max-age=604800", "public, max-age=3600, s-maxage=60"),
        ("max-age=10, s-maxage=604800", "max-age=10, s-maxage=60"),
        ("Max-Age=30", "Max-Age=30, s-maxage=30"),
        ("no-store", "no-store"),
        (
            "public, max-age=4000 , stale-while-revalidate=9",
            "public, max-age=3600 , stale-while-revalidate=9, s-maxage=60",
        ),
    ] {
        let talk =
            context.expect(Play::respond(&format!("{SCRIPT}cache-control: {sent}\r\n"), b"x"));
        let answer = context.ask(&context.download(&talk)?).await?;
        equal(&format!("of {sent}"), answer.get("cache-control")?.as_deref(), Some(expected))?;
    }
    let talk = context.expect(Play::respond(SCRIPT, b"x"));
    let answer = context.ask(&context.download(&talk)?).await?;
    equal("cache-control", answer.get("cache-control")?, None)?;
    Ok(None)
}

async fn kept(context: &Context) -> Judged {
    let kept = "public, max-age=604800";
    let fields = format!("content-type: application/json\r\ncache-control: {kept}\r\n");
    for is_identification in [true, false] {
        let talk = context.expect(Play::respond(&fields, b"{}"));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let answer = context.ask(&ask?).await?;
        equal("cache-control", answer.get("cache-control")?.as_deref(), Some(kept))?;
    }
    Ok(None)
}

async fn age(context: &Context) -> Judged {
    let others = [
        "age",
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "netlify-cdn-cache-control",
        "vercel-cdn-cache-control",
        "surrogate-control",
        "edge-control",
    ];
    let fields: String = others.map(|name| format!("{name}: max-age=500\r\n")).concat();
    let fields = format!("{SCRIPT}cache-control: max-age=60\r\n{fields}");
    let talk = context.expect(Play::respond(&fields, b"x"));
    let answer = context.ask(&context.download(&talk)?).await?;
    for name in others {
        ensure(!answer.head.has(name), || format!("{name} reached the browser"))?;
    }
    let kept = answer.get("cache-control")?.ok_or_else(|| Wrong::failed("no cache-control"))?;
    equal("cache-control", kept, "max-age=60, s-maxage=60")?;
    Ok(None)
}
