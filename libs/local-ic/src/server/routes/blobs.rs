//! The blob store.

use crate::server::Server;
use crate::server::blobs::BlobId;
use crate::server::error::ApiError;
use crate::server::extract::Raw;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `POST /blobstore`: the id as hex text
pub(crate) async fn put(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Raw(bytes): Raw,
) -> Result<String, ApiError> {
    let gzip = match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => false,
        Some(b"gzip") => true,
        Some(_) => {
            return Err(ApiError::bad_request(
                "content-encoding must be gzip or absent",
            ));
        }
    };
    server.blobs.put(bytes[..].into(), gzip).map(hex::encode)
}

/// `GET /blobstore/{blob}`: the bytes as uploaded
pub(crate) async fn get(
    State(server): State<Arc<Server>>,
    Path(hex): Path<String>,
) -> Result<Response, ApiError> {
    let mut id = BlobId::default();
    hex::decode_to_slice(&hex, &mut id)
        .map_err(|error| ApiError::bad_request(format!("`{hex}` is not a blob id: {error}")))?;
    let blob = server.blobs.get(&id)?;
    let bytes = Bytes::from_owner(blob.bytes);
    Ok(if blob.gzip {
        ([(CONTENT_ENCODING, "gzip")], bytes).into_response()
    } else {
        bytes.into_response()
    })
}
