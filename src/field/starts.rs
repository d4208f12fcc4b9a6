//! How names begin, to rule out nearly all others at a glance.

use std::fmt;

/// A Bloom filter over the first four bytes of names and prefixes.
///
/// The names of one family begin alike, as those of client hints and those of an edge do, and few
/// families are searched for. So four bytes, which are read as one number, rule out most names before
/// anything is compared or looked up.
#[derive(Clone, Copy)]
pub(super) struct Starts([bool; 1 << BITS]);

const BITS: u32 = 8;

impl Starts {
    /// Rules out everything.
    pub(super) const NONE: Self = Self([false; 1 << BITS]);

    /// Rules out nothing.
    pub(super) const fn all() -> Self {
        Self([true; 1 << BITS])
    }

    pub(super) const fn insert_name(&mut self, name: &str) {
        #[expect(clippy::indexing_slicing, reason = "a place has no more bits than the array")]
        {
            self.0[place(name.as_bytes())] = true;
        }
    }

    /// Whatever begins with a prefix of less than four bytes is not ruled out.
    pub(super) const fn insert_prefix(&mut self, prefix: &str) {
        if prefix.len() < size_of::<u32>() { *self = Self::all() } else { self.insert_name(prefix) }
    }

    pub(super) fn insert_all(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(member, &is_other)| *member |= is_other);
    }

    /// Whether neither the name nor a prefix of it was inserted. Otherwise one of them may have been.
    #[inline]
    pub(super) fn rule_out(&self, name: &[u8]) -> bool {
        !self.0.get(place(name)).is_some_and(|is_member| *is_member)
    }
}

impl Default for Starts {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for Starts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.0.iter().filter(|&&is_member| is_member);
        f.debug_tuple("Starts").field(&members.count()).finish()
    }
}

/// The place of a name or prefix. All names of less than four bytes share one.
#[inline]
const fn place(text: &[u8]) -> usize {
    let start = match text.first_chunk() {
        Some(chunk) => u32::from_le_bytes(*chunk),
        None => 0,
    };
    (start.wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of any length, and whatever begins with a prefix of any length, are not ruled out.
    #[test]
    fn nothing_is_ruled_out_that_was_inserted() {
        let text = "x-amz-cf-id";
        let starts: Vec<_> = (0..=text.len()).filter_map(|length| text.get(..length)).collect();
        for (length, text) in starts.iter().enumerate() {
            let (mut names, mut prefixes) = (Starts::default(), Starts::default());
            names.insert_name(text);
            prefixes.insert_prefix(text);
            assert!(!names.rule_out(text.as_bytes()), "{text}");
            for longer in starts.iter().skip(length) {
                assert!(!prefixes.rule_out(longer.as_bytes()), "{text}, {longer}");
            }
            assert_eq!(format!("{names:?}"), "Starts(1)");
        }
    }

    /// Not needed for being right, but for being fast.
    #[test]
    fn families_of_names_are_ruled_out() {
        let mut starts = Starts::default();
        for name in ["x-cache", "x-real-ip", "cdn-loop", "keep-alive", "proxy-connection", "te"] {
            starts.insert_name(name);
        }
        for prefix in ["fpjs-proxy-", "x-amz-cf-", "x-edge-", "fly-"] {
            starts.insert_prefix(prefix);
        }
        for name in
            ["sec-fetch-mode", "sec-ch-ua", "priority", "x-forwarded-for", "x-custom", "cf-ray"]
        {
            assert!(starts.rule_out(name.as_bytes()), "{name}");
        }
    }
}
