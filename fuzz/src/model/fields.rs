//! What requests and responses share: the hop's own fields, lengths, lists.

use std::collections::BTreeMap;

use firstparty::http::HeaderMap;

use super::cookie::trimmed;

/// Fields by name. Repeats keep their order; names have none.
pub type Fields = BTreeMap<String, Vec<Vec<u8>>>;

pub fn read(headers: &HeaderMap) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in headers {
        fields.entry(name.as_str().to_owned()).or_default().push(value.as_bytes().to_vec());
    }
    fields
}

/// R5.1, R6.1.
pub const CONNECTION_SPECIFIC: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
    "proxy-authorization",
    "proxy-authenticate",
];

/// R5.3: whether a name is one by which a gateway identifies itself.
pub fn is_identity(name: &str) -> bool {
    name.replace(['_', '.'], "-").starts_with("fpjs-proxy-")
}

/// The tokens in all `connection` fields, lower case.
pub fn named_by_connection(fields: &Fields) -> Vec<String> {
    let lists = fields.get("connection").into_iter().flatten();
    let members = lists.flat_map(|list| list.split(|&byte| byte == b',')).map(trimmed);
    let tokens = members.filter(|member| is_token(member));
    tokens.map(|token| String::from_utf8_lossy(token).to_ascii_lowercase()).collect()
}

/// RFC 9110 §5.6.2.
fn is_token(text: &[u8]) -> bool {
    let is_tchar = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_tchar)
}

/// What all `content-length` fields say together: nothing, one number, or nonsense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Absent,
    Known(u64),
    Nonsense,
}

/// Whether it was written just once decides if its text may stay as it is.
pub fn length(fields: &Fields) -> Length {
    let Some(values) = fields.get("content-length") else { return Length::Absent };
    let members = values.iter().flat_map(|value| value.split(|&byte| byte == b','));
    let mut numbers: Vec<_> = members.map(|member| number(trimmed(member))).collect();
    numbers.dedup();
    match numbers[..] {
        [Some(number)] => Length::Known(number),
        _ => Length::Nonsense,
    }
}

/// Decimal digits that fit.
fn number(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| String::from_utf8_lossy(text).parse().ok()).flatten()
}

/// Makes one length of several that say the same; a single one stays as it was written.
pub fn settle_length(fields: &mut Fields) {
    let Length::Known(number) = length(fields) else { return };
    let values = fields.get_mut("content-length").expect("a known length is there");
    if values.len() > 1 || !values[0].iter().all(u8::is_ascii_digit) {
        *values = vec![number.to_string().into_bytes()];
    }
}
