//! R16.2 and R16.3: bodies pass as they are, without their trailers.

use std::future::ready;
use std::pin::pin;
use std::sync::LazyLock;

use firstparty::http::{Request, Response, Version};
use firstparty_tower::BoxBody;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tower::service_fn;

use crate::support::Step::{Break, Give, Hang, Trailers};
use crate::support::text;
use crate::support::{
    Body, BoxError, Ends, Step, answering, body, exchange, full, get, layer, post, to_gateway,
};

/// What upstream gets of a body that a browser sends.
async fn uploaded(request: Request<Body>) -> Result<String, String> {
    let upstream = service_fn(async |request: Request<BoxBody>| {
        let got = text(request.into_body()).await;
        Ok::<_, BoxError>(
            Response::builder()
                .extension(Got(got.map_err(|error| error.to_string())))
                .body(full(""))
                .unwrap(),
        )
    });
    let response = exchange(layer(upstream, &Ends::default()), request).await;
    response.extensions().get::<Got>().unwrap().0.clone()
}

#[derive(Clone)]
struct Got(Result<String, String>);

/// What a browser gets of upstream's body.
async fn downloaded(steps: &'static [Step]) -> Result<String, String> {
    let upstream = answering(|| Response::new(body(steps)));
    let response = exchange(layer(upstream, &Ends::default()), get()).await;
    text(response.into_body()).await.map_err(|error| error.to_string())
}

/// R16.3: trailers are dropped, wherever they stand, in both directions.
#[tokio::test]
async fn trailers_are_dropped() {
    const STEPS: &[Step] = &[Trailers, Give("first, "), Trailers, Give("second"), Trailers];
    assert_eq!(uploaded(post(body(STEPS))).await.unwrap(), "first, second");
    assert_eq!(downloaded(STEPS).await.unwrap(), "first, second");
    assert_eq!(downloaded(&[Trailers]).await.unwrap(), "");
}

/// R16.2: a body that breaks off is an error, so that the other side can tell.
#[tokio::test]
async fn broken_bodies_break() {
    uploaded(post(body(&[Give("half"), Break]))).await.unwrap_err();
    downloaded(&[Give("half"), Break]).await.unwrap_err();
}

/// R16.2: data that is there passes before the body has ended.
#[tokio::test]
async fn bodies_are_streamed() {
    let upstream = service_fn(|request: Request<BoxBody>| {
        let echo = request.into_body().map_err(std::io::Error::other).boxed_unsync();
        ready(Ok::<_, BoxError>(Response::new(echo)))
    });
    let request = post(body(&[Give("first"), Hang]));
    let response = exchange(layer(upstream, &Ends::default()), request).await;
    let mut answer = pin!(response.into_body());
    let frame = answer.frame().await.unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "first");
}

/// R16.2: lengths that are known stay known, and no others are made up.
#[tokio::test]
async fn lengths_are_kept() {
    let upstream = service_fn(|request: Request<BoxBody>| {
        let hint = request.body().size_hint().exact();
        let facts = (hint, request.body().is_end_stream());
        ready(Ok::<_, BoxError>(Response::builder().extension(facts).body(full("12345")).unwrap()))
    });
    for (request, facts) in [
        (post(full("1234")), (Some(4_u64), false)),
        (post(full("")), (Some(0), true)),
        (post(body(&[Give("1234")])), (None, false)),
    ] {
        let response = exchange(layer(upstream, &Ends::default()), request).await;
        assert_eq!(response.extensions().get(), Some(&facts));
        assert_eq!(response.body().size_hint().exact(), Some(5));
        assert!(!response.body().is_end_stream());
    }
}

/// R9.4, RFC 9110 §8.6: the length of no content is not the length that GET would have, and a
/// framework must not write it into the head.
#[tokio::test]
async fn no_content_has_no_length() {
    let upstream = answering(|| Response::builder().status(304).body(full("")).unwrap());
    let response = exchange(layer(upstream, &Ends::default()), get()).await;
    assert!(response.body().is_end_stream());
    assert_eq!(response.body().size_hint().exact(), None);
}

/// R16.2: over HTTP/2 a reset without an error looks like the end. Upstream does not take the part for
/// the whole.
#[tokio::test]
async fn ends_that_are_none_are_errors() {
    let upload = |length: Option<&str>, version| {
        let mut request = post(body(&[Give("half")]));
        *request.version_mut() = version;
        if let Some(length) = length {
            request.headers_mut().insert("content-length", length.parse().unwrap());
        }
        uploaded(request)
    };
    for version in [Version::HTTP_2, Version::HTTP_11] {
        upload(Some("8"), version).await.unwrap_err();
        assert_eq!(upload(Some("4"), version).await.unwrap(), "half");
    }
    // This body never says that it has ended.
    upload(None, Version::HTTP_2).await.unwrap_err();
    assert_eq!(upload(None, Version::HTTP_11).await.unwrap(), "half");
    let mut request = post(full("whole"));
    *request.version_mut() = Version::HTTP_2;
    assert_eq!(uploaded(request).await.unwrap(), "whole");
}

/// R16.3: whatever head the client gives passes through the gateway.
#[tokio::test]
async fn every_head_is_completed() {
    for status in [103, 200, 304, 500] {
        let upstream = answering(move || {
            let response = Response::builder().status(status).header("alt-svc", "h3");
            response.header("x-kept", "1").body(full("")).unwrap()
        });
        let response = exchange(layer(upstream, &Ends::default()), get()).await;
        assert_eq!(response.status(), status);
        assert!(response.headers().get("alt-svc").is_none());
        assert_eq!(response.headers()["x-kept"], "1");
    }
}

/// R16.2: a body that has ended before all that its head has promised is broken, not nothing.
#[tokio::test]
async fn an_empty_body_may_be_too_short() {
    let upstream = service_fn(async |request: Request<BoxBody>| {
        let body = request.into_body();
        // A client would send the head alone otherwise, and wait.
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(5), false));
        text(body).await?;
        Ok::<_, BoxError>(Response::new(full("")))
    });
    let mut request = post(full(""));
    request.headers_mut().insert("content-length", "5".parse().unwrap());
    let response = exchange(layer(upstream, &Ends::default()), request).await;
    assert_eq!(response.status(), 400);
}

/// What HTTP/1.0 gets of upstream's body: status, length and content.
async fn to_http_1_0(
    method: &str,
    answer: fn() -> Body,
) -> (u16, Option<u64>, Result<String, String>) {
    let mut request = to_gateway(method, full(""));
    *request.version_mut() = Version::HTTP_10;
    let upstream = answering(move || Response::new(answer()));
    let response = exchange(layer(upstream, &Ends::default()), request).await;
    let (status, length) = (response.status().as_u16(), response.body().size_hint().exact());
    (status, length, text(response.into_body()).await.map_err(|error| error.to_string()))
}

/// R16.2: HTTP/1.0 gets every body with its length, since a cut one would look whole without.
#[tokio::test]
async fn http_1_0_is_told_every_length() {
    let answer = to_http_1_0("GET", || body(&[Give("first, "), Give("second"), Trailers])).await;
    assert_eq!(answer, (200, Some(13), Ok("first, second".to_owned())));
    // The length of what GET would bring is not known.
    assert_eq!(to_http_1_0("HEAD", || full("")).await, (200, None, Ok(String::new())));

    let (status, length, content) = to_http_1_0("GET", || body(&[Give("half"), Break])).await;
    let content = content.unwrap();
    assert_eq!((status, length), (500, Some(content.len() as u64)));
    assert_eq!(content, r#"{"error":"upstream did not speak HTTP as expected"}"#);
}

/// R16.2: what is collected for HTTP/1.0 has a limit.
#[tokio::test]
async fn http_1_0_gets_no_endless_body() {
    static PIECE: LazyLock<String> = LazyLock::new(|| "x".repeat(1024 * 1024));
    let most = to_http_1_0("GET", || body(&[Give(&PIECE); 8])).await;
    assert_eq!((most.0, most.1), (200, Some(8 * 1024 * 1024)));
    let more = to_http_1_0("GET", || body(&[Give(&PIECE); 9])).await;
    assert_eq!(
        (more.0, more.2.unwrap()),
        (500, r#"{"error":"the body was too large"}"#.to_owned())
    );
}
