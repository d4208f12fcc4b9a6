//! What `worker` has no words for.

use std::time::Duration;

use futures_util::future::{Either, select};
use wasm_bindgen::prelude::*;
use worker::js_sys::{self, BigInt, Promise, Uint8Array, futures::JsFuture};
use worker::web_sys::{ReadableStream, Request, Response, TransformStream, WorkerGlobalScope};
use worker::{Delay, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// Bytes that come out as they went in, with no length known beforehand.
    #[wasm_bindgen(extends = TransformStream)]
    pub(crate) type IdentityTransformStream;

    #[wasm_bindgen(constructor, catch)]
    pub(crate) fn new() -> Result<IdentityTransformStream, JsValue>;

    /// Bytes that come out as they went in, as many as were announced.
    #[wasm_bindgen(extends = TransformStream)]
    pub(crate) type FixedLengthStream;

    #[wasm_bindgen(constructor, catch)]
    pub(crate) fn new(length: BigInt) -> Result<FixedLengthStream, JsValue>;

    /// Reads into memory that it is given, so that a large body leaves no heap behind.
    #[wasm_bindgen(js_name = ReadableStreamBYOBReader)]
    pub(crate) type Reader;

    #[wasm_bindgen(constructor, catch, js_class = "ReadableStreamBYOBReader")]
    pub(crate) fn new(stream: &ReadableStream) -> Result<Reader, JsValue>;

    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &Reader, view: &Uint8Array) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn cancel(this: &Reader) -> Promise;
}

pub(crate) fn global() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sends a request on to the site, as it came.
pub(crate) async fn pass_on(request: &Request) -> Result<Response, JsValue> {
    Ok(JsFuture::from(global().fetch_with_request(request)).await?.unchecked_into())
}

/// What a promise comes to, or nothing if that takes too long.
pub(crate) async fn within(limit: Duration, promise: Promise) -> Option<Result<JsValue, JsValue>> {
    match select(JsFuture::from(promise), Delay::from(limit)).await {
        Either::Left((settled, _)) => Some(settled),
        Either::Right(_) => None,
    }
}
