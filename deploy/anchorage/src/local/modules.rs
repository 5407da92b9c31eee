//! The modules that were built.

use crate::error::Error;
use std::path::Path;

/// The canisters' modules, gzip.
#[derive(Debug)]
pub(crate) struct Modules {
    front: Vec<u8>,
    registry: Vec<u8>,
    archive: Vec<u8>,
    /// The relying party to try the login page with, if it was built.
    pub(crate) dapp: Option<Vec<u8>>,
}

impl Modules {
    /// Reads `<name>.wasm.gz` of all three.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let read = |name: &str| {
            let path = folder.join(format!("{name}.wasm.gz"));
            let bytes = std::fs::read(&path);
            let is_gzip = |bytes: &Vec<u8>| bytes.starts_with(&[0x1f, 0x8b]);
            bytes.ok().filter(is_gzip).ok_or(Error::NoModule(path))
        };
        Ok(Self {
            front: read("front")?,
            registry: read("registry")?,
            archive: read("archive")?,
            dapp: read("dapp").ok(),
        })
    }

    /// The module of the canister with that name.
    pub(crate) fn of(&self, canister: &str) -> &[u8] {
        match canister {
            "front" => &self.front,
            "registry" => &self.registry,
            _ => &self.archive,
        }
    }
}
