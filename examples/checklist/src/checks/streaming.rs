//! Bodies on their way: handed on as they come, and not collected.

use std::time::Duration;

use tokio::time::sleep;

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Gate, Play, Step, response};
use crate::wire::{chunk, pattern};
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "upload-streams",
        "R16.2",
        "upstream has the beginning of a body before its end is sent",
        upload
    ),
    check!(
        "download-streams",
        "R16.2",
        "the browser has the beginning of a body before its end is sent",
        download
    ),
    check!(
        "upload-large",
        "R16.2",
        "20 MB pass upwards, and their beginning before their end is sent",
        upload_large,
        First
    ),
    check!(
        "download-large",
        "R16.2",
        "20 MB pass downwards, and their beginning before their end is sent",
        download_large,
        First
    ),
];

const LARGE: usize = 20 * 1024 * 1024;

/// Long enough for what is not held back to pile up.
const MOMENT: Duration = Duration::from_millis(50);

async fn upload(context: &Context) -> Judged {
    for is_chunked in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = context.identify(&talk)?;
        let (lines, first, last) = if is_chunked {
            (
                "transfer-encoding: chunked\r\n",
                chunk(b"first"),
                [chunk(b"last"), chunk(b"")].concat(),
            )
        } else {
            ("content-length: 9\r\n", b"first".to_vec(), b"last".to_vec())
        };
        let mut wire = context.connect().await?;
        wire.send(ask.head_with(lines)).await?;
        wire.send(first).await?;
        talk.when(|seen| seen.body == b"first").await?;
        wire.send(last).await?;
        equal("status", wire.response("POST").await?.head.status()?, 200)?;
        equal("body", talk.only().await?.text(), "firstlast")?;
    }
    Ok(None)
}

async fn download(context: &Context) -> Judged {
    for is_chunked in [true, false] {
        let gate = Gate::closed();
        let (head, first, last) = if is_chunked {
            ("transfer-encoding: chunked", chunk(b"first"), [chunk(b"last"), chunk(b"")].concat())
        } else {
            ("content-length: 9", b"first".to_vec(), b"last".to_vec())
        };
        let start = [format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes(), first].concat();
        let steps = [Step::Body, Step::Send(start), Step::Await(gate.clone()), Step::Send(last)];
        let talk = context.expect(Play::steps(steps));
        let mut wire = context.connect().await?;
        wire.send(context.fetch(&talk)?.bytes()).await?;
        let head = wire.head().await?;
        let mut body = crate::wire::message::Body::of_response(&head, "GET")?;
        let mut seen = Vec::new();
        while let Some(piece) = body.piece(&mut wire).await? {
            seen.extend(piece);
            if seen == b"first" {
                gate.open();
            }
        }
        equal("body", seen, b"firstlast".to_vec())?;
    }
    Ok(None)
}

async fn upload_large(context: &Context) -> Judged {
    pass_upwards(context).await?;
    Ok(None)
}

async fn download_large(context: &Context) -> Judged {
    pass_downwards(context).await?;
    Ok(None)
}

/// Has 20 MB pass upwards. Upstream reads only their beginning until half of them are on their way or stuck, and
/// the browser sends the other half only then.
pub(super) async fn pass_upwards(context: &Context) -> Result<(), Wrong> {
    let gate = Gate::closed();
    let answer = Step::Send(response("", b""));
    let steps = [Step::Piece, Step::Await(gate.clone()), Step::Body, answer];
    let talk = context.expect(Play::steps(steps));
    let body = pattern(LARGE, 8);
    let (start, rest) = body.split_at(LARGE / 2);
    let mut wire = context.connect().await?;
    let head = context.identify(&talk)?.head_with(format!("content-length: {LARGE}\r\n"));
    let sending = async {
        wire.send(head).await?;
        wire.send(start).await.map_err(Wrong::from)
    };
    let beginning = async {
        let begun = talk.when(|seen| !seen.body.is_empty()).await;
        sleep(MOMENT).await;
        gate.open();
        begun.map_err(|wrong| wrong.at("half of it was sent"))
    };
    let (sent, begun) = tokio::join!(sending, beginning);
    sent?;
    begun?;
    wire.send(rest).await?;
    equal("status", wire.response("POST").await?.head.status()?, 200)?;
    let seen = talk.only().await?;
    ensure(seen.body == body, || format!("{} bytes, or others", seen.body.len()))
}

/// Has 20 MB pass downwards. Upstream sends the other half only when the browser has the beginning, and the
/// browser reads nothing for a moment.
pub(super) async fn pass_downwards(context: &Context) -> Result<(), Wrong> {
    let gate = Gate::closed();
    let body = pattern(LARGE, 9);
    let whole = response("", &body);
    let (start, rest) = whole.split_at(whole.len() / 2);
    let (start, rest) = (Step::Send(start.to_vec()), Step::Send(rest.to_vec()));
    let talk = context.expect(Play::steps([Step::Body, start, Step::Await(gate.clone()), rest]));
    let mut wire = context.connect().await?;
    wire.send(context.fetch(&talk)?.bytes()).await?;
    let head = wire.head().await.map_err(|error| Wrong::from(error).at("half of it was sent"))?;
    equal("status", head.status()?, 200)?;
    gate.open();
    sleep(MOMENT).await;
    let answer = wire.body_of(head, "GET").await?;
    ensure(answer.body == body, || format!("{} bytes, or others", answer.body.len()))
}
