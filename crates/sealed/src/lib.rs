//! Opens Fingerprint's sealed client results.
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
