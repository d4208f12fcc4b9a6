//! What lives between two calls.

use std::rc::Rc;
use std::time::Duration;

use firstparty::config::{AgentOrigin, Mount, Source};
use firstparty::field::FieldUse;
use firstparty::http::{Method, Request, Uri};
use firstparty::{Config, Failure, Report, RequestId};
use firstparty_lambda_edge::{
    BodyEncoding, EdgeEvent, EdgeSettings, EdgeStep, Need, ResultObject, cause,
};
use serde::Deserialize;

use crate::content::Content;
use crate::message::{self, may_name_a_kept_field, number_of_use};
use crate::tickets::{Forwarded, Tickets, Waiting};
use crate::wire::{Input, Output, Texts};
use crate::{DOCUMENT, DONE, FORWARD, RESPOND, UNKNOWN, UNREADABLE, WHOLE};

/// The state of the module.
pub(crate) struct Instance {
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) tickets: Tickets,
    settings: EdgeSettings,
    /// The origin of the events whose fields the caller keeps.
    origin: Origin,
    /// Counts what may change what is done with a name: origins and settings documents.
    epoch: u32,
    /// What the operator should read, with the next answer.
    log: String,
}

impl Default for Instance {
    fn default() -> Self {
        Self {
            input: Input::default(),
            output: Output::default(),
            tickets: Tickets::default(),
            settings: EdgeSettings::new(Config::builder()),
            origin: Origin::default(),
            epoch: 0,
            log: String::new(),
        }
    }
}

/// What an event says of its origin.
struct Origin {
    settings: Rc<Source>,
    domain: String,
}

impl Default for Origin {
    fn default() -> Self {
        let event = EdgeEvent::new("GET", "/", "");
        Self { settings: Rc::new(event.settings().clone()), domain: String::new() }
    }
}

/// A response of upstream's, but for its fields.
pub(crate) struct Head {
    pub(crate) status: u32,
    pub(crate) body: usize,
    pub(crate) utf8: bool,
    /// The size of the fields that stay with the caller, or nothing if all have come.
    pub(crate) kept: Option<usize>,
}

/// Choices other than variables.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choices {
    integration_version: Option<String>,
    mount: Option<Mount>,
    agent_origin: Option<AgentOrigin>,
    v4: Option<bool>,
}

impl Instance {
    pub(crate) fn configure(&mut self, size: usize) -> bool {
        let bytes = self.input.bytes(size).unwrap_or_default();
        let Ok(choices) = serde_json::from_slice::<Choices>(bytes) else { return false };
        let mut builder = Config::builder();
        if let Some(version) = choices.integration_version {
            builder = builder.integration_version(version);
        }
        if let Some(mount) = choices.mount {
            builder = builder.mount(mount);
        }
        if let Some(origin) = choices.agent_origin {
            builder = builder.agent_origin(origin);
        }
        builder = builder.v4(choices.v4.unwrap_or(true));
        let valid = builder.clone().build().is_ok();
        if valid {
            self.settings = EdgeSettings::new(builder);
        }
        valid
    }

    /// Takes note of the origin of the events that follow. Texts: its domain name, then names and
    /// values of its custom headers.
    pub(crate) fn origin(&mut self, size: usize, count: usize) -> u32 {
        let Some(origin) = self.read_origin(size, count) else { return WHOLE };
        self.origin = origin;
        self.epoch = self.epoch.wrapping_add(1);
        DONE
    }

    fn read_origin(&self, size: usize, count: usize) -> Option<Origin> {
        let mut texts = self.input.texts(size, count)?;
        let domain = texts.text()?.to_owned();
        let mut event = EdgeEvent::new("GET", "/", "");
        for _ in 0..count / 2 {
            event.append_custom_header(texts.text()?, texts.text()?);
        }
        Some(Origin { settings: Rc::new(event.settings().clone()), domain })
    }

    /// What is done with a field of a request, whose name stands before the method. Where no settings
    /// are known yet, it has to cross, which is never wrong.
    pub(crate) fn request_field(&mut self, at: usize, name: usize, size: usize, now: f64) -> u32 {
        let text = self.input.text(at, size).and_then(|text| text.split_at_checked(name));
        let Some((name, method)) = text else { return UNKNOWN };
        let Ok(method) = Method::from_bytes(method.as_bytes()) else { return UNKNOWN };
        let field_use = match self.settings.poll(&self.origin.settings, millis(now)) {
            Ok(Need::Nothing(function)) => {
                number_of_use(name, |name| function.gateway().request_field(&method, name))
            }
            Ok(Need::Document(_)) | Err(_) => number_of_use(name, |_| FieldUse::Read),
        };
        field_use.unwrap_or(UNKNOWN)
    }

    /// What is done with a field of the response for a ticket.
    pub(crate) fn response_field(&self, ticket: u32, at: usize, size: usize) -> u32 {
        let known = self.tickets.forwarded(ticket).filter(|forwarded| self.is_current(forwarded));
        let field_use = known.and_then(|Forwarded { pending, .. }| {
            number_of_use(self.input.text(at, size)?, |name| pending.response_field(name))
        });
        field_use.unwrap_or(UNKNOWN)
    }

    fn is_current(&self, forwarded: &Forwarded) -> bool {
        forwarded.epoch == Some(self.epoch)
    }

    pub(crate) fn event(
        &mut self,
        size: usize,
        count: usize,
        truncated: bool,
        body: usize,
        now: f64,
    ) -> u32 {
        let texts = self.input.texts(size, count).filter(Texts::are_printable);
        let owns = |uri: &Uri| match self.settings.poll(&self.origin.settings, millis(now)) {
            Ok(Need::Nothing(function)) => function.gateway().owns(uri),
            Ok(Need::Document(_)) | Err(_) => true,
        };
        let Some(mut event) = texts.and_then(|texts| message::event(texts, count, owns)) else {
            return WHOLE;
        };
        if may_name_a_kept_field(event.fields()) {
            return WHOLE;
        }
        if !self.origin.domain.is_empty() {
            event.set_origin_domain(&self.origin.domain);
        }
        event.set_truncated(truncated);
        let event = event.with_body(Content::Outside { size: body, utf8: false });
        let settings = Rc::clone(&self.origin.settings);
        self.settle(event, settings, Some(self.epoch), millis(now))
    }

    pub(crate) fn json_event(&mut self, size: usize, now: f64) -> u32 {
        match message::json_event(self.input.bytes(size).unwrap_or_default()) {
            Ok(event) => {
                let settings = Rc::new(event.settings().clone());
                self.settle(event.map_body(Content::Inside), settings, None, millis(now))
            }
            Err(error) => self.refuse(&error.to_string()),
        }
    }

    /// Reads a settings document. The event that needed it has to be begun again.
    pub(crate) fn document(&mut self, ticket: u32, size: usize, found: bool, now: f64) -> u32 {
        let Some(Waiting::Document(settings)) = self.tickets.take(ticket) else {
            return self.refuse("no event has this ticket");
        };
        let document = self.input.bytes(size).filter(|_| found);
        if let Err(error) = self.settings.read(&settings, document, millis(now)) {
            self.log.push_str(&error_line(&error));
        }
        self.epoch = self.epoch.wrapping_add(1);
        DONE
    }

    pub(crate) fn complete(&mut self, ticket: u32, size: usize, count: usize, head: &Head) -> u32 {
        let Head { status, body, utf8, kept } = *head;
        let texts = self.input.texts(size, count);
        let is_whole = kept.is_none();
        if !is_whole && !texts.as_ref().is_some_and(Texts::are_printable) {
            return WHOLE;
        }
        let content = Content::Outside { size: body, utf8 };
        let response = texts.and_then(|texts| message::response(texts, count, status, content));
        let Some(response) = response else {
            return UNREADABLE;
        };
        let Some(forwarded) = self.tickets.forwarded(ticket) else {
            return self.refuse("no request has this ticket");
        };
        if !is_whole && (!self.is_current(forwarded) || may_name_a_kept_field(response.headers())) {
            return WHOLE;
        }
        let Some(Forwarded { pending, debug, .. }) = self.tickets.take_forwarded(ticket) else {
            return self.refuse("no request has this ticket");
        };
        let report = pending.report().ended(response.status());
        let result = pending.complete_with_kept(response, kept.unwrap_or_default());
        self.respond(&result, debug.then_some(report))
    }

    pub(crate) fn fail(&mut self, ticket: u32, failure: u32, now: f64, entropy: f64) -> u32 {
        let Some(Forwarded { pending, .. }) = self.tickets.take_forwarded(ticket) else {
            return self.refuse("no request has this ticket");
        };
        let failure = match failure {
            0 => Failure::Connect,
            1 => Failure::Timeout,
            _ => Failure::Protocol,
        };
        let report = pending.report().ended(failure);
        let id = RequestId::new(whole(now), whole(entropy));
        let result = pending.fail::<Content>(failure, id);
        self.respond(&result, Some(report))
    }

    /// Finds the function for an event, and lets it decide.
    fn settle(
        &mut self,
        event: EdgeEvent<Content>,
        settings: Rc<Source>,
        epoch: Option<u32>,
        now: Duration,
    ) -> u32 {
        let function = match self.settings.poll(&settings, now) {
            Ok(Need::Nothing(function)) => function,
            Ok(Need::Document(name)) => {
                let name = name.to_owned();
                let ticket = self.tickets.issue(Waiting::Document(settings));
                self.output.begin(&[0, ticket]);
                self.output.text(&name);
                self.output.end();
                return DOCUMENT;
            }
            Err(error) => {
                self.log.push_str(&error_line(&error));
                let result = event.refuse::<Content>(&cause::SETTINGS);
                return self.respond(&result, None);
            }
        };
        let debug = function.gateway().config().debug();
        match function.handle(event) {
            EdgeStep::Respond(result, report) => self.respond(&result, debug.then_some(report)),
            EdgeStep::Forward(request, pending) => {
                let forwarded = Box::new(Forwarded { pending, debug, epoch });
                let ticket = self.tickets.issue(Waiting::Response(forwarded));
                self.forward(ticket, &request)
            }
        }
    }

    fn refuse(&mut self, why: &str) -> u32 {
        self.log.push_str(why);
        self.respond(&ResultObject::refused(&cause::NO_EVENT), None)
    }

    /// Numbers: size, kind of body, status, number of fields. Texts: log, description, body if it
    /// was made here, names and values.
    fn respond(&mut self, result: &ResultObject<Content>, report: Option<Report>) -> u32 {
        if let Some(report) = report {
            self.log.push_str(&serde_json::to_string(&report).unwrap_or_default());
        }
        let (kind, body) = match result.body() {
            None => (0, &[][..]),
            Some((BodyEncoding::Text, Content::Outside { .. })) => (1, &[][..]),
            Some((BodyEncoding::Base64, Content::Outside { .. })) => (2, &[][..]),
            Some((_, Content::Inside(body))) => (3, &body[..]),
        };
        let fields = u32::try_from(result.fields().count()).unwrap_or(u32::MAX);
        self.output.begin(&[0, kind, result.status().as_u16().into(), fields]);
        self.output.text(&std::mem::take(&mut self.log));
        self.output.text(result.status_description());
        self.output.text(&String::from_utf8_lossy(body));
        for (name, value) in result.fields() {
            self.output.text(name.as_str());
            self.output.text(&value);
        }
        self.output.end();
        RESPOND
    }

    /// Numbers: size, ticket, number of fields. Texts, octet by octet: log, method, host, path
    /// and query, body if it was read from JSON, names and values.
    fn forward(&mut self, ticket: u32, request: &Request<Content>) -> u32 {
        let uri = request.uri();
        let fields = u32::try_from(request.headers().len()).unwrap_or(u32::MAX);
        self.output.begin(&[0, ticket, fields]);
        self.output.octets(std::mem::take(&mut self.log).as_bytes());
        self.output.octets(request.method().as_str().as_bytes());
        self.output.octets(uri.host().unwrap_or_default().as_bytes());
        self.output.octets(uri.path_and_query().map_or("/", |path| path.as_str()).as_bytes());
        match request.body() {
            Content::Outside { .. } => self.output.octets(&[]),
            Content::Inside(body) => self.output.octets(body),
        }
        for (name, value) in request.headers() {
            self.output.octets(name.as_str().as_bytes());
            self.output.octets(value.as_bytes());
        }
        self.output.end();
        FORWARD
    }
}

/// An error and what caused it, neither of which holds a value of the settings.
fn error_line(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    if let Some(source) = error.source() {
        line.push_str(": ");
        line.push_str(&source.to_string());
    }
    line
}

fn millis(now: f64) -> Duration {
    Duration::from_millis(whole(now))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, and what is no number becomes zero"
)]
fn whole(number: f64) -> u64 {
    number as u64
}
