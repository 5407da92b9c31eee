//! The directory in which an instance's state is kept between servers.

use super::error::ApiError;
use local_ic::ic::Ic;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// A state directory that this server, and nobody else, uses until the value is dropped.
#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    /// The directory itself, locked: a lock file would be one more thing to clean up.
    _lock: File,
}

impl StateDir {
    /// Makes the directory if need be and takes it. It must be empty or hold a state of ours.
    pub(crate) fn take(path: &Path) -> Result<Self, ApiError> {
        let shown = path.display();
        fs::create_dir_all(path)
            .map_err(|error| ApiError::bad_request(format!("state directory {shown}: {error}")))?;
        let lock = File::open(path)
            .map_err(|error| ApiError::bad_request(format!("state directory {shown}: {error}")))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => ApiError::bad_request(format!(
                "state directory {shown} is in use by another instance; delete that one first"
            )),
            TryLockError::Error(error) => {
                ApiError::internal(format!("cannot lock state directory {shown}: {error}"))
            }
        })?;
        let taken = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        if !taken.holds_state() && !taken.is_empty()? {
            return Err(ApiError::bad_request(format!(
                "state directory {shown} is not empty, but holds no state of local-ic"
            )));
        }
        Ok(taken)
    }

    /// Whether there is a state to go on from.
    pub(crate) fn holds_state(&self) -> bool {
        Ic::holds_state(&self.path)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn is_empty(&self) -> Result<bool, ApiError> {
        let mut entries = fs::read_dir(&self.path).map_err(|error| {
            ApiError::bad_request(format!("state directory {}: {error}", self.path.display()))
        })?;
        Ok(entries.next().is_none())
    }
}

#[cfg(test)]
mod tests;
