//! R16.6: each exchange is told of exactly once, when its end is known.

use std::future::{pending, ready};
use std::pin::pin;
use std::time::Duration;

use firstparty::http::{Request, Response};
use firstparty_tower::{BoxBody, End};
use http_body_util::BodyExt;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::yield_now;
use tokio::time::timeout;
use tower::service_fn;

use crate::support::Step::{Break, Give, Hang};
use crate::support::{
    Body, BoxError, Ends, Step, answering, body, exchange, full, get, layer, post, text, to_gateway,
};

/// R16.6: at the end of the answer, with upstream's status.
#[tokio::test]
async fn complete_answers() {
    for (index, answer) in
        [full("known"), body(&[Give("unknown")]), full("")].into_iter().enumerate()
    {
        let ends = Ends::default();
        let answer = std::sync::Arc::new(std::sync::Mutex::new(Some(answer)));
        let upstream = answering(move || {
            Response::builder().status(403).body(answer.lock().unwrap().take().unwrap()).unwrap()
        });
        let response = exchange(layer(upstream, &ends), post(full(""))).await;
        // Nobody reads what is known to be nothing.
        assert_eq!(ends.all().len(), usize::from(index == 2));
        text(response.into_body()).await.unwrap();
        let ended = ends.one();
        assert_eq!((ended.report.status, ended.end), (Some(403), End::Complete));
        assert!(ended.report.secret_suspect);
    }
}

/// R16.6: a server does not ask again after the last byte of a known length.
#[tokio::test]
async fn known_lengths_end_with_their_last_byte() {
    let ends = Ends::default();
    let response = exchange(layer(answering(|| Response::new(full("known"))), &ends), get()).await;
    let mut answer = pin!(response.into_body());
    answer.frame().await.unwrap().unwrap();
    assert_eq!(ends.one().end, End::Complete);
}

/// R16.6: an answer without content is complete, though its body does not tell, and nobody asks it.
#[tokio::test]
async fn answers_without_content() {
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let ends = Ends::default();
        let upstream =
            answering(move || Response::builder().status(status).body(body(&[])).unwrap());
        let response = exchange(layer(upstream, &ends), to_gateway(method, full(""))).await;
        drop(response);
        assert_eq!(ends.one().end, End::Complete, "{method} {status}");
    }
}

/// R16.6: an answer that breaks off was cut, one that is dropped was abandoned.
#[tokio::test]
async fn incomplete_answers() {
    const CASES: [(&[Step], End); 2] =
        [(&[Give("half"), Break], End::Cut), (&[Give("half"), Hang], End::Abandoned)];
    for (steps, end) in CASES {
        let ends = Ends::default();
        let upstream = answering(move || Response::new(body(steps)));
        let response = exchange(layer(upstream, &ends), get()).await;
        {
            let mut answer = pin!(response.into_body());
            answer.frame().await.unwrap().unwrap();
            assert!(ends.all().is_empty());
            if end == End::Cut {
                answer.frame().await.unwrap().unwrap_err();
            }
        }
        assert_eq!((ends.one().report.status, ends.one().end), (Some(200), end));
    }
}

/// R11.3: a browser that leaves while upstream is asked leaves the report open.
#[tokio::test]
async fn abandoned_requests() {
    let ends = Ends::default();
    let upstream = service_fn(|_: Request<BoxBody>| pending::<Result<Response<Body>, BoxError>>());
    drop(Box::pin(exchange(layer(upstream, &ends), get())));
    assert!(ends.all().is_empty(), "it had not begun");
    {
        let mut asked = pin!(exchange(layer(upstream, &ends), get()));
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(asked.as_mut().poll(&mut cx).is_pending());
    }
    let ended = ends.one();
    assert_eq!((ended.report.status, ended.report.failure), (None, None));
    assert_eq!(ended.end, End::Abandoned);
}

/// R11.1: answers of the gateway's own are told of, too.
#[tokio::test]
async fn own_answers() {
    for (method, cause) in [("CONNECT", "method_not_forwarded"), ("TRACE", "method_not_forwarded")]
    {
        let ends = Ends::default();
        let upstream = answering(|| unreachable!("nothing is forwarded"));
        let response = exchange(layer(upstream, &ends), to_gateway(method, full(""))).await;
        assert_eq!(response.status(), 405);
        text(response.into_body()).await.unwrap();
        assert_eq!(ends.one().report.cause.unwrap().name(), cause);
        assert_eq!(ends.one().end, End::Complete);
    }
}

/// R16.2: an upload that nobody wants any more ends with its exchange, and does not wait for the
/// browser.
#[tokio::test(start_paused = true)]
async fn uploads_end_with_their_exchange() {
    let (sender, mut uploads) = unbounded_channel();
    let upstream = service_fn(move |request: Request<BoxBody>| {
        sender.send(tokio::spawn(text(request.into_body()))).unwrap();
        let response = Response::builder().status(413).body(full("too large"));
        ready(Ok::<_, BoxError>(response.unwrap()))
    });
    let request = post(body(&[Give("half"), Hang]));
    let response = exchange(layer(upstream, &Ends::default()), request).await;
    // Now the upload waits for the browser.
    yield_now().await;
    assert_eq!(text(response.into_body()).await.unwrap(), "too large");
    // The clock jumps, so an upload that goes on waiting fails at once.
    let upload = timeout(Duration::from_secs(1), uploads.recv().await.unwrap()).await;
    upload.unwrap().unwrap().unwrap_err();
}

/// R16.2, R11.3: if a browser breaks its request off and its answer breaks off for that, it has left.
#[tokio::test]
async fn a_broken_upload_is_why_an_early_answer_is_cut() {
    let upstream = service_fn(|request: Request<BoxBody>| {
        let echo = request.into_body().map_err(std::io::Error::other).boxed_unsync();
        ready(Ok::<_, BoxError>(Response::new(echo)))
    });
    let ends = Ends::default();
    let response = exchange(layer(upstream, &ends), post(body(&[Give("half"), Break]))).await;
    text(response.into_body()).await.unwrap_err();
    assert_eq!(ends.one().end, End::Abandoned);
}
