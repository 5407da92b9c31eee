//! Keys of controllers.

use crate::error::Error;
use ic_agent::Identity;
use ic_agent::identity::{BasicIdentity, Secp256k1Identity};
use std::path::Path;

#[cfg(test)]
mod tests;

/// Reads a key from a PEM file: Ed25519, or secp256k1 as other tools write theirs.
pub(crate) fn read(path: &Path) -> Result<Box<dyn Identity>, Error> {
    let no_key = |error| Error::NoKey(Box::new(error));
    let bytes = std::fs::read(path)
        .map_err(Error::file(path))
        .map_err(no_key)?;
    if let Ok(identity) = BasicIdentity::from_pem(&bytes[..]) {
        return Ok(Box::new(identity));
    }
    let identity = Secp256k1Identity::from_pem(&bytes[..]).map_err(|error| {
        no_key(Error::Content {
            path: path.to_owned(),
            reason: format!("no Ed25519 key and no secp256k1 key: {error}"),
        })
    })?;
    Ok(Box::new(identity))
}
