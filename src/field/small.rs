//! A field's value, kept beside the message that it came with.

use http::HeaderValue;

/// Keeps a copy of a field's value: short ones, as nearly all are, on the spot.
///
/// A clone would do for values that share a buffer, as those from HTTP/1 do. One that owns its
/// bytes, as those from HTTP/2 do, allocates when it is cloned for the first time.
#[derive(Clone, Debug)]
pub(crate) enum Small {
    Short { text: [u8; Self::SHORT], length: u8 },
    Long(HeaderValue),
}

impl Small {
    const SHORT: usize = 46;

    pub(crate) fn copy(value: &HeaderValue) -> Self {
        let bytes = value.as_bytes();
        let mut text = [0; Self::SHORT];
        match (text.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(start), Ok(length)) if !value.is_sensitive() => {
                start.copy_from_slice(bytes);
                Self::Short { text, length }
            }
            _ => Self::Long(value.clone()),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { text, length } => text.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(value) => value.as_bytes(),
        }
    }

    /// The value as it was.
    pub(crate) fn into_value(self) -> Option<HeaderValue> {
        match self {
            // What was a value is one.
            Self::Short { .. } => HeaderValue::from_bytes(self.as_bytes()).ok(),
            Self::Long(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_are_kept_on_the_spot() {
        let is_short = |length| {
            let value = HeaderValue::from_bytes(&vec![b'x'; length]).unwrap();
            matches!(Small::copy(&value), Small::Short { .. })
        };
        assert!((0..=46).all(is_short) && !is_short(47));
    }

    #[test]
    fn values_of_any_length_come_back() {
        for length in 0..100 {
            for sensitive in [false, true] {
                let mut value = HeaderValue::from_bytes(&vec![0xe9; length]).unwrap();
                value.set_sensitive(sensitive);
                let kept = Small::copy(&value);
                assert_eq!(kept.as_bytes(), value.as_bytes());
                let back = kept.into_value().unwrap();
                assert_eq!((back.is_sensitive(), back), (sensitive, value));
            }
        }
    }
}
