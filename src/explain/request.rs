//! Why upstream's request differs from the browser's.

use http::{HeaderMap, HeaderName, Request, Uri};

use super::note::{Change, Note, Part, field_note, names, values};
use crate::config::AgentOrigin;
use crate::exchange::Exchange;
use crate::field::IDENTITY_FIELDS;
use crate::field::connection_options::ConnectionOptions;
use crate::gateway::Gateway;
use crate::route::RouteKind;

/// The browser's request and upstream's, side by side.
pub(super) struct Differences<'d> {
    gateway: &'d Gateway,
    before: &'d Request<()>,
    after: (&'d Uri, &'d HeaderMap),
    route: Option<RouteKind>,
    options: ConnectionOptions,
    notes: Vec<Note>,
}

impl<'d> Differences<'d> {
    pub(super) fn new<B>(
        gateway: &'d Gateway,
        before: &'d Request<()>,
        after: &'d Request<B>,
        exchange: &Exchange,
    ) -> Self {
        let options = ConnectionOptions::of(before.headers());
        let after = (after.uri(), after.headers());
        let route = exchange.report().route;
        Self { gateway, before, after, route, options, notes: Vec::new() }
    }

    pub(super) fn notes(mut self) -> Vec<Note> {
        self.explain_path();
        self.explain_query();
        for name in names(self.before.headers(), self.after.1) {
            self.explain_field(name);
        }
        self.notes
    }

    fn explain_path(&mut self) {
        let rule = match self.route {
            Some(RouteKind::Agent) if self.gateway.config().agent_origin == AgentOrigin::Cdn => {
                "R4.5"
            }
            Some(RouteKind::Agent) => "R4.3",
            _ => "R4.2",
        };
        if self.before.uri().path() != self.after.0.path() {
            self.push(rule, "path", Change::Replaced, Part::Path);
        }
    }

    /// Parameters keep their places, and the one for monitoring is added at the end.
    fn explain_query(&mut self) {
        let before = self.before.uri().query().unwrap_or_default();
        let after = self.after.0.query().unwrap_or_default();
        let pairs = before.split('&').zip(after.split('&'));
        let is_fixed = self.gateway.config().region().is_some();
        let rule = if is_fixed { "R3.6" } else { "R3.4" };
        for _ in pairs.filter(|(before, after)| !before.is_empty() && before != after) {
            self.push(rule, "region", Change::Replaced, Part::Parameter);
        }
        if parameter_count(after) > parameter_count(before) {
            self.push("R3.5", "ii", Change::Added, Part::Parameter);
        }
    }

    fn push(&mut self, rule: &'static str, subject: &str, action: Change, part: Part) {
        self.notes.push(Note { rule, subject: subject.to_owned(), action, part });
    }

    fn explain_field(&mut self, name: &HeaderName) {
        let (before, after) = (values(self.before.headers(), name), values(self.after.1, name));
        if IDENTITY_FIELDS.contains(name) {
            // The browser's own fields are dropped, whatever is added afterwards.
            let dropped = (!before.is_empty()).then(|| field_note("R5.3", name, Change::Dropped));
            let added = (!after.is_empty()).then(|| field_note("R5.6", name, Change::Added));
            self.notes.extend(dropped.into_iter().chain(added));
        } else if before.is_empty() {
            self.notes.push(field_note("R4.1", name, Change::Added));
        } else if after.is_empty() {
            self.notes.push(field_note(self.why_dropped(name), name, Change::Dropped));
        } else if before != after {
            let rule = match name.as_str() {
                "host" => "R4.1",
                "content-length" => "R5.2",
                _ => "R5.5",
            };
            self.notes.push(field_note(rule, name, Change::Replaced));
        }
    }

    fn why_dropped(&self, name: &HeaderName) -> &'static str {
        let headers = self.before.headers();
        if name == "content-length" && headers.contains_key("transfer-encoding") {
            return "R5.2";
        }
        match self.gateway.request_steps().fields.rule_that_drops(name) {
            Some(rule) => rule,
            None if self.options.contains(name) => "R5.1",
            // Nothing else is dropped but cookies.
            None => "R5.5",
        }
    }
}

fn parameter_count(query: &str) -> usize {
    if query.is_empty() { 0 } else { query.split('&').count() }
}
