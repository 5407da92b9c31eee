//! Making, listing and deleting instances.

use crate::server::Server;
use crate::server::error::{ApiError, creation};
use crate::server::extract::{Body, Id};
use crate::server::gateway::Bound;
use crate::server::registry::InstanceId;
use crate::server::wire::{GatewayInfo, InstanceRequest, TopologyAnswer};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize)]
enum Creation {
    Created {
        instance_id: InstanceId,
        topology: Box<TopologyAnswer>,
        http_gateway_info: Option<GatewayInfo>,
    },
}

/// `POST /instances`
pub(crate) async fn create(
    State(server): State<Arc<Server>>,
    body: Result<Body<InstanceRequest>, ApiError>,
) -> Response {
    creation(try_create(&server, body).await)
}

async fn try_create(
    server: &Arc<Server>,
    body: Result<Body<InstanceRequest>, ApiError>,
) -> Result<Creation, ApiError> {
    let Body(request) = body?;
    let mut plan = request.into_plan()?;
    // The port first: that it is taken is the likeliest of all errors.
    let bound = match plan.gateway.take() {
        Some(gateway) => Some(Bound::new(gateway).await?),
        None => None,
    };
    let (instance_id, topology) = server.registry.create(plan).await?;
    let http_gateway_info = match bound {
        None => None,
        Some(bound) => match bound.serve(server, instance_id).await {
            Ok(info) => Some(info),
            Err(error) => {
                server.registry.delete(instance_id).await?;
                return Err(error);
            }
        },
    };
    Ok(Creation::Created {
        instance_id,
        topology: Box::new(topology.into()),
        http_gateway_info,
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
    server.gateways.stop_of(id).await;
    server.registry.delete(id).await.map(Json)
}
