//! Making, listing and stopping HTTP gateways.

use crate::server::Server;
use crate::server::error::{ApiError, creation};
use crate::server::extract::{Body, Id};
use crate::server::gateway::Bound;
use crate::server::wire::{GatewayDetails, GatewayInfo, GatewayRequest};
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize)]
enum Creation {
    Created(GatewayInfo),
}

/// Routes below `/http_gateway`.
pub(crate) fn all() -> Router<Arc<Server>> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/{id}/stop", post(stop))
}

/// `POST /http_gateway`
async fn create(
    State(server): State<Arc<Server>>,
    body: Result<Body<GatewayRequest>, ApiError>,
) -> Response {
    creation(try_create(&server, body).await)
}

async fn try_create(
    server: &Arc<Server>,
    body: Result<Body<GatewayRequest>, ApiError>,
) -> Result<Creation, ApiError> {
    let Body(request) = body?;
    let (plan, instance) = request.into_plan()?;
    let bound = Bound::new(plan).await?;
    bound.serve(server, instance).await.map(Creation::Created)
}

/// `GET /http_gateway`
async fn list(State(server): State<Arc<Server>>) -> Json<Vec<GatewayDetails>> {
    Json(server.gateways.list())
}

/// `POST /http_gateway/{id}/stop`: answers once the port is free
async fn stop(State(server): State<Arc<Server>>, Id(id): Id) -> Result<Json<()>, ApiError> {
    server.gateways.stop(id).await.map(Json)
}
