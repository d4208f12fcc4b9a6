//! A connection to the stand-in: request by request.

use std::io;
use std::sync::Arc;

use tokio::time::sleep;

use crate::upstream::Program;
use crate::upstream::play::Step;
use crate::upstream::talk::{Seen, State, Talk};
use crate::wire::Wire;
use crate::wire::message::Body;

/// What becomes of a connection.
enum After {
    GoOn(Wire),
    Ended,
}

/// Serves a connection until it ends.
pub(crate) async fn serve(mut wire: Wire, program: Arc<Program>) {
    let mut served = 0;
    while let Ok(head) = wire.head().await {
        let (body, trailers) = (Vec::new(), Vec::new());
        let seen = Seen { served, head, body, trailers, state: State::Head };
        let Some(talk) = program.talk(&seen) else {
            program.stray(&seen);
            let _ = wire
                .send("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                .await;
            return;
        };
        match exchange(wire, &talk, seen).await {
            Ok(After::GoOn(same)) => wire = same,
            Ok(After::Ended) | Err(_) => return,
        }
        served += 1;
    }
}

async fn exchange(mut wire: Wire, talk: &Talk, seen: Seen) -> io::Result<After> {
    let is_kept = seen.served > 0;
    let mut body = Body::of_request(&seen.head)?;
    let place = talk.begin(seen);
    let mut is_whole = false;
    for step in talk.play.choose(place == 0, is_kept) {
        match step {
            Step::Body => {
                let read = read(&mut wire, &mut body, talk, place, usize::MAX).await;
                is_whole = left(talk, place, read)?;
            }
            Step::Piece => {
                let read = read(&mut wire, &mut body, talk, place, 1).await;
                is_whole = left(talk, place, read)?;
            }
            Step::Send(bytes) => left(talk, place, wire.send(bytes).await)?,
            Step::Pause(time) => sleep(*time).await,
            Step::Await(gate) => gate.opened().await,
            Step::Silence => {
                let _ = wire.rest().await;
                talk.go_on(place, |seen| seen.state = State::Left);
                return Ok(After::Ended);
            }
            Step::End => return Ok(After::Ended),
            Step::Reset => {
                wire.reset();
                return Ok(After::Ended);
            }
        }
    }
    Ok(if is_whole { After::GoOn(wire) } else { After::Ended })
}

/// Reads that many pieces of a body, and says whether it has ended.
async fn read(
    wire: &mut Wire,
    body: &mut Body,
    talk: &Talk,
    place: usize,
    pieces: usize,
) -> io::Result<bool> {
    for _ in 0..pieces {
        match body.piece(wire).await? {
            Some(piece) => talk.go_on(place, |seen| seen.body.extend(piece)),
            None => {
                talk.go_on(place, |seen| {
                    seen.state = State::Whole;
                    seen.trailers.clone_from(&body.trailers);
                });
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Writes down that the other side has left, if it has.
fn left<T>(talk: &Talk, place: usize, result: io::Result<T>) -> io::Result<T> {
    result.inspect_err(|_| talk.go_on(place, |seen| seen.state = State::Left))
}
