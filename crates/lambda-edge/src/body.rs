//! Bodies, and how a result object writes them.

use bytes::Bytes;

/// What this crate needs to know about a body: its size, and whether it is text.
///
/// [`Bytes`] is a body. Implement the trait for a type of your own if the content is kept in
/// another place, for instance outside of a WebAssembly instance. Such a type must also be able to
/// hold [`Bytes`], because answers that this crate makes have their body there.
///
/// ```
/// use bytes::Bytes;
/// use firstparty_lambda_edge::Body;
///
/// enum Content {
///     /// The host keeps it.
///     Outside { size: usize, is_utf8: bool },
///     Inside(Bytes),
/// }
///
/// impl From<Bytes> for Content {
///     fn from(body: Bytes) -> Self {
///         Self::Inside(body)
///     }
/// }
///
/// impl Body for Content {
///     fn size(&self) -> usize {
///         match self {
///             Self::Outside { size, .. } => *size,
///             Self::Inside(body) => body.size(),
///         }
///     }
///
///     fn is_utf8(&self) -> bool {
///         match self {
///             Self::Outside { is_utf8, .. } => *is_utf8,
///             Self::Inside(body) => body.is_utf8(),
///         }
///     }
/// }
///
/// assert_eq!(Content::Outside { size: 3, is_utf8: true }.size(), 3);
/// assert_eq!(Content::from(Bytes::from("abc")).size(), 3);
/// ```
pub trait Body: From<Bytes> {
    /// The number of bytes.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use firstparty_lambda_edge::Body;
    ///
    /// assert_eq!(Bytes::from("caf\u{e9}").size(), 5);
    /// ```
    fn size(&self) -> usize;

    /// Whether the content is valid UTF-8. It is called at most once for a body.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use firstparty_lambda_edge::Body;
    ///
    /// assert!(Bytes::from("caf\u{e9}").is_utf8());
    /// assert!(!Bytes::from_static(b"\xff").is_utf8());
    /// ```
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
///
/// ```
/// use bytes::Bytes;
/// use firstparty_lambda_edge::{BodyEncoding, ResultObject, cause};
///
/// let result = ResultObject::<Bytes>::refused(&cause::NO_EVENT);
/// let Some((encoding, _body)) = result.body() else { panic!("a 500 has a body") };
/// assert_eq!(encoding, BodyEncoding::Text);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "CloudFront knows these two")]
pub enum BodyEncoding {
    /// As UTF-8.
    Text,
    /// In base64, with padding.
    Base64,
}

impl BodyEncoding {
    /// The encoding's name in events and result objects.
    ///
    /// ```
    /// use firstparty_lambda_edge::BodyEncoding;
    ///
    /// assert_eq!(BodyEncoding::Text.as_str(), "text");
    /// assert_eq!(BodyEncoding::Base64.as_str(), "base64");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Base64 => "base64",
        }
    }

    /// The size of a body of `size` bytes once it is encoded.
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
