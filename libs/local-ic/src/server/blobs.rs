//! The blob store: bytes that clients upload first and then refer to by their SHA-256.

use super::error::ApiError;
use axum::http::StatusCode;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All blobs together may have this size.
const MAX_STORED_BYTES: usize = 4 << 30;

/// A compressed blob may inflate to this size.
const MAX_INFLATED_BYTES: u64 = 4 << 30;

/// SHA-256 of a blob as uploaded.
pub(crate) type BlobId = [u8; 32];

/// A blob as uploaded.
#[derive(Clone, Debug)]
pub(crate) struct StoredBlob {
    /// The bytes, compressed if `gzip`.
    pub(crate) bytes: Arc<[u8]>,
    /// Whether they are a gzip of what is meant.
    pub(crate) gzip: bool,
}

impl StoredBlob {
    /// What is meant: the uncompressed bytes.
    pub(crate) fn contents(&self) -> Result<Vec<u8>, ApiError> {
        if !self.gzip {
            return Ok(self.bytes.to_vec());
        }
        let mut contents = Vec::new();
        MultiGzDecoder::new(&self.bytes[..])
            .take(MAX_INFLATED_BYTES + 1)
            .read_to_end(&mut contents)
            .map_err(|error| ApiError::bad_request(format!("the blob is not gzip: {error}")))?;
        if contents.len() as u64 > MAX_INFLATED_BYTES {
            return Err(ApiError::bad_request(format!(
                "the blob inflates to more than {MAX_INFLATED_BYTES} bytes"
            )));
        }
        Ok(contents)
    }
}

/// See the module's documentation. Blobs stay until the server ends.
#[derive(Debug, Default)]
pub(crate) struct Blobs(Mutex<Store>);

#[derive(Debug, Default)]
struct Store {
    by_id: HashMap<BlobId, StoredBlob>,
    bytes: usize,
}

impl Blobs {
    /// Keeps a blob. The same bytes take room once; the last upload says whether they are gzip.
    pub(crate) fn put(&self, bytes: Arc<[u8]>, gzip: bool) -> Result<BlobId, ApiError> {
        let id = Sha256::digest(&bytes).into();
        let mut store = self.store();
        let size = bytes.len();
        let known = store.by_id.contains_key(&id);
        if !known && store.bytes + size > MAX_STORED_BYTES {
            return Err(ApiError::new(
                StatusCode::INSUFFICIENT_STORAGE,
                format!("the blob store is full: it holds at most {MAX_STORED_BYTES} bytes"),
            ));
        }
        store.by_id.insert(id, StoredBlob { bytes, gzip });
        if !known {
            store.bytes += size;
        }
        Ok(id)
    }

    /// The blob with this id.
    pub(crate) fn get(&self, id: &BlobId) -> Result<StoredBlob, ApiError> {
        self.store()
            .by_id
            .get(id)
            .cloned()
            .ok_or_else(|| ApiError::not_found(format!("there is no blob {}", hex::encode(id))))
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // Nothing leaves it half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
