//! Just enough JSON to write answers (RFC 8259 §7).

use std::fmt::{self, Write};

/// Writes a JSON string with its quotes.
pub(crate) fn push_string(json: &mut String, text: &str) {
    json.push('"');
    // Writing to a `String` cannot fail.
    let _ = Escaped(json).write_str(text);
    json.push('"');
}

/// Writes the inside of a JSON string, to which text can also be formatted.
pub(super) struct Escaped<'w, W>(pub(super) &'w mut W);

impl<W: Write> Write for Escaped<'_, W> {
    // Writes whole runs at once, because nearly every text has nothing to escape.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_escaped) {
            let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.0.write_str(plain)?;
            let mut characters = special.chars();
            if let Some(character) = characters.next() {
                // Every character that is escaped has four digits at most.
                write!(self.0, "\\u{:04x}", u32::from(character))?;
            }
            rest = characters.as_str();
        }
        self.0.write_str(rest)
    }
}

/// JSON demands the first ones; the others make the text safe inside an HTML page.
fn is_escaped(character: char) -> bool {
    matches!(character, '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
        || character.is_control()
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
