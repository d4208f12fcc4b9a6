//! Just enough JSON to write answers (RFC 8259 §7).

/// Writes a string with its quotes.
pub(super) fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            // So that the text can stand inside an HTML page.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => push_escape(json, character),
            control if control.is_control() => push_escape(json, control),
            other => json.push(other),
        }
    }
    json.push('"');
}

/// `\uXXXX`; every character it is called for has four digits at most.
fn push_escape(json: &mut String, character: char) {
    let code = u32::from(character);
    let digits = [12, 8, 4, 0].map(|shift| char::from_digit(code >> shift & 15, 16).unwrap_or('0'));
    json.extend(['\\', 'u']);
    json.extend(digits);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// An independent parser reads back what was written.
        #[test]
        fn strings_are_read_back(text in any::<String>(), odd in "[\"\\\\<>&\\x00-\\x20\u{7f}-\u{9f}\u{2028}]*") {
            for text in [text, odd] {
                let mut json = String::new();
                push_string(&mut json, &text);
                prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            }
        }
    }
}
