//! Shows what a Lambda@Edge function does with events. It reads JSON lines and writes JSON lines.
//!
//! Use it to debug a deployment with events from its logs. The tests of `examples/lambda-edge` use it
//! to compare the WebAssembly module with this crate compiled natively.
//!
//! A line of the input is
//! `{"event", "choices"?, "upstream"?: {"status", "headers": [[name, value], …], "body"?}}`. The body is
//! in base64. Settings come from the event's custom headers. Without `upstream`, a forwarded event
//! fails to connect. With one that HTTP does not allow, it fails in the protocol.
//!
//! A line of the output is `{"forward"?: {"method", "host", "path", "headers", "body"}, "result"?}` or
//! `{"error"}`. Each character of a path or of a field's value stands for one byte (ISO 8859-1).
//!
//! ```sh
//! cargo run --example edge_event < events.jsonl
//! ```

use std::io::{BufRead, Write};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use firstparty::config::{AgentOrigin, Mount};
use firstparty::http::uri::PathAndQuery;
use firstparty::http::{HeaderName, HeaderValue, Request, Response};
use firstparty::{Config, ConfigError, Failure, RequestId};
use firstparty_lambda_edge::{EdgeEvent, EdgeSettings, EdgeStep, Need, ResultObject};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let answer = answer(&line?)
            .unwrap_or_else(|error| Answer { error: Some(error.to_string()), ..Answer::default() });
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
    }
    Ok(output.flush()?)
}

#[derive(Deserialize)]
struct Line<'a> {
    /// As the runtime delivers it.
    #[serde(borrow)]
    event: &'a RawValue,
    #[serde(default)]
    choices: Choices,
    upstream: Option<Upstream>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choices {
    integration_version: Option<String>,
    mount: Option<Mount>,
    agent_origin: Option<AgentOrigin>,
    v4: Option<bool>,
}

#[derive(Deserialize)]
struct Upstream {
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

#[derive(Default, Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    forward: Option<Forward>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Forward {
    method: String,
    host: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn answer(line: &str) -> Result<Answer, Error> {
    let line: Line<'_> = serde_json::from_str(line)?;
    let event = EdgeEvent::from_json(line.event.get().as_bytes())?;
    let mut settings = settings(line.choices);
    let polled = settings.poll(event.settings(), Duration::ZERO);
    let function = match polled.map_err(|error| with_reason(&error))? {
        Need::Nothing(function) => function,
        Need::Document(name) => return Err(format!("the document {name} would be read").into()),
    };
    Ok(match function.handle(event) {
        EdgeStep::Respond(result, _) => Answer { result: Some(result), ..Answer::default() },
        EdgeStep::Forward(request, pending) => {
            let forward = Some(forward(&request));
            let result = match line.upstream {
                Some(upstream) => match upstream.into_response() {
                    Ok(response) => pending.complete(response),
                    Err(_) => pending.fail(Failure::Protocol, RequestId::new(0, 0)),
                },
                None => pending.fail(Failure::Connect, RequestId::new(0, 0)),
            };
            Answer { forward, result: Some(result), ..Answer::default() }
        }
    })
}

/// The setting at fault and, where there is one, the reason.
fn with_reason(error: &ConfigError) -> Error {
    use std::error::Error as _;
    let reason = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    format!("{error}{reason}").into()
}

fn settings(choices: Choices) -> EdgeSettings {
    let mut builder = Config::builder().v4(choices.v4.unwrap_or(true));
    if let Some(version) = choices.integration_version {
        builder = builder.integration_version(version);
    }
    if let Some(mount) = choices.mount {
        builder = builder.mount(mount);
    }
    if let Some(origin) = choices.agent_origin {
        builder = builder.agent_origin(origin);
    }
    EdgeSettings::new(builder)
}

fn forward(request: &Request<Bytes>) -> Forward {
    let path = request.uri().path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
    let fields = request.headers().iter();
    Forward {
        method: request.method().to_string(),
        host: request.uri().host().unwrap_or_default().to_owned(),
        path: latin1(path.as_bytes()),
        headers: fields.map(|(name, value)| (name.to_string(), latin1(value.as_bytes()))).collect(),
        body: BASE64_STANDARD.encode(request.body()),
    }
}

/// Each byte as one character.
fn latin1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

impl Upstream {
    fn into_response(self) -> Result<Response<Bytes>, Error> {
        let body = BASE64_STANDARD.decode(self.body)?;
        let mut response = Response::builder().status(self.status).body(body.into())?;
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes())?;
            response.headers_mut().try_append(name, HeaderValue::from_bytes(value.as_bytes())?)?;
        }
        Ok(response)
    }
}
