//! Refusals: a status and a message, in the shape that clients read.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use std::fmt::Display;

/// Why a request was refused. Clients panic with the message, so it has to tell a test's author
/// what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ApiError {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The text.
    pub(crate) message: String,
}

impl ApiError {
    /// A refusal with this status.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// 400: the request is wrong, or does not fit the instance's state.
    pub(crate) fn bad_request(message: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message.to_string())
    }

    /// 403: this caller may not.
    pub(crate) fn forbidden(message: impl Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, message.to_string())
    }

    /// 404: no such instance, blob, endpoint.
    pub(crate) fn not_found(message: impl Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, message.to_string())
    }

    /// 500: our own fault, or the machine's.
    pub(crate) fn internal(message: impl Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message.to_string())
    }

    /// 501: part of the protocol, but not of this server.
    pub(crate) fn not_supported(what: impl Display) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            format!("local-ic does not support {what} yet"),
        )
    }
}

/// The answer of the two endpoints that create something: their clients look only at the body.
pub(crate) fn creation(created: Result<impl Serialize, ApiError>) -> Response {
    match created {
        Ok(created) => (StatusCode::CREATED, axum::Json(created)).into_response(),
        Err(error) => {
            let body = json!({ "Error": { "message": error.message } });
            (error.status, axum::Json(body)).into_response()
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "message": self.message });
        (self.status, axum::Json(body)).into_response()
    }
}
