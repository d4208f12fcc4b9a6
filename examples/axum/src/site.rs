//! The application's own routes: a page and some JSON.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/", get(Html("<!doctype html><title>Site</title><h1>The site</h1>")))
        .route("/api/time", get(time))
}

async fn time() -> Json<Value> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Json(json!({ "unix": now.as_secs() }))
}
