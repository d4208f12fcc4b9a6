//! Why the browser's response differs from upstream's.

use http::{HeaderMap, HeaderName};

use super::note::{Change, Note, is_connection_specific, names, note, values};
use crate::field::{CACHE_TAGS, FieldSet, ORIGIN_WIDE};
use crate::response::Downstream;

/// The rules that depend on configuration and platform.
pub(super) struct Rules {
    denied: FieldSet,
    cookie: &'static str,
}

impl Rules {
    pub(super) fn new(downstream: &Downstream) -> Self {
        let denied = FieldSet::new().with_names(CACHE_TAGS);
        Self { denied: downstream.denylist.add_to(denied), cookie: downstream.cookies.rule() }
    }

    pub(super) fn explain(&self, before: &HeaderMap, after: &HeaderMap) -> Vec<Note> {
        let mut notes = Vec::new();
        for name in names(before, after) {
            let (old, new) = (values(before, name), values(after, name));
            if new.is_empty() {
                notes.push(note(self.why_dropped(name), name, Change::Dropped));
            } else if name == "set-cookie" {
                let changed = old.iter().zip(&new).filter(|(old, new)| old != new);
                notes.extend(changed.map(|_| note(self.cookie, name, Change::Replaced)));
            } else if old != new {
                // R7.1 stands for all of R7: one field may be changed by several of its parts.
                let rule = if name == "content-length" { "R6.5" } else { "R7.1" };
                notes.push(note(rule, name, Change::Replaced));
            }
        }
        notes
    }

    fn why_dropped(&self, name: &HeaderName) -> &'static str {
        match name.as_str() {
            _ if is_connection_specific(name) => "R6.1",
            name if ORIGIN_WIDE.contains(&name) => "R6.2",
            _ if self.denied.contains(name) => "R6.3",
            "content-length" => "R6.5",
            // Nothing else goes unless `connection` names it.
            _ => "R6.1",
        }
    }
}
