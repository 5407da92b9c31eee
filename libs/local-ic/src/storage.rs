//! A network on disk: one file, replaced as a whole.
//!
//! ```text
//! offset  bytes
//! 0       8      "LOCAL-IC"
//! 8       4      version of the format, big-endian: 3
//! 12      32     SHA-256 of what follows
//! 44      ...    the network, CBOR
//! ```

use crate::state::Network;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"LOCAL-IC";
const VERSION: u32 = 3;
const HEADER: usize = 44;
const FILE: &str = "network.state";

/// Why a network could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{0} is not a saved network: name another directory")]
    NotANetwork(PathBuf),
    /// The file was written by another version.
    #[error(
        "{path} has format version {found}, this program knows {VERSION}: use the program that wrote it"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The file was damaged.
    #[error("{0} is damaged (its checksum does not match): restore it from a copy or start anew")]
    Damaged(PathBuf),
    /// The contents do not fit.
    #[error("{path} cannot be decoded: {message}")]
    Decode {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

/// Why a network could not be saved.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {source}")]
pub struct SaveError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Whether a network was saved here.
pub fn holds_state(directory: &Path) -> bool {
    directory.join(FILE).exists()
}

/// The bytes of a network: equal networks give equal bytes.
pub fn encode(network: &Network) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    ciborium::into_writer(network, &mut bytes).expect("writing to memory does not fail");
    let digest = Sha256::digest(&bytes[HEADER..]);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_be_bytes());
    bytes[12..HEADER].copy_from_slice(&digest);
    bytes
}

/// Writes a network; the file is complete or the old one.
pub fn save(network: &Network, directory: &Path) -> Result<(), SaveError> {
    let path = directory.join(FILE);
    let temporary = directory.join(format!("{FILE}.new"));
    let write = || -> io::Result<()> {
        fs::create_dir_all(directory)?;
        let mut file = File::create(&temporary)?;
        file.write_all(&encode(network))?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
        File::open(directory)?.sync_all()
    };
    write().map_err(|source| SaveError { path, source })
}

/// Reads a network.
pub fn load(directory: &Path) -> Result<Network, LoadError> {
    let path = directory.join(FILE);
    let bytes = fs::read(&path).map_err(|source| LoadError::Io {
        path: path.clone(),
        source,
    })?;
    if bytes.len() < HEADER || bytes[..8] != *MAGIC {
        return Err(LoadError::NotANetwork(path));
    }
    let found = u32::from_be_bytes(bytes[8..12].try_into().expect("four bytes"));
    if found != VERSION {
        return Err(LoadError::Version { path, found });
    }
    if bytes[12..HEADER] != *Sha256::digest(&bytes[HEADER..]) {
        return Err(LoadError::Damaged(path));
    }
    ciborium::from_reader(&bytes[HEADER..]).map_err(|error| LoadError::Decode {
        path,
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests;
