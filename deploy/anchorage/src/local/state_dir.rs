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
    /// The relying party, which is not of the family.
    #[serde(default)]
    pub(crate) dapp: Option<Principal>,
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
        match record::read(&self.family())? {
            Some(saved) => Ok(Some(saved)),
            None => Err(Error::UnknownState(self.0.clone())),
        }
    }

    /// Writes what is on the network.
    pub(crate) fn save(&self, saved: &Saved) -> Result<(), Error> {
        record::write(&self.family(), saved)
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
