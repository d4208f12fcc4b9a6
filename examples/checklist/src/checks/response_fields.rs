//! Fields of responses.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Play, lines, response};
use crate::wire::message::Message;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "status-codes",
        "R6.4",
        "upstream's status and body pass, whatever the status is",
        statuses
    ),
    check!(
        "response-fields",
        "R6.4",
        "fields that no rule names reach the browser as they are",
        pass
    ),
    check!(
        "response-field-repeats",
        "R6.4",
        "repeats of a response's field stay apart and in order",
        repeats
    ),
    check!("response-field-bytes", "R6.4", "values of a response's fields are bytes", bytes),
    check!("response-hop-fields", "R6.1", "fields of upstream's connection stay there", hop_fields),
    check!(
        "response-site-fields",
        "R6.2",
        "fields that act on the whole site do not pass",
        site_fields
    ),
    check!("response-cdn-fields", "R6.3", "fields for upstream's own edge do not pass", cdn_fields),
    check!(
        "response-edge-fields",
        "R6.3",
        "fields of the platform's edge do not pass",
        edge_fields
    ),
    check!(
        "response-nothing-added",
        "R6.4",
        "the browser gets no field that upstream did not write",
        nothing_added
    ),
    check!(
        "response-head-large",
        "R16.4",
        "a response's head of 64 KB in 100 fields reaches the browser",
        large
    ),
];

/// Fields that the adapter's server may write: they are about its own connection and its own clock.
const OWN: [&str; 6] =
    ["date", "server", "connection", "keep-alive", "content-length", "transfer-encoding"];

/// Of what upstream wrote only `x-kept` is left.
fn only_kept(context: &Context, answer: &Message) -> Result<(), Wrong> {
    equal("x-kept", answer.get("x-kept")?.as_deref(), Some("1"))?;
    for (name, value) in &answer.head.fields {
        let is_known = name == "x-kept" || OWN.contains(&name.as_str());
        let value = String::from_utf8_lossy(value);
        ensure(is_known || context.adds(name), || format!("{name}: {value} reached the browser"))?;
    }
    Ok(())
}

/// None of these fields is left in a response to either kind of request.
async fn gone(context: &Context, fields: &[(&str, &str)]) -> Judged {
    let text = lines(fields.iter().copied());
    for is_identification in [true, false] {
        let talk = context.expect(Play::respond(&format!("{text}x-kept: 1\r\n"), b"ok"));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let answer = context.ask(&ask?).await?;
        for (name, value) in fields {
            let passed = answer.head.all(name).contains(&value.as_bytes());
            ensure(!passed, || format!("{name}: {value} reached the browser"))?;
        }
        only_kept(context, &answer)?;
        equal("body", answer.text(), "ok")?;
    }
    Ok(None)
}

async fn statuses(context: &Context) -> Judged {
    for status in [201, 202, 206, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 504] {
        for is_identification in [true, false] {
            let text = format!("HTTP/1.1 {status} Some Words\r\ncontent-length: 2\r\n\r\n{{}}");
            let talk = context.expect(Play::answer(text));
            let ask =
                if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
            let answer = context.ask(&ask?).await?;
            equal("status", answer.head.status()?, status)?;
            equal(&format!("body of {status}"), answer.text(), "{}")?;
            talk.only().await?;
        }
    }
    Ok(None)
}

async fn pass(context: &Context) -> Judged {
    let fields = [
        ("access-control-allow-origin", "https://www.shop.example"),
        ("access-control-expose-headers", "Retry-After,EU-Account"),
        ("access-control-allow-credentials", "true"),
        ("content-type", "application/json; charset=utf-8"),
        ("content-language", "de"),
        ("cache-control", "max-age=31536000, no-cache"),
        ("etag", "W/\"x\""),
        ("last-modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("location", "/elsewhere"),
        ("retry-after", "5"),
        ("timing-allow-origin", "*"),
        ("vary", "Accept-Encoding"),
        ("x-custom", "kept, \"all\""),
    ];
    let text = lines(fields.iter().copied());
    for is_identification in [true, false] {
        let talk = context.expect(Play::respond(&text, b"{}"));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let answer = context.ask(&ask?).await?;
        for (name, value) in fields.into_iter().filter(|(name, _)| !context.adds(name)) {
            equal(name, answer.get(name)?.as_deref(), Some(value))?;
        }
    }
    Ok(None)
}

async fn repeats(context: &Context) -> Judged {
    let fields = "x-list: 1\r\nx-other: a\r\nx-list: 2, 3\r\nX-List: \r\nx-list: 1\r\n";
    let talk = context.expect(Play::respond(fields, b""));
    let answer = context.ask(&context.fetch(&talk)?).await?;
    let values: [&[u8]; 4] = [b"1", b"2, 3", b"", b"1"];
    equal("x-list", answer.head.all("x-list"), values)?;
    Ok(None)
}

async fn bytes(context: &Context) -> Judged {
    let fields = b"set-cookie: a=\xff\xfe; Path=/\r\nx-raw: \x80\xc3\x28\r\n";
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n".as_slice();
    let talk = context.expect(Play::answer([head, fields, b"\r\n"].concat()));
    let answer = context.ask(&context.identify(&talk)?).await?;
    equal("set-cookie", answer.head.all("set-cookie"), [b"a=\xff\xfe; Path=/"])?;
    equal("x-raw", answer.head.all("x-raw"), [b"\x80\xc3\x28"])?;
    Ok(None)
}

async fn hop_fields(context: &Context) -> Judged {
    gone(
        context,
        &[
            ("connection", "x-hop, X-Second"),
            ("x-hop", "1"),
            ("x-second", "2"),
            ("keep-alive", "timeout=51"),
            ("proxy-connection", "keep-alive"),
            ("proxy-authenticate", "Basic"),
            ("proxy-authorization", "Basic eDp5"),
            ("te", "trailers"),
            ("trailer", "x-late"),
            ("upgrade", "h2c"),
        ],
    )
    .await
}

async fn site_fields(context: &Context) -> Judged {
    gone(
        context,
        &[
            ("strict-transport-security", "max-age=1"),
            ("alt-svc", "h3=\":443\""),
            ("clear-site-data", "\"*\""),
            ("nel", "{}"),
            ("report-to", "{}"),
            ("reporting-endpoints", "a=\"/b\""),
            ("public-key-pins", "x"),
            ("public-key-pins-report-only", "x"),
            ("expect-ct", "max-age=1"),
            ("service-worker-allowed", "/"),
            ("service-worker-navigation-preload", "true"),
            ("set-login", "logged-out"),
            ("use-as-dictionary", "match=\"/*\""),
            ("secure-session-registration", "(ES256)"),
            ("x-accel-redirect", "/internal"),
            ("x-accel-limit-rate", "1"),
            ("x-sendfile", "/etc/passwd"),
            ("x-lighttpd-send-file", "/etc/passwd"),
        ],
    )
    .await
}

async fn cdn_fields(context: &Context) -> Judged {
    gone(context, &[("cache-tag", "t"), ("surrogate-key", "k"), ("edge-cache-tag", "e")]).await
}

async fn edge_fields(context: &Context) -> Judged {
    let denied = context.args.platform.0.denied_in_responses;
    if denied.is_empty() {
        return Err(Wrong::skipped("the platform's edge has no such fields"));
    }
    let fields: Vec<_> = denied.iter().map(|name| (*name, "1")).collect();
    gone(context, &fields).await
}

async fn nothing_added(context: &Context) -> Judged {
    for is_identification in [true, false] {
        let talk = context.expect(Play::respond("x-kept: 1\r\n", b"ok"));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        only_kept(context, &context.ask(&ask?).await?)?;
    }
    Ok(None)
}

async fn large(context: &Context) -> Judged {
    let value = "v".repeat(659);
    let names: Vec<_> = (0..97).map(|n| format!("x-field-{n}")).collect();
    let fields = lines(names.iter().map(|name| (name.as_str(), value.as_str())));
    let talk = context.expect(Play::answer(response(&fields, b"ok")));
    let answer = context.ask(&context.identify(&talk)?).await?;
    for n in 0..97 {
        let name = format!("x-field-{n}");
        ensure(answer.get(&name)?.as_ref() == Some(&value), || format!("{name} is another one"))?;
    }
    equal("body", answer.text(), "ok")?;
    Ok(None)
}
