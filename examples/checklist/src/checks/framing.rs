//! Requests that two readers could read differently.

use crate::check::{Check, check};
use crate::context::{Context, ends};
use crate::upstream::play::Play;
use crate::upstream::talk::{State, Talk};
use crate::wire::{Wire, is_cut};
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "length-and-coding",
        "R5.2, R16.4",
        "a length beside a coding smuggles no second request",
        length_and_coding
    ),
    check!("lengths", "R5.2, R16.4", "lengths that differ or are malformed are refused", lengths),
    check!("codings", "R5.2, R16.4", "a coding other than chunked is refused", codings),
    check!("malformed-fields", "R16.4", "a head that is malformed is refused", malformed_fields),
    check!(
        "odd-bytes",
        "R16.4",
        "a folded line, NUL or a bare CR is refused, or becomes spaces",
        odd_bytes
    ),
    check!(
        "coding-in-http-1-0",
        "R16.4",
        "a coding in HTTP/1.0 is refused, or its connection ends",
        old_coding
    ),
    check!(
        "broken-chunks",
        "R16.2, R16.4",
        "a body whose chunks are broken never arrives whole",
        broken_chunks
    ),
    check!(
        "no-http",
        "R16.4",
        "bytes that are not HTTP end their connection and nothing else",
        no_http
    ),
    check!(
        "pipelined",
        "R16.4",
        "requests that come together are answered in order, until the connection ends",
        pipelined
    ),
];

async fn length_and_coding(context: &Context) -> Judged {
    for lines in [
        "content-length: 3\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 3\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 200\r\n",
    ] {
        let (talk, smuggled) = (context.expect(Play::ok()), context.expect(Play::ok()));
        let mut wire = context.connect().await?;
        let behind = context.fetch(&smuggled)?.bytes();
        let head = context.identify(&talk)?.head_with(lines);
        wire.send([head, b"4\r\nbody\r\n0\r\n\r\n".to_vec(), behind].concat()).await?;
        let status = wire.response("POST").await?.head.status()?;
        ensure(matches!(status, 200 | 400), || format!("status {status}"))?;
        if status == 200 {
            let seen = talk.only().await?;
            equal("body", seen.text(), "body")?;
            ensure(!seen.head.has("content-length"), || "the length went upstream".to_owned())?;
        }
        // There is no second answer.
        ends(&mut wire).await?;
        smuggled.none().map_err(|wrong| wrong.at("the smuggled request"))?;
    }
    Ok(None)
}

/// Sends these lines with a body and a second request behind them. The first is refused, and neither
/// arrives.
async fn refused(context: &Context, lines: &str, statuses: &[u16]) -> Result<u16, Wrong> {
    let (talk, smuggled) = (context.expect(Play::ok()), context.expect(Play::ok()));
    let mut wire = context.connect().await?;
    let behind = context.fetch(&smuggled)?.bytes();
    let head = context.identify(&talk)?.head_with(lines);
    wire.send([head, b"0\r\n\r\n".to_vec(), behind].concat()).await?;
    let status = match wire.head().await {
        Ok(head) => head.status()?,
        // An end without an answer is a refusal, too.
        Err(error) if is_cut(&error) => 400,
        Err(error) => return Err(error.into()),
    };
    ensure(statuses.contains(&status), || format!("status {status} for {lines:?}"))?;
    let _ = wire.rest().await;
    talk.none().map_err(|wrong| wrong.at(lines))?;
    smuggled.none().map_err(|wrong| wrong.at(format!("behind {lines:?}")))?;
    Ok(status)
}

async fn lengths(context: &Context) -> Judged {
    for lines in [
        "content-length: 4\r\ncontent-length: 5\r\n",
        "content-length: 4, 5\r\n",
        "content-length: +4\r\n",
        "content-length: -1\r\n",
        "content-length: 4x\r\n",
        "content-length: 0x4\r\n",
        "content-length:\r\n",
        "content-length: 99999999999999999999\r\n",
    ] {
        refused(context, lines, &[400]).await?;
    }
    Ok(None)
}

async fn codings(context: &Context) -> Judged {
    for lines in [
        "transfer-encoding: gzip\r\n",
        "transfer-encoding: chunked, gzip\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: identity\r\ncontent-length: 5\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        "transfer-encoding: \x0bchunked\r\n",
    ] {
        refused(context, lines, &[400, 501]).await?;
    }
    // Here it is clear where the body ends, and the connection may go on.
    let talk = context.expect(Play::ok());
    let mut wire = context.connect().await?;
    let head = context.identify(&talk)?.head_with("transfer-encoding: gzip, chunked\r\n");
    wire.send([head, b"0\r\n\r\n".to_vec()].concat()).await?;
    let status = wire.head().await?.status()?;
    ensure(matches!(status, 400 | 501), || format!("status {status} for gzip, chunked"))?;
    talk.none()?;
    Ok(None)
}

async fn malformed_fields(context: &Context) -> Judged {
    for lines in
        ["transfer-encoding : chunked\r\n", "no colon\r\n", ": no name\r\n", "x name: 1\r\n"]
    {
        refused(context, lines, &[400]).await?;
    }
    Ok(None)
}

/// RFC 9110 §5.5 and RFC 9112 §5.2 leave a choice: refuse it, or put spaces in the place of these bytes.
async fn odd_bytes(context: &Context) -> Judged {
    let mut all = Vec::new();
    for line in ["x-odd: 1\r\n content-length: 5\r\n", "x-odd: \0\r\n", "x-odd: a\rb\r\n"] {
        let talk = context.expect(Play::ok());
        let head = context.identify(&talk)?.head_with(format!("{line}content-length: 2\r\n"));
        let mut wire = context.connect().await?;
        wire.send([head.as_slice(), b"{}"].concat()).await?;
        let status = match wire.head().await {
            Ok(head) => head.status()?,
            Err(error) if is_cut(&error) => 400,
            Err(error) => return Err(error.into()),
        };
        all.push(status.to_string());
        if status == 200 {
            let seen = talk.only().await.map_err(|wrong| wrong.at(line))?;
            equal("body", seen.text(), "{}")?;
            let is_odd = |byte: &u8| matches!(byte, 0 | b'\r' | b'\n');
            let is_left = |(name, value): &(String, Vec<u8>)| {
                name.starts_with([' ', '\t']) || value.iter().any(is_odd)
            };
            ensure(!seen.head.fields.iter().any(is_left), || format!("{line:?} went upstream"))?;
        } else {
            equal(&format!("status for {line:?}"), status, 400)?;
            talk.none()?;
        }
    }
    Ok(Some(format!("status {}", all.join(", "))))
}

async fn old_coding(context: &Context) -> Judged {
    let (talk, smuggled) = (context.expect(Play::ok()), context.expect(Play::ok()));
    let head = context.identify(&talk)?.head_with("transfer-encoding: chunked\r\n");
    let head = String::from_utf8_lossy(&head).replace(" HTTP/1.1\r\n", " HTTP/1.0\r\n");
    let behind = context.fetch(&smuggled)?.bytes();
    let mut wire = context.connect().await?;
    wire.send([head.as_bytes(), b"4\r\nbody\r\n0\r\n\r\n", &behind].concat()).await?;
    let status = wire.response("POST").await?.head.status()?;
    if status == 200 {
        // RFC 9112 §6.1: the message may be read, but nothing behind it.
        equal("body", talk.only().await?.text(), "body")?;
        ends(&mut wire).await?;
    } else {
        let _ = wire.rest().await;
        // 505 is of a host that knows no HTTP/1.0.
        ensure(matches!(status, 400 | 501 | 505), || format!("status {status}"))?;
        talk.none()?;
    }
    smuggled.none()?;
    Ok(Some(format!("status {status}")))
}

/// Chunks with a size that is no number, is too long, too short, or larger than any body, and a body that ends
/// within a chunk, behind one, or before the line that ends it.
const BROKEN_CHUNKS: [&str; 11] = [
    "4\r\nbody\r\nxyz\r\n\r\n",
    "4\r\nbody\r\n-1\r\nx\r\n0\r\n\r\n",
    "0x4\r\nbody\r\n0\r\n\r\n",
    "\r\nbody\r\n0\r\n\r\n",
    "4\r\nbodyX\r\n0\r\n\r\n",
    "6\r\nbody\r\n0\r\n\r\n",
    "fffffffffffffffff\r\nbody\r\n0\r\n\r\n",
    "4\r\nbo",
    "4\r\nbody\r\n",
    "4\r\nbody\r\n0\r\n",
    "4\r\nbody\r\n0\r\nx-late: 1\r\n",
];

async fn broken_chunks(context: &Context) -> Judged {
    for body in BROKEN_CHUNKS {
        let talk = context.expect(Play::ok());
        let head = context.identify(&talk)?.head_with("transfer-encoding: chunked\r\n");
        let mut wire = context.connect().await?;
        wire.send([head.as_slice(), body.as_bytes()].concat()).await?;
        // Nothing follows that could mend it. An adapter may have ended the connection by now.
        let _ = wire.finish().await;
        // If there is an answer, it is not a success.
        if let Ok(head) = wire.head().await {
            let status = head.status()?;
            ensure(status >= 400, || format!("status {status} for {body:?}"))?;
        }
        if talk.count() > 0 {
            talk.when(|seen| seen.state != State::Head).await?;
            let seen = talk.when(|seen| seen.state == State::Left).await;
            seen.map_err(|wrong| wrong.at(format!("{body:?} arrived whole")))?;
        }
    }
    goes_on(context).await
}

async fn no_http(context: &Context) -> Judged {
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(),
        b"GET\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n",
        b"",
    ] {
        let mut wire = context.connect().await?;
        // The other side may have had enough before all is sent.
        let _ = wire.send(bytes).await;
        let _ = wire.finish().await;
        let _ = wire.rest().await;
    }
    goes_on(context).await
}

/// The adapter takes a request after all that.
async fn goes_on(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    context.passes(&context.fetch(&talk)?, &talk).await.map_err(|wrong| wrong.at("afterwards"))?;
    Ok(None)
}

/// RFC 9112 §9.6: who has said that the connection ends takes no other request from it.
async fn cut_off(wire: &mut Wire, left: &[Talk]) -> Judged {
    ends(wire).await?;
    for talk in left {
        talk.none().map_err(|wrong| wrong.at("behind the last answer"))?;
    }
    Ok(Some(format!("the connection ends, and {} are not answered", left.len())))
}

async fn pipelined(context: &Context) -> Judged {
    let mut bytes = Vec::new();
    let mut talks = Vec::new();
    for n in 0..3 {
        let talk = context.expect(Play::respond("", format!("answer {n}").as_bytes()));
        let ask = if n == 1 { context.identify(&talk)? } else { context.fetch(&talk)? };
        bytes.extend(ask.bytes());
        talks.push(talk);
    }
    let mut wire = context.connect().await?;
    wire.send(bytes).await?;
    for (n, talk) in talks.iter().enumerate() {
        let answer = wire.response("GET").await?;
        equal("answer", answer.text(), format!("answer {n}"))?;
        talk.only().await?;
        if answer.head.closes() {
            return cut_off(&mut wire, talks.get(n + 1..).unwrap_or_default()).await;
        }
    }
    Ok(None)
}
