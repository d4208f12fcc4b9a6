//! What Prometheus asks for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use firstparty::Report;
use firstparty::report::Tally;

/// Counters of all exchanges, shared by all clones.
#[derive(Clone, Default)]
pub(crate) struct Counters(Arc<Mutex<Tally>>);

impl Counters {
    pub(crate) fn count(&self, report: Report) {
        self.tally().add(report);
    }

    pub(crate) fn page(self) -> Router {
        let page = async move || ([(CONTENT_TYPE, Tally::CONTENT_TYPE)], self.tally().to_string());
        Router::new().route("/metrics", get(page))
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
