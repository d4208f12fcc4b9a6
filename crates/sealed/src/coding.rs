//! Codings of a response body (R15.3).

use std::io::Read;
use std::str::FromStr;

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

use crate::error::UnsealError;
use crate::inflate::{InflateError, inflate, longest_stream};

/// How a response body is coded, as its `content-encoding` says ([R15.3], [RFC 9110 §8.4]).
///
/// ```
/// use firstparty_sealed::ContentCoding;
///
/// assert_eq!("gzip".parse(), Ok(ContentCoding::Gzip));
/// assert!("br".parse::<ContentCoding>().is_err());
/// // A response without the field.
/// assert_eq!(ContentCoding::default(), ContentCoding::Identity);
/// ```
///
/// [R15.3]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.3
/// [RFC 9110 §8.4]: https://www.rfc-editor.org/rfc/rfc9110#section-8.4
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentCoding {
    /// DEFLATE in a wrapping of zlib, as HTTP means `deflate`. A stream without it is tolerated, as
    /// some servers send it.
    Deflate,
    /// gzip, of one member or more.
    Gzip,
    /// As it is.
    #[default]
    Identity,
}

/// A `content-encoding` that this crate does not read ([R15.3]).
///
/// ```
/// use firstparty_sealed::ContentCoding;
///
/// let error = "zstd".parse::<ContentCoding>().unwrap_err();
/// assert_eq!(error.to_string(), "the content coding is not identity, gzip or deflate");
/// ```
///
/// [R15.3]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R15.3
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the content coding is not identity, gzip or deflate")]
#[non_exhaustive]
pub struct UnknownCoding;

/// Reads the value of one `content-encoding` field. Names have no case; an empty value means that
/// there is no coding. A list of codings is unknown.
impl FromStr for ContentCoding {
    type Err = UnknownCoding;

    fn from_str(value: &str) -> Result<Self, UnknownCoding> {
        match &*value.trim_ascii().to_ascii_lowercase() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            _ => Err(UnknownCoding),
        }
    }
}

impl ContentCoding {
    /// The body as it was before it was coded, if that is not larger than the limit.
    pub(crate) fn decode(self, body: Bytes, limit: usize) -> Result<Bytes, UnsealError> {
        let decoded = match self {
            Self::Identity if body.len() <= limit => return Ok(body),
            Self::Identity => Err(InflateError::TooLarge),
            Self::Deflate => inflate(&body, is_wrapped(&body), limit),
            Self::Gzip => gunzip(&body, limit),
        };
        decoded.map(Bytes::from).map_err(|error| match error {
            InflateError::Corrupt => UnsealError::BodyCorrupt,
            InflateError::TooLarge => UnsealError::BodyTooLarge { limit },
        })
    }
}

/// Whether a stream begins with zlib's two bytes (RFC 1950 §2.2). One without them begins so only if
/// its first block is stored and its unused bits are set, which no writer does.
fn is_wrapped(stream: &[u8]) -> bool {
    let Some(&[method, flags]) = stream.first_chunk() else { return false };
    method & 0x0f == 8 && u16::from_be_bytes([method, flags]) % 31 == 0
}

fn gunzip(body: &[u8], limit: usize) -> Result<Vec<u8>, InflateError> {
    if body.len() > longest_stream(limit) {
        return Err(InflateError::TooLarge);
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut inflated = Vec::new();
    let read = MultiGzDecoder::new(body).take(most).read_to_end(&mut inflated);
    match read {
        _ if inflated.len() > limit => Err(InflateError::TooLarge),
        Ok(_) => Ok(inflated),
        Err(_) => Err(InflateError::Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R15.3: names as RFC 9110 §8.4.1 has them.
    #[test]
    fn codings_are_read_from_the_field() {
        for (value, coding) in [
            ("", Ok(ContentCoding::Identity)),
            ("identity", Ok(ContentCoding::Identity)),
            ("gzip", Ok(ContentCoding::Gzip)),
            (" GZip\t", Ok(ContentCoding::Gzip)),
            ("x-gzip", Ok(ContentCoding::Gzip)),
            ("Deflate", Ok(ContentCoding::Deflate)),
            ("br", Err(UnknownCoding)),
            ("gzip, gzip", Err(UnknownCoding)),
            ("x-deflate", Err(UnknownCoding)),
        ] {
            assert_eq!(value.parse(), coding, "{value:?}");
        }
    }

    /// R15.3: what zlib writes at each level, and what else a stream may begin with.
    #[test]
    fn wrappings_are_recognised() {
        for start in [b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x08\x1d"] {
            assert!(is_wrapped(start), "{start:x?}");
        }
        for start in
            [&b"\x78\x9d"[..], b"\x78", b"", b"\x79\x9b", b"\x01\x00", b"\xab\x56", b"\x1f\x8b"]
        {
            assert!(!is_wrapped(start), "{start:x?}");
        }
    }

    /// R15.2: a body that cannot fit is not looked at.
    #[test]
    fn long_gzip_is_not_inflated() {
        let body = vec![0; longest_stream(1000) + 1];
        assert_eq!(gunzip(&body, 1000), Err(InflateError::TooLarge));
        assert_eq!(gunzip(&body[1..], 1000), Err(InflateError::Corrupt));
    }
}
