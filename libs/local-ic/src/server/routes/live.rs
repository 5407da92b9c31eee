//! Automatic progress.

use crate::server::error::ApiError;
use crate::server::extract::{Body, Of};
use crate::server::wire::AutoProgress;
use axum::Json;

/// `GET auto_progress`
pub(crate) async fn status(Of(instance): Of) -> Json<bool> {
    Json(instance.makes_progress().await)
}

/// `POST auto_progress`: answers once the certified time is now
pub(crate) async fn start(
    Of(instance): Of,
    Body(config): Body<AutoProgress>,
) -> Result<Json<()>, ApiError> {
    instance.start_progress(config.delay()).await.map(Json)
}

/// `POST stop_progress`: answers once no more round comes by itself
pub(crate) async fn stop(Of(instance): Of) -> Json<()> {
    instance.stop_progress().await;
    Json(())
}
