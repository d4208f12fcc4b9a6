//! Bodies of requests.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::upstream::talk::{Seen, Talk};
use crate::wire::head::Framing;
use crate::wire::pattern;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "upload-empty",
        "R5.2, R16.2",
        "an identification request without content arrives without",
        empty
    ),
    check!("upload-length", "R5.2, R16.2", "a megabyte with its length arrives with it", length),
    check!("upload-chunked", "R5.2, R16.2", "a megabyte in chunks arrives in chunks", chunked),
    check!("upload-coded", "R16.2", "a coded body arrives as it is", coded),
    check!("upload-binary", "R16.2", "bytes that are not text arrive as they are", binary),
    check!(
        "upload-other-methods",
        "R5.2, R16.2",
        "bodies of other methods arrive, framed or not at all",
        other
    ),
];

const MEGABYTE: usize = 1024 * 1024;

fn arrived(seen: &Seen, body: &[u8]) -> Result<(), Wrong> {
    ensure(seen.body == body, || format!("{} of {} bytes, or others", seen.body.len(), body.len()))
}

async fn empty(context: &Context) -> Judged {
    for has_length in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = context.api("POST", "/", &talk)?;
        let seen = context.passes(&if has_length { ask.body(*b"") } else { ask }, &talk).await?;
        equal("content-length", seen.get("content-length")?.as_deref(), Some("0"))?;
        arrived(&seen, b"")?;
    }
    let talk = context.expect(Play::ok());
    let seen = context.passes(&context.api("POST", "/", &talk)?.chunks([b""; 0]), &talk).await?;
    arrived(&seen, b"")?;
    Ok(None)
}

async fn length(context: &Context) -> Judged {
    let body = pattern(MEGABYTE, 1);
    let talk = context.expect(Play::ok());
    let seen = context.passes(&context.identify(&talk)?.body(body.clone()), &talk).await?;
    equal("framing", seen.head.framing()?, Framing::Length(MEGABYTE))?;
    arrived(&seen, &body)?;
    Ok(None)
}

async fn chunked(context: &Context) -> Judged {
    let body = pattern(MEGABYTE, 2);
    let talk = context.expect(Play::ok());
    let ask = context.identify(&talk)?.chunks(body.chunks(10_000));
    let seen = context.passes(&ask, &talk).await?;
    arrived(&seen, &body)?;
    ensure(Talk::is_chunked(&seen), || "it was gathered: it has a length".to_owned())?;
    Ok(None)
}

async fn coded(context: &Context) -> Judged {
    let body = [b"\x1f\x8b\x08\x00".as_slice(), &pattern(5_000, 3)].concat();
    for coding in ["gzip", "br"] {
        let talk = context.expect(Play::ok());
        let ask = context.identify(&talk)?.body(body.clone()).field("content-encoding", coding);
        let seen = context.passes(&ask, &talk).await?;
        equal("content-encoding", seen.get("content-encoding")?.as_deref(), Some(coding))?;
        arrived(&seen, &body)?;
    }
    Ok(None)
}

async fn binary(context: &Context) -> Judged {
    let body: Vec<u8> = (0..=255).chain(b"\r\n\r\n\xef\xbb\xbf\xc3\x28".iter().copied()).collect();
    for media_type in ["text/plain", "application/octet-stream", "application/json"] {
        let talk = context.expect(Play::ok());
        let ask = context.identify(&talk)?.body(body.clone()).field("content-type", media_type);
        arrived(&context.passes(&ask, &talk).await?, &body)?;
    }
    Ok(None)
}

async fn other(context: &Context) -> Judged {
    for method in ["GET", "DELETE", "PUT", "OPTIONS"] {
        let talk = context.expect(Play::ok());
        let ask = context.api(method, "/x", &talk)?;
        let none = context.passes(&ask, &talk).await?;
        let none = none.head.framing()?;
        let expected = if method == "PUT" { Framing::Length(0) } else { Framing::Neither };
        equal(&format!("framing of {method} without a body"), none, expected)?;
        for (is_chunked, framing) in [(false, Framing::Length(4)), (true, Framing::Chunked)] {
            let talk = context.expect(Play::ok());
            let ask = context.api(method, "/x", &talk)?;
            let ask = if is_chunked { ask.chunks([b"body"]) } else { ask.body(*b"body") };
            let seen = context.passes(&ask, &talk).await.map_err(|wrong| wrong.at(method))?;
            equal(&format!("framing of {method}"), seen.head.framing()?, framing)?;
            arrived(&seen, b"body").map_err(|wrong| wrong.at(method))?;
        }
    }
    Ok(None)
}
