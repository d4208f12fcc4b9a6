//! A field's value that is kept after its message has been passed on.

use http::HeaderValue;

/// A copy of a field's value. Short values, as nearly all are, are stored without allocating.
///
/// Cloning a value is free where it shares a buffer, as values from HTTP/1 do. A value that owns its
/// bytes, as those from HTTP/2 do, allocates when it is first cloned.
#[derive(Clone, Debug)]
pub(crate) enum StoredValue {
    Short { text: [u8; Self::SHORT], length: u8 },
    Long(HeaderValue),
}

impl StoredValue {
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

    /// The value as it came. Always `Some`: the bytes were a valid value before.
    pub(crate) fn into_value(self) -> Option<HeaderValue> {
        match self {
            Self::Short { .. } => HeaderValue::from_bytes(self.as_bytes()).ok(),
            Self::Long(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_are_stored_inline() {
        let is_short = |length| {
            let value = HeaderValue::from_bytes(&vec![b'x'; length]).unwrap();
            matches!(StoredValue::copy(&value), StoredValue::Short { .. })
        };
        assert!((0..=46).all(is_short) && !is_short(47));
    }

    #[test]
    fn values_of_any_length_come_back() {
        for length in 0..100 {
            for sensitive in [false, true] {
                let mut value = HeaderValue::from_bytes(&vec![0xe9; length]).unwrap();
                value.set_sensitive(sensitive);
                let kept = StoredValue::copy(&value);
                assert_eq!(kept.as_bytes(), value.as_bytes());
                let back = kept.into_value().unwrap();
                assert_eq!((back.is_sensitive(), back), (sensitive, value));
            }
        }
    }
}
