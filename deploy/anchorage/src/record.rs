//! What is remembered of a family from one run to the next, in a file per network.

use crate::certified::CertifiedTip;
use crate::error::Error;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use types::Principal;

/// A network, as it was when it was last visited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// DER of the network's root key, hex.
    pub(crate) root_key: String,
    /// Front's canister of the family that was visited last.
    pub(crate) front: Option<Principal>,
    /// For each front, and for each shard of its family: the last tip that stood an audit.
    #[serde(default)]
    pub(crate) families: BTreeMap<Principal, Tips>,
}

/// The last tip of each shard that stood an audit.
pub(crate) type Tips = BTreeMap<Principal, SavedTip>;

/// The last block of a log that stood an audit. A later log must contain it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedTip {
    /// The block's index.
    pub(crate) index: u64,
    /// Its hash, hex.
    pub(crate) hash: String,
    /// When the network certified it, nanoseconds since 1970.
    pub(crate) certified_at_ns: u64,
}

impl From<CertifiedTip> for SavedTip {
    fn from(tip: CertifiedTip) -> Self {
        Self {
            index: tip.index,
            hash: hex::encode(tip.hash),
            certified_at_ns: tip.at_ns,
        }
    }
}

impl Record {
    /// Reads a record; `None` if there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Error> {
        read(path)
    }

    /// Changes the record at this path, or begins one. Nobody else changes it meanwhile, and it is written at once or
    /// not at all: a saved tip must not get lost half-way.
    pub(crate) fn change(path: &Path, change: impl FnOnce(&mut Self)) -> Result<Self, Error> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let lock = File::open(folder).map_err(Error::file(folder))?;
        lock.lock().map_err(Error::file(folder))?;
        let mut record = Self::read(path)?.unwrap_or_default();
        change(&mut record);
        write(path, &record)?;
        Ok(record)
    }
}

/// Takes these tips over; where both have one of a shard, the later one.
pub(crate) fn merge(into: &mut Tips, from: &Tips) {
    for (shard, tip) in from {
        match into.get(shard) {
            Some(known) if known.index >= tip.index => {}
            _ => {
                into.insert(*shard, tip.clone());
            }
        }
    }
}

/// Reads a file of JSON; `None` if there is none.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file(path)(error)),
    };
    let value = serde_json::from_str(&text).map_err(|error| Error::Content {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(Some(value))
}

/// Writes a file of JSON, at once or not at all.
pub(crate) fn write(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let text = serde_json::to_string_pretty(value).expect("plain data");
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(Error::file(folder))?;
    writeln!(file, "{text}").map_err(Error::file(path))?;
    file.as_file().sync_all().map_err(Error::file(path))?;
    file.persist(path)
        .map_err(|error| Error::file(path)(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests;
