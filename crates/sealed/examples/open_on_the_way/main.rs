//! Opens a sealed result on its way back to the browser, without holding it up.
//!
//! The response body streams to the browser as it comes. Beside it a copy is collected, up to a limit.
//! When the body has ended, a task of its own opens the copy. Whatever goes wrong there, the browser
//! gets the same bytes at the same time.
//!
//! ```sh
//! cargo run --example open_on_the_way
//! ```
//!
//! Upstream and browser are played here. In an adapter, `upstream` is the response after
//! `Exchange::complete`, and its body goes to the server's library instead of `browser`.

use std::convert::Infallible;
use std::error::Error;

use firstparty_sealed::bytes::Bytes;
use firstparty_sealed::{ContentCoding, Keys, UnsealError, Unsealer};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tokio::sync::oneshot;

use tee::Tee;

mod tee;

/// The unsealer's limit for a body; what is longer would not be opened.
const MOST_COPIED: usize = Unsealer::DEFAULT_LIMIT;

/// What upstream answers.
const RESPONSE: &str = r#"{"event_id":"e1","sealed_result":"noXc7UBBQkNERUZHSElKS0nv5A5t8ayKAohGhMkuJg/Tw1IcCGpDpc75kthJRYFo+6Ci"}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = Keys::from_base64(["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])?;

    let upstream = Full::new(Bytes::from(RESPONSE));
    let (body, copy) = Tee::new(upstream, MOST_COPIED);
    // The coding is read from the response's `content-encoding`. Without it, or with another
    // coding, there is nothing to open.
    let opening = tokio::spawn(open(copy, ContentCoding::Identity, keys));

    println!("browser: {} bytes", browser(body).await?.len());
    opening.await?;
    Ok(())
}

/// Waits for the copy and opens it. The site does with the result what it likes.
async fn open(copy: oneshot::Receiver<Bytes>, coding: ContentCoding, keys: Keys) {
    // The body broke off, was longer, or its browser left.
    let Ok(body) = copy.await else { return println!("site: no whole body") };
    // Opening takes a fraction of a millisecond. A busy host would do it on a thread of its own
    // (`tokio::task::spawn_blocking`).
    match Unsealer::new(&keys).unseal_body(body, coding) {
        Ok(result) => println!("site: {}", String::from_utf8_lossy(&result)),
        // Most responses have no sealed result.
        Err(UnsealError::SealedResultMissing) => {}
        Err(error) => println!("site: {error}"),
    }
}

/// Takes the body frame by frame, as a server does that sends it.
async fn browser(body: impl Body<Data = Bytes, Error = Infallible>) -> Result<Bytes, Infallible> {
    Ok(body.collect().await?.to_bytes())
}
