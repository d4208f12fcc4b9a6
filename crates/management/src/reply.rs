//! The responses of the management function.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::deployment::DeploymentError;
use crate::error::UpdateError;

/// A response with a JSON body.
pub(super) fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The response to all callers that are not authorised, whatever the reason (R14.1).
pub(super) fn unauthorised() -> Response<Bytes> {
    json(StatusCode::UNAUTHORIZED, &json!({"status": "Token is not specified or not valid"}))
}

/// There is no such route (R14.2).
pub(super) fn not_found() -> Response<Bytes> {
    json(StatusCode::NOT_FOUND, &json!({"status": "Path not found"}))
}

/// The deployment settings are missing or not valid (R14.2).
pub(super) fn misconfigured(error: DeploymentError) -> Response<Bytes> {
    let status = "Wrong function configuration. Check environment variables for Lambda@Edge function and CloudFront Distribution id";
    json(StatusCode::INTERNAL_SERVER_ERROR, &json!({"status": status, "error": error.to_string()}))
}

/// The update succeeded, or was not required (R14.4, R14.5).
pub(super) fn updated(status: &str) -> Response<Bytes> {
    json(StatusCode::OK, &json!({"status": status}))
}

/// The update failed (R14.8).
pub(super) fn failed(error: UpdateError) -> Response<Bytes> {
    json(
        StatusCode::INTERNAL_SERVER_ERROR,
        &json!({"status": "Error occurred", "errorCode": error.code()}),
    )
}
