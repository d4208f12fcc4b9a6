//! R16.4 and R16.5: no wait lasts for ever, and each is charged to the side that caused it.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use firstparty::Failure;
use firstparty::http::{Request, Response, Version};
use firstparty_tower::{BoxBody, End, Ended, FirstPartyLayer, Gateways};
use tokio::time::Instant;
use tower::service_fn;

use crate::support::Step::{self, Give, Hang, Rest};
use crate::support::{
    Body, BoxError, Client, Ends, answering, body, exchange, full, gateway, get, layer, post, text,
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// An upstream that reads the request and answers after a while.
fn reading(then: Duration) -> impl Client {
    service_fn(move |request: Request<BoxBody>| async move {
        let got = text(request.into_body()).await?;
        tokio::time::sleep(then).await;
        Ok::<_, BoxError>(Response::new(full(if got.is_empty() { "nothing" } else { "read" })))
    })
}

/// The status of the answer, how long it took in seconds, and the end of the exchange.
async fn outcome(upstream: impl Client, request: Request<Body>) -> (u16, u64, Ended) {
    let (ends, begin) = (Ends::default(), Instant::now());
    let response = exchange(layer(upstream, &ends), request).await;
    let (status, took) = (response.status().as_u16(), begin.elapsed().as_secs());
    let _ = text(response.into_body()).await;
    (status, took, ends.one())
}

/// R16.4: upstream has fifteen seconds for its head, and one that takes less has not failed.
#[tokio::test(start_paused = true)]
async fn no_first_byte() {
    let (status, took, ended) = outcome(reading(seconds(16)), get()).await;
    assert_eq!((status, took), (500, 15));
    assert_eq!(ended.report.failure, Some(Failure::Timeout));
    let (status, took, ended) = outcome(reading(seconds(14)), get()).await;
    assert_eq!((status, took), (200, 14));
    assert_eq!(ended.report.failure, None);
}

/// R16.5: the time in which the browser uploads is not upstream's.
#[tokio::test(start_paused = true)]
async fn an_upload_may_be_slow() {
    const STEPS: [Step; 8] = [
        Give("a"),
        Rest(seconds(9)),
        Give("b"),
        Rest(seconds(9)),
        Give("c"),
        Rest(seconds(9)),
        Give("d"),
        Rest(seconds(9)),
    ];
    let (status, took, _) = outcome(reading(seconds(14)), post(body(&STEPS))).await;
    assert_eq!((status, took), (200, 36 + 14));
    let (status, took, ended) = outcome(reading(seconds(16)), post(body(&STEPS))).await;
    assert_eq!((status, took), (500, 36 + 15));
    assert_eq!(ended.report.failure, Some(Failure::Timeout));
}

/// R16.5: a browser that falls silent is answered 408, and that is no failure of upstream's. Whatever
/// it was that the timer was set for.
#[tokio::test(start_paused = true)]
async fn a_browser_falls_silent() {
    for (rest, took) in [(0, 10), (1, 11), (9, 19)] {
        let steps = [Give("a"), Rest(seconds(rest)), Give("b"), Hang];
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            let mut request = post(body(&steps));
            *request.version_mut() = version;
            let ends = Ends::default();
            let begin = Instant::now();
            let response = exchange(layer(reading(seconds(1)), &ends), request).await;
            assert_eq!((response.status().as_u16(), begin.elapsed().as_secs()), (408, took));
            // HTTP/2 has no such field (RFC 9113 §8.2.2).
            assert_eq!(response.headers().contains_key("connection"), version < Version::HTTP_2);
            text(response.into_body()).await.unwrap();
            let ended = ends.one();
            assert_eq!(ended.report.cause.unwrap().name(), "upload_timeout");
            assert_eq!((ended.report.status, ended.report.failure), (Some(408), None));
        }
    }
}

/// R16.4, R16.5: the limit for silence is kept, too, if the timer was set for upstream's by then.
#[tokio::test(start_paused = true)]
async fn a_browser_falls_silent_late() {
    let upstream = service_fn(|request: Request<BoxBody>| async move {
        tokio::time::sleep(seconds(2)).await;
        text(request.into_body()).await?;
        Ok::<_, BoxError>(Response::new(full("read")))
    });
    let (status, took, _) = outcome(upstream, post(body(&[Give("a"), Hang]))).await;
    assert_eq!((status, took), (408, 2 + 10));
}

/// R16.4: an upstream that does not take the request has failed, however much the browser sends.
#[tokio::test(start_paused = true)]
async fn an_upstream_stops_reading() {
    let upstream = service_fn(|request: Request<BoxBody>| async move {
        let _unread = request;
        pending::<Result<Response<Body>, BoxError>>().await
    });
    let request = post(body(&[Give("a"), Give("b"), Hang]));
    let (status, took, ended) = outcome(upstream, request).await;
    assert_eq!((status, took), (500, 15));
    assert_eq!(ended.report.failure, Some(Failure::Timeout));
}

/// R16.4: a client that does not become ready is upstream's matter, too.
#[tokio::test(start_paused = true)]
async fn a_client_is_never_ready() {
    let (status, took, ended) = outcome(crate::routes::Busy, get()).await;
    assert_eq!((status, took), (500, 15));
    assert_eq!(ended.report.failure, Some(Failure::Timeout));
}

/// R16.2, R16.4: an answer that stands still is cut; one that rests is not.
#[tokio::test(start_paused = true)]
async fn a_silent_answer_is_cut() {
    const CASES: [(&[Step], End); 2] = [
        (&[Give("a"), Rest(seconds(9)), Give("b"), Rest(seconds(9)), Give("c")], End::Complete),
        (&[Give("a"), Rest(seconds(9)), Give("b"), Hang], End::Cut),
    ];
    for (steps, end) in CASES {
        let upstream = answering(move || Response::new(body(steps)));
        let begin = Instant::now();
        let (status, _, ended) = outcome(upstream, get()).await;
        assert_eq!((status, ended.end), (200, end));
        assert_eq!(begin.elapsed().as_secs(), if end == End::Cut { 19 } else { 18 });
        assert_eq!(ended.report.failure, None);
    }
}

/// R16.4: HTTP/1.0 gets its answer whole, however long that takes, and none that stands still.
#[tokio::test(start_paused = true)]
async fn an_answer_to_http_1_0_is_collected() {
    const REST: Step = Rest(seconds(9));
    for (steps, expected) in [
        (&[Give("a"), REST, Give("b"), REST, Give("c")], (200, 18)),
        (&[Give("a"), REST, Give("b"), REST, Hang], (500, 9 + 10)),
    ] {
        let mut request = get();
        *request.version_mut() = Version::HTTP_10;
        let upstream = answering(move || Response::new(body(steps)));
        let (status, took, ended) = outcome(upstream, request).await;
        assert_eq!((status, took), expected);
        assert_eq!(ended.report.failure, (status == 500).then_some(Failure::Timeout));
    }
}

/// R16.5: an answer may wait for the rest of the request, and then it is the browser who was silent.
#[tokio::test(start_paused = true)]
async fn an_answer_waits_for_its_request() {
    let echo = service_fn(|request: Request<BoxBody>| async move {
        Ok::<_, BoxError>(Response::new(request.into_body()))
    });
    let ends = Ends::default();
    let steps = [Give("a"), Rest(seconds(11)), Give("b")];
    let response = exchange(layer(echo, &ends), post(body(&steps))).await;
    text(response.into_body()).await.unwrap_err();
    assert_eq!(ends.one().end, End::Abandoned);
}

/// R16.4: the limits are choices, and none is too long for the clock.
#[tokio::test(start_paused = true)]
async fn other_limits() {
    let begin = Instant::now();
    let short = FirstPartyLayer::new(Gateways::new(gateway()), reading(seconds(4)))
        .first_byte_timeout(seconds(3))
        .idle_timeout(seconds(2));
    assert_eq!(exchange(short.clone(), get()).await.status(), 500);
    assert_eq!(begin.elapsed(), seconds(3));
    assert_eq!(exchange(short, post(body(&[Hang]))).await.status(), 408);
    assert_eq!(begin.elapsed(), seconds(3 + 2));
    let long = FirstPartyLayer::new(Gateways::new(gateway()), reading(seconds(4)))
        .first_byte_timeout(Duration::MAX)
        .idle_timeout(Duration::MAX);
    assert_eq!(exchange(long, post(body(&[Rest(seconds(100))]))).await.status(), 200);
}

/// R16.4: even a limit of nothing is waited for, not asked again and again.
#[tokio::test(start_paused = true)]
async fn a_limit_of_nothing_does_not_spin() {
    let limits = [Duration::ZERO, Duration::from_millis(20)];
    for (first_byte, idle) in [(limits[1], limits[0]), (limits[0], limits[1])] {
        let polls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&polls);
        let upstream = service_fn(move |request: Request<BoxBody>| {
            let (polls, mut upload) = (Arc::clone(&counter), Box::pin(text(request.into_body())));
            poll_fn(move |cx| {
                assert!(polls.fetch_add(1, Ordering::Relaxed) < 100, "it spins");
                upload.as_mut().poll(cx).map(|_| Ok::<_, BoxError>(Response::new(full("read"))))
            })
        });
        let layer = FirstPartyLayer::new(Gateways::new(gateway()), upstream)
            .first_byte_timeout(first_byte)
            .idle_timeout(idle);
        assert_eq!(exchange(layer, post(body(&[Hang]))).await.status(), 408);
        assert!(polls.load(Ordering::Relaxed) > 0);
    }
}
