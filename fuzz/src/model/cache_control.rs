//! R7: ages.

use super::cookie::trimmed;

/// A directive between two commas, blanks around it cut.
#[derive(Clone, Debug)]
pub struct Directive<'f> {
    /// As it stands there.
    pub text: &'f [u8],
    /// Lower case.
    pub name: Vec<u8>,
    /// Whether the name is as long as the text says: behind it comes the value.
    name_length: usize,
    value: Option<&'f [u8]>,
}

/// R7.3: the directives of one field, with the gaps before each and the last one behind.
pub fn directives(field: &[u8]) -> (Vec<(&[u8], Directive<'_>)>, &[u8]) {
    let mut found = Vec::new();
    let mut gap = 0;
    let mut start = 0;
    while start < field.len() {
        let end = start + member_length(&field[start..]);
        let member = &field[start..end];
        let text = trimmed(member);
        if !text.is_empty() {
            let at = start + member.iter().take_while(|byte| b" \t".contains(byte)).count();
            found.push((&field[gap..at], directive(text)));
            gap = at + text.len();
        }
        start = end + 1;
    }
    (found, &field[gap..])
}

fn directive(text: &[u8]) -> Directive<'_> {
    let equals = text.iter().position(|&byte| byte == b'=');
    let name = trimmed(&text[..equals.unwrap_or(text.len())]);
    let value = equals.map(|equals| trimmed(&text[equals + 1..]));
    Directive { text, name: name.to_ascii_lowercase(), name_length: name.len(), value }
}

/// Up to the next comma outside of a quoted string, which starts right behind a directive's `=`
/// and blanks. A quotation mark that is never closed is an ordinary character.
fn member_length(text: &[u8]) -> usize {
    let mut quoted = None;
    let mut at = 0;
    let mut seen_equals = false;
    let mut only_blanks_since = false;
    while at < text.len() {
        let byte = text[at];
        if byte == b',' {
            return at;
        }
        if byte == b'"' && only_blanks_since && quoted.is_none() {
            quoted = Some(at);
            match closing(&text[at + 1..]) {
                Some(length) => at += length + 1,
                None => return at + next_comma(&text[at..]),
            }
        }
        only_blanks_since = if byte == b'=' && !seen_equals {
            seen_equals = true;
            true
        } else {
            only_blanks_since && matches!(byte, b' ' | b'\t')
        };
        at += 1;
    }
    at
}

fn next_comma(text: &[u8]) -> usize {
    text.iter().position(|&byte| byte == b',').unwrap_or(text.len())
}

/// RFC 9110 §5.6.4: how much is inside the quotes.
fn closing(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

impl Directive<'_> {
    /// The age in seconds. Text that is not a number counts as stale.
    fn age(&self) -> Option<u64> {
        let value = self.value?;
        let value = match value {
            [b'"', inside @ .., b'"'] => inside,
            value => value,
        };
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let text = String::from_utf8_lossy(value);
        // More digits than a number holds are a large number.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    }

    /// What the directive becomes, and the age it then has.
    fn capped(&self, cap: u32) -> (Vec<u8>, u32) {
        let age = self.age();
        match age.filter(|&age| age <= u64::from(cap)) {
            Some(kept) => (self.text.to_vec(), u32::try_from(kept).expect("not over the cap")),
            None => {
                let age = age.map_or(0, |_| cap);
                let name = self.text[..self.name_length].to_vec();
                ([name, format!("={age}").into_bytes()].concat(), age)
            }
        }
    }
}

/// All fields as they have to be.
pub fn capped(fields: &[Vec<u8>], expires: bool, max_age: u32, s_maxage: u32) -> Vec<Vec<u8>> {
    let mut edited = Vec::new();
    let (mut smallest, mut shared, mut restricted, mut last) = (None, false, false, None);
    for (index, field) in fields.iter().enumerate() {
        let (parts, end) = directives(field);
        let mut text = Vec::new();
        for (gap, directive) in parts {
            last = Some(index);
            text.extend_from_slice(gap);
            match &*directive.name {
                b"max-age" => {
                    let (new, age) = directive.capped(max_age);
                    smallest = Some(smallest.map_or(age, |other: u32| other.min(age)));
                    text.extend(new);
                }
                b"s-maxage" => {
                    shared = true;
                    text.extend(directive.capped(s_maxage).0);
                }
                name => {
                    restricted |= [&b"no-store"[..], b"no-cache", b"private"].contains(&name);
                    text.extend_from_slice(directive.text);
                }
            }
        }
        text.extend_from_slice(end);
        edited.push(text);
    }
    if let Some(last) = last.filter(|_| !restricted && (smallest.is_some() || !expires)) {
        let age = smallest.unwrap_or(max_age);
        if smallest.is_none() {
            add(&mut edited[last], &format!("max-age={age}"));
        }
        if !shared {
            add(&mut edited[last], &format!("s-maxage={}", age.min(s_maxage)));
        }
    }
    edited
}

/// R7.1, R7.3: at the end; a trailing comma is reused.
fn add(field: &mut Vec<u8>, directive: &str) {
    let reuse = trimmed(field).ends_with(b",");
    let blank = field.ends_with(b" ");
    let separator = match (reuse, blank) {
        (false, _) => ", ",
        (true, false) => " ",
        (true, true) => "",
    };
    field.extend_from_slice(separator.as_bytes());
    field.extend_from_slice(directive.as_bytes());
}
