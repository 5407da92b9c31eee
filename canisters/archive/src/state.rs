//! Everything an archive has, opened from its stable memory.

use canister_kit::certified::{CertifiedRoot, LogTip, log_root};
use canister_kit::counters::Counters;
use canister_kit::layout::{self, LayoutError, Opened};
use ic_stable_structures::Memory;
use ic_stable_structures::memory_manager::VirtualMemory;
use thiserror::Error;
use types::archive::{ArchiveInit, ArchiveSettings, FetchFailure};
use types::registry::ShardTip;

use crate::config::{self, Config, ConfigError};
use crate::links::Links;
use crate::memory::{FROM_LAYOUT_1, LAYOUT_VERSION, MAGIC, Memories};
use crate::poll::Schedule;
use crate::store::{OpenError, Store};

#[cfg(test)]
mod tests;

/// An archive's state.
pub struct State<M: Memory> {
    /// Stored: what it was told.
    pub config: Config,
    /// Stored: what it counted.
    pub counters: Counters<VirtualMemory<M>>,
    /// Stored: the blocks.
    pub store: Store<VirtualMemory<M>>,
    /// Heap only: when it polls.
    pub schedule: Schedule,
    /// Heap only: the registry's tip as of the last success.
    pub registry_tip: Option<ShardTip>,
    /// Heap only: why the last answer brought nothing.
    pub last_failure: Option<FetchFailure>,
}

/// Why an archive does not start. It stays as it was; nothing helps but another module or argument.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StartError {
    /// The memory's layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The blocks.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// An upgrade of a canister that was never an archive.
    #[error("there is no archive here to upgrade: install it with its init argument")]
    NothingToUpgrade,
    /// An installation over an archive.
    #[error("there is an archive here already: upgrade it")]
    AlreadyInstalled,
}

impl<M: Memory + Clone> State<M> {
    /// A new archive.
    pub fn install(raw: M, init: &ArchiveInit) -> Result<Self, StartError> {
        let config = Config::new(init)?;
        let (memories, opened) = open_layout(raw)?;
        match opened {
            Opened::Fresh => Self::start(memories, config),
            Opened::Current | Opened::Migrated { .. } => Err(StartError::AlreadyInstalled),
        }
    }

    /// An archive that was here before, with changed settings if there are some.
    pub fn upgrade(raw: M, settings: Option<ArchiveSettings>) -> Result<Self, StartError> {
        let (memories, opened) = open_layout(raw)?;
        match opened {
            Opened::Fresh => Err(StartError::NothingToUpgrade),
            Opened::Current | Opened::Migrated { .. } => {
                let config =
                    config::load(memories.config.clone())?.with(settings.unwrap_or_default())?;
                Self::start(memories, config)
            }
        }
    }

    fn start(memories: Memories<M>, config: Config) -> Result<Self, StartError> {
        let Memories {
            layout: _,
            config: config_memory,
            counters,
            block_ends,
            block_bytes,
            next_blocks,
            anchor_ends,
        } = memories;
        config::save(config_memory, &config);
        Ok(Self {
            counters: Counters::open(counters),
            store: Store::open(
                block_ends,
                block_bytes,
                Links::open(next_blocks, anchor_ends),
                config.range,
                config.first_index,
                config.parent_hash,
            )?,
            schedule: Schedule::default(),
            registry_tip: None,
            last_failure: None,
            config,
        })
    }
}

impl<M: Memory> State<M> {
    /// The newest block that is stored here.
    pub fn tip(&self) -> Option<LogTip> {
        if self.store.is_empty() {
            return None;
        }
        let hash = self.store.last_hash()?;
        let index = self.store.next_index().get().checked_sub(1)?;
        Some(LogTip {
            index,
            hash: *hash.as_bytes(),
        })
    }

    /// What is to be certified.
    pub fn root(&self) -> CertifiedRoot {
        log_root(self.tip())
    }
}

fn open_layout<M: Memory>(raw: M) -> Result<(Memories<M>, Opened), LayoutError> {
    let manager = layout::memory_manager(raw)?;
    let memories = Memories::of(&manager);
    let opened = layout::open(&memories.layout, MAGIC, LAYOUT_VERSION, &[FROM_LAYOUT_1])?;
    Ok((memories, opened))
}
