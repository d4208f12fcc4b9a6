//! Bodies, most of which stay with the caller.

use bytes::Bytes;
use firstparty_lambda_edge::Body;

/// A body: what is known of the caller's, or one that was made here.
pub(crate) enum Content {
    /// The caller's.
    Outside { size: usize, utf8: bool },
    /// An answer made here, or read from an event's JSON.
    Inside(Bytes),
}

impl From<Bytes> for Content {
    fn from(body: Bytes) -> Self {
        Self::Inside(body)
    }
}

impl Body for Content {
    fn size(&self) -> usize {
        match self {
            Self::Outside { size, .. } => *size,
            Self::Inside(body) => body.size(),
        }
    }

    fn is_utf8(&self) -> bool {
        match self {
            Self::Outside { utf8, .. } => *utf8,
            Self::Inside(body) => body.is_utf8(),
        }
    }
}
