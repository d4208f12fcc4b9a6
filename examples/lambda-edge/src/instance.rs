//! What lives between two calls.

use std::time::Duration;

use firstparty::config::{AgentOrigin, Mount};
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use firstparty::{Config, Failure, Report, RequestId};
use firstparty_lambda_edge::{
    BodyEncoding, EdgeEvent, EdgeSettings, EdgeStep, Need, Pending, ResultObject, cause,
};
use serde::Deserialize;

use crate::content::Content;
use crate::wire::{Input, Output, Texts};
use crate::{DOCUMENT, FORWARD, RESPOND, UNREADABLE};

/// The state of the module.
pub(crate) struct Instance {
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) tickets: Tickets,
    settings: EdgeSettings,
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
            log: String::new(),
        }
    }
}

/// What waits for the caller.
pub(crate) enum Waiting {
    /// An event, for its settings document.
    Document(Box<EdgeEvent<Content>>),
    /// A forwarded event, for upstream's response.
    Response { pending: Pending, debug: bool },
}

/// What waits, by number. Numbers are used again, so that the table stays as small as the number
/// of events that were ever handled at once.
#[derive(Default)]
pub(crate) struct Tickets(Vec<Option<Waiting>>);

impl Tickets {
    fn issue(&mut self, waiting: Waiting) -> u32 {
        let free = self.0.iter().position(Option::is_none).unwrap_or(self.0.len());
        match self.0.get_mut(free) {
            Some(slot) => *slot = Some(waiting),
            None => self.0.push(Some(waiting)),
        }
        u32::try_from(free).unwrap_or(u32::MAX)
    }

    pub(crate) fn take(&mut self, ticket: u32) -> Option<Waiting> {
        self.0.get_mut(usize::try_from(ticket).ok()?)?.take()
    }
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

    pub(crate) fn flat_event(&mut self, size: usize, now: f64) -> u32 {
        match flat_event(&self.input, size) {
            Some(event) => self.settle(event, millis(now)),
            None => self.refuse("the flat event could not be read"),
        }
    }

    pub(crate) fn json_event(&mut self, size: usize, now: f64) -> u32 {
        match EdgeEvent::from_json(self.input.bytes(size).unwrap_or_default()) {
            Ok(event) => self.settle(event.map_body(Content::Inside), millis(now)),
            Err(error) => self.refuse(&error.to_string()),
        }
    }

    pub(crate) fn document(&mut self, ticket: u32, size: usize, found: bool, now: f64) -> u32 {
        let Some(Waiting::Document(event)) = self.tickets.take(ticket) else {
            return self.refuse("no event has this ticket");
        };
        let document = self.input.bytes(size).filter(|_| found);
        if let Err(error) = self.settings.read(event.settings(), document, millis(now)) {
            self.log.push_str(&error_line(&error));
        }
        self.settle(*event, millis(now))
    }

    pub(crate) fn complete(&mut self, ticket: u32, size: usize) -> u32 {
        let Some(response) = response(&self.input, size) else {
            return UNREADABLE;
        };
        let Some(Waiting::Response { pending, debug }) = self.tickets.take(ticket) else {
            return self.refuse("no request has this ticket");
        };
        let report = pending.report().ended(response.status());
        let result = pending.complete(response);
        self.respond(&result, debug.then_some(report))
    }

    pub(crate) fn fail(&mut self, ticket: u32, failure: u32, now: f64, entropy: f64) -> u32 {
        let Some(Waiting::Response { pending, .. }) = self.tickets.take(ticket) else {
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
    fn settle(&mut self, event: EdgeEvent<Content>, now: Duration) -> u32 {
        let function = match self.settings.poll(event.settings(), now) {
            Ok(Need::Nothing(function)) => function,
            Ok(Need::Document(name)) => {
                let name = name.to_owned();
                let ticket = self.tickets.issue(Waiting::Document(Box::new(event)));
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
                let ticket = self.tickets.issue(Waiting::Response { pending, debug });
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

/// Numbers: whether the body was cut, its size, number of fields, number of custom headers. Texts:
/// method, path, query, address, domain name of the origin (empty if there is none), names and values
/// of the fields, names and values of the custom headers.
fn flat_event(input: &Input, size: usize) -> Option<EdgeEvent<Content>> {
    let ([truncated, body, fields, custom], reader) = input.message(size)?;
    let (fields, custom) = (usize::try_from(fields).ok()?, usize::try_from(custom).ok()?);
    let count = fields.checked_add(custom)?.checked_mul(2)?.checked_add(5)?;
    let mut texts = reader.texts(count)?;
    let mut event = EdgeEvent::new(texts.next()?, texts.next()?, texts.next()?);
    event.set_client_ip(texts.next()?);
    match texts.next()? {
        "" => {}
        domain => event.set_origin_domain(domain),
    }
    event.reserve_fields(fields);
    for _ in 0..fields {
        event.append_field(texts.next()?, texts.next()?);
    }
    for _ in 0..custom {
        event.append_custom_header(texts.next()?, texts.next()?);
    }
    event.set_truncated(truncated != 0);
    let size = usize::try_from(body).ok()?;
    Some(event.with_body(Content::Outside { size, utf8: false }))
}

/// Numbers: status, size of the body, whether it is UTF-8, number of fields. Texts: names and
/// values, whose characters are octets.
fn response(input: &Input, size: usize) -> Option<Response<Content>> {
    let ([status, body, utf8, fields], reader) = input.message(size)?;
    let fields = usize::try_from(fields).ok()?;
    let texts = reader.texts(fields.checked_mul(2)?)?;
    let content = Content::Outside { size: usize::try_from(body).ok()?, utf8: utf8 != 0 };
    let mut response = Response::new(content);
    *response.status_mut() = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    *response.headers_mut() = fields_of(texts, fields)?;
    Some(response)
}

fn fields_of(mut texts: Texts<'_>, count: usize) -> Option<HeaderMap> {
    let mut headers = HeaderMap::try_with_capacity(count).ok()?;
    for _ in 0..count {
        let name = HeaderName::from_bytes(texts.next()?.as_bytes()).ok()?;
        headers.try_append(name, octets(texts.next()?)?).ok()?;
    }
    Some(headers)
}

/// A text whose characters are octets, as Node gives the values of fields.
fn octets(text: &str) -> Option<HeaderValue> {
    if text.is_ascii() {
        return HeaderValue::from_bytes(text.as_bytes()).ok();
    }
    let octets: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    HeaderValue::from_bytes(&octets.ok()?).ok()
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
