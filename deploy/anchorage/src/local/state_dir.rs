//! A directory that keeps a network with its family.
//!
//! ```text
//! DIR/network       the network's state, as the server saves it
//! DIR/family.json   what is on it
//! DIR/operator.pem  the controller's key
//! ```

use crate::error::Error;
use crate::record::{self, Record, Tips};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use types::Principal;

/// A state directory.
#[derive(Clone, Debug)]
pub(crate) struct StateDir(PathBuf);

/// The family of a state directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saved {
    /// Front's canister.
    pub(crate) front: Principal,
    /// DER of the network's root key, hex.
    pub(crate) root_key: String,
    /// All canisters.
    pub(crate) canisters: Vec<Principal>,
    /// The tips that stood an audit.
    pub(crate) tips: Tips,
}

impl StateDir {
    /// Makes the directory if there is none. What is in it is nothing for version control.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let dir = Self(std::path::absolute(path).map_err(Error::file(path))?);
        let network = dir.network();
        std::fs::create_dir_all(&network).map_err(Error::file(&network))?;
        let ignore = dir.0.join(".gitignore");
        if !ignore.exists() {
            std::fs::write(&ignore, "*\n").map_err(Error::file(&ignore))?;
        }
        Ok(dir)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the network's state is.
    pub(crate) fn network(&self) -> PathBuf {
        self.0.join("network")
    }

    fn family(&self) -> PathBuf {
        self.0.join("family.json")
    }

    /// The family that the directory holds; `None` if it is new.
    pub(crate) fn saved(&self) -> Result<Option<Saved>, Error> {
        let network = self.network();
        let mut entries = std::fs::read_dir(&network).map_err(Error::file(&network))?;
        if entries.next().is_none() {
            return Ok(None);
        }
        let path = self.family();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::UnknownState(self.0.clone()));
            }
            Err(error) => return Err(Error::file(&path)(error)),
        };
        let saved = serde_json::from_str(&text).map_err(|error| Error::Content {
            path,
            reason: error.to_string(),
        })?;
        Ok(Some(saved))
    }

    /// Writes what is on the network.
    pub(crate) fn save(&self, saved: &Saved) -> Result<(), Error> {
        let path = self.family();
        let mut file = tempfile::NamedTempFile::new_in(&self.0).map_err(Error::file(&self.0))?;
        let text = serde_json::to_string_pretty(saved).expect("plain data");
        writeln!(file, "{text}").map_err(Error::file(&path))?;
        file.persist(&path)
            .map_err(|error| Error::file(&path)(error.error))?;
        Ok(())
    }

    /// Takes over the tips of audits that were made while the family was served. The record is this family's: it was
    /// written when serving began, and until the end nobody else had the port.
    pub(crate) fn save_tips(&self, served: &Saved, record: &Path) -> Result<(), Error> {
        let mut saved = served.clone();
        let record = Record::read(record)?.unwrap_or_default();
        if record.root_key == saved.root_key
            && let Some(tips) = record.families.get(&saved.front)
        {
            record::merge(&mut saved.tips, tips);
        }
        self.save(&saved)
    }

    /// Forgets a network whose family was never deployed to the end.
    pub(crate) fn forget_unfinished(&self) -> Result<(), Error> {
        let network = self.network();
        if self.family().exists() {
            return Ok(());
        }
        std::fs::remove_dir_all(&network).map_err(Error::file(&network))
    }
}

#[cfg(test)]
mod tests;
