//! Bodies. They stay streams of JavaScript's, whose bytes never enter the gateway's memory.

use std::time::Duration;

use wasm_bindgen::JsValue;
use worker::js_sys::{BigInt, Promise, Reflect, Uint8Array, futures::JsFuture};
use worker::wasm_bindgen_futures::spawn_local;
use worker::web_sys::{ReadableStream, TransformStream, WritableStreamDefaultWriter};

use crate::runtime::{FixedLengthStream, IdentityTransformStream, Reader, within};

/// How long either side of a body may be silent.
const IDLE: Duration = Duration::from_secs(10);

/// How much of a body is on its way at a time.
const PIECE: u32 = 16 * 1024;

/// Why a body did not arrive as a whole.
pub(crate) enum Stop {
    SourceBroke,
    SourceSilent,
    SinkBroke,
    SinkSilent,
}

/// A pipe for a body whose length is known, or is not.
pub(crate) fn pipe(length: Option<u64>) -> Result<TransformStream, JsValue> {
    Ok(match length {
        Some(length) => FixedLengthStream::new(BigInt::from(length))?.into(),
        None => IdentityTransformStream::new()?.into(),
    })
}

/// Hands a body through to its end. Where one side breaks off or falls silent, the other is told, so that
/// nobody takes a part for the whole (R16.2).
pub(crate) async fn pump(from: &ReadableStream, to: &TransformStream) -> Result<(), Stop> {
    let reader = Reader::new(from).map_err(|_| Stop::SourceBroke)?;
    let writer = to.writable().get_writer().map_err(|_| Stop::SinkBroke)?;
    let ended = copy(&reader, &writer).await;
    match ended {
        Ok(()) => {}
        Err(Stop::SourceBroke) => forget(&writer.abort()),
        Err(Stop::SinkBroke) => forget(&reader.cancel()),
        Err(Stop::SourceSilent | Stop::SinkSilent) => {
            forget(&writer.abort());
            forget(&reader.cancel());
        }
    }
    ended
}

async fn copy(reader: &Reader, writer: &WritableStreamDefaultWriter) -> Result<(), Stop> {
    let mut memory = Uint8Array::new_with_length(PIECE);
    loop {
        let read = within(IDLE, reader.read(&memory)).await.ok_or(Stop::SourceSilent)?;
        let read = read.map_err(|_| Stop::SourceBroke)?;
        let piece: Uint8Array = Reflect::get(&read, &"value".into()).unwrap_or_default().into();
        if Reflect::get(&read, &"done".into()).is_ok_and(|done| done.is_truthy()) {
            let closed = within(IDLE, writer.close()).await.ok_or(Stop::SinkSilent)?;
            return closed.map(drop).map_err(|_| Stop::SinkBroke);
        }
        let written =
            within(IDLE, writer.write_with_chunk(&piece)).await.ok_or(Stop::SinkSilent)?;
        written.map_err(|_| Stop::SinkBroke)?;
        memory = Uint8Array::new(&piece.buffer());
    }
}

/// Lets nobody hear how a promise ends: an error that nobody takes would be one of the Worker's.
pub(crate) fn forget(promise: &Promise) {
    let ended = JsFuture::from(promise.clone());
    spawn_local(async move { drop(ended.await) });
}
