//! Opens Fingerprint's sealed client results.
//!
//! A site that uses sealed results gets them from the browser or from the API as text that only the site
//! can read. This crate turns that text into JSON ([R15]). It does no I/O, has no clock and no
//! randomness, and is Rust alone, so it runs wherever the site's code does, as WebAssembly too.
//!
//! # In scope
//!
//! * a sealed result as base64, and a response body that holds one, coded with gzip or deflate or not
//! * several keys, while they are rotated
//! * typed errors that show neither keys nor content
//! * a limit: no input makes it use more memory than a small multiple of that
//!
//! # Out of scope
//!
//! * sealing
//! * what the JSON means: it is returned as it was written
//! * whether a result is fresh, or was used before: check its time and its id, as Fingerprint's
//!   documentation says
//!
//! # The loop
//!
//! Read the keys once. Open each result as it comes.
//!
//! ```
//! use firstparty_sealed::{ContentCoding, Keys, UnsealError, unseal_body};
//! # use firstparty_sealed::bytes::Bytes;
//! # fn log(_: impl std::fmt::Display) {}
//!
//! /// What a response says about its visitor, if it has a sealed result.
//! fn opened(content_encoding: &str, body: Bytes, keys: &Keys) -> Option<Bytes> {
//!     let coding: ContentCoding = content_encoding.parse().ok()?;
//!     match unseal_body(body, coding, keys) {
//!         Ok(result) => Some(result),
//!         Err(UnsealError::SealedResultMissing) => None, // an ordinary response
//!         Err(error) => {
//!             log(error); // "no key fits: key 1 does not fit, key 2 has a wrong length"
//!             None
//!         }
//!     }
//! }
//!
//! // From the environment, or wherever secrets are kept. The key in use comes first.
//! let keys: Keys = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse()?;
//! # let body = Bytes::from_static(br#"{"event_id":"e1","sealed_result":
//! #     "noXc7UBBQkNERUZHSElKS0nv5A5t8ayKAohGhMkuJg/Tw1IcCGpDpc75kthJRYFo+6Ci"}"#);
//! assert_eq!(opened("", body, &keys).unwrap(), r#"{"event_id":"e1"}"#);
//! # assert!(opened("", "{}".into(), &keys).is_none());
//! # Ok::<(), firstparty_sealed::KeysError>(())
//! ```
//!
//! A result that comes alone, for instance from a browser that hands it to the site's own backend, is
//! opened by [`unseal`].
//!
//! # The steps
//!
//! ```text
//! body ── content coding ── JSON member ─┐
//!                                        ▼
//!                 sealed result ── base64 ── marker, AES-256-GCM ── DEFLATE ── JSON
//! ```
//!
//! Each step ends in an error of its own, [`UnsealError`]. Three decisions are this crate's:
//!
//! * Bytes after the end of a stream are an error, also in a body.
//! * The result is checked to be JSON in UTF-8, and returned as text. However deep it is nested, the
//!   check uses no stack. A parser with a limit for depth may still refuse it.
//! * One limit holds for the body and for the result, each inflated. Input that is too long for it is
//!   refused before it is decoded. See [`Unsealer`].
//!
//! [R15]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod body;
mod coding;
mod envelope;
mod error;
mod inflate;
mod keys;
mod text;
mod unsealer;

pub use bytes;

pub use self::coding::{ContentCoding, UnknownCoding};
pub use self::error::{KeyFault, UnsealError};
pub use self::keys::{Keys, KeysError};
pub use self::unsealer::{Unsealer, unseal, unseal_body};

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_errors_cross_threads() {
        fn assert_crosses<T: Send + Sync + 'static>() {}
        assert_crosses::<Keys>();
        assert_crosses::<Unsealer<'static>>();
        assert_crosses::<UnsealError>();
        assert_crosses::<KeysError>();
    }
}
