//! What a visitor reads when there is no answer of a canister to show: a status and plain text.

use super::resolve::Unresolved;
use crate::server::error::ApiError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use candid::Principal;
use ic_agent_gateway::AgentError;
use ic_agent_gateway::agent::{RejectCode, RejectResponse};
use ic_http_gateway::HttpGatewayError;

/// A page of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Failure {
    /// A failure with this status.
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// What went wrong between the gateway and this canister: 404 what is not there, 502 what the
    /// canister did wrong, 503 what may not be shown or what may pass.
    pub(super) fn of_canister(canister: Principal, error: &HttpGatewayError) -> Self {
        match error {
            HttpGatewayError::ResponseVerificationError(error) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                format!(
                    "the answer of canister {canister} is not certified as it must be, so it is not \
                     shown: {error}\nA host with `.raw` after the canister id shows it unverified."
                ),
            ),
            HttpGatewayError::AgentError(error) => Self::of_agent(canister, error),
            HttpGatewayError::HttpError(error) => Self::new(
                StatusCode::BAD_GATEWAY,
                format!("the answer of canister {canister} is not HTTP: {error}"),
            ),
            HttpGatewayError::HeaderValueParsingError { header_name, .. } => Self::new(
                StatusCode::BAD_REQUEST,
                format!("the request's header `{header_name}` is not plain text"),
            ),
        }
    }

    fn of_agent(canister: Principal, error: &AgentError) -> Self {
        let (AgentError::CertifiedReject { reject, .. }
        | AgentError::UncertifiedReject { reject, .. }) = error
        else {
            let message = format!("canister {canister} could not be asked: {error}");
            return Self::new(StatusCode::BAD_GATEWAY, message);
        };
        let RejectResponse {
            reject_code,
            reject_message,
            error_code,
        } = reject;
        let status = match reject_code {
            RejectCode::DestinationInvalid => StatusCode::NOT_FOUND,
            RejectCode::SysTransient => StatusCode::SERVICE_UNAVAILABLE,
            RejectCode::SysFatal | RejectCode::CanisterReject | RejectCode::CanisterError => {
                StatusCode::BAD_GATEWAY
            }
        };
        let code = error_code.as_deref().unwrap_or("no error code");
        let message = format!("canister {canister} did not answer: {reject_message} ({code})");
        Self::new(status, message)
    }
}

impl From<Unresolved> for Failure {
    fn from(error: Unresolved) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::new(error.status, error.message)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, format!("{}\n", self.message)).into_response()
    }
}
