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

    /// Copies a value to the place where it stays.
    #[inline]
    pub(crate) fn copy_to(place: &mut Option<Self>, value: &HeaderValue) {
        let bytes = value.as_bytes();
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        if usize::from(length) > Self::SHORT || value.is_sensitive() {
            *place = Some(Self::Long(value.clone()));
            return;
        }
        let empty = Self::Short { text: [0; Self::SHORT], length };
        if let Self::Short { text, .. } = place.insert(empty) {
            if let Some(text) = text.get_mut(..bytes.len()) {
                text.copy_from_slice(bytes);
            }
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

    fn copied(value: &HeaderValue) -> StoredValue {
        let mut place = None;
        StoredValue::copy_to(&mut place, value);
        place.unwrap()
    }

    #[test]
    fn short_values_are_stored_inline() {
        let is_short = |length| {
            let value = HeaderValue::from_bytes(&vec![b'x'; length]).unwrap();
            matches!(copied(&value), StoredValue::Short { .. })
        };
        assert!((0..=46).all(is_short) && !is_short(47));
    }

    #[test]
    fn values_of_any_length_come_back() {
        for length in 0..100 {
            for sensitive in [false, true] {
                let mut value = HeaderValue::from_bytes(&vec![0xe9; length]).unwrap();
                value.set_sensitive(sensitive);
                let kept = copied(&value);
                assert_eq!(kept.as_bytes(), value.as_bytes());
                let back = kept.into_value().unwrap();
                assert_eq!((back.is_sensitive(), back), (sensitive, value));
            }
        }
    }
}
