//! Endpoints of the protocol that are not there: each refuses by its name.

use crate::server::Server;
use crate::server::error::ApiError;
use axum::Router;
use axum::extract::OriginalUri;
use axum::http::Method;
use axum::routing::any;
use std::sync::Arc;

/// Below an instance.
const OF_INSTANCE: [&str; 7] = [
    "/read/get_canister_http",
    "/update/mock_canister_http",
    "/update/mock_flexible_canister_http",
    "/update/canister_snapshot_download",
    "/update/canister_snapshot_upload",
    "/update/delete_subnet",
    "/_/dashboard",
];

/// Of the server. Nothing here is ever started in the background, so there is no graph to read.
const GLOBAL: [&str; 3] = [
    "/verify_signature",
    "/read_graph/{label}/{operation}",
    "/prune_graph/{label}/{operation}",
];

/// Routes below `/instances/{id}`.
pub(crate) fn of_instance() -> Router<Arc<Server>> {
    refusing(&OF_INSTANCE)
}

/// Routes elsewhere.
pub(crate) fn global() -> Router<Arc<Server>> {
    refusing(&GLOBAL)
}

fn refusing(paths: &[&str]) -> Router<Arc<Server>> {
    paths.iter().fold(Router::new(), |router, path| {
        router.route(path, any(refuse))
    })
}

async fn refuse(method: Method, OriginalUri(uri): OriginalUri) -> ApiError {
    ApiError::not_supported(format!("the endpoint {method} {}", uri.path()))
}
