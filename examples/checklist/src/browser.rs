//! The browser's side: requests as bytes.

pub(crate) mod ask;
pub(crate) mod http2;
