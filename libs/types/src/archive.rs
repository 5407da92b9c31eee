//! What archives answer to auditors, in Candid. Names of entries and operations are those of
//! Internet Identity's archive where it has them.

use candid::{CandidType, Principal};
use serde::Deserialize;

use crate::lean::{Lean, Read};
use crate::registry::{NotServed, ShardTip};
use crate::{
    AnchorNumber, AnchorRange, BlockHash, BlockIndex, DeviceKey, PublicDevice, TimestampNs,
};

/// Init argument of an archive.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct ArchiveInit {
    /// The shard whose blocks it keeps.
    pub registry: Principal,
    /// The shard's anchors. Its end may be raised later.
    pub range: AnchorRange,
    /// Index of the first block it is to hold.
    pub first_index: BlockIndex,
    /// Hash of the block before that; `None` exactly if it starts at 0.
    pub parent_hash: Option<BlockHash>,
    /// What may change later.
    pub settings: ArchiveSettings,
}

/// Settings of an archive; also its upgrade argument (`opt`). What is absent stays as it is, or
/// takes its default at the first installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct ArchiveSettings {
    /// Nanoseconds between two polls.
    pub poll_interval_ns: Option<u64>,
    /// How many blocks are asked for at once.
    pub fetch_limit: Option<u32>,
    /// How many entries a query answers at most.
    pub max_entries_per_call: Option<u16>,
    /// A later end of the range, when the shard's is to be raised.
    pub range_end: Option<AnchorNumber>,
}

/// One block, in words.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct Entry {
    /// Whose devices.
    pub anchor: AnchorNumber,
    /// What changed.
    pub operation: EntryOperation,
    /// When.
    pub timestamp: TimestampNs,
    /// Which principal did it.
    pub caller: Principal,
    /// Index of the block in the shard's log.
    pub sequence_number: BlockIndex,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub enum EntryOperation {
    /// The anchor began to exist.
    #[serde(rename = "register_anchor")]
    RegisterAnchor {
        /// Its first device.
        device: PublicDevice,
        /// The key that acted for the device for some minutes.
        temporary_key: Option<Principal>,
    },
    /// A device more.
    #[serde(rename = "add_device")]
    AddDevice {
        /// The new device.
        device: PublicDevice,
    },
    /// A device was changed, or something private about it.
    #[serde(rename = "update_device")]
    UpdateDevice {
        /// Its key.
        device: DeviceKey,
        /// All of it as it is now, not only what changed: what is absent here it does not have.
        new_values: PublicDevice,
    },
    /// A device less and another one at the end, at once.
    #[serde(rename = "replace_device")]
    ReplaceDevice {
        /// Key of the device that is gone.
        old_device: DeviceKey,
        /// The new device.
        new_device: PublicDevice,
    },
    /// A device less. After the last one the anchor is dead for ever.
    #[serde(rename = "remove_device")]
    RemoveDevice {
        /// Its key.
        device: DeviceKey,
    },
    /// The shard was set back, and nobody has the blocks that followed. Numbers from the entry's anchor on that were
    /// given in them are dead for ever.
    #[serde(rename = "blocks_lost")]
    BlocksLost {
        /// Index of the first block that is lost: this block's own.
        first_missing: BlockIndex,
        /// The first number that was not given.
        next_anchor: AnchorNumber,
    },
}

/// Answer of `get_entries`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct Entries {
    /// In the log's order. `None` stands for a block that this module cannot read.
    pub entries: Vec<Option<Entry>>,
}

/// Answer of `get_anchor_entries`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct AnchorEntries {
    /// In the log's order. `None` stands for a block that this module cannot read.
    pub entries: Vec<Option<Entry>>,
    /// Where the next page starts; `None` if this was the last.
    pub next_token: Option<serde_bytes::ByteBuf>,
}

/// Where a page of an anchor's entries starts.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub enum Cursor {
    /// At the first entry not before this time.
    #[serde(rename = "timestamp")]
    Timestamp(TimestampNs),
    /// Where the page before ended.
    #[serde(rename = "next_token")]
    NextToken(serde_bytes::ByteBuf),
}

/// Answer of an archive's `status`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct ArchiveStatus {
    /// The shard whose blocks it keeps.
    pub registry: Principal,
    /// The shard's anchors.
    pub range: AnchorRange,
    /// Index of the first block it holds (or will hold).
    pub first_index: BlockIndex,
    /// Index of the next block it wants.
    pub next_index: BlockIndex,
    /// Hash of the last block it has (or was told of).
    pub last_hash: Option<BlockHash>,
    /// The shard's tip as of the last successful poll.
    pub registry_tip: Option<ShardTip>,
    /// When a poll last succeeded.
    pub last_success: Option<TimestampNs>,
    /// Why the last poll failed; `None` if it did not.
    pub last_failure: Option<FetchFailure>,
    /// How many polls failed, by reason, since the first installation.
    pub failures: Vec<FailureCount>,
    /// Nanoseconds between two polls.
    pub poll_interval_ns: u64,
    /// How many blocks are asked for at once.
    pub fetch_limit: u32,
    /// How many entries a query answers at most.
    pub max_entries_per_call: u16,
    /// Version of the layout in stable memory.
    pub layout_version: u32,
    /// Release of the module.
    pub version: String,
    /// Commit of the source it was built from.
    pub commit: String,
}

/// How often one kind of failure happened.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct FailureCount {
    /// The kind, as the metric's label names it.
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// Why a poll brought nothing. The archive retries all of them with back-off; all but `CallFailed`, `UnsupportedVersion` and
/// `AtCapacity` end only when somebody repairs something.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub enum FetchFailure {
    /// The call was rejected or its outcome is unknown.
    #[serde(rename = "call_failed")]
    CallFailed {
        /// The reject code.
        code: u32,
        /// The reject message.
        message: String,
    },
    /// The answer could not be read.
    #[serde(rename = "undecodable_answer")]
    UndecodableAnswer,
    /// The shard does not read our version.
    #[serde(rename = "unsupported_version")]
    UnsupportedVersion {
        /// The highest version that it reads.
        supported: u8,
    },
    /// The shard's chain is another one.
    #[serde(rename = "diverged")]
    Diverged {
        /// Index of the block in question.
        index: BlockIndex,
        /// The shard's hash of it.
        theirs: Option<BlockHash>,
    },
    /// The shard has forgotten the block that is wanted.
    #[serde(rename = "pruned")]
    Pruned {
        /// First block that it still has.
        first_kept: BlockIndex,
    },
    /// The shard does not serve this archive.
    #[serde(rename = "not_your_range")]
    NotYourRange {
        /// Why.
        reason: NotServed,
    },
    /// The answer starts at another index than was asked for.
    #[serde(rename = "wrong_index")]
    WrongIndex {
        /// Where it starts.
        found: BlockIndex,
    },
    /// A block could not be decoded.
    #[serde(rename = "undecodable_block")]
    UndecodableBlock {
        /// Its index.
        index: BlockIndex,
    },
    /// A block's parent hash is not the hash of the block before it.
    #[serde(rename = "chain_mismatch")]
    ChainMismatch {
        /// Its index.
        index: BlockIndex,
    },
    /// Stable memory could not grow.
    #[serde(rename = "at_capacity")]
    AtCapacity,
    /// The shard could not read what it was asked.
    #[serde(rename = "malformed_request")]
    MalformedRequest,
    /// A block is about an anchor of another shard.
    #[serde(rename = "foreign_anchor")]
    ForeignAnchor {
        /// The block's index.
        index: BlockIndex,
        /// The anchor.
        anchor: AnchorNumber,
    },
}
