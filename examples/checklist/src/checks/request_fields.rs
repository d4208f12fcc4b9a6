//! Fields of requests.

use std::fmt::Write;
use std::time::Duration;

use tokio::time::sleep;

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("request-fields", "R5.8", "fields that no rule names reach upstream as they are", pass),
    check!(
        "request-field-repeats",
        "R5.8",
        "repeats of a request's field stay apart and in order",
        repeats
    ),
    check!("request-field-bytes", "R5.8", "values of a request's fields are bytes", bytes),
    check!(
        "request-hop-fields",
        "R5.1",
        "fields of the browser's connection stay there",
        hop_fields
    ),
    check!("request-hop-names", "R5.1", "fields that connection names stay there", hop_names),
    check!(
        "request-credentials",
        "R5.8",
        "the site's own credentials do not reach upstream",
        credentials
    ),
    check!(
        "request-edge-fields",
        "R5.4",
        "fields of the platform's edge do not reach upstream",
        edge_fields
    ),
    check!(
        "request-nothing-added",
        "R5.8",
        "upstream gets no field that neither side wrote",
        nothing_added
    ),
    check!(
        "request-head-large",
        "R16.4",
        "a request's head of 64 KB in 100 fields reaches upstream",
        large
    ),
    check!(
        "request-head-too-large",
        "R16.4",
        "a head of a megabyte does not end the adapter",
        too_large
    ),
    check!(
        "request-head-slow",
        "R16.4",
        "a head that comes piece by piece is read to its end",
        slow
    ),
];

const KEPT: [(&str, &str); 14] = [
    ("accept", "*/*;q=0.1"),
    ("accept-encoding", "gzip, br;q=0.5, zstd"),
    ("accept-language", "de-AT"),
    ("cache-control", "no-cache"),
    ("content-type", "text/plain;charset=UTF-8"),
    ("content-language", "de"),
    ("if-none-match", "\"x\", W/\"y\""),
    ("origin", "https://www.shop.example"),
    ("referer", "https://www.shop.example/a?b"),
    ("sec-ch-ua", "\"Chromium\";v=\"140\", \"Not A\";v=\"9\""),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) checklist"),
    ("x-forwarded-for", "198.51.100.1, 198.51.100.2"),
    ("x-custom", "kept"),
    ("dnt", "1"),
];

async fn pass(context: &Context) -> Judged {
    for is_identification in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let kept = KEPT.iter().filter(|(name, _)| !context.adds(name)).copied().collect::<Vec<_>>();
        let seen = context.passes(&ask?.fields(&kept), &talk).await?;
        for (name, value) in kept {
            equal(name, seen.get(name)?.as_deref(), Some(value))?;
        }
    }
    Ok(None)
}

async fn repeats(context: &Context) -> Judged {
    let fields =
        [("x-list", "1"), ("x-other", "a"), ("x-list", "2, 3"), ("X-List", ""), ("x-list", "1")];
    let talk = context.expect(Play::ok());
    let seen = context.passes(&context.fetch(&talk)?.fields(&fields), &talk).await?;
    let values: [&[u8]; 4] = [b"1", b"2, 3", b"", b"1"];
    equal("x-list", seen.head.all("x-list"), values)?;
    Ok(None)
}

async fn bytes(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let ask = context.identify(&talk)?.field("x-raw", b"\xe9\xff\xc3\x28 \x80\ta");
    let ask = ask.field("cookie", b"x=\xfe; _iidt=\xff\x80");
    let seen = context.passes(&ask, &talk).await?;
    equal("x-raw", seen.head.all("x-raw"), [b"\xe9\xff\xc3\x28 \x80\ta"])?;
    equal("cookie", seen.head.all("cookie"), [b"_iidt=\xff\x80"])?;
    Ok(None)
}

async fn hop_fields(context: &Context) -> Judged {
    let fields = [
        ("connection", "keep-alive"),
        ("keep-alive", "timeout=5"),
        ("proxy-connection", "keep-alive"),
        ("te", "trailers"),
        ("trailer", "x-late"),
        ("proxy-authorization", "Basic eDp5"),
        ("proxy-authenticate", "Basic"),
        ("http2-settings", "AAMAAABkAAQAAP__"),
        ("upgrade", "websocket"),
        ("strict-transport-security", "max-age=1"),
    ];
    for is_identification in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let seen = context.passes(&ask?.fields(&fields), &talk).await?;
        for (name, value) in fields {
            // The adapter's own connection to upstream may have one, too.
            if name != "connection" {
                ensure(!seen.head.has(name), || format!("{name}: {value} went upstream"))?;
            }
        }
    }
    Ok(None)
}

async fn hop_names(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let ask = context.identify(&talk)?.fields(&[
        ("connection", "x-hop, Cookie"),
        ("connection", "keep-alive, X-Second, host, content-length, @"),
        ("x-hop", "1"),
        ("x-second", "2"),
        ("x-kept", "3"),
        ("cookie", "_iidt=1"),
    ]);
    let seen = context.passes(&ask, &talk).await?;
    for name in ["x-hop", "x-second", "cookie"] {
        ensure(!seen.head.has(name), || format!("{name} went upstream"))?;
    }
    equal("x-kept", seen.get("x-kept")?.as_deref(), Some("3"))?;
    equal("body", seen.text(), "{}")?;
    Ok(None)
}

async fn credentials(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let ask = context.identify(&talk)?.field("authorization", "Bearer of-the-site");
    let seen = context.passes(&ask, &talk).await?;
    ensure(!seen.head.has("authorization"), || "authorization went upstream".to_owned())?;
    Ok(None)
}

async fn edge_fields(context: &Context) -> Judged {
    let denied = context.args.platform.0.denied;
    if denied.is_empty() {
        return Err(Wrong::skipped("the platform's edge has no such fields"));
    }
    let talk = context.expect(Play::ok());
    let ask = denied.iter().fold(context.identify(&talk)?, |ask, name| ask.field(name, "1"));
    let seen = context.passes(&ask, &talk).await?;
    for name in denied {
        ensure(!seen.head.has(name), || format!("{name} went upstream"))?;
    }
    Ok(None)
}

async fn nothing_added(context: &Context) -> Judged {
    let own = ["host", "content-length", "transfer-encoding", "connection"];
    for is_identification in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let seen = context.passes(&ask?, &talk).await?;
        for (name, value) in &seen.head.fields {
            let is_known = own.contains(&name.as_str()) || name.starts_with("fpjs-proxy-");
            let value = String::from_utf8_lossy(value);
            ensure(is_known || context.adds(name), || format!("{name}: {value} was added"))?;
        }
    }
    Ok(None)
}

async fn large(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let value = "v".repeat(659);
    let ask =
        (0..97).fold(context.identify(&talk)?, |ask, n| ask.field(&format!("x-field-{n}"), &value));
    let length = ask.head().len();
    let seen = context.passes(&ask, &talk).await?;
    for n in 0..97 {
        let name = format!("x-field-{n}");
        ensure(seen.get(&name)?.as_ref() == Some(&value), || format!("{name} is another one"))?;
    }
    Ok(Some(format!("{length} bytes")))
}

/// As over a bad line, and well within any limit.
async fn slow(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let mut wire = context.connect().await?;
    let bytes = context.identify(&talk)?.bytes();
    for (place, piece) in bytes.chunks(5).enumerate() {
        wire.send(piece).await?;
        sleep(Duration::from_millis(if place == 0 { 200 } else { 1 })).await;
    }
    equal("status", wire.response("POST").await?.head.status()?, 200)?;
    equal("body", talk.only().await?.text(), "{}")?;
    Ok(None)
}

async fn too_large(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let mut lines = String::new();
    for n in 0..100 {
        let _ = write!(lines, "x-large-{n}: {}\r\n", "v".repeat(10_000));
    }
    let mut wire = context.connect().await?;
    // The adapter may close before all is sent, or take it.
    let sent = wire.send(context.fetch(&talk)?.head_with(lines)).await;
    let seen = match (sent, wire.response("GET").await) {
        (_, Ok(answer)) => format!("status {}", answer.head.status()?),
        _ => "the connection ends".to_owned(),
    };
    let talk = context.expect(Play::ok());
    context.passes(&context.fetch(&talk)?, &talk).await.map_err(|wrong| wrong.at("afterwards"))?;
    Ok(Some(seen))
}
