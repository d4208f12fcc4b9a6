//! R5.5: which cookies stay.

/// The pairs with these names in all fields, joined, or `None` if there are none.
pub fn kept<'f>(names: &[&str], fields: impl IntoIterator<Item = &'f [u8]>) -> Option<Vec<u8>> {
    let parts = fields.into_iter().flat_map(|field| field.split(|&byte| byte == b';'));
    let named = |part: &&[u8]| {
        let name = part.iter().position(|&byte| byte == b'=').map(|end| trimmed(&part[..end]));
        name.is_some_and(|name| names.iter().any(|one| one.as_bytes() == name))
    };
    let kept: Vec<_> = parts.map(trimmed).filter(named).collect();
    (!kept.is_empty()).then(|| kept.join(&b"; "[..]))
}

/// Without spaces and tabs at the ends.
pub fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}
