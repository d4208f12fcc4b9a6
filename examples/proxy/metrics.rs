//! Counters of all exchanges (R11.3), on a listener of their own for Prometheus. On the site's
//! listener every path may be the integration's, and everyone on the Internet could read them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use firstparty::Report;
use firstparty::http::header::{ALLOW, CONTENT_TYPE};
use firstparty::http::{HeaderValue, Method, Request, Response, StatusCode};
use firstparty::report::Tally;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::time::sleep;

/// Where the counters are served.
pub(crate) const PATH: &str = "/metrics";

/// What was counted so far.
///
/// One lock serves all threads: it is held for a few additions per exchange, which is nothing beside
/// the exchange's own work. A tally for each thread, merged when it is read, would not be faster.
#[derive(Clone, Default)]
pub(crate) struct Counters(Arc<Mutex<Tally>>);

impl Counters {
    /// Counts an exchange that has ended.
    pub(crate) fn count(&self, report: Report) {
        self.lock().add(report);
    }

    pub(crate) fn read(&self) -> Tally {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves the counters for as long as the process lives, also while open exchanges come to their end.
pub(crate) async fn serve(listener: TcpListener, counters: Counters, head_limit: Duration) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_limit);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let counters = counters.clone();
        let service = service_fn(move |request| {
            let response = answer(&request, &counters);
            async move { Ok::<_, Infallible>(response) }
        });
        tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
    }
}

fn answer(request: &Request<Incoming>, counters: &Counters) -> Response<Full<Bytes>> {
    if request.uri().path() != PATH {
        return with_status(StatusCode::NOT_FOUND);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = with_status(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let mut response = Response::new(Full::from(counters.read().to_string()));
    let content_type = HeaderValue::from_static(Tally::CONTENT_TYPE);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn with_status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
