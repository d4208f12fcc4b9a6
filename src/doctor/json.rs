//! Just enough JSON to read answers: a scanner that takes exactly what RFC 8259 describes, up to a
//! depth, and copies only the text that is asked for.

/// Deeper values are refused, so that the stack is bounded.
const DEPTH: usize = 32;

/// A value in a text that is JSON as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Json<'t>(&'t str);

impl<'t> Json<'t> {
    /// Reads a whole text.
    pub(super) fn parse(text: &'t [u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (value, rest) = value(without_blanks(text), DEPTH)?;
        without_blanks(rest).is_empty().then_some(value)
    }

    /// The value of a member, if this is an object that has it. Of several, the last one counts, as in
    /// most parsers.
    pub(super) fn member(self, name: &str) -> Option<Self> {
        let mut found = None;
        let inside = self.0.strip_prefix('{')?;
        members(inside, DEPTH, |key, value| {
            if key.as_text().is_some_and(|key| key == name) {
                found = Some(value);
            }
        })?;
        found
    }

    /// The items, if this is an array.
    pub(super) fn items(self) -> Option<Vec<Self>> {
        let mut found = Vec::new();
        let inside = self.0.strip_prefix('[')?;
        items(inside, DEPTH, |item| found.push(item))?;
        Some(found)
    }

    /// The text, if this is a string.
    pub(super) fn as_text(self) -> Option<String> {
        let mut rest = self.0.strip_prefix('"')?;
        let mut text = String::new();
        while rest != "\"" {
            let (character, behind) = character(rest)?;
            text.push(character);
            rest = behind;
        }
        Some(text)
    }

    /// The value, if this is `true` or `false`.
    pub(super) fn as_bool(self) -> Option<bool> {
        self.0.parse().ok()
    }
}

fn without_blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

/// The value that a text begins with, and what follows.
fn value(text: &str, depth: usize) -> Option<(Json<'_>, &str)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let inside = characters.as_str();
    let rest = match first {
        '{' => members(inside, depth.checked_sub(1)?, |_, _| {})?,
        '[' => items(inside, depth.checked_sub(1)?, |_| {})?,
        '"' => string(inside)?,
        't' => inside.strip_prefix("rue")?,
        'f' => inside.strip_prefix("alse")?,
        'n' => inside.strip_prefix("ull")?,
        _ => number(text)?,
    };
    split_before(text, rest)
}

/// What stands before the rest of a text, as a value.
fn split_before<'t>(text: &'t str, rest: &'t str) -> Option<(Json<'t>, &'t str)> {
    let (value, rest) = text.split_at_checked(text.len().checked_sub(rest.len())?)?;
    Some((Json(value), rest))
}

/// Shows each member of an object whose brace has been read, and returns what follows the object.
fn members<'t>(
    inside: &'t str,
    depth: usize,
    mut found: impl FnMut(Json<'t>, Json<'t>),
) -> Option<&'t str> {
    let mut rest = without_blanks(inside);
    if let Some(rest) = rest.strip_prefix('}') {
        return Some(rest);
    }
    loop {
        let (key, behind) = split_before(rest, string(rest.strip_prefix('"')?)?)?;
        let behind = without_blanks(behind).strip_prefix(':')?;
        let (value, behind) = value(without_blanks(behind), depth)?;
        found(key, value);
        let behind = without_blanks(behind);
        match behind.strip_prefix(',') {
            Some(behind) => rest = without_blanks(behind),
            None => return behind.strip_prefix('}'),
        }
    }
}

/// Shows each item of an array whose bracket has been read, and returns what follows the array.
fn items<'t>(inside: &'t str, depth: usize, mut found: impl FnMut(Json<'t>)) -> Option<&'t str> {
    let mut rest = without_blanks(inside);
    if let Some(rest) = rest.strip_prefix(']') {
        return Some(rest);
    }
    loop {
        let (item, behind) = value(rest, depth)?;
        found(item);
        let behind = without_blanks(behind);
        match behind.strip_prefix(',') {
            Some(behind) => rest = without_blanks(behind),
            None => return behind.strip_prefix(']'),
        }
    }
}

/// What follows a string whose first quote has been read.
fn string(mut inside: &str) -> Option<&str> {
    loop {
        if let Some(rest) = inside.strip_prefix('"') {
            return Some(rest);
        }
        inside = character(inside)?.1;
    }
}

/// One character inside a string, which may be written as an escape, and what follows.
fn character(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let first = characters.next().filter(|character| *character >= ' ')?;
    if first != '\\' {
        return Some((first, characters.as_str()));
    }
    let escaped = match characters.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return code_point(characters.as_str()),
        same @ ('"' | '\\' | '/') => same,
        _ => return None,
    };
    Some((escaped, characters.as_str()))
}

/// The code point of an escape behind its `\u`. One above U+FFFF takes two escapes, a surrogate pair.
fn code_point(text: &str) -> Option<(char, &str)> {
    let (unit, rest) = code_unit(text)?;
    if !(0xd800..0xdc00).contains(&unit) {
        return Some((char::from_u32(unit)?, rest));
    }
    let (low, rest) = code_unit(rest.strip_prefix("\\u")?)?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    Some((char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + low)?, rest))
}

fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?;
    Some((unit, rest))
}

/// What follows the number that a text begins with.
fn number(text: &str) -> Option<&str> {
    let positive = text.strip_prefix('-').unwrap_or(text);
    let mut rest = match positive.strip_prefix('0') {
        Some(rest) => rest,
        None => digits(positive)?,
    };
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = digits(fraction)?;
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => Some(rest),
    }
}

/// What follows one or more digits.
fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Reads a value as another parser does, by way of every function of the scanner.
    fn assert_reads(json: Json<'_>, expected: &Value) {
        assert_eq!(json.as_bool(), expected.as_bool());
        assert_eq!(json.as_text().as_deref(), expected.as_str());
        let items = json.items();
        assert_eq!(items.as_ref().map(Vec::len), expected.as_array().map(Vec::len));
        for (item, expected) in
            items.iter().flatten().zip(expected.as_array().into_iter().flatten())
        {
            assert_reads(*item, expected);
        }
        for (name, expected) in expected.as_object().into_iter().flatten() {
            assert_reads(json.member(name).unwrap(), expected);
        }
        assert_eq!(json.member("not there"), None);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-c\"\\\\\u{1f600}]{0,2}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// R11.4: what another parser wrote is read as it was meant.
        #[test]
        fn values_are_read_back(value in any_value(), pretty in any::<bool>()) {
            let text = if pretty {
                serde_json::to_string_pretty(&value)
            } else {
                serde_json::to_string(&value)
            };
            let text = text.unwrap();
            assert_reads(Json::parse(text.as_bytes()).unwrap(), &value);
        }

        /// R11.4: exactly what another parser takes is taken, and read alike.
        #[test]
        fn only_json_is_read(
            text in prop_oneof![
                "[\\[\\]{}\",:0-2.eE+\\- \ntrufalsn\\\\]{0,12}",
                "\"(\\\\u[dD][89abcCdD][0-9]{2}|\\\\[\"bx/]|[\u{7f}\t\u{e9}]){0,3}\"",
                "[-]?[0-2]{0,2}(\\.[0-2]{0,2})?([eE][+-]?[0-2]{0,2})?",
                "\\{\"[ab]\":(1|\"x\"|\\[\\]),? ?\"[ab]\" ?:(true|\\{\\})\\}",
                any::<String>(),
            ],
        ) {
            match serde_json::from_str::<Value>(&text) {
                Ok(value) => assert_reads(Json::parse(text.as_bytes()).unwrap(), &value),
                Err(error) if error.to_string().contains("out of range") => {}
                Err(_) => prop_assert_eq!(Json::parse(text.as_bytes()), None),
            }
        }
    }

    /// R11.4: escapes are read, and what another parser refuses is refused.
    #[test]
    fn escapes_are_read() {
        let texts = [
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u00e9\u20AC""#,
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ud83d\n""#,
            r#""\ud83d\u0041""#,
            r#""\ud83d\ue000""#,
            r#""\ude00""#,
            r#""\ud83d\u00""#,
            r#""\u+0e9""#,
            r#""\u00e""#,
            r#""\x""#,
            "\"\\",
            "\"\n\"",
            r#"{"a":}"#,
            r#"{"a" 1}"#,
            r"{a:1}",
            r#"{"a":1"#,
            "[1,]",
            "t",
            "",
        ];
        for text in texts {
            match serde_json::from_str::<Value>(text) {
                Ok(value) => assert_reads(Json::parse(text.as_bytes()).unwrap(), &value),
                Err(_) => assert_eq!(Json::parse(text.as_bytes()), None, "{text}"),
            }
        }
    }

    /// R11.4: what is nested deeper than any answer costs no stack.
    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(nested(DEPTH).as_bytes()).is_some());
        for depth in [DEPTH + 1, 60_000] {
            assert_eq!(Json::parse(nested(depth).as_bytes()), None);
        }
        assert_eq!(Json::parse(b"\"\xff\""), None);
    }
}
