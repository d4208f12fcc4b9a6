//! Finding the beginnings of parts: of parameters behind `&`, of segments behind `/`.
//!
//! Hardly any part is one of those searched for, and most others differ from them in their first
//! byte. So sixteen positions are ruled out at once, in vector code without branches, however many
//! parts there are. (A `memchr` from `&` to `&` is slow where parts are short, and a search for a
//! whole name would not see escapes in it.)
//!
//! Where many parts begin alike nothing is ruled out, and what counts is the way from one part to the
//! next. There a word tells all places among eight positions.

use super::word;

/// The parts to search for.
pub(crate) trait Part {
    /// The byte between two parts.
    const SEPARATOR: u8;
    /// Whether such a part may begin with a byte. It has to be written with `|` for `||`: without a
    /// branch it can become vector code.
    fn may_begin(first: u8) -> bool;
}

/// Parts that are searched for where many of them begin alike.
pub(crate) trait FrequentPart: Part {
    /// [`may_begin`](Part::may_begin) for eight bytes at once: the top bits of those with which such a
    /// part may begin.
    fn may_begin_in(word: u64) -> u64;
    /// Whether such a part may be at the beginning of a text whose first byte allows it.
    fn may_be(text: &[u8]) -> bool;
}

/// How many positions are ruled out at once.
const STEP: usize = 16;

/// A text of at most two steps is searched at both ends, by a step or by half a step.
const SHORT: usize = 32;
const HALF_STEP: usize = 8;

/// Behind the first `NEAR` bytes without a match, larger steps pay.
const FAR_STEP: usize = 64;
const NEAR: usize = 256;

/// The first part that `accept` accepts, at or behind `start`, where a part begins.
#[inline]
pub(crate) fn find_part<P: FrequentPart, T>(
    text: &[u8],
    mut start: usize,
    accept: impl Fn(usize) -> Option<T>,
) -> Option<T> {
    loop {
        debug_assert!(begins_at::<P>(text, start));
        let mut from = start;
        if text.get(start).is_some_and(|&first| P::may_begin(first)) {
            if let Some(found) = accept(start) {
                return Some(found);
            }
            match next_near::<P>(text, start) {
                Ok(next) => {
                    start = next;
                    continue;
                }
                Err(behind) => from = behind,
            }
        }
        start = next_start::<P>(text, from)?;
    }
}

/// Where the next such part may begin, searched word by word as long as each word has a place, or else
/// where to go on. A vector step for each place would be expensive.
#[inline(never)]
fn next_near<P: FrequentPart>(text: &[u8], mut from: usize) -> Result<usize, usize> {
    while let Some(mut places) = places_in_word::<P>(text, from) {
        if places == 0 {
            return Err(from + word::LENGTH);
        }
        while places != 0 {
            let start = from + word::first(places) + 1;
            if text.get(start..).is_some_and(P::may_be) {
                return Ok(start);
            }
            places &= places - 1;
        }
        from += word::LENGTH;
    }
    Err(from)
}

/// At which of the next eight positions a separator is followed by the beginning of such a part, as top
/// bits. `None` if fewer are left.
#[inline]
fn places_in_word<P: FrequentPart>(text: &[u8], from: usize) -> Option<u64> {
    let near: &[u8; word::LENGTH + 1] = text.get(from..)?.first_chunk()?;
    let separators = u64::from_le_bytes(*near.first_chunk()?);
    let firsts = u64::from_le_bytes(*near.last_chunk()?);
    Some(word::equal_to(P::SEPARATOR, separators) & P::may_begin_in(firsts))
}

/// Whether a part begins here: at the start of the text, behind a separator, or at the end of all.
fn begins_at<P: Part>(text: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| text.get(before));
    before.is_none_or(|&before| before == P::SEPARATOR)
}

/// The first position behind a separator at which such a part may begin. The separator is at or
/// behind `from`.
fn next_start<P: Part>(text: &[u8], from: usize) -> Option<usize> {
    let text = text.get(from..)?;
    let rest = if text.len() > SHORT && !any_first::<P, STEP>(text) {
        skip::<P>(text.get(STEP..)?)
    } else {
        text
    };
    let place = if rest.len() > SHORT {
        // The match is in the first step.
        place::<P>(rest)
    } else if rest.len() > STEP {
        place_at_ends::<P, STEP>(rest)
    } else if rest.len() > HALF_STEP {
        place_at_ends::<P, HALF_STEP>(rest)
    } else {
        place::<P>(rest)
    };
    Some(from + text.len() - rest.len() + place? + 1)
}

/// Whether there is such a position. It is not inlined: a caller that knows the first byte would make
/// the compiler check that byte apart, without vectors.
#[inline(never)]
pub(crate) fn has_start<P: Part>(text: &[u8]) -> bool {
    if text.len() > SHORT {
        next_start::<P>(text, 0).is_some()
    } else if text.len() > STEP {
        any_at_ends::<P, STEP>(text)
    } else if text.len() > HALF_STEP {
        any_at_ends::<P, HALF_STEP>(text)
    } else {
        place::<P>(text).is_some()
    }
}

/// The text from the first step with a match on; without a match, a rest shorter than a step.
#[inline]
fn skip<P: Part>(mut text: &[u8]) -> &[u8] {
    if let Some(near) = text.get(..NEAR) {
        let left = skip_by::<P, STEP>(near).len();
        text = skip_by::<P, FAR_STEP>(text.get(NEAR - left..).unwrap_or_default());
    }
    skip_by::<P, STEP>(text)
}

#[inline]
fn skip_by<P: Part, const N: usize>(text: &[u8]) -> &[u8] {
    let ([separators @ .., _], [_, next @ ..]) = (text, text) else { return text };
    let steps = separators.chunks_exact(N).zip(next.chunks_exact(N));
    let skipped = steps.take_while(|(separators, next)| !any::<P>(separators, next)).count();
    text.get(skipped * N..).unwrap_or_default()
}

/// The first match, if it is among the first or the last `N` positions, which may overlap.
#[inline]
fn place_at_ends<P: Part, const N: usize>(text: &[u8]) -> Option<usize> {
    if any_first::<P, N>(text) {
        return place::<P>(text);
    }
    let last = text.len().checked_sub(N + 1)?;
    let text = text.get(last..)?;
    if any_first::<P, N>(text) { place::<P>(text).map(|place| last + place) } else { None }
}

// The branch between the two steps keeps the compiler from interleaving them.
#[inline]
fn any_at_ends<P: Part, const N: usize>(text: &[u8]) -> bool {
    let last = text.len().checked_sub(N + 1).and_then(|last| text.get(last..));
    any_first::<P, N>(text) || last.is_some_and(any_first::<P, N>)
}

#[inline]
fn any_first<P: Part, const N: usize>(text: &[u8]) -> bool {
    let (separators, next) = (text.get(..N), text.get(1..=N));
    matches!((separators, next), (Some(separators), Some(next)) if any::<P>(separators, next))
}

#[inline]
fn place<P: Part>(text: &[u8]) -> Option<usize> {
    let mut pairs = text.iter().zip(text.get(1..)?);
    pairs.position(|(separator, next)| *separator == P::SEPARATOR && P::may_begin(*next))
}

// There is no branch, so that it can become vector code.
#[inline]
fn any<P: Part>(separators: &[u8], next: &[u8]) -> bool {
    separators.iter().zip(next).fold(false, |any, (separator, next)| {
        any | ((*separator == P::SEPARATOR) & P::may_begin(*next))
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::prelude::{Just, Strategy, prop, prop_assert_eq, prop_oneof, proptest};

    use super::*;

    struct Slash;

    impl Part for Slash {
        const SEPARATOR: u8 = b'/';

        fn may_begin(first: u8) -> bool {
            first == b'.' || first == b'%'
        }
    }

    impl FrequentPart for Slash {
        fn may_begin_in(word: u64) -> u64 {
            word::equal_to(b'.', word) | word::equal_to(b'%', word)
        }

        fn may_be(text: &[u8]) -> bool {
            matches!(text, [b'.' | b'%', ..])
        }
    }

    /// Lengths about those of windows, and bytes that differ from the wanted ones in a bit.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let near = prop::sample::select(b"./%$'\x2d\xaf\xae\x00".to_vec());
        prop_oneof![
            Just(b"/.".to_vec()),
            Just(b"/%".to_vec()),
            prop::collection::vec(near, 0..20),
            prop::collection::vec(0..=u8::MAX, 0..20),
            (250_usize..270).prop_map(|length| vec![b'x'; length]),
        ]
    }

    #[test]
    fn parts_begin_behind_separators() {
        let begins =
            |text: &[u8]| (0..5).filter(|&at| begins_at::<Slash>(text, at)).collect::<Vec<_>>();
        assert_eq!(begins(b"a/b"), [0, 2, 4]);
        assert_eq!(begins(b"//a"), [0, 1, 2, 4]);
    }

    /// Not needed for being right, but for being fast.
    #[test]
    fn what_has_no_place_is_skipped() {
        for length in 0..1000 {
            let text = vec![b'/'; length];
            assert!(skip_by::<Slash, STEP>(&text).len() <= STEP, "{length}");
            assert!(skip_by::<Slash, FAR_STEP>(&text).len() <= FAR_STEP, "{length}");
            assert!(skip::<Slash>(&text).len() <= STEP, "{length}");
        }
    }

    /// The places at which `find_part` asks whether a part is one.
    fn asked(text: &[u8], start: usize) -> Vec<usize> {
        let asked = RefCell::new(Vec::new());
        let ask = |start| -> Option<()> {
            asked.borrow_mut().push(start);
            None
        };
        assert_eq!(find_part::<Slash, ()>(text, start, ask), None);
        asked.into_inner()
    }

    proptest! {
        #[test]
        fn every_place_is_asked_once(pieces in prop::collection::vec(piece(), 0..8)) {
            let text = pieces.concat();
            let begins = |&at: &usize| begins_at::<Slash>(&text, at)
                && text.get(at).is_some_and(|&first| Slash::may_begin(first));
            let expected: Vec<_> = (0..text.len()).filter(begins).collect();
            prop_assert_eq!(&asked(&text, 0), &expected);
            for (index, &start) in expected.iter().enumerate() {
                prop_assert_eq!(&asked(&text, start), &expected[index..]);
            }
        }

        #[test]
        fn every_place_is_found(pieces in prop::collection::vec(piece(), 0..8)) {
            let text = pieces.concat();
            let is_start = |pair: &[u8]| matches!(pair, b"/." | b"/%");
            for from in 0..text.len() + 2 {
                let expected = text.get(from..).and_then(|text| text.windows(2).position(is_start));
                let expected = expected.map(|index| from + index + 1);
                prop_assert_eq!(next_start::<Slash>(&text, from), expected);
                let found = text.get(from..).is_some_and(has_start::<Slash>);
                prop_assert_eq!(found, expected.is_some());
            }
        }
    }
}
