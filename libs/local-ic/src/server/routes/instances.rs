//! Making, listing and deleting instances.

use crate::server::Server;
use crate::server::error::ApiError;
use crate::server::extract::{Body, Id};
use crate::server::registry::InstanceId;
use crate::server::wire::{InstanceRequest, TopologyAnswer};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize)]
enum Creation {
    Created {
        instance_id: InstanceId,
        topology: Box<TopologyAnswer>,
        /// Always null: there is no gateway yet.
        http_gateway_info: Option<()>,
    },
}

/// `POST /instances`
pub(crate) async fn create(
    State(server): State<Arc<Server>>,
    body: Result<Body<InstanceRequest>, ApiError>,
) -> Response {
    match try_create(&server, body).await {
        Ok(created) => (StatusCode::CREATED, Json(created)).into_response(),
        Err(error) => error.into_creation_response(),
    }
}

async fn try_create(
    server: &Server,
    body: Result<Body<InstanceRequest>, ApiError>,
) -> Result<Creation, ApiError> {
    let Body(request) = body?;
    let (instance_id, topology) = server.registry.create(request.into_plan()?).await?;
    Ok(Creation::Created {
        instance_id,
        topology: Box::new(topology.into()),
        http_gateway_info: None,
    })
}

/// `GET /instances`
pub(crate) async fn list(State(server): State<Arc<Server>>) -> Json<Vec<&'static str>> {
    Json(server.registry.states())
}

/// `DELETE /instances/{id}`
pub(crate) async fn delete(
    State(server): State<Arc<Server>>,
    Id(id): Id,
) -> Result<Json<()>, ApiError> {
    server.registry.delete(id).await.map(Json)
}
