//! How a shard that was set back gets its log again.

use candid::{CandidType, Principal};
use serde::Deserialize;

use crate::lean::{Lean, Read};
use crate::{AnchorNumber, BlockHash, BlockIndex, EncodedBlock};

/// Blocks of the shard's own log, as an archive keeps them.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct Repair {
    /// Index of the first of them.
    pub first_index: BlockIndex,
    /// Consecutive blocks, byte by byte as the shard encoded them.
    pub blocks: Vec<EncodedBlock>,
}

/// What nobody has any more, as controllers declare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct Loss {
    /// Index of the first block that is lost: the length of the shard's log.
    pub first_missing: BlockIndex,
    /// The first number that was not given, as front knows it; at most 100,000 above the shard's own.
    pub next_anchor: AnchorNumber,
}

/// Why a log was not continued. What came before the block in question was taken and stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, CandidType, Deserialize, Lean)]
pub enum RepairError {
    /// Only controllers may. No retry.
    #[error("{caller} is not a controller of this canister")]
    #[serde(rename = "not_controller")]
    NotController {
        /// Who called.
        caller: Principal,
    },
    /// The shard takes orders, which would come between. Retry in maintenance.
    #[error("the shard is not in maintenance")]
    #[serde(rename = "not_in_maintenance")]
    NotInMaintenance,
    /// More blocks than one call takes. Retry with fewer.
    #[error("{count} blocks, limit {limit}")]
    #[serde(rename = "too_many_blocks")]
    TooManyBlocks {
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
    /// Another block comes next. Retry from there.
    #[error("block {expected} comes next")]
    #[serde(rename = "wrong_index")]
    WrongIndex {
        /// Which one.
        expected: BlockIndex,
    },
    /// The shard has forgotten its own block, so that the two cannot be compared. Retry from the first that it kept.
    #[error("blocks before {first_kept} are archived and cannot be compared")]
    #[serde(rename = "forgotten")]
    Forgotten {
        /// The first block that it still has.
        first_kept: BlockIndex,
    },
    /// The shard has another block there. No retry.
    #[error("the shard has another block {index}")]
    #[serde(rename = "other_block")]
    OtherBlock {
        /// The index.
        index: BlockIndex,
    },
    /// It is no block that this module reads. Retry after an upgrade, if newer code wrote it.
    #[error("block {index} cannot be read: {reason}")]
    #[serde(rename = "undecodable")]
    Undecodable {
        /// Its index.
        index: BlockIndex,
        /// What the decoder says.
        reason: String,
    },
    /// It follows another block. No retry.
    #[error("block {index} does not follow the shard's last block")]
    #[serde(rename = "other_parent")]
    OtherParent {
        /// Its index.
        index: BlockIndex,
        /// The hash of the shard's last block.
        ours: Option<BlockHash>,
    },
    /// What it says cannot have happened after the blocks before it. No retry.
    #[error("block {index} cannot have happened: {reason}")]
    #[serde(rename = "impossible")]
    Impossible {
        /// Its index.
        index: BlockIndex,
        /// Why not, in words.
        reason: String,
    },
    /// The number was given, as this shard itself knows. Retry with a higher one.
    #[error("the shard itself knows numbers below {next_anchor} to be given")]
    #[serde(rename = "numbers_given")]
    NumbersGiven {
        /// The number that the shard gives next.
        next_anchor: AnchorNumber,
    },
    /// The shard holds as many blocks as it can. No retry: the snapshot is too old to be repaired.
    #[error(
        "the shard can hold {limit} blocks, and forgets none before an archive has acknowledged it"
    )]
    #[serde(rename = "no_room")]
    NoRoom {
        /// How many it can hold.
        limit: u64,
    },
    /// Stable memory could not grow. Retry when there is room.
    #[error("out of stable memory")]
    #[serde(rename = "out_of_memory")]
    OutOfMemory,
}
