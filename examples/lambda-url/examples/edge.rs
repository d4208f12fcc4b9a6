//! Stands in for CloudFront and Lambda: speaks HTTP to browsers, and the Lambda Runtime API to the copies of the
//! function that it starts.
//!
//!     edge LISTEN RUNTIME-API COPIES FUNCTION [ARGUMENT…]
//!
//! It does what the two are documented to do: a request is collected, at most 6 MB, and becomes an event of
//! payload format 2.0; repeats of a field are joined, cookies stand apart, `host` is the URL's own. The visitor's
//! address and host, and the key, are in fields that a distribution adds. Answers are streamed.

use std::collections::HashMap;
use std::error::Error;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::{Bytes, BytesMut};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;
type Answer = Response<Body>;
type Failed = Box<dyn Error + Send + Sync>;

/// The largest event, with its body.
const MOST: usize = 6 * 1024 * 1024;
const URL: &str = "abcdefghijklmnop.lambda-url.eu-central-1.on.aws";
const KEY: &str = "key-of-the-distribution";

struct Lambda {
    events: mpsc::UnboundedSender<(u64, String)>,
    waiting: AsyncMutex<mpsc::UnboundedReceiver<(u64, String)>>,
    answers: Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
    ids: AtomicU64,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [listen, api, copies, function, rest @ ..] = arguments.as_slice() else {
        return Err("edge LISTEN RUNTIME-API COPIES FUNCTION [ARGUMENT…]".into());
    };
    let (events, waiting) = mpsc::unbounded_channel();
    let (waiting, answers, ids) = (AsyncMutex::new(waiting), Mutex::default(), AtomicU64::new(1));
    let lambda = Arc::new(Lambda { events, waiting, answers, ids });
    let listener = TcpListener::bind(listen).await?;
    tokio::spawn(serve(TcpListener::bind(api).await?, Arc::clone(&lambda), runtime));
    for copy in 0..copies.parse()? {
        let mut command = Command::new(function);
        command.args(rest).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        command.env("AWS_LAMBDA_RUNTIME_API", api).env("FIRSTPARTY_EDGE_KEY", KEY);
        for (name, value) in [("NAME", "function"), ("MEMORY_SIZE", "256"), ("VERSION", "1")] {
            command.env(format!("AWS_LAMBDA_FUNCTION_{name}"), value);
        }
        // All say the same.
        if copy > 0 {
            command.stderr(Stdio::null());
        }
        tokio::spawn(keep(command));
    }
    let mut end = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        () = serve(listener, lambda, browser) => {}
        _ = end.recv() => {}
    }
    Ok(())
}

/// A function that ends is started again.
async fn keep(mut command: Command) {
    while let Ok(mut function) = command.spawn() {
        let _ = function.wait().await;
    }
}

async fn serve<F>(
    listener: TcpListener,
    lambda: Arc<Lambda>,
    answer: fn(Arc<Lambda>, Request<Incoming>) -> F,
) where
    F: Future<Output = Result<Answer, Failed>> + Send + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let lambda = Arc::clone(&lambda);
        let service = service_fn(move |request| answer(Arc::clone(&lambda), request));
        let mut server = http1::Builder::new();
        server.max_headers(250).max_buf_size(400 * 1024).half_close(false);
        tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
    }
}

/// The browser's side.
async fn browser(lambda: Arc<Lambda>, request: Request<Incoming>) -> Result<Answer, Failed> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MOST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Ok(text(StatusCode::PAYLOAD_TOO_LARGE, r#"{"Message":"Request too large"}"#));
        }
        Err(error) => return Err(error),
    };
    let hosts: Vec<_> = parts.headers.get_all("host").iter().collect();
    if hosts.len() != 1 && parts.uri.authority().is_none() {
        return Ok(text(StatusCode::BAD_REQUEST, "Bad request"));
    }
    let event = event(&parts, &body).to_string();
    let id = lambda.ids.fetch_add(1, Ordering::Relaxed);
    let (sender, answer) = oneshot::channel();
    lambda.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
    lambda.events.send((id, event))?;
    Ok(answer.await?)
}

fn event(parts: &hyper::http::request::Parts, body: &Bytes) -> Value {
    let mut headers = serde_json::Map::new();
    for name in parts.headers.keys().filter(|name| !["host", "cookie"].contains(&name.as_str())) {
        headers.insert(name.to_string(), joined(&parts.headers, name, ",").into());
    }
    let host = parts.uri.authority().map_or_else(
        || joined(&parts.headers, &HeaderName::from_static("host"), ","),
        ToString::to_string,
    );
    let edge = [
        ("host", URL),
        ("x-forwarded-host", &host),
        ("x-firstparty-edge", KEY),
        ("x-amzn-trace-id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e"),
        ("x-amzn-tls-version", "TLSv1.3"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "443"),
        ("x-amz-cf-id", "id"),
        ("via", "2.0 id.cloudfront.net (CloudFront)"),
    ];
    for (name, value) in edge {
        headers.insert(name.to_owned(), value.into());
    }
    let cookies = joined(&parts.headers, &HeaderName::from_static("cookie"), "; ");
    let cookies: Vec<_> = cookies.split("; ").filter(|cookie| !cookie.is_empty()).collect();
    json!({
        "version": "2.0", "routeKey": "$default", "headers": headers, "cookies": cookies,
        "rawPath": parts.uri.path(), "rawQueryString": parts.uri.query().unwrap_or_default(),
        "requestContext": {
            "accountId": "anonymous", "apiId": "abcdefghijklmnop", "domainName": URL, "stage": "$default",
            "domainPrefix": "abcdefghijklmnop", "requestId": "id", "routeKey": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_783_348_638_390_u64,
            "http": {
                "method": parts.method.as_str(), "path": parts.uri.path(), "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.9", "userAgent": "Amazon CloudFront",
            },
        },
        "body": BASE64_STANDARD.encode(body), "isBase64Encoded": true,
    })
}

/// Text, whatever the bytes are: an event is JSON.
fn joined(headers: &HeaderMap, name: &HeaderName, separator: &str) -> String {
    let values = headers.get_all(name).iter();
    let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    values.collect::<Vec<_>>().join(separator)
}

/// The function's side.
async fn runtime(lambda: Arc<Lambda>, request: Request<Incoming>) -> Result<Answer, Failed> {
    let path = request.uri().path().to_owned();
    if request.method() == Method::GET {
        let (id, event) = lambda.waiting.lock().await.recv().await.ok_or("the end")?;
        let mut answer = text(StatusCode::OK, event);
        let headers = answer.headers_mut();
        headers.insert("lambda-runtime-aws-request-id", HeaderValue::from(id));
        headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(u64::MAX / 2_000_000));
        let arn =
            HeaderValue::from_static("arn:aws:lambda:eu-central-1:123456789012:function:function");
        headers.insert("lambda-runtime-invoked-function-arn", arn);
        return Ok(answer);
    }
    let id = path.rsplit('/').nth(1).and_then(|id| id.parse().ok()).unwrap_or_default();
    let sender = lambda.answers.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    let (Some(sender), true) = (sender, path.ends_with("/response")) else {
        eprintln!("the function reports an error");
        return Ok(text(StatusCode::ACCEPTED, ""));
    };
    let done = answer(request.into_body(), sender).await;
    Ok(text(if done.is_ok() { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST }, ""))
}

/// The head as JSON, eight zeros, and the body. It ends for the browser as it ends here.
async fn answer(mut body: Incoming, sender: oneshot::Sender<Answer>) -> Result<(), Failed> {
    let mut head = BytesMut::new();
    let end = loop {
        if let Some(end) = head.windows(8).position(|bytes| bytes == [0; 8]) {
            break end;
        }
        let frame = body.frame().await.ok_or("no head")??;
        head.extend_from_slice(frame.data_ref().ok_or("no head")?);
    };
    let first = head.split_off(end).split_off(8).freeze();
    let (mut pieces, stream) = http_body_util::channel::Channel::<Bytes, Failed>::new(1);
    let answer = answer_of(&serde_json::from_slice(&head)?, stream.boxed_unsync())?;
    sender.send(answer).map_err(|_| "the browser has left")?;
    pieces.send_data(first).await?;
    while let Some(frame) = body.frame().await {
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(data)) => pieces.send_data(data).await?,
            Ok(Err(_)) => {}
            Err(error) => {
                pieces.abort(error.into());
                return Ok(());
            }
        }
    }
    Ok(())
}

fn answer_of(head: &Value, body: Body) -> Result<Answer, Failed> {
    let mut answer = Response::new(body);
    let status = head.get("statusCode").and_then(Value::as_u64).ok_or("no status")?;
    *answer.status_mut() = StatusCode::from_u16(status.try_into()?)?;
    let fields = head.get("headers").and_then(Value::as_object).ok_or("no headers")?;
    for (name, value) in fields {
        // A streamed answer has no length, and a function that states one sees the field renamed.
        let name = if name == "content-length" { "x-amzn-remapped-content-length" } else { name };
        let value = HeaderValue::from_str(value.as_str().ok_or("a field is no text")?)?;
        answer.headers_mut().append(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    for cookie in head.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        let cookie = HeaderValue::from_str(cookie.as_str().ok_or("a cookie is no text")?)?;
        answer.headers_mut().append("set-cookie", cookie);
    }
    Ok(answer)
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let body = Full::new(body.into()).map_err(|never| match never {}).boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}
