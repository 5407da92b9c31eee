//! What handlers take from requests, with refusals in our shape instead of axum's.

use super::Server;
use super::error::ApiError;
use super::instance::Instance;
use super::registry::InstanceId;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The id in the path, whether or not there is such an instance.
pub(crate) struct Id(pub(crate) InstanceId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(ApiError::bad_request)?;
        let text = params
            .iter()
            .find_map(|(name, value)| (name == "id").then_some(value))
            .unwrap_or_default();
        text.parse()
            .map(Id)
            .map_err(|_| ApiError::bad_request(format!("`{text}` is not an instance id")))
    }
}

/// The instance that the path names.
pub(crate) struct Of(pub(crate) Arc<Instance>);

impl FromRequestParts<Arc<Server>> for Of {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, ApiError> {
        let Id(id) = Id::from_request_parts(parts, server).await?;
        server.registry.get(id).map(Of)
    }
}

/// The body as it came.
pub(crate) struct Raw(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Bytes::from_request(request, state)
            .await
            .map(Raw)
            .map_err(|error| ApiError::new(error.status(), error.body_text()))
    }
}

/// The body as JSON, whatever its content type says.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let path = request.uri().path().to_owned();
        let Raw(bytes) = Raw::from_request(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(Body)
            .map_err(|error| ApiError::bad_request(format!("{path}: bad request body: {error}")))
    }
}
