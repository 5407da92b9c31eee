//! Which path does what.

mod api;
mod blobs;
mod gateways;
mod instances;
mod live;
mod read;
mod unsupported;
mod update;

use super::Server;
use super::error::ApiError;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{delete, get, post};
use std::sync::Arc;
use tower_http::cors::CorsLayer;
use tower_http::normalize_path::NormalizePath;

/// Bodies of JSON. The biggest sensible one is an ingress message of 3.5 MiB in base64; clients
/// may want to see how a bigger one is refused.
const MAX_JSON_BYTES: usize = 64 << 20;

/// Uploads to the blob store.
const MAX_BLOB_BYTES: usize = 1 << 30;

/// Everything the server answers, with and without a slash at the end of the path.
pub(crate) fn app(server: Arc<Server>) -> NormalizePath<Router> {
    let router = Router::new()
        .nest("/instances", instances())
        .route(
            "/blobstore",
            post(blobs::put).layer(DefaultBodyLimit::max(MAX_BLOB_BYTES)),
        )
        .route("/blobstore/{blob}", get(blobs::get))
        .nest("/http_gateway", gateways::all())
        .merge(unsupported::global())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_JSON_BYTES))
        .layer(middleware::from_fn_with_state(server.clone(), count))
        .with_state(server);
    NormalizePath::trim_trailing_slash(router)
}

/// Below `/instances`; pages from anywhere may read them.
fn instances() -> Router<Arc<Server>> {
    let one = Router::new()
        .route("/", delete(instances::delete))
        .route("/read/topology", get(read::topology))
        .route("/_/topology", get(read::topology))
        .route("/read/pub_key", post(read::public_key))
        .route("/read/get_time", get(read::time))
        .route("/read/get_cycles", post(read::cycles))
        .route("/read/get_controllers", post(read::controllers))
        .route("/read/get_subnet", post(read::subnet))
        .route("/read/get_stable_memory", post(read::stable_memory))
        .route("/read/ingress_status", post(read::ingress_status))
        .route("/read/query", post(read::query))
        .route("/update/tick", post(update::tick))
        .route("/update/set_time", post(update::set_time))
        .route(
            "/update/set_certified_time",
            post(update::set_certified_time),
        )
        .route("/update/add_cycles", post(update::add_cycles))
        .route("/update/set_stable_memory", post(update::set_stable_memory))
        .route("/update/submit_ingress_message", post(update::submit))
        .route("/update/await_ingress_message", post(update::await_ingress))
        .route("/auto_progress", get(live::status).post(live::start))
        .route("/stop_progress", post(live::stop))
        .merge(api::of_instance())
        .merge(unsupported::of_instance());
    Router::new()
        .route("/", get(instances::list).post(instances::create))
        .nest("/{id}", one)
        // Before the layer: it answers a browser's OPTIONS in front of this.
        .method_not_allowed_fallback(wrong_method)
        .layer(CorsLayer::permissive())
}

/// Keeps the time to live from running while a request is under way.
async fn count(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let _pending = server.activity.begin();
    next.run(request).await
}

async fn unknown(request: Request) -> ApiError {
    ApiError::not_found(format!(
        "there is no endpoint {} {}",
        request.method(),
        request.uri().path()
    ))
}

async fn wrong_method(method: Method, request: Request) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{method} is not a method of {}", request.uri().path()),
    )
}

#[cfg(test)]
mod tests;
