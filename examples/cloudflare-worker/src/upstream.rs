//! The request to Fingerprint, with its limits.

use std::pin::pin;
use std::time::Duration;

use firstparty::Failure;
use firstparty::http::{Method, Request, StatusCode};
use firstparty::refusal::Cause;
use futures_util::FutureExt;
use futures_util::future::{Either, FusedFuture, select};
use wasm_bindgen::{JsCast, JsValue};
use worker::Delay;
use worker::js_sys::{Reflect, futures::JsFuture};
use worker::wasm_bindgen_futures::spawn_local;
use worker::web_sys::{
    AbortController, Headers, ReadableStream, RequestInit, RequestRedirect, Response,
    TransformStream,
};

use crate::body::{self, Stop};
use crate::exchange::length;
use crate::runtime::global;

/// From the end of the upload to the answer's head. `fetch` does not tell when a connection is made.
const FIRST_BYTE: Duration = Duration::from_secs(15);

const BROWSER_SILENT: Cause = Cause::new(
    "browser_silent",
    "R16.4",
    StatusCode::REQUEST_TIMEOUT,
    "the rest of the request did not come",
);

const BROWSER_BROKE: Cause = Cause::new(
    "browser_broke",
    "R16.5",
    StatusCode::BAD_REQUEST,
    "the rest of the request could not be read",
);

/// Why there is no response.
pub(crate) enum Stopped {
    Browser(&'static Cause),
    Upstream(Failure),
}

impl From<JsValue> for Stopped {
    /// One error stands for all that can happen to a connection.
    fn from(_: JsValue) -> Self {
        Self::Upstream(Failure::Protocol)
    }
}

/// Sends it once. The upload may go on when the answer has come.
pub(crate) async fn send(
    request: &Request<()>,
    headers: &Headers,
    browser: Option<ReadableStream>,
) -> Result<Response, Stopped> {
    let abort = AbortController::new()?;
    let init = options(request, headers, &abort)?;
    let pipe = body::pipe(length(request.headers()))?;
    // `fetch` takes no body with these methods.
    let browser = browser.filter(|_| ![Method::GET, Method::HEAD].contains(request.method()));
    if browser.is_some() {
        init.set_body_opt_readable_stream(Some(&pipe.readable()));
    }
    let fetching = global().fetch_with_str_and_init(&request.uri().to_string(), &init);

    let mut uploading = Box::pin(upload(browser, pipe).fuse());
    let ended = {
        let waiting = pin!(async {
            match (&mut uploading).await {
                // Where upstream reads no more, its answer may be on the way.
                Ok(()) | Err(Stop::SinkBroke) => Delay::from(FIRST_BYTE).await,
                Err(Stop::SinkSilent) => {}
                Err(Stop::SourceBroke) => return Stopped::Browser(&BROWSER_BROKE),
                Err(Stop::SourceSilent) => return Stopped::Browser(&BROWSER_SILENT),
            }
            Stopped::Upstream(Failure::Timeout)
        });
        match select(JsFuture::from(fetching), waiting).await {
            Either::Left((fetched, _)) => Ok(fetched?),
            Either::Right((stopped, _)) => Err(stopped),
        }
    };
    if ended.is_err() {
        abort.abort();
    } else if !uploading.is_terminated() {
        spawn_local(uploading.map(drop));
    }
    final_only(ended?.unchecked_into())
}

fn options(
    request: &Request<()>,
    headers: &Headers,
    abort: &AbortController,
) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(headers);
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&abort.signal()));
    // What upstream has coded stays so.
    Reflect::set(&init, &"encodeResponseBody".into(), &"manual".into())?;
    Ok(init)
}

async fn upload(browser: Option<ReadableStream>, pipe: TransformStream) -> Result<(), Stop> {
    match browser {
        Some(browser) => body::pump(&browser, &pipe).await,
        None => Ok(()),
    }
}

/// Of what JavaScript can make no response: the runtime takes an interim response for the final one.
fn final_only(response: Response) -> Result<Response, Stopped> {
    if (200..=599).contains(&response.status()) {
        return Ok(response);
    }
    if let Some(body) = response.body() {
        body::forget(&body.cancel());
    }
    Err(Stopped::Upstream(Failure::Protocol))
}
