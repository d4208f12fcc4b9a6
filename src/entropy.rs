//! Text drawn from entropy that the caller supplies.

pub(crate) const LOWER_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
pub(crate) const LOWER: &[u8] = LOWER_AND_DIGITS.split_at(26).0;
pub(crate) const ALPHANUMERIC: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Draws one character from each alphabet. The entropy has at least 28 bits more than are drawn, so
/// the bias is below one in a hundred million.
pub(crate) fn draw(
    mut entropy: u128,
    alphabets: impl Iterator<Item = &'static [u8]>,
) -> impl Iterator<Item = char> {
    alphabets.filter_map(move |alphabet| {
        let base = u128::try_from(alphabet.len()).ok()?;
        let index = usize::try_from(entropy.checked_rem(base)?).ok()?;
        entropy /= base;
        alphabet.get(index).copied().map(char::from)
    })
}
