//! Random path segments (contract R1.7).

use crate::advice::blocked_term;
use crate::entropy;

/// Proposes a random path segment that content blockers do not know: ten characters of `a` to
/// `z` and `0` to `9`, a letter first ([R1.7]). Equal entropy gives equal segments.
///
/// ```
/// use firstparty::client_setup::propose_path_segment;
///
/// let segment = propose_path_segment([7; 16]);
/// assert_eq!(segment.len(), 10);
/// assert!(segment.starts_with(|first: char| first.is_ascii_lowercase()));
/// ```
///
/// [R1.7]: crate::contract#R1.7
#[must_use]
pub fn propose_path_segment(entropy: [u8; 16]) -> String {
    let entropy = u128::from_le_bytes(entropy);
    let mut segments = (0..4).map(|attempt| segment(entropy.rotate_left(attempt * 32)));
    segments.find(|segment| blocked_term(segment).is_none()).unwrap_or_else(|| segment(!entropy))
}

/// One of 26 · 36⁹ segments.
fn segment(entropy: u128) -> String {
    let rest = std::iter::repeat_n(entropy::LOWER_AND_DIGITS, 9);
    entropy::draw(entropy, std::iter::once(entropy::LOWER).chain(rest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1.5, R1.7: a segment that content blockers match is not proposed, even where the entropy
    /// gives the same one in every attempt.
    #[test]
    fn blocked_segments_are_not_proposed() {
        let [a, b, c, d] = 0x000d_883f_u32.to_le_bytes();
        let entropy = [a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d];
        assert_eq!(segment(u128::from_le_bytes(entropy)), "n36gfpjs0t");
        let proposed = propose_path_segment(entropy);
        assert!(proposed.len() == 10 && !proposed.contains("fpjs"), "{proposed}");
    }

    /// R1.5, R1.7: the first attempt that is not blocked counts, and each attempt uses other bits.
    #[test]
    fn the_first_sound_attempt_is_taken() {
        let entropy = 0x0001_3d96_50d3_03f0_u128;
        let attempts = [0, 32].map(|bits| segment(entropy.rotate_left(bits)));
        assert_eq!(attempts, ["shfpjs4n1e", "gzsbauoqsa"]);
        for rotated in [entropy, entropy.rotate_left(32)] {
            assert_eq!(propose_path_segment(rotated.to_le_bytes()), attempts[1]);
        }
    }

    /// R1.7: ten characters, a letter first, whatever the entropy.
    #[test]
    fn proposed_segments_are_well_formed() {
        for byte in 0..=255 {
            let mut entropy = [byte; 16];
            entropy[0] = !byte;
            let segment = propose_path_segment(entropy);
            assert_eq!(segment.len(), 10);
            assert!(segment.starts_with(|c: char| c.is_ascii_lowercase()), "{segment}");
            assert!(segment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        }
        assert_ne!(propose_path_segment([1; 16]), propose_path_segment([2; 16]));
    }
}
