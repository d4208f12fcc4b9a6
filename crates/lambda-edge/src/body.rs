//! What the mapping wants to know of a body.

use bytes::Bytes;

/// A body as far as the mapping is concerned: how long it is, and whether it is text.
///
/// The answers made here come as [`Bytes`], so a stand-in for bodies that live elsewhere has to be
/// able to hold those, too.
///
/// ```
/// use bytes::Bytes;
/// use firstparty_lambda_edge::Body;
///
/// /// A body that stays where it is.
/// enum Elsewhere {
///     There { size: usize, utf8: bool },
///     Here(Bytes),
/// }
///
/// impl From<Bytes> for Elsewhere {
///     fn from(body: Bytes) -> Self {
///         Self::Here(body)
///     }
/// }
///
/// impl Body for Elsewhere {
///     fn size(&self) -> usize {
///         match self {
///             Self::There { size, .. } => *size,
///             Self::Here(body) => body.size(),
///         }
///     }
///
///     fn is_utf8(&self) -> bool {
///         match self {
///             Self::There { utf8, .. } => *utf8,
///             Self::Here(body) => body.is_utf8(),
///         }
///     }
/// }
/// # assert_eq!(Elsewhere::There { size: 3, utf8: true }.size(), Elsewhere::from(Bytes::from("abc")).size());
/// ```
pub trait Body: From<Bytes> {
    /// How many bytes it has.
    fn size(&self) -> usize;

    /// Whether it is valid UTF-8. Asked at most once a body.
    fn is_utf8(&self) -> bool;
}

impl Body for Bytes {
    fn size(&self) -> usize {
        self.len()
    }

    fn is_utf8(&self) -> bool {
        std::str::from_utf8(self).is_ok()
    }
}

/// How a result object writes its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "CloudFront knows these two")]
pub enum BodyEncoding {
    /// As it is: UTF-8.
    Text,
    /// In base64, with padding.
    Base64,
}

impl BodyEncoding {
    /// The encoding's name in events and result objects.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Base64 => "base64",
        }
    }

    /// What a body of this many bytes takes in this encoding.
    pub(crate) const fn encoded_size(self, size: usize) -> usize {
        match self {
            Self::Text => size,
            Self::Base64 => size.div_ceil(3).saturating_mul(4),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    /// R13.4: the size is known before the body is encoded.
    #[test]
    fn sizes_are_those_of_the_encoder() {
        for size in 0..64 {
            let body = vec![7; size];
            let encoded = BASE64_STANDARD.encode(&body).len();
            assert_eq!(BodyEncoding::Base64.encoded_size(size), encoded);
            assert_eq!(BodyEncoding::Text.encoded_size(size), size);
        }
        assert_eq!(BodyEncoding::Base64.encoded_size(usize::MAX), usize::MAX);
    }
}
