//! R16.5: every failure before the head is answered through the exchange.

use std::error::Error;
use std::fmt;
use std::future::ready;
use std::io::ErrorKind;

use firstparty::Failure;
use firstparty::http::{Request, Response};
use firstparty_tower::{BoxBody, End, failure_of};
use tower::service_fn;

use crate::support::Step::{Break, Give};
use crate::support::{Body, BoxError, Client, Ends, body, exchange, full, get, layer, post, text};

/// An error as clients make them: words that nobody should see, and a source.
#[derive(Debug)]
struct Wrapped(BoxError);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no route to 10.0.0.1, the internal host")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

fn failing<E: Into<BoxError>>(
    error: impl Fn() -> E + Clone + Send + Sync + 'static,
) -> impl Client {
    service_fn(move |_| ready(Err::<Response<Body>, BoxError>(Wrapped(error().into()).into())))
}

/// R16.5: the kind of a failure is found among the sources of any error.
#[test]
fn kinds_of_failures() {
    let wrapped = |kind: ErrorKind| failure_of(&Wrapped(Box::new(std::io::Error::from(kind))));
    assert_eq!(wrapped(ErrorKind::ConnectionRefused), Failure::Connect);
    assert_eq!(wrapped(ErrorKind::HostUnreachable), Failure::Connect);
    assert_eq!(wrapped(ErrorKind::TimedOut), Failure::Timeout);
    assert_eq!(wrapped(ErrorKind::WouldBlock), Failure::Timeout);
    assert_eq!(wrapped(ErrorKind::BrokenPipe), Failure::Protocol);
    assert_eq!(failure_of(&Wrapped(Failure::BodyTooLarge.into())), Failure::BodyTooLarge);
    let inner = std::io::Error::other(Wrapped(Failure::Timeout.into()));
    assert_eq!(failure_of(&inner), Failure::Timeout);
    assert_eq!(failure_of(&Wrapped("words".into())), Failure::Protocol);
}

/// R9.1, R16.5: the answer to an identification request has the kind, an identifier and nothing of
/// the error's words.
#[tokio::test]
async fn a_failed_identification() {
    let ends = Ends::default();
    let layer = layer(failing(|| std::io::Error::from(ErrorKind::ConnectionRefused)), &ends);
    let mut request = post(full("body"));
    request.headers_mut().insert("origin", "https://www.example.com".parse().unwrap());
    let response = exchange(layer, request).await;
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["access-control-allow-origin"], "https://www.example.com");
    let text = text(response.into_body()).await.unwrap();
    assert!(text.contains("could not connect"), "{text}");
    assert!(!text.contains("10.0.0.1"), "{text}");
    let ended = ends.one();
    assert_eq!((ended.report.failure, ended.end), (Some(Failure::Connect), End::Complete));
    let id = ended.request_id.unwrap().to_string();
    assert!(text.contains(&id), "{text}");
}

/// R9.2: the answer to another request has no identifier.
#[tokio::test]
async fn another_failed_request() {
    let ends = Ends::default();
    let layer = layer(failing(|| Failure::Protocol), &ends);
    let response = exchange(layer, get()).await;
    assert_eq!(response.status(), 500);
    let text = text(response.into_body()).await.unwrap();
    assert_eq!(text, r#"{"error":"upstream did not speak HTTP as expected"}"#);
    assert!(ends.one().request_id.is_none());
}

/// R9.1: identifiers differ without an argument, too.
#[tokio::test]
async fn identifiers_differ() {
    let ends = Ends::default();
    for _ in 0..2 {
        exchange(layer(failing(|| Failure::Timeout), &ends), post(full(""))).await;
    }
    let ids = ends.all();
    assert_ne!(ids[0].request_id.unwrap().to_string(), ids[1].request_id.unwrap().to_string());
}

/// R11.3, R16.5: a browser that breaks its request off is no failure of upstream's: the report stays
/// open, and a browser that is still there learns of it.
#[tokio::test]
async fn a_broken_upload() {
    let upstream = service_fn(async |request: Request<BoxBody>| {
        text(request.into_body()).await?;
        Ok::<_, BoxError>(Response::new(full("")))
    });
    let ends = Ends::default();
    let response = exchange(layer(upstream, &ends), post(body(&[Give("half"), Break]))).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["connection"], "close");
    let ended = ends.one();
    assert_eq!(ended.end, End::Abandoned);
    assert_eq!((ended.report.status, ended.report.failure), (None, None));
}
