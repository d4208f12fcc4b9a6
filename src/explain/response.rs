//! Why the browser's response differs from upstream's.

use http::{HeaderMap, HeaderName};

use super::note::{Change, Note, field_note, names, values};
use crate::field::connection_options::ConnectionOptions;
use crate::field::dropped::TARGETED_CACHE_FIELDS;
use crate::response::ResponseSteps;

/// The differences between upstream's fields and the browser's.
pub(super) fn notes(steps: &ResponseSteps, before: &HeaderMap, after: &HeaderMap) -> Vec<Note> {
    let options = ConnectionOptions::of(before);
    let mut notes = Vec::new();
    for name in names(before, after) {
        let (old, new) = (values(before, name), values(after, name));
        if new.is_empty() {
            notes.push(field_note(why_dropped(steps, &options, name), name, Change::Dropped));
        } else if name == "set-cookie" {
            let changed = old.iter().zip(&new).filter(|(old, new)| old != new);
            notes.extend(
                changed.map(|(old, _)| field_note(steps.cookies.rule(old), name, Change::Replaced)),
            );
        } else if old != new {
            // R7.1 stands for all of R7, because several of its parts may change one field.
            let rule = if name == "content-length" { "R6.5" } else { "R7.1" };
            notes.push(field_note(rule, name, Change::Replaced));
        }
    }
    notes
}

fn why_dropped(
    steps: &ResponseSteps,
    options: &ConnectionOptions,
    name: &HeaderName,
) -> &'static str {
    match steps.fields.rule_that_drops(name) {
        Some(rule) => rule,
        None if options.contains(name) => "R6.1",
        // What else is dropped depends on the rest of the response.
        None if name == "age" => "R6.3",
        None if TARGETED_CACHE_FIELDS.iter().any(|field| field.name() == name) => "R7.5",
        None => "R6.5",
    }
}
