//! Writing a `cache-control` field anew, with capped ages (contract R7.1, R7.3).

use http::HeaderValue;

use super::age_limit::AgeLimit;
use super::directive::{Kind, for_each_directive};
use crate::octets::decimal::Digits;
use crate::octets::stack_buffer::StackBuffer;

/// The last field that has a directive, and its new text so far. It is reused for each field, because
/// moving the text would be expensive.
pub(super) struct FieldRewrite<'h> {
    field: Option<&'h mut HeaderValue>,
    text: StackBuffer<256>,
    changed: bool,
}

impl<'h> FieldRewrite<'h> {
    pub(super) fn new() -> Self {
        Self { field: None, text: StackBuffer::new(), changed: false }
    }

    /// Reads a field and caps its ages, in one pass. A field without a directive is left alone.
    /// `limit` gives the largest value of a directive, if it is an age; `note` is called with each
    /// directive and its capped value.
    pub(super) fn read(
        &mut self,
        field: &'h mut HeaderValue,
        limit: impl Fn(Kind) -> Option<&'h AgeLimit>,
        mut note: impl FnMut(Kind, Option<u32>),
    ) {
        let bytes = field.as_bytes();
        let mut written = None;
        for_each_directive(bytes, |directive| {
            if written.is_none() {
                self.finish();
            }
            let from = *written.get_or_insert(0);
            let kind = directive.kind();
            let Some(limit) = limit(kind) else {
                note(kind, None);
                return;
            };
            let stated = directive.seconds();
            // An age that is not a number counts as 0 (R7.3).
            let capped = u32::try_from(stated.unwrap_or(0));
            let capped = capped.map_or(limit.seconds, |age| age.min(limit.seconds));
            note(kind, Some(capped));
            if stated != Some(u64::from(capped)) {
                self.text.push(bytes.get(from..directive.name_end()).unwrap_or_default());
                self.text.push_byte(b'=');
                if capped == limit.seconds {
                    self.text.push(limit.digits.as_bytes());
                } else {
                    self.text.push(Digits::of(capped).as_bytes());
                }
                written = Some(directive.end());
                self.changed = true;
            }
        });
        if let Some(written) = written {
            self.text.push(bytes.get(written..).unwrap_or_default());
            self.field = Some(field);
        }
    }

    /// Adds a directive at the end of the field. A trailing comma is reused.
    pub(super) fn add(&mut self, name: &str, seconds: u32) {
        let written = self.text.as_bytes();
        let trailing = written.trim_ascii_end().ends_with(b",");
        let blank = written.ends_with(b" ");
        self.text.push(match (trailing, blank) {
            (false, _) => b", ",
            (true, false) => b" ",
            (true, true) => b"",
        });
        self.text.push(name.as_bytes());
        self.text.push(Digits::of(seconds).as_bytes());
        self.changed = true;
    }

    /// Writes the field, and is ready for the next one.
    pub(super) fn finish(&mut self) {
        if let Some(field) = self.field.take().filter(|_| self.changed) {
            // Parts of a valid value, joined by valid bytes, are always a valid value.
            if let Ok(value) = HeaderValue::from_bytes(self.text.as_bytes()) {
                *field = value;
            }
        }
        self.text.clear();
        self.changed = false;
    }
}
