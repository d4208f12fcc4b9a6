//! Bodies of responses.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Play, Step, chunked, response};
use crate::wire::message::Message;
use crate::wire::pattern;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("download-empty", "R16.2", "a response without content stays without", empty),
    check!("download-length", "R6.4, R16.2", "a megabyte with its length keeps it", length),
    check!("download-chunked", "R6.5, R16.2", "a megabyte in chunks comes whole", in_chunks),
    check!(
        "download-to-the-end",
        "R16.2",
        "a body that ends with upstream's connection comes whole",
        to_the_end
    ),
    check!("gzip", "R16.2", "a coded body and its content-encoding stay as they are", gzip),
    check!("head", "R9.4, R16.2", "the answer to HEAD has the fields of GET and no body", head),
    check!("no-content", "R6.5", "204 has neither content nor a length", no_content),
    check!(
        "not-modified",
        "R16.2",
        "304 passes without a body, and another request can follow",
        not_modified
    ),
    check!(
        "download-framing",
        "R6.5",
        "a response framed twice reaches no browser framed twice",
        framed_twice
    ),
];

const MEGABYTE: usize = 1024 * 1024;

async fn downloaded(context: &Context, bytes: Vec<u8>, body: &[u8]) -> Result<Message, Wrong> {
    let talk = context.expect(Play::answer(bytes));
    let answer = context.ask(&context.fetch(&talk)?).await?;
    equal("status", answer.head.status()?, 200)?;
    let count = answer.body.len();
    ensure(answer.body == body, || format!("{count} of {} bytes, or others", body.len()))?;
    ensure(answer.trailers.is_empty(), || "there are trailers".to_owned())?;
    Ok(answer)
}

async fn empty(context: &Context) -> Judged {
    let answer = downloaded(context, response("", b""), b"").await?;
    equal("content-length", answer.get("content-length")?.as_deref(), Some("0"))?;
    downloaded(context, chunked("", &[]), b"").await?;
    Ok(None)
}

async fn length(context: &Context) -> Judged {
    let body = pattern(MEGABYTE, 4);
    let answer = downloaded(context, response("", &body), &body).await?;
    equal("content-length", answer.get("content-length")?.as_deref(), Some("1048576"))?;
    Ok(None)
}

async fn in_chunks(context: &Context) -> Judged {
    let body = pattern(MEGABYTE, 5);
    let pieces: Vec<_> = body.chunks(10_000).collect();
    let answer = downloaded(context, chunked("", &pieces), &body).await?;
    ensure(!answer.head.has("content-length"), || "it was gathered: it has a length".to_owned())?;
    Ok(None)
}

async fn to_the_end(context: &Context) -> Judged {
    let body = pattern(MEGABYTE, 6);
    let bytes = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &body].concat();
    let talk = context.expect(Play::steps([Step::Body, Step::Send(bytes), Step::End]));
    let answer = context.ask(&context.fetch(&talk)?).await?;
    ensure(answer.body == body, || format!("{} bytes, or others", answer.body.len()))?;
    Ok(None)
}

async fn gzip(context: &Context) -> Judged {
    // Whoever decodes it fails, and whoever codes it again gets other bytes.
    let body = [b"\x1f\x8b\x08\x00".as_slice(), &pattern(50_000, 7)].concat();
    let pieces: Vec<_> = body.chunks(3_000).collect();
    for coding in ["gzip", "br", "zstd"] {
        let fields = format!("content-encoding: {coding}\r\ncontent-type: text/javascript\r\n");
        for bytes in [response(&fields, &body), chunked(&fields, &pieces)] {
            let talk = context.expect(Play::answer(bytes));
            let ask = context.fetch(&talk)?.field("accept-encoding", "gzip, br, zstd");
            let answer = context.ask(&ask).await?;
            equal("content-encoding", answer.get("content-encoding")?.as_deref(), Some(coding))?;
            ensure(answer.body == body, || format!("{} bytes, or others", answer.body.len()))?;
        }
    }
    let text = b"export const answer = 42;\n".repeat(400);
    let talk = context.expect(Play::respond("content-type: text/javascript\r\n", &text));
    let ask = context.fetch(&talk)?.field("accept-encoding", "gzip, br");
    let answer = context.ask(&ask).await?;
    equal("content-encoding", answer.get("content-encoding")?, None)?;
    ensure(answer.body == text, || "plain text was coded".to_owned())?;
    Ok(None)
}

async fn head(context: &Context) -> Judged {
    let mut wire = context.connect().await?;
    for _ in 0..2 {
        let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nx-kept: 1\r\n\r\n";
        let talk = context.expect(Play::answer(bytes));
        let ask = context.fetch(&talk)?.method("HEAD");
        wire.send(ask.bytes()).await?;
        let answer = wire.response("HEAD").await?;
        equal("content-length", answer.get("content-length")?.as_deref(), Some("1000"))?;
        equal("x-kept", answer.get("x-kept")?.as_deref(), Some("1"))?;
        equal("method", talk.only().await?.head.line.split(' ').next(), Some("HEAD"))?;
        wire = context.after(wire, &answer).await?;
    }
    Ok(None)
}

async fn no_content(context: &Context) -> Judged {
    for fields in ["", "content-length: 0\r\n"] {
        let talk = context.expect(Play::answer(format!("HTTP/1.1 204 No Content\r\n{fields}\r\n")));
        let answer = context.ask(&context.identify(&talk)?).await?;
        equal("status", answer.head.status()?, 204)?;
        for name in ["content-length", "transfer-encoding"] {
            ensure(!answer.head.has(name), || format!("it has {name}"))?;
        }
    }
    Ok(None)
}

async fn not_modified(context: &Context) -> Judged {
    let mut wire = context.connect().await?;
    for fields in ["", "content-length: 1000\r\n"] {
        let text = format!("HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n{fields}\r\n");
        let talk = context.expect(Play::answer(text));
        wire.send(context.fetch(&talk)?.field("if-none-match", "\"x\"").bytes()).await?;
        let answer = wire.response("GET").await?;
        equal("status", answer.head.status()?, 304)?;
        equal("etag", answer.get("etag")?.as_deref(), Some("\"x\""))?;
        let seen = talk.only().await?;
        equal("if-none-match", seen.get("if-none-match")?.as_deref(), Some("\"x\""))?;
        wire = context.after(wire, &answer).await?;
    }
    Ok(None)
}

async fn framed_twice(context: &Context) -> Judged {
    let body = "4\r\nbody\r\n0\r\n\r\n";
    let mut all = Vec::new();
    for (fields, body, expected) in [
        ("content-length: 100\r\ntransfer-encoding: chunked\r\n", body, "body"),
        ("transfer-encoding: chunked\r\ncontent-length: 4\r\n", body, "body"),
        ("content-length: 4\r\ncontent-length: 5\r\n", "body!", ""),
        ("content-length: 4\r\ncontent-length: 4\r\n", "body", "body"),
    ] {
        // It says that it ends, so that no other request meets the connection.
        let text = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{fields}\r\n{body}");
        let talk = context.expect(Play::break_off(text));
        // Reading the response fails if it is framed twice.
        let answer = context.ask(&context.fetch(&talk)?).await.map_err(|wrong| wrong.at(fields))?;
        let status = answer.head.status()?;
        let is_whole = status == 200 && !expected.is_empty() && answer.text() == expected;
        ensure(is_whole || status >= 500, || format!("{status}, {:?}", answer.text()))?;
        all.push(status.to_string());
    }
    Ok(Some(format!("status {}", all.join(", "))))
}
