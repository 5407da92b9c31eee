//! How archives get blocks.

use candid::CandidType;
use minicbor::{Decode, Encode};
use serde::Deserialize;

use super::ShardTip;
use crate::lean::Lean;
use crate::{BlockHash, BlockIndex, EncodedBlock};

/// An archive asks for the blocks that follow what it has; by that it acknowledges what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FetchBlocks {
    /// Index of the first block that it lacks.
    #[n(0)]
    pub next_index: BlockIndex,
    /// Hash of its last block; `None` if it has none and was told none.
    #[n(1)]
    pub last_hash: Option<BlockHash>,
    /// At most so many blocks.
    #[n(2)]
    pub limit: u32,
    /// Index of the first block that it has or will have; archives of earlier modules do not say.
    #[n(3)]
    pub first_index: Option<BlockIndex>,
}

/// What a shard answers to an archive. Every answer but the first changes nothing at either side.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum FetchAnswer {
    /// The blocks that follow; none if the archive has everything.
    #[n(0)]
    Blocks {
        /// Index of the first of them: the index that was asked for.
        #[n(0)]
        first_index: BlockIndex,
        /// Consecutive blocks as the shard encoded them.
        #[n(1)]
        blocks: Vec<EncodedBlock>,
        /// Where the shard's log ends.
        #[n(2)]
        tip: ShardTip,
    },
    /// The shard's block before `next_index` has another hash, or there is none: one of the two was
    /// rolled back. Retry after repair only.
    #[n(1)]
    Diverged {
        /// Index of the block in question.
        #[n(0)]
        index: BlockIndex,
        /// The shard's hash of it; `None` if its log is shorter.
        #[n(1)]
        ours: Option<BlockHash>,
    },
    /// The shard forgot the blocks that are asked for.
    #[n(2)]
    Pruned {
        /// Index of the first block that it still has.
        #[n(0)]
        first_kept: BlockIndex,
    },
    /// The shard does not serve this archive.
    #[n(3)]
    NotYourRange {
        /// Why.
        #[n(0)]
        reason: NotServed,
    },
    /// The message has a version that the shard does not read. Retry after an upgrade.
    #[n(4)]
    UnsupportedVersion {
        /// The highest version that it reads.
        #[n(0)]
        supported: u8,
    },
    /// The bytes are not a [`FetchBlocks`].
    #[n(5)]
    Malformed,
}

/// Why a shard does not serve an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Encode, Decode)]
#[cbor(index_only)]
pub enum NotServed {
    /// Its controllers never named this archive.
    #[n(0)]
    #[serde(rename = "not_registered")]
    NotRegistered,
    /// The archive holds an earlier part of the log and is complete.
    #[n(1)]
    #[serde(rename = "retired")]
    Retired,
    /// The archive is in service and begins after blocks that the shard still has and no archive in service had. Retry with an
    /// archive that begins earlier.
    #[n(2)]
    #[serde(rename = "starts_too_late")]
    StartsTooLate,
}
