//! What an archive was told: whose blocks it keeps, and how it works.
//!
//! One cell of the stable structures library holds one CBOR array (numbers as below; a number is never reused).

use ic_stable_structures::{Cell, Memory};
use minicbor::{Decode, Encode};
use thiserror::Error;
use types::archive::{ArchiveInit, ArchiveSettings};
use types::{AnchorRange, BlockHash, BlockIndex, Principal, RangeShrinks};

#[cfg(test)]
mod tests;

/// The configuration, complete and within bounds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Config {
    /// The shard whose blocks are kept.
    #[n(0)]
    #[cbor(with = "types::codec::principal")]
    pub registry: Principal,
    /// The shard's anchors.
    #[n(1)]
    pub range: AnchorRange,
    /// Index of the first block kept here.
    #[n(2)]
    pub first_index: BlockIndex,
    /// Hash of the block before it; none exactly for index 0.
    #[n(3)]
    pub parent_hash: Option<BlockHash>,
    /// Nanoseconds between two polls.
    #[n(4)]
    pub poll_interval_ns: u64,
    /// Blocks asked for at once.
    #[n(5)]
    pub fetch_limit: u32,
    /// Entries a query answers at most.
    #[n(6)]
    pub max_entries_per_call: u16,
}

const SECOND_NS: u64 = 1_000_000_000;
const DEFAULT_POLL_INTERVAL_NS: u64 = 10 * SECOND_NS;
const DEFAULT_FETCH_LIMIT: u32 = 500;
const DEFAULT_MAX_ENTRIES: u16 = 1_000;

/// Shortest and longest time between two polls.
pub const POLL_INTERVALS_NS: core::ops::RangeInclusive<u64> = SECOND_NS..=3_600 * SECOND_NS;
/// Fewest and most blocks asked for at once: verifying one takes about 100,000 instructions.
pub const FETCH_LIMITS: core::ops::RangeInclusive<u32> = 1..=2_000;
/// Fewest and most entries of an answer.
pub const ENTRY_LIMITS: core::ops::RangeInclusive<u16> = 1..=2_000;

/// Why an archive does not start. Nothing helps but another argument or another module.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// First index and parent hash do not fit each other.
    #[error(
        "a log that starts at block {first_index} needs the hash of the block before it exactly if that is not block 0"
    )]
    ParentHash {
        /// The index that was given.
        first_index: BlockIndex,
    },
    /// A setting is out of bounds.
    #[error("{setting} is {value}, allowed are {lowest} to {highest}")]
    OutOfBounds {
        /// Its name.
        setting: &'static str,
        /// Its value.
        value: u64,
        /// The smallest allowed value.
        lowest: u64,
        /// The largest allowed value.
        highest: u64,
    },
    /// The range would lose numbers.
    #[error(transparent)]
    RangeShrinks(#[from] RangeShrinks),
    /// The stored configuration is none.
    #[error("the stored configuration is unreadable: {reason}")]
    Unreadable {
        /// What the decoder says.
        reason: String,
    },
}

impl Config {
    /// The configuration of a new archive.
    pub fn new(init: &ArchiveInit) -> Result<Self, ConfigError> {
        let ArchiveInit {
            registry,
            range,
            first_index,
            parent_hash,
            settings,
        } = init;
        if (first_index.get() == 0) != parent_hash.is_none() {
            return Err(ConfigError::ParentHash {
                first_index: *first_index,
            });
        }
        Self {
            registry: *registry,
            range: *range,
            first_index: *first_index,
            parent_hash: *parent_hash,
            poll_interval_ns: DEFAULT_POLL_INTERVAL_NS,
            fetch_limit: DEFAULT_FETCH_LIMIT,
            max_entries_per_call: DEFAULT_MAX_ENTRIES,
        }
        .with(*settings)
    }

    /// The same configuration with other settings; absent ones stay.
    pub fn with(self, settings: ArchiveSettings) -> Result<Self, ConfigError> {
        let ArchiveSettings {
            poll_interval_ns,
            fetch_limit,
            max_entries_per_call,
            range_end,
        } = settings;
        let range = match range_end {
            Some(end) => self.range.widened_to(end)?,
            None => self.range,
        };
        let config = Self {
            range,
            poll_interval_ns: poll_interval_ns.unwrap_or(self.poll_interval_ns),
            fetch_limit: fetch_limit.unwrap_or(self.fetch_limit),
            max_entries_per_call: max_entries_per_call.unwrap_or(self.max_entries_per_call),
            ..self
        };
        within(
            "poll_interval_ns",
            config.poll_interval_ns,
            POLL_INTERVALS_NS,
        )?;
        within("fetch_limit", config.fetch_limit, FETCH_LIMITS)?;
        within(
            "max_entries_per_call",
            config.max_entries_per_call,
            ENTRY_LIMITS,
        )?;
        Ok(config)
    }
}

fn within<T: Copy + Into<u64>>(
    setting: &'static str,
    value: T,
    bounds: core::ops::RangeInclusive<T>,
) -> Result<(), ConfigError> {
    let (value, lowest, highest) = (
        value.into(),
        (*bounds.start()).into(),
        (*bounds.end()).into(),
    );
    if (lowest..=highest).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::OutOfBounds {
            setting,
            value,
            lowest,
            highest,
        })
    }
}

/// Writes the configuration of a new archive, or a changed one.
pub fn save<M: Memory>(memory: M, config: &Config) {
    let mut bytes = Vec::new();
    match minicbor::encode(config, &mut bytes) {
        Ok(()) => {
            Cell::init(memory, Vec::new()).set(bytes);
        }
        // A vector takes every byte, and no encoder of these fields reports an error of its own.
        Err(error) => unreachable!("writing to a vector: {error}"),
    }
}

/// Reads the configuration.
pub fn load<M: Memory>(memory: M) -> Result<Config, ConfigError> {
    let cell = Cell::init(memory, Vec::<u8>::new());
    minicbor::decode(cell.get()).map_err(|error| ConfigError::Unreadable {
        reason: error.to_string(),
    })
}
