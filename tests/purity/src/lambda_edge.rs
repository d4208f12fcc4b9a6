//! Every recorded request as an event of CloudFront, as text: what a Lambda@Edge function makes of it.

use std::time::Duration;

use firstparty::http::{HeaderName, HeaderValue, Response};
use firstparty::{Config, Failure, RequestId};
use firstparty_lambda_edge::{EdgeEvent, EdgeSettings, EdgeStep, Need, Pending, ResultObject};
use serde_json::{Map, Value, json};

/// What is sent and returned, or why the settings cannot be used; `None` if a line is not a case.
pub(crate) fn outcome(line: &str) -> Option<String> {
    let vector: Value = serde_json::from_str(line).ok()?;
    let event = EdgeEvent::from_json(event(&vector["request"]).to_string().as_bytes()).ok()?;
    let mut settings = EdgeSettings::new(Config::builder());
    let document = document(&vector["config"]).to_string();
    let read = settings.read(event.settings(), Some(document.as_bytes()), Duration::ZERO);
    let function = match settings.poll(event.settings(), Duration::ZERO) {
        Ok(Need::Nothing(function)) => function,
        unusable => return Some(format!("{unusable:?}\n{read:?}\n")),
    };
    Some(match function.handle(event) {
        EdgeStep::Respond(result, report) => format!("{read:?}\n{report:?}\n{}\n", text(&result)?),
        EdgeStep::Forward(request, pending) => {
            let report = pending.report();
            let result = finish(pending, &vector["upstream"])?;
            format!("{read:?}\n{request:?}\n{report:?}\n{}\n", text(&result)?)
        }
    })
}

fn event(request: &Value) -> Value {
    let target = word(&request["uri"]);
    let (uri, querystring) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = Map::new();
    for (name, value) in pairs(request) {
        let lines = headers.entry(name.to_lowercase()).or_insert_with(|| json!([]));
        lines.as_array_mut().into_iter().for_each(|lines| lines.push(line(name, value)));
    }
    let (encoding, data) = match request["body_base64"].as_str() {
        Some(data) => ("base64", data),
        None => ("text", word(&request["body"])),
    };
    let named = json!({"fpjs_secret_name": [line("FPJS_SECRET_NAME", "settings")]});
    json!({"Records": [{"cf": {"request": {
        "clientIp": word(&request["client_ip"]),
        "method": request["method"],
        "uri": uri,
        "querystring": querystring,
        "headers": headers,
        "body": {"inputTruncated": false, "action": "read-only", "encoding": encoding, "data": data},
        "origin": {"custom": {"customHeaders": named}},
    }}}]})
}

/// The variables of a case, as its settings document has them.
fn document(config: &Value) -> Value {
    let members = config.as_object().into_iter().flatten();
    let variables = members.filter(|(_, value)| value.is_string());
    variables.map(|(key, value)| (format!("fpjs_{key}"), value.clone())).collect()
}

fn finish(pending: Pending, upstream: &Value) -> Option<ResultObject> {
    let (Some(status), None) = (upstream["status"].as_u64(), upstream.get("error")) else {
        return Some(pending.fail(Failure::Timeout, RequestId::new(1_767_225_600_123, 7)));
    };
    let body = word(&upstream["body"]).to_owned().into();
    let mut response = Response::builder().status(u16::try_from(status).ok()?).body(body).ok()?;
    for (name, value) in pairs(upstream) {
        let (name, value) = (HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
        response.headers_mut().append(name, value);
    }
    Some(pending.complete(response))
}

fn pairs(of: &Value) -> impl Iterator<Item = (&str, &str)> {
    of["headers"].as_array().into_iter().flatten().map(|pair| (word(&pair[0]), word(&pair[1])))
}

fn line(name: &str, value: &str) -> Value {
    json!({"key": name, "value": value})
}

fn text(result: &ResultObject) -> Option<String> {
    serde_json::to_string(result).ok()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
