//! HTTP/1.0, which some balancers speak unless they are told otherwise.

use axum::Json;
use axum::body::{HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// More than any script or answer of Fingerprint's.
const MOST: usize = 8 * 1024 * 1024;

/// R16.2: in HTTP/1.0 the end of the connection ends a body of unknown length, so a body that breaks off
/// would look whole. It is collected first, and has a length.
pub(crate) async fn collect(request: Request, next: Next) -> Response {
    let is_old = request.version() == Version::HTTP_10;
    let response = next.run(request).await;
    let body = response.body();
    // The length that HEAD is told, or is not, belongs to the body that GET would bring.
    if !is_old || body.is_end_stream() || body.size_hint().exact().is_some() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let whole = to_bytes(body, MOST).await.map(|bytes| Response::from_parts(parts, bytes.into()));
    whole.unwrap_or_else(|_| broken())
}

/// In the form of the gateway's own answers (R9.2), which nobody keeps.
fn broken() -> Response {
    let fields = [(CACHE_CONTROL, "no-store")];
    let error = json!({ "error": "the answer broke off, or was too long" });
    (StatusCode::INTERNAL_SERVER_ERROR, fields, Json(error)).into_response()
}
