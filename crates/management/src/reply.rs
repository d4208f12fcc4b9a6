//! Responses of the management function. One place decides status and body of each.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::error::UpdateError;
use crate::settings::DeploymentError;

/// A response with a JSON body.
pub(super) fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// R14.1: the one response to everyone who is not authorised, for whatever reason.
pub(super) fn unauthorised() -> Response<Bytes> {
    json(StatusCode::UNAUTHORIZED, &json!({"status": "Token is not specified or not valid"}))
}

/// R14.2: no such route.
pub(super) fn not_found() -> Response<Bytes> {
    json(StatusCode::NOT_FOUND, &json!({"status": "Path not found"}))
}

/// R14.2: the deployment settings are missing.
pub(super) fn misconfigured(error: DeploymentError) -> Response<Bytes> {
    let status = "Wrong function configuration. Check environment variables for Lambda@Edge function and CloudFront Distribution id";
    json(StatusCode::INTERNAL_SERVER_ERROR, &json!({"status": status, "error": error.to_string()}))
}

/// R14.4, R14.5: the update succeeded, or there was nothing to do.
pub(super) fn updated(status: &str) -> Response<Bytes> {
    json(StatusCode::OK, &json!({"status": status}))
}

/// R14.8: the update failed.
pub(super) fn failed(error: UpdateError) -> Response<Bytes> {
    json(
        StatusCode::INTERNAL_SERVER_ERROR,
        &json!({"status": "Error occurred", "errorCode": error.code()}),
    )
}
